/** The map as a self-contained SVG picture: the same rows, cells, letters and colours as in the terminal. */

import { cellsOf, type Cell } from './cell.ts';
import { clip } from './line.ts';
import { GlyphBook, MIXED_GLYPH, describeOwner, type Glyph } from './owner.ts';
import { rgbOf } from './palette.ts';
import type { Picture } from './picture.ts';
import { memRange, numberRange } from './ranges.ts';
import { barLabel, blockText, flagLetters, hasManyNodes } from './row.ts';
import { shortSize } from './size.ts';
import { spansOf, type Span } from './span.ts';
import { MONO, element, xmlEscape } from './svg-text.ts';
import { Tally, countsText } from './tally.ts';

export interface SvgOptions {
  readonly title?: string;
  /** Byte addresses: only sections that overlap [from, to). */
  readonly from?: number;
  readonly to?: number;
  /** Rows drawn before the rest is summed up; 48 when absent. */
  readonly maxRows?: number;
}

const CHAR = 7.3;
const ROW = 26;
const BAR = 18;
const CELLS = 640;
const MARGIN = 20;
const MOST_CELLS = 128;
const INK = '#24292f';
const PALE = '#6e7781';

/** Draws a picture; escapes every label. Cost follows the number of runs, size the rows drawn. */
export function renderSvg(picture: Picture, options: SvgOptions = {}): string {
  const size = picture.sectionSizeBytes;
  const from = Math.floor(Math.max(0, options.from ?? 0) / size);
  const to = options.to === undefined ? Infinity : Math.ceil(options.to / size);
  const book = new GlyphBook([picture]);
  const tally = new Tally();
  const shown: Span[] = [];
  let left = 0;
  for (const span of spansOf(picture, from, to)) {
    tally.add(picture, span);
    if (shown.length < (options.maxRows ?? 48)) shown.push(span);
    else left++;
  }
  const sheet = new Sheet(picture, book, shown);
  if (options.title !== undefined) sheet.title(options.title);
  sheet.heading();
  for (const span of shown) sheet.row(span);
  if (left > 0) sheet.note(`… ${left} more rows`);
  sheet.legend(tally);
  sheet.note(countsText(picture, from, to));
  return sheet.finish(options.title ?? 'Map of physical memory');
}

class Sheet {
  readonly #picture: Picture;
  readonly #book: GlyphBook;
  readonly #parts: string[] = [];
  // Drawn after everything else, so that no line crosses them.
  readonly #texts: string[] = [];
  readonly #digits: number;
  readonly #cellsAt: number;
  readonly #addressAt: number;
  readonly #blockWidth: number;
  readonly #manyNodes: boolean;
  readonly #hasFlags: boolean;
  #y = MARGIN;
  #mixed = false;

