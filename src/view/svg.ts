/** The map as a self-contained SVG picture: the same rows, cells, letters and colours as in the terminal. */

import { GlyphBook } from './owner.ts';
import type { Picture } from './picture.ts';
import { spansOf, type Span } from './span.ts';
import { PAPER, Sheet, type SvgTheme } from './svg-sheet.ts';
import { Tally, countsText } from './tally.ts';

export interface SvgOptions {
  /** Drawn above the map. */
  readonly title?: string;
  /** What the picture is, for those who do not see it; the title when absent. */
  readonly label?: string;
  /** Byte addresses: only sections that overlap [from, to). */
  readonly from?: number;
  readonly to?: number;
  /** Rows drawn before the rest is summed up; 48 when absent. */
  readonly maxRows?: number;
  /** Black on white when absent. */
  readonly theme?: SvgTheme;
  /** Letters and colours, where several pictures are to have the same. */
  readonly book?: GlyphBook;
}

/** Draws a picture; escapes every label. Cost follows the number of runs, size the rows drawn. */
export function renderSvg(picture: Picture, options: SvgOptions = {}): string {
  const size = picture.sectionSizeBytes;
  const from = Math.floor(Math.max(0, options.from ?? 0) / size);
  const to = options.to === undefined ? Infinity : Math.ceil(options.to / size);
  const book = options.book ?? new GlyphBook([picture]);
  const tally = new Tally();
  const shown: Span[] = [];
  let left = 0;
  for (const span of spansOf(picture, from, to)) {
    tally.add(picture, span);
    if (shown.length < (options.maxRows ?? 48)) shown.push(span);
    else left++;
  }
  const sheet = new Sheet(picture, book, shown, options.theme ?? PAPER);
  if (options.title !== undefined) sheet.title(options.title);
  sheet.heading();
  for (const span of shown) sheet.row(span);
  if (left > 0) sheet.note(`… ${left} more rows`);
  sheet.legend(tally.totals());
  sheet.note(countsText(picture, from, to));
  return sheet.finish(options.label ?? options.title ?? 'Map of physical memory');
}
