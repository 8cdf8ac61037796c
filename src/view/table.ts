/** Tables of memhp's own reports. (Views that imitate a tool have that tool's own layout.) */

import { clip } from './line.ts';

export type Align = 'left' | 'right';

export interface TableOptions {
  /** Columns to fit into; without it nothing is cut. */
  readonly width?: number;
  /** Spaces between columns; two when absent. */
  readonly gap?: number;
  /** An ellipsis outside ASCII. */
  readonly unicode?: boolean;
}

const NARROWEST = 4;

/**
 * Lines of padded cells, nothing after the last. Missing cells are empty, columns without an alignment go left.
 * Too wide a table loses from its widest left-aligned columns; numbers are never cut.
 */
export function renderTable(
  rows: readonly (readonly string[])[],
  aligns: readonly Align[],
  options: TableOptions = {},
): string[] {
  const gap = options.gap ?? 2;
  const count = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from({ length: count }, (_, column) =>
    rows.reduce((most, row) => Math.max(most, [...(row[column] ?? '')].length), 0),
  );
  if (options.width !== undefined) shrink(widths, aligns, options.width - gap * (count - 1));
  const ink = { unicode: options.unicode ?? false };
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        const pad = ' '.repeat(Math.max(0, width - [...cell].length));
        return aligns[column] === 'right' ? pad + cell : clip(cell, width, ink) + pad;
      })
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}

// Takes from the widest left-aligned column until the sum fits, or none is wide enough to give.
function shrink(widths: number[], aligns: readonly Align[], room: number): void {
  for (let excess = widths.reduce((sum, width) => sum + width, 0) - room; excess > 0; excess--) {
    let widest = -1;
    widths.forEach((width, column) => {
      if (aligns[column] !== 'right' && width > NARROWEST && width > (widths[widest] ?? 0)) widest = column;
    });
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}
