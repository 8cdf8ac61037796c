/** The rows, cells and legend of a map as SVG elements. */

import { cellsOf, type Cell } from './cell.ts';
import { sizeText, type LegendEntry } from './legend.ts';
import { clip } from './line.ts';
import { MIXED_GLYPH, describeOwner, type Glyph, type GlyphBook } from './owner.ts';
import { rgbOf } from './palette.ts';
import type { Picture } from './picture.ts';
import { memRange, numberRange } from './ranges.ts';
import { barLabel, blockText, flagLetters, hasManyNodes } from './row.ts';
import { shortSize } from './size.ts';
import type { Span } from './span.ts';
import { MONO, element, xmlEscape } from './svg-text.ts';

const CHAR = 7.3;
const ROW = 26;
const BAR = 18;
const CELLS = 640;
const MARGIN = 20;
const MOST_CELLS = 128;

/** Where a drawing takes its ink and ground from. */
export interface SvgTheme {
  readonly ink: string;
  readonly pale: string;
  /** Dashes of what is absent, and the frame. */
  readonly rule: string;
  /** Ground of memory that is there but not in use. */
  readonly hollow: string;
  /** Ground of what is nobody's or firmware's. */
  readonly dim: string;
  /** Lines between sub-sections. */
  readonly tick: string;
  /** Ground of the whole, with a frame; absent where a page brings its own. */
  readonly paper?: string;
}

/** Black on white. */
export const PAPER: SvgTheme = {
  ink: '#24292f',
  pale: '#6e7781',
  rule: '#d0d7de',
  hollow: '#fbfbfb',
  dim: '#eef0f2',
  tick: '#ffffff',
  paper: '#ffffff',
};

/** From variables of the page's style sheet: `--ink`, `--pale`, `--rule`, `--hollow`, `--dim`, `--tick`. */
export const OF_PAGE: SvgTheme = {
  ink: 'var(--ink)',
  pale: 'var(--pale)',
  rule: 'var(--rule)',
  hollow: 'var(--hollow)',
  dim: 'var(--dim)',
  tick: 'var(--tick)',
};

/** A drawing that grows downwards, row by row. */
export class Sheet {
  readonly #picture: Picture;
  readonly #book: GlyphBook;
  readonly #theme: SvgTheme;
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

