/** The legend: a line for each owner that occurs, with its total. */

import type { Ink, Line } from './line.ts';
import { FAINT } from './line.ts';
import { MIXED_GLYPH, type GlyphBook } from './owner.ts';
import { shortSize } from './size.ts';
import type { OwnerTotal } from './tally.ts';

const MOST_ENTRIES = 24;

/** Letter, size, meaning. At most two dozen entries; what is left out is counted. */
export function legendLines(book: GlyphBook, totals: readonly OwnerTotal[], mixed: boolean, _ink: Ink): Line[] {
  const listed = totals.slice(0, MOST_ENTRIES);
  const sizes = listed.map(({ bytes }) => shortSize(bytes));
  const width = Math.max(4, ...sizes.map((size) => size.length));
  const lines: Line[] = listed.map(({ owner }, index) => {
    const { letter, paint } = book.glyph(owner);
    return [
      { text: ` ${letter} `, paint },
      { text: ` ${(sizes[index] ?? '').padStart(width)}  ${book.describe(owner)}` },
    ];
  });
  if (mixed) {
    lines.push([
      { text: ` ${MIXED_GLYPH.letter} `, paint: MIXED_GLYPH.paint },
      { text: ` ${' '.repeat(width)}  more than one owner in the cell` },
    ]);
  }
  const left = totals.length - listed.length;
  if (left > 0) lines.push([{ text: `    and ${left} more owners`, paint: FAINT }]);
  return lines;
}
