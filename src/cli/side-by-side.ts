/** Two columns of lines, the kernel's and the model's, where they differ. */

import { diffLines, withContext, type DiffLine } from './line-diff.ts';

/** Rows shown of one difference. */
const MOST_ROWS = 40;

/** Rows `LEFT | RIGHT` of what differs, with a line or two around it; lines that stand on one side only are marked. */
export function sideBySide(left: readonly string[], right: readonly string[], width: number): string[] {
  const lines = withContext(diffLines(left, right));
  const rows: (readonly [string, string, string])[] = [];
  let gone: string[] = [];
  let fresh: string[] = [];
  const flush = (): void => {
    for (let i = 0; i < Math.max(gone.length, fresh.length); i++) {
      const sign = i >= fresh.length ? '<' : i >= gone.length ? '>' : '|';
      rows.push([gone[i] ?? '', sign, fresh[i] ?? '']);
    }
    gone = [];
    fresh = [];
  };
  for (const line of lines) {
    if (!('skipped' in line) && line.sign !== ' ') {
      (line.sign === '-' ? gone : fresh).push(line.text);
      continue;
    }
    flush();
    rows.push('skipped' in line ? [`(${line.skipped} alike)`, ' ', ''] : [(line as DiffLine).text, ' ', line.text]);
  }
  flush();
  const shown = rows.slice(0, MOST_ROWS);
  const room = Math.floor((width - 3) / 2);
  const column = Math.min(room, shown.reduce((most, [text]) => Math.max(most, text.length), 10));
  const text = shown.flatMap(([a, sign, b]) => wrapRow(a, sign, b, column, Math.max(room, width - column - 3)));
  return rows.length > shown.length ? [...text, `(${rows.length - shown.length} more rows)`] : text;
}

/** Long lines go on in the next row: nothing is cut. */
function wrapRow(left: string, sign: string, right: string, leftRoom: number, rightRoom: number): string[] {
  const rows: string[] = [];
  for (let i = 0; i === 0 || i * leftRoom < left.length || i * rightRoom < right.length; i++) {
    const a = left.slice(i * leftRoom, (i + 1) * leftRoom).padEnd(leftRoom);
    rows.push(`${a} ${sign} ${right.slice(i * rightRoom, (i + 1) * rightRoom)}`.trimEnd());
  }
  return rows;
}