  constructor(picture: Picture, book: GlyphBook, spans: readonly Span[]) {
    this.#picture = picture;
    this.#book = book;
    this.#hasFlags = spans.some(({ section }) => section?.flags !== undefined);
    const last = spans.reduce((most, span) => Math.max(most, span.last), 0);
    this.#digits = Math.max(8, ((last + 1) * picture.sectionSizeBytes - 1).toString(16).length);
    const numbers = spans.reduce((most, span) => Math.max(most, numberRange(span.first, span.last).length), 4);
    this.#addressAt = MARGIN + (numbers + 1) * CHAR;
    this.#cellsAt = this.#addressAt + (this.#digits + 2 + (this.#hasFlags ? 8 : 2)) * CHAR;
    this.#manyNodes = hasManyNodes([picture]);
    const texts = spans.map((span) => blockText(picture, span, this.#manyNodes).length);
    this.#blockWidth = picture.blocks.length === 0 ? 0 : Math.min(34, Math.max(16, ...texts)) * CHAR;
  }

  title(text: string): void {
    this.#text(MARGIN, this.#y + 12, text, { 'font-size': 15, 'font-weight': 600 });
    this.#y += 30;
  }

  heading(): void {
    const y = this.#y + 10;
    this.#text(this.#addressAt - CHAR, y, 'sect', { fill: PALE, 'text-anchor': 'end' });
    this.#text(this.#addressAt, y, 'address', { fill: PALE });
    if (this.#hasFlags) this.#text(this.#cellsAt - 7 * CHAR, y, 'flags', { fill: PALE });
    this.#text(this.#cellsAt, y, `sub-sections of ${shortSize(this.#picture.subsectionSizeBytes)}`, { fill: PALE });
    const same = this.#picture.blockSizeBytes === this.#picture.sectionSizeBytes;
    if (this.#picture.blocks.length > 0) this.#text(this.#cellsAt + CELLS + 12, y, same ? 'block (same nr)' : 'block', { fill: PALE });
    this.#y += 20;
  }

  row(span: Span): void {
    const y = this.#y;
    const base = y + 13;
    const start = span.first * this.#picture.sectionSizeBytes;
    this.#text(this.#addressAt - CHAR, base, numberRange(span.first, span.last), { 'text-anchor': 'end', 'font-weight': 600 });
    this.#text(this.#addressAt, base, '0x' + start.toString(16).padStart(this.#digits, '0'), {});
    if (span.section !== undefined) this.#text(this.#cellsAt - 7 * CHAR, base, flagLetters(span.section.flags), {});
    this.#text(this.#cellsAt + CELLS + 12, base, blockText(this.#picture, span, this.#manyNodes), { fill: PALE });
    if (span.section === undefined) this.#absent(span);
    else if (span.owner !== undefined) this.#fold(span);
    else this.#section(span);
    this.#y += ROW;
  }

  note(text: string): void {
    this.#text(MARGIN, this.#y + 12, text, { fill: PALE });
    this.#y += 20;
  }

  legend(tally: Tally): void {
    this.#y += 8;
    for (const { owner, labels, bytes } of tally.totals().slice(0, 24)) {
      this.#legendRow(this.#book.glyph(owner), shortSize(bytes), describeOwner(owner, labels));
    }
    if (this.#mixed) this.#legendRow(MIXED_GLYPH, '', 'more than one owner in the cell');
    this.#y += 4;
  }

  finish(label: string): string {
    const width = this.#cellsAt + CELLS + 12 + this.#blockWidth + MARGIN;
    const height = this.#y + MARGIN / 2;
    const frame = element('rect', { width: width - 1, height: height - 1, x: 0.5, y: 0.5, rx: 8, fill: '#ffffff', stroke: '#d0d7de' });
    return element(
      'svg',
      {
        xmlns: 'http://www.w3.org/2000/svg',
        width,
        height,
        viewBox: `0 0 ${Math.round(width * 10) / 10} ${Math.round(height * 10) / 10}`,
        role: 'img',
        'font-family': MONO,
        'font-size': 12,
      },
      `\n<title>${xmlEscape(label)}</title>\n${[frame, ...this.#parts, ...this.#texts].join('\n')}\n`,
    ) + '\n';
  }

  #absent(span: Span): void {
    const y = this.#y + BAR / 2;
    const bytes = (span.last - span.first + 1) * this.#picture.sectionSizeBytes;
    const text = `${shortSize(bytes)} absent`;
    const width = (text.length + 2) * CHAR;
    const line = { y1: y, y2: y, stroke: '#d0d7de', 'stroke-dasharray': '3 4' };
    const middle = this.#cellsAt + CELLS / 2;
    this.#parts.push(element('line', { x1: this.#cellsAt, x2: middle - width / 2, ...line }));
    this.#parts.push(element('line', { x1: middle + width / 2, x2: this.#cellsAt + CELLS, ...line }));
    this.#text(middle, this.#y + 13, text, { fill: PALE, 'text-anchor': 'middle' });
  }

  #fold(span: Span): void {
    if (span.owner === undefined) return;
    const size = this.#picture.sectionSizeBytes;
    const label = `${shortSize((span.last - span.first + 1) * size)} ${barLabel(span.owner)}`;
    const hint = `${memRange(span.first * size, (span.last + 1) * size)} ${barLabel(span.owner)}`;
    this.#box(this.#cellsAt, CELLS, this.#book.glyph(span.owner), label, hint);
  }

  #section(span: Span): void {
    const size = this.#picture.sectionSizeBytes;
    const subs = Math.max(1, Math.floor(size / this.#picture.subsectionSizeBytes));
    const count = Math.min(subs, MOST_CELLS);
    const cells = cellsOf(this.#picture, span, count);
    const step = CELLS / count;
    for (let from = 0; from < count; ) {
      const cell = cells[from] as Cell;
      let to = from + 1;
      while (to < count && alike(cell, cells[to] as Cell)) to++;
      const start = span.first * size + (from * size) / count;
      const end = span.first * size + (to * size) / count;
      const glyph = cell.mixed ? MIXED_GLYPH : this.#book.glyph(cell.owner);
      const label = cell.mixed ? '' : barLabel(cell.owner);
      if (cell.mixed) this.#mixed = true;
      const hint = `${memRange(start, end)} ${cell.mixed ? 'more than one owner' : label}`;
      this.#box(this.#cellsAt + from * step, (to - from) * step, glyph, label, hint);
      from = to;
    }
    this.#ticks(count, step);
  }

  // Where sub-sections meet: faint everywhere, a little stronger every eighth.
  #ticks(count: number, step: number): void {
    const path = (every: number): string => {
      let d = '';
      for (let index = every; index < count; index += every) {
        d += `M${Math.round((this.#cellsAt + index * step) * 10) / 10} ${this.#y}v${BAR}`;
      }
      return d;
    };
    this.#parts.push(element('path', { d: path(1), stroke: '#ffffff', 'stroke-opacity': 0.35, 'stroke-width': 0.6 }));
    if (count > 8) this.#parts.push(element('path', { d: path(8), stroke: '#ffffff', 'stroke-width': 1.2 }));
  }

  // A stretch of one look: its letter at the left, its label where there is room.
  #box(x: number, width: number, glyph: Glyph, label: string, hint: string): void {
    const { fill, stroke, ink } = coloursOf(glyph);
    const rect = element('rect', { x, y: this.#y, width, height: BAR, fill, ...(stroke === '' ? {} : { stroke, 'stroke-width': 0.8 }) });
    this.#parts.push(element('g', {}, `<title>${xmlEscape(hint)}</title>${rect}`));
    const room = Math.floor((width - 8) / CHAR);
    const full = `${glyph.letter} ${label}`;
    if (label !== '' && room >= Math.min(full.length, 8)) {
      this.#text(x + 5, this.#y + 13, clip(full, room, { unicode: true }), { fill: ink });
    } else if (width >= CHAR) {
      this.#text(x + width / 2, this.#y + 13, glyph.letter, { fill: ink, 'text-anchor': 'middle' });
    }
  }

  #legendRow(glyph: Glyph, size: string, text: string): void {
    const { fill, stroke, ink } = coloursOf(glyph);
    this.#parts.push(element('rect', { x: MARGIN, y: this.#y, width: 20, height: 16, fill, ...(stroke === '' ? {} : { stroke, 'stroke-width': 0.8 }) }));
    this.#text(MARGIN + 10, this.#y + 12, glyph.letter, { fill: ink, 'text-anchor': 'middle' });
    this.#text(MARGIN + 90, this.#y + 12, size, { 'text-anchor': 'end' });
    this.#text(MARGIN + 104, this.#y + 12, text, {});
    this.#y += 20;
  }

  #text(x: number, y: number, text: string, attributes: Readonly<Record<string, string | number>>): void {
    if (text !== '') this.#texts.push(element('text', { x, y, fill: INK, 'xml:space': 'preserve', 'pointer-events': 'none', ...attributes }, xmlEscape(text)));
  }
}

function alike(a: Cell, b: Cell): boolean {
  return !a.mixed && !b.mixed && a.owner.key === b.owner.key;
}

// On paper, what is hollow in the terminal is outlined, and the dark ground becomes a light one.
function coloursOf({ paint }: Glyph): { fill: string; stroke: string; ink: string } {
  if (paint.hollow === true) return { fill: '#fbfbfb', stroke: rgbOf(paint.fg), ink: INK };
  if (paint.bg === 235) return { fill: '#eef0f2', stroke: '', ink: PALE };
  return { fill: rgbOf(paint.bg ?? 231), stroke: '', ink: rgbOf(paint.fg) };
}
