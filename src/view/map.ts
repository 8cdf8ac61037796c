/** The map of physical memory as lines of text: sections as rows, sub-sections as cells, owners as letters. */

import type { ByteRange } from '../kernel/units.ts';
import type { Cell } from './cell.ts';
import { legendLines } from './legend.ts';
import { FAINT, MARK, inkLine, wrapWords, type Ink, type Line } from './line.ts';
import { GlyphBook } from './owner.ts';
import type { Picture } from './picture.ts';
import { cellColumn, hasManyNodes, headingLines, rowLines, shapeOf, type RowLine, type Shape } from './row.ts';
import { shortSize } from './size.ts';
import { spansOf, type Span } from './span.ts';
import { Tally, countsText } from './tally.ts';

/** How a map is drawn: width, colour, which part. */
export interface MapOptions {
  /** Columns; 80 when absent, never taken below 20. */
  readonly width?: number;
  /** ANSI colours. The text is the same without. */
  readonly color?: boolean;
  /** Dashes and ellipses outside ASCII. */
  readonly unicode?: boolean;
  /** Byte addresses: only sections that overlap [from, to). */
  readonly from?: number;
  readonly to?: number;
  /** Rows drawn before the rest is summed up; 64 when absent. */
  readonly maxRows?: number;
  /** A range to mark with ^ beneath its cells. */
  readonly highlight?: ByteRange;
  /** Draw every section cell by cell, even where it is uniform. */
  readonly unfolded?: boolean;
}

const MOST_ROWS = 64;

/**
 * Draws a picture. Cost follows the number of runs, not of sections; the number of lines is bounded by `maxRows`.
 */
export function renderMap(picture: Picture, options: MapOptions = {}): string[] {
  const width = Math.max(20, options.width ?? 80);
  const ink: Ink = { color: options.color ?? false, unicode: options.unicode ?? false };
  const book = new GlyphBook([picture]);
  const fromSection = Math.floor(Math.max(0, options.from ?? 0) / picture.sectionSizeBytes);
  const toSection = options.to === undefined ? Infinity : Math.ceil(options.to / picture.sectionSizeBytes);
  const maxRows = Math.max(1, options.maxRows ?? MOST_ROWS);

  const shown: Span[] = [];
  const tally = new Tally();
  const rest = new Rest();
  for (const span of spansOf(picture, fromSection, toSection)) {
    tally.add(picture, span);
    for (const row of options.unfolded === true ? singles(span, maxRows - shown.length) : [span]) {
      if (shown.length < maxRows) shown.push(row);
      else rest.add(row);
    }
  }
  if (shown.length === 0) return wrapWords('no section of memory is present here', width, '');

  const shape = shapeOf(picture, shown, width, hasManyNodes([picture]));
  const lines: Line[] = [...headingLines(picture, shape)];
  const mixed: Cell[] = [];
  shown.forEach((span, index) => {
    const rows = rowLines(picture, span, shape, book, ink, sharesBlock(picture, shown[index - 1], span), options.unfolded);
    for (const row of rows) {
      lines.push(row.line);
      mixed.push(...(row.cells ?? []).filter((cell) => cell.mixed));
      const marks = options.highlight && highlightMarks(picture, span, row, rows, shape, options.highlight);
      if (marks !== undefined) lines.push(marks);
    }
  });
  if (rest.rows > 0) lines.push([{ text: rest.text(picture, ink), paint: FAINT }]);
  lines.push([], ...legendLines(book, tally.totals(), mixed, width));
  for (const text of wrapWords(countsText(picture, fromSection, toSection), width, '  ')) lines.push([{ text }]);
  return lines.map((line) => inkLine(line, ink, width));
}

/** Whether two rows lie in one and the same memory block. */
export function sharesBlock(picture: Picture, above: Span | undefined, span: Span): boolean {
  if (above === undefined || above.block !== span.block || span.block === undefined) return false;
  const perBlock = picture.blockSizeBytes / picture.sectionSizeBytes;
  const block = Math.floor(above.first / perBlock);
  return block === Math.floor(span.last / perBlock);
}

// A uniform span as single sections, at most `count` of them and then the rest in one.
function* singles(span: Span, count: number): Generator<Span> {
  if (span.section === undefined) {
    yield span;
    return;
  }
  let at = span.first;
  for (let left = count; left > 0 && at <= span.last; left--, at++) yield { ...span, first: at, last: at };
  if (at <= span.last) yield { ...span, first: at };
}

/** What is not drawn for want of rows. */
class Rest {
  rows = 0;
  #sections = 0;
  #first = -1;
  #last = -1;

  add(span: Span): void {
    this.rows++;
    if (this.#first < 0) this.#first = span.first;
    this.#last = span.last;
    if (span.section !== undefined) this.#sections += span.last - span.first + 1;
  }

  text(picture: Picture, ink: Ink): string {
    const rows = `${this.rows} more row${this.rows === 1 ? '' : 's'}`;
    const size = shortSize(this.#sections * picture.sectionSizeBytes);
    return `${ink.unicode ? '…' : '...'} ${rows}: sections ${this.#first}-${this.#last}, ${size} of them present`;
  }
}

// A line of ^ beneath the cells, or the bar, that the range touches.
function highlightMarks(
  picture: Picture,
  span: Span,
  row: RowLine,
  rows: readonly RowLine[],
  shape: Shape,
  range: ByteRange,
): Line | undefined {
  const size = picture.sectionSizeBytes;
  const start = span.first * size;
  if (range.start >= (span.last + 1) * size || range.end <= start) return undefined;
  const drawn = rows.filter(({ cells }) => cells !== undefined);
  if (drawn.length === 0) {
    if (row !== rows[rows.length - 1]) return undefined;
    return marksLine(Array.from({ length: shape.barWidth }, (_, index) => shape.indent + index));
  }
  const cellBytes = size / shape.cellCount;
  const before = drawn.indexOf(row) * shape.cellsPerLine;
  const columns = (row.cells ?? []).flatMap((_, index) => {
    const at = start + (before + index) * cellBytes;
    return at < range.end && at + cellBytes > range.start ? [cellColumn(row, index)] : [];
  });
  return columns.length === 0 ? undefined : marksLine(columns);
}

/** A line with ^ in the given columns, ascending. */
export function marksLine(columns: readonly number[]): Line {
  const last = columns[columns.length - 1] ?? 0;
  const marked = new Set(columns);
  const text = Array.from({ length: last + 1 }, (_, column) => (marked.has(column) ? '^' : ' ')).join('');
  return [{ text, paint: MARK }];
}
