/** Tables in the four layouts of util-linux's libsmartcols, for output that is not a terminal. */

export interface Column {
  readonly name: string;
  readonly alignRight: boolean;
  /** Width of a column whose cells and heading are narrower, when some cell is wider than the heading. */
  readonly widthHint?: number;
  readonly json: 'string' | 'number' | 'boolean';
}

/** A row's cells in column order; undefined is a cell without data. */
export type Row = readonly (string | undefined)[];

/** Columns padded to their widest cell or heading, shown or not, but for a last cell without data or left-aligned. */
export function formatTable(columns: readonly Column[], rows: readonly Row[], headings: boolean): string {
  const widths = columns.map((column, i) => {
    const widest = rows.reduce((width, row) => Math.max(width, row[i]?.length ?? 0), 0);
    const least = column.name.length;
    if (widest < least) return least;
    const hint = column.widthHint ?? 0;
    return widest < hint && least < hint ? hint : widest;
  });
  const line = (cells: Row): string =>
    cells
      .map((cell, i) => {
        const width = widths[i] as number;
        const isLast = i === columns.length - 1;
        if (isLast && (cell === undefined || cell === '')) return '';
        if ((columns[i] as Column).alignRight) return (cell ?? '').padStart(width);
        return isLast ? (cell ?? '') : (cell ?? '').padEnd(width);
      })
      .join(' ') + '\n';
  const heading = headings ? line(columns.map((column) => column.name)) : '';
  return heading + rows.map(line).join('');
}

/** Cells separated by one space, nothing for a cell without data. */
export function formatRaw(columns: readonly Column[], rows: readonly Row[], headings: boolean): string {
  const all = headings ? [columns.map((column) => column.name), ...rows] : rows;
  return all.map((row) => row.map((cell) => cell ?? '').join(' ') + '\n').join('');
}

/** `NAME="value"` pairs. */
export function formatPairs(columns: readonly Column[], rows: readonly Row[]): string {
  return rows
    .map((row) => row.map((cell, i) => `${(columns[i] as Column).name}="${cell ?? ''}"`).join(' ') + '\n')
    .join('');
}

function jsonValue(column: Column, cell: string | undefined): string {
  if (column.json === 'boolean') return cell === 'yes' || cell === '1' ? 'true' : 'false';
  if (cell === undefined || cell === '') return 'null';
  return column.json === 'number' ? cell : `"${cell}"`;
}

/** One object under `tableName`, with util-linux's own indentation. */
export function formatJson(tableName: string, columns: readonly Column[], rows: readonly Row[]): string {
  const objects = rows.map((row) => {
    const fields = row.map((cell, i) => {
      const column = columns[i] as Column;
      return `         "${column.name.toLowerCase()}": ${jsonValue(column, cell)}`;
    });
    return `{\n${fields.join(',\n')}\n      }`;
  });
  return `{\n   "${tableName}": [\n      ${objects.join(',')}\n   ]\n}\n`;
}