  constructor(picture: Picture, book: GlyphBook, spans: readonly Span[], theme: SvgTheme = PAPER) {
    this.#picture = picture;
    this.#book = book;
    this.#theme = theme;
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
    this.#text(this.#addressAt - CHAR, y, 'sect', { fill: this.#theme.pale, 'text-anchor': 'end' });
    this.#text(this.#addressAt, y, 'address', { fill: this.#theme.pale });
    if (this.#hasFlags) this.#text(this.#cellsAt - 7 * CHAR, y, 'flags', { fill: this.#theme.pale });
    this.#text(this.#cellsAt, y, `sub-sections of ${shortSize(this.#picture.subsectionSizeBytes)}`, { fill: this.#theme.pale });
    const same = this.#picture.blockSizeBytes === this.#picture.sectionSizeBytes;
    if (this.#picture.blocks.length > 0) this.#text(this.#cellsAt + CELLS + 12, y, same ? 'block (same nr)' : 'block', { fill: this.#theme.pale });
    this.#y += 20;
  }

  /** A span of the sheet's picture, or of another of the same sections; `mark` stands before it. */
  row(span: Span, picture: Picture = this.#picture, mark = ''): void {
    const y = this.#y;
    const base = y + 13;
    if (mark !== '') this.#text(MARGIN - 14, base, mark, { 'font-weight': 700 });
    const start = span.first * this.#picture.sectionSizeBytes;
    this.#text(this.#addressAt - CHAR, base, numberRange(span.first, span.last), { 'text-anchor': 'end', 'font-weight': 600 });
    this.#text(this.#addressAt, base, '0x' + start.toString(16).padStart(this.#digits, '0'), {});
    if (span.section !== undefined) this.#text(this.#cellsAt - 7 * CHAR, base, flagLetters(span.section.flags), {});
    this.#text(this.#cellsAt + CELLS + 12, base, blockText(picture, span, this.#manyNodes), { fill: this.#theme.pale });
    if (span.section === undefined) this.#absent(span);
    else if (span.owner !== undefined) this.#fold(span);
    else this.#section(span, picture);
    this.#y += ROW;
  }

  note(text: string): void {
    this.#text(MARGIN, this.#y + 12, text, { fill: this.#theme.pale });
    this.#y += 20;
  }

  /** Letter, size and meaning of the owners that occur, at most two dozen. */
  legend(entries: readonly LegendEntry[]): void {
    this.#y += 8;
    for (const entry of entries.slice(0, 24)) {
      this.#legendRow(this.#book.glyph(entry.owner), sizeText(entry), describeOwner(entry.owner, entry.labels));
    }
    if (this.#mixed) this.#legendRow(MIXED_GLYPH, '', 'more than one owner in the cell');
    this.#y += 4;
  }

  finish(label: string): string {
    const width = this.#cellsAt + CELLS + 12 + this.#blockWidth + MARGIN;
    const height = this.#y + MARGIN / 2;
    const { paper, rule } = this.#theme;
    const frame =
      paper === undefined
        ? ''
        : element('rect', { width: width - 1, height: height - 1, x: 0.5, y: 0.5, rx: 8, fill: paper, stroke: rule });
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
    const line = { y1: y, y2: y, stroke: this.#theme.rule, 'stroke-dasharray': '3 4' };
    const middle = this.#cellsAt + CELLS / 2;
    this.#parts.push(element('line', { x1: this.#cellsAt, x2: middle - width / 2, ...line }));
    this.#parts.push(element('line', { x1: middle + width / 2, x2: this.#cellsAt + CELLS, ...line }));
    this.#text(middle, this.#y + 13, text, { fill: this.#theme.pale, 'text-anchor': 'middle' });
  }

  #fold(span: Span): void {
    if (span.owner === undefined) return;
    const size = this.#picture.sectionSizeBytes;
    const label = `${shortSize((span.last - span.first + 1) * size)} ${barLabel(span.owner)}`;
    const hint = `${memRange(span.first * size, (span.last + 1) * size)} ${barLabel(span.owner)}`;
    this.#box(this.#cellsAt, CELLS, this.#book.glyph(span.owner), label, hint);
  }

  #section(span: Span, picture: Picture): void {
    const size = this.#picture.sectionSizeBytes;
    const subs = Math.max(1, Math.floor(size / this.#picture.subsectionSizeBytes));
    const count = Math.min(subs, MOST_CELLS);
    const cells = cellsOf(picture, span, count);
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
    this.#parts.push(element('path', { d: path(1), stroke: this.#theme.tick, 'stroke-opacity': 0.35, 'stroke-width': 0.6 }));
    if (count > 8) this.#parts.push(element('path', { d: path(8), stroke: this.#theme.tick, 'stroke-width': 1.2 }));
  }

  // A stretch of one look: its letter at the left, its label where there is room.
  #box(x: number, width: number, glyph: Glyph, label: string, hint: string): void {
    const { fill, stroke, ink } = coloursOf(glyph, this.#theme);
    const rect = element('rect', { x, y: this.#y, width, height: BAR, fill, ...(stroke === '' ? {} : { stroke, 'stroke-width': 0.8 }) });
    this.#parts.push(element('g', {}, `<title>${xmlEscape(hint)}</title>${rect}`));
    const room = Math.floor((width - 8) / CHAR);
    const full = `${glyph.letter} ${label}`;
    if (label !== '' && room >= Math.min(full.length, 8)) {
      const text = clip(full, room, { unicode: true });
      // On a ground of its own: the lines between sub-sections would cut through the letters.
      const ground = { x: x + 2, y: this.#y + 1, width: text.length * CHAR + 6, height: BAR - 2, fill };
      this.#texts.push(element('rect', { ...ground, 'pointer-events': 'none' }));
      this.#text(x + 5, this.#y + 13, text, { fill: ink });
    } else if (width >= CHAR) {
      this.#text(x + width / 2, this.#y + 13, glyph.letter, { fill: ink, 'text-anchor': 'middle' });
    }
  }

  #legendRow(glyph: Glyph, size: string, text: string): void {
    const { fill, stroke, ink } = coloursOf(glyph, this.#theme);
    this.#parts.push(element('rect', { x: MARGIN, y: this.#y, width: 20, height: 16, fill, ...(stroke === '' ? {} : { stroke, 'stroke-width': 0.8 }) }));
    this.#text(MARGIN + 10, this.#y + 12, glyph.letter, { fill: ink, 'text-anchor': 'middle' });
    const sizeEnd = MARGIN + 90 + Math.max(0, size.length - 8) * CHAR;
    this.#text(sizeEnd, this.#y + 12, size, { 'text-anchor': 'end' });
    this.#text(sizeEnd + 14, this.#y + 12, text, {});
    this.#y += 20;
  }

  #text(x: number, y: number, text: string, attributes: Readonly<Record<string, string | number>>): void {
    if (text !== '') this.#texts.push(element('text', { x, y, fill: this.#theme.ink, 'xml:space': 'preserve', 'pointer-events': 'none', ...attributes }, xmlEscape(text)));
  }
}

function alike(a: Cell, b: Cell): boolean {
  return !a.mixed && !b.mixed && a.owner.key === b.owner.key;
}

// On paper, what is hollow in the terminal is outlined, and the dark ground becomes a light one.
function coloursOf({ paint }: Glyph, theme: SvgTheme): { fill: string; stroke: string; ink: string } {
  if (paint.hollow === true) return { fill: theme.hollow, stroke: rgbOf(paint.fg), ink: theme.ink };
  if (paint.bg === 235) return { fill: theme.dim, stroke: '', ink: theme.pale };
  return { fill: rgbOf(paint.bg ?? 231), stroke: '', ink: rgbOf(paint.fg) };
}
