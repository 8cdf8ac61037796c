/** What changed between two pictures: the rows that differ, before and after, with the cells that changed marked. */

import type { Cell } from './cell.ts';
import { legendLines, legendOfChange, type LegendEntry } from './legend.ts';
import { FAINT, MARK, inkLine, plainText, wrapWords, type Ink, type Line, type Part } from './line.ts';
import { marksLine, type MapOptions } from './map.ts';
import { GlyphBook } from './owner.ts';
import { pairDiffers } from './pair-differs.ts';
import type { Picture } from './picture.ts';
import { cellColumn, hasManyNodes, headingLines, rowLines, shapeOf, type RowLine, type Shape } from './row.ts';
import { Tally } from './tally.ts';
import { pairsOf, type SpanPair } from './span-pair.ts';

const MOST_ROWS = 64;
const GUTTER = 2;

export interface MapDiffOptions extends MapOptions {
  /** Only what changed: no heading, no rows of context, of the legend only totals that changed. */
  readonly brief?: boolean;
}

/**
 * Draws the rows that changed, each as it was (`-`) and as it is (`+`) with ^ under what differs, and one row of
 * context on either side. Two equal pictures give one line that says so.
 */
export function renderMapDiff(before: Picture, after: Picture, options: MapDiffOptions = {}): string[] {
  const width = Math.max(20, options.width ?? 80);
  const ink: Ink = { color: options.color ?? false, unicode: options.unicode ?? false };
  if (before.sectionSizeBytes !== after.sectionSizeBytes || before.subsectionSizeBytes !== after.subsectionSizeBytes) {
    return wrapWords('the two maps have sections of different sizes and cannot be laid side by side', width, '');
  }
  const fromSection = Math.floor(Math.max(0, options.from ?? 0) / before.sectionSizeBytes);
  const toSection = options.to === undefined ? Infinity : Math.ceil(options.to / before.sectionSizeBytes);
  const drawing = new Drawing(before, after, ink);
  const { brief = false } = options;
  const { shown: all, left } = choose(drawing, pairsOf(before, after, fromSection, toSection), options.maxRows ?? MOST_ROWS);
  const shown = brief ? all.filter((item) => item !== 'gap' && item.changed) : all;
  if (shown.length === 0) return wrapWords('no section of memory changed', width, '');

  const spans = shown.flatMap((item) => (item === 'gap' ? [] : [item.pair.before, item.pair.after]));
  const shape = shapeOf(after, spans, width, hasManyNodes([before, after]), GUTTER);
  const heading = brief ? [] : headingLines(after, shape);
  const lines: Line[] = heading.map((line) => [{ text: '  ' }, ...line]);
  const mixed: Cell[] = [];
  for (const item of shown) {
    if (item === 'gap') lines.push([{ text: `  ${ink.unicode ? '⋮' : ':'}`, paint: FAINT }]);
    else lines.push(...drawing.lines(item.pair, item.changed, shape, mixed));
  }
  if (left > 0) lines.push([{ text: `  ${ink.unicode ? '…' : '...'} ${left} more changed rows`, paint: FAINT }]);
  const legend = drawing.legend();
  if (brief) lines.push(...legendLines(drawing.book, legend.filter(({ was, bytes }) => was !== bytes), [], width));
  else lines.push([], ...legendLines(drawing.book, legend, mixed, width));
  return lines.map((line) => inkLine(line, ink, width));
}

interface Item {
  readonly pair: SpanPair;
  readonly changed: boolean;
}

// The changed pairs up to `most`, each with an unchanged neighbour on either side, gaps between groups.
function choose(drawing: Drawing, pairs: Iterable<SpanPair>, most: number): { shown: (Item | 'gap')[]; left: number } {
  const shown: (Item | 'gap')[] = [];
  let changes = 0;
  let previous: SpanPair | undefined;
  let skipped = false;
  let trailing = false;
  for (const pair of pairs) {
    drawing.count(pair);
    const changed = pairDiffers(pair, drawing.before, drawing.after);
    if (changed) {
      changes++;
      if (changes > Math.max(1, most)) continue;
      if (skipped && shown.length > 0) shown.push('gap');
      if (previous !== undefined) shown.push({ pair: previous, changed: false });
      shown.push({ pair, changed });
      previous = undefined;
      skipped = false;
      trailing = true;
    } else if (trailing && changes <= most) {
      shown.push({ pair, changed });
      previous = undefined;
      trailing = false;
    } else {
      if (previous !== undefined) skipped = true;
      previous = pair;
    }
  }
  return { shown, left: Math.max(0, changes - Math.max(1, most)) };
}

class Drawing {
  readonly book: GlyphBook;
  readonly before: Picture;
  readonly after: Picture;
  readonly #ink: Ink;
  readonly #was = new Tally();
  readonly #is = new Tally();

  constructor(before: Picture, after: Picture, ink: Ink) {
    this.before = before;
    this.after = after;
    this.#ink = ink;
    this.book = new GlyphBook([before, after]);
  }

  /** Adds a pair to the totals. */
  count({ before, after }: SpanPair): void {
    this.#was.add(this.before, before);
    this.#is.add(this.after, after);
  }

  legend(): LegendEntry[] {
    return legendOfChange(this.#was, this.#is);
  }

  lines(pair: SpanPair, changed: boolean, shape: Shape, mixed: Cell[]): Line[] {
    const { before, after } = pair;
    const open = before.section !== undefined && after.section !== undefined && !(before.owner && after.owner);
    const is = rowLines(this.after, after, shape, this.book, this.#ink, false, open && changed);
    mixed.push(...is.flatMap(({ cells }) => (cells ?? []).filter((cell) => cell.mixed)));
    if (!changed) return is.map(({ line }) => [{ text: '  ' }, ...line]);
    const was = rowLines(this.before, before, shape, this.book, this.#ink, false, open);
    const lines: Line[] = [];
    for (let index = 0; index < Math.max(was.length, is.length); index++) {
      lines.push(...this.#compare(was[index], is[index]));
    }
    return lines;
  }

  #compare(was: RowLine | undefined, is: RowLine | undefined): Line[] {
    const minus: Part = { text: '- ', paint: MARK };
    const plus: Part = { text: '+ ', paint: MARK };
    if (was === undefined || is === undefined) {
      const only = (was ?? is) as RowLine;
      return [[was === undefined ? plus : minus, ...only.line]];
    }
    const columns = changedColumns(was, is);
    if (columns.length === 0) return [[{ text: '  ' }, ...is.line]];
    const pair: Line[] = [[minus, ...was.line], [plus, ...is.line]];
    // A bar that changed as a whole needs no marks.
    if (was.cells === undefined || is.cells === undefined) return pair;
    return [...pair, marksLine(columns.map((column) => column + GUTTER))];
  }
}

// Columns at which two lines differ: as text, and by cells that look alike but are shared otherwise.
function changedColumns(was: RowLine, is: RowLine): number[] {
  const [a, b] = [plainText(was.line), plainText(is.line)];
  const columns = new Set<number>();
  for (let column = 0; column < Math.max(a.length, b.length); column++) {
    if ((a[column] ?? ' ') !== (b[column] ?? ' ')) columns.add(column);
  }
  is.cells?.forEach((cell, index) => {
    if (was.cells !== undefined && was.cells[index]?.key !== cell.key) columns.add(cellColumn(is, index));
  });
  return [...columns].sort((x, y) => x - y);
}
