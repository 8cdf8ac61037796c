/** What changed between two pictures as SVG: the rows that differ, before and after. */

import { legendOfChange } from './legend.ts';
import { GlyphBook } from './owner.ts';
import { pairDiffers } from './pair-differs.ts';
import type { Picture } from './picture.ts';
import { pairsOf, type SpanPair } from './span-pair.ts';
import { PAPER, Sheet, type SvgTheme } from './svg-sheet.ts';
import { Tally } from './tally.ts';

export interface SvgDiffOptions {
  readonly title?: string;
  /** Changed rows drawn before the rest is counted; 6 when absent. */
  readonly maxRows?: number;
  readonly theme?: SvgTheme;
  /** Letters and colours, where several pictures are to have the same. */
  readonly book?: GlyphBook;
}

/** Draws the rows that changed, each as it was and as it is, and the totals that changed; undefined when none did. */
export function renderSvgDiff(before: Picture, after: Picture, options: SvgDiffOptions = {}): string | undefined {
  if (before.sectionSizeBytes !== after.sectionSizeBytes || before.subsectionSizeBytes !== after.subsectionSizeBytes) {
    return undefined;
  }
  const [was, is] = [new Tally(), new Tally()];
  const changed: SpanPair[] = [];
  let left = 0;
  for (const pair of pairsOf(before, after)) {
    was.add(before, pair.before);
    is.add(after, pair.after);
    if (!pairDiffers(pair, before, after)) continue;
    if (changed.length < (options.maxRows ?? 6)) changed.push(pair);
    else left++;
  }
  if (changed.length === 0) return undefined;
  const book = options.book ?? new GlyphBook([before, after]);
  const spans = changed.flatMap((pair) => [pair.before, pair.after]);
  const sheet = new Sheet(after, book, spans, options.theme ?? PAPER);
  sheet.heading();
  for (const pair of changed) {
    sheet.row(pair.before, before, '−');
    sheet.row(pair.after, after, '+');
  }
  if (left > 0) sheet.note(`… ${left} more changed rows`);
  sheet.legend(legendOfChange(was, is).filter((entry) => entry.was !== entry.bytes));
  return sheet.finish(options.title ?? 'What changed on the map');
}
