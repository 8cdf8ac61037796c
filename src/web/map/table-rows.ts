/** The map as rows of a table: the same spans as in the terminal, in words. */

import { cellsOf } from '../../view/cell.ts';
import { describeOwner } from '../../view/owner.ts';
import type { Picture } from '../../view/picture.ts';
import { addressRange, numberRange } from '../../view/ranges.ts';
import { blockText, flagLetters, hasManyNodes } from '../../view/row.ts';
import { shortSize } from '../../view/size.ts';
import { spansOf } from '../../view/span.ts';

export interface TableRow {
  readonly start: number;
  readonly end: number;
  readonly sections: string;
  readonly addresses: string;
  readonly flags: string;
  /** Who owns how much of it. */
  readonly owners: string;
  readonly block: string;
}

/** Rows of what lies in [from, to), at most `most`; `left` counts the rest. */
export function tableRows(picture: Picture, from: number, to: number, most: number): { rows: TableRow[]; left: number } {
  const size = picture.sectionSizeBytes;
  const rows: TableRow[] = [];
  let left = 0;
  const manyNodes = hasManyNodes([picture]);
  for (const span of spansOf(picture, Math.floor(from / size), Math.ceil(to / size))) {
    if (span.section === undefined) continue;
    if (rows.length >= most) {
      left++;
      continue;
    }
    const [start, end] = [span.first * size, (span.last + 1) * size];
    rows.push({
      start,
      end,
      sections: numberRange(span.first, span.last),
      addresses: addressRange(start, end, 8),
      flags: flagLetters(span.section.flags),
      owners: span.owner === undefined ? sharedText(picture, span) : describeOwner(span.owner, [span.owner.label]),
      block: blockText(picture, span, manyNodes),
    });
  }
  return { rows, left };
}

function sharedText(picture: Picture, span: Parameters<typeof cellsOf>[1]): string {
  const bytes = new Map<string, number>();
  for (const cell of cellsOf(picture, span, 1)) {
    for (const { owner, start, end } of cell.shares ?? [{ owner: cell.owner, start: 0, end: picture.sectionSizeBytes }]) {
      const label = describeOwner(owner, [owner.label]);
      bytes.set(label, (bytes.get(label) ?? 0) + end - start);
    }
  }
  return [...bytes].map(([label, size]) => `${shortSize(size)} ${label}`).join('; ');
}
