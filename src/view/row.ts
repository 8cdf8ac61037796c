/** The rows of the map: columns that fit a width, and the lines of a span within them. */

import { cellsOf, type Cell } from './cell.ts';
import { FAINT, STRONG, clip, type Ink, type Line, type Part } from './line.ts';
import { MIXED_GLYPH, type GlyphBook, type Owner } from './owner.ts';
import { quiet } from './palette.ts';
import type { Picture } from './picture.ts';
import { numberRange } from './ranges.ts';
import { shortSize } from './size.ts';
import type { Span } from './span.ts';

/** How the columns lie. */
export interface Shape {
  /** Narrow: a section's facts stand above its cells, not beside them. */
  readonly stacked: boolean;
  readonly indent: number;
  readonly sectionWidth: number;
  readonly addressDigits: number;
  /** Columns of the flags and the space after them; 0 where nobody knows any. */
  readonly flagsWidth: number;
  readonly cellsPerLine: number;
  /** Cells of a section: all its sub-sections, or fewer where they are grouped. */
  readonly cellCount: number;
  /** Columns the cells of a line take, gaps included. */
  readonly barWidth: number;
  readonly manyNodes: boolean;
}

/** A line of a row; the first cell of it, where it holds cells. */
export interface RowLine {
  readonly line: Line;
  readonly cells?: readonly Cell[];
  readonly cellsAt?: number;
}

const STACKED_BELOW = 64;
const MOST_LINES = 4;
const GROUP = 8;
const FLAG_LETTERS = 'PMOED';
// What the column of blocks is given before cells are put on more lines.
const BLOCK_COLUMN = 18;

/** The widest columns that fit `width` for these spans. Below 20 columns nothing useful fits: 20 is taken. */
export function shapeOf(
  picture: Picture,
  spans: readonly Span[],
  width: number,
  manyNodes: boolean,
  gutter = 0,
): Shape {
  const columns = Math.max(20, width) - gutter;
  const lastSection = spans.reduce((most, { last }) => Math.max(most, last), 0);
  const sectionWidth = spans.reduce((most, { first, last }) => Math.max(most, numberRange(first, last).length), 4);
  const topAddress = (lastSection + 1) * picture.sectionSizeBytes - 1;
  const addressDigits = Math.max(8, topAddress.toString(16).length);
  const stacked = columns < STACKED_BELOW;
  const flagsWidth = spans.some(({ section }) => section?.flags !== undefined) ? FLAG_LETTERS.length + 1 : 0;
  const indent = stacked ? 2 : sectionWidth + 1 + 2 + addressDigits + 1 + flagsWidth + 1;
  const blockWidth = spans.reduce((most, span) => Math.max(most, blockText(picture, span, manyNodes).length), 0);
  const beside = columns - indent - 2;
  const room = stacked ? columns - indent : Math.max(GROUP, beside - Math.min(blockWidth, BLOCK_COLUMN));
  const count = Math.max(1, Math.floor(picture.sectionSizeBytes / picture.subsectionSizeBytes));
  let cellsPerLine = 1;
  while (cellsPerLine * 2 <= count && barWidth(cellsPerLine * 2) <= room) cellsPerLine *= 2;
  const cellCount = Math.min(count, cellsPerLine * MOST_LINES);
  return {
    stacked,
    indent,
    sectionWidth,
    addressDigits,
    flagsWidth,
    cellsPerLine,
    cellCount,
    // Room for a label, where a section has few cells.
    barWidth: Math.max(barWidth(cellsPerLine), Math.min(stacked ? room : beside - blockWidth, barWidth(32))),
    manyNodes,
  };
}

function barWidth(cells: number): number {
  return cells + Math.max(0, Math.ceil(cells / GROUP) - 1);
}

/** Whether it is worth saying which node a block is on. Looks at the first few thousand runs. */
export function hasManyNodes(pictures: readonly Picture[]): boolean {
  return new Set(pictures.flatMap(({ blocks }) => blocks.slice(0, 4096).map(({ node }) => node ?? -1))).size > 1;
}

/** The heading over the columns. */
export function headingLines(picture: Picture, shape: Shape): Line[] {
  const size = shortSize(picture.sectionSizeBytes / shape.cellCount);
  const sub = shortSize(picture.subsectionSizeBytes);
  const grouped = shape.cellCount * picture.subsectionSizeBytes < picture.sectionSizeBytes;
  const cells = grouped ? `${size} cells of ${sub} sub-sections` : `sub-sections of ${sub}`;
  const flags = shape.flagsWidth > 0;
  if (shape.stacked) return [[{ text: `section, address${flags ? ', flags' : ''}; ${cells}`, paint: FAINT }]];
  const block = picture.blockSizeBytes === picture.sectionSizeBytes ? 'block (same nr)' : 'block';
  const head =
    (shape.sectionWidth < 7 ? 'sect' : 'section').padStart(shape.sectionWidth) +
    ` ${'address'.padEnd(shape.addressDigits + 2)} ${flags ? 'flags ' : ''} ${cells.padEnd(shape.barWidth)}` +
    (picture.blocks.length === 0 ? '' : `  ${block}`);
  return [[{ text: head, paint: FAINT }]];
}

/** The letters of a section's flags in fixed places: present, memmap, online, early, ZONE_DEVICE taint. */
export function flagLetters(flags: number | undefined): string {
  if (flags === undefined) return '';
  return [...FLAG_LETTERS].map((letter, bit) => (Math.floor(flags / 2 ** bit) % 2 === 1 ? letter : '-')).join('');
}

/** `0-3 online N1 DMA32`, without the numbers where a block is a section, without the node where there is one; empty where there is no block. */
export function blockText(picture: Picture, span: Span, manyNodes: boolean): string {
  const { block } = span;
  if (block === undefined) return '';
  const perBlock = picture.blockSizeBytes / picture.sectionSizeBytes;
  const first = Math.floor(span.first / perBlock);
  const last = Math.floor(span.last / perBlock);
  const numbers = perBlock === 1 ? '' : `${numberRange(first, last)} `;
  const zones = block.zones === '' ? '' : ` ${block.zones.split(' ').join(',')}`;
  const node = manyNodes && block.node !== undefined ? ` N${block.node}` : '';
  return `${numbers}${block.state}${node}${zones}`;
}

/** What a bar says of its owner. */
export function barLabel(owner: Owner): string {
  switch (owner.kind) {
    case 'claimed':
      return `${owner.label}, no pgmap`;
    case 'unmapped':
      return `${owner.label}, idle`;
    case 'unowned':
      return 'bits set, no owner';
    case 'unbacked':
      return 'bits clear under an owner';
    default:
      return owner.online === false ? `${owner.label}, offline` : owner.label;
  }
}

// The names of what lies where no section is: at most two.
function namesWithin(picture: Picture, span: Span): string {
  const names = new Set<string>();
  const end = (span.last + 1) * picture.sectionSizeBytes;
  for (let index = span.segment; names.size < 3; index++) {
    const segment = picture.segments[index];
    if (segment === undefined || segment.start >= end) break;
    if (segment.end > span.first * picture.sectionSizeBytes) names.add(segment.label);
  }
  const listed = [...names].slice(0, 2).join(', ') + (names.size > 2 ? ', ...' : '');
  return listed === '' ? '' : `: ${listed}`;
}

function bar(picture: Picture, span: Span, shape: Shape, book: GlyphBook, ink: Ink): Part[] {
  const size = shortSize((span.last - span.first + 1) * picture.sectionSizeBytes);
  const width = shape.barWidth;
  if (span.owner === undefined) {
    const fill = ink.unicode ? '╌' : '-';
    const label = ` ${size} absent${namesWithin(picture, span)} `;
    return [{ text: (fill + fill + clip(label, width - 3, ink)).padEnd(width, fill), paint: FAINT }];
  }
  const { letter, paint } = book.glyph(span.owner);
  const label = clip(` ${size} ${barLabel(span.owner)} `, width - 3, ink);
  const filler = letter.repeat(Math.max(0, width - 2 - label.length));
  return [{ text: letter + letter, paint: quiet(paint) }, { text: label, paint }, { text: filler, paint: quiet(paint) }];
}

function cellParts(cells: readonly Cell[], book: GlyphBook): Part[] {
  const parts: Part[] = [];
  let text = '';
  let glyph = MIXED_GLYPH;
  const flush = (): void => {
    if (text !== '') parts.push({ text, paint: quiet(glyph.paint) });
    text = '';
  };
  cells.forEach((cell, index) => {
    const next = cell.mixed ? MIXED_GLYPH : book.glyph(cell.owner);
    const gap = index > 0 && index % GROUP === 0;
    if (gap || next !== glyph) flush();
    if (gap) parts.push({ text: ' ' });
    glyph = next;
    text += next.letter;
  });
  flush();
  return parts;
}

/**
 * The lines of one span. `sameBlock` says that the row above lies in the same block: its text is not repeated.
 * With `open`, a single section is drawn cell by cell even where it is uniform.
 */
export function rowLines(
  picture: Picture,
  span: Span,
  shape: Shape,
  book: GlyphBook,
  ink: Ink,
  sameBlock: boolean,
  open = false,
): RowLine[] {
  const size = picture.sectionSizeBytes;
  const single = span.first === span.last;
  const drawn = span.section !== undefined && single && (open || span.owner === undefined);
  const address = (at: number): string => '0x' + at.toString(16).padStart(shape.addressDigits, '0');
  const flags = (span.section === undefined ? '' : flagLetters(span.section.flags)).padEnd(5).slice(0, shape.flagsWidth);
  const number = numberRange(span.first, span.last);
  const block = sameBlock ? (ink.unicode ? '│' : '|') : blockText(picture, span, shape.manyNodes);
  const lines: RowLine[] = [];
  if (shape.stacked) {
    const head: Part[] = [
      { text: number, paint: STRONG },
      { text: ` ${address(span.first * size)} ${flags}` },
    ];
    lines.push({ line: head });
    if (!sameBlock && block !== '') lines.push({ line: [{ text: `  block ${block}`, paint: FAINT }] });
  }
  const cells = drawn ? cellsOf(picture, span, shape.cellCount) : [];
  const count = Math.max(1, cells.length / shape.cellsPerLine);
  for (let index = 0; index < count; index++) {
    const start = span.first * size + (index * size) / count;
    const head: Part[] = shape.stacked
      ? [{ text: '  ' }]
      : [
          { text: `${index === 0 ? number.padStart(shape.sectionWidth) : ' '.repeat(shape.sectionWidth)} `, paint: STRONG },
          { text: `${address(start)} ` },
          { text: (index === 0 ? flags : '').padEnd(shape.flagsWidth + 1) },
        ];
    const own = cells.slice(index * shape.cellsPerLine, (index + 1) * shape.cellsPerLine);
    const body = drawn ? cellParts(own, book) : bar(picture, span, shape, book, ink);
    const used = drawn ? barWidth(own.length) : shape.barWidth;
    const tail: Part[] = shape.stacked || index > 0 || block === ''
      ? []
      : [{ text: ' '.repeat(2 + shape.barWidth - used) }, { text: block, paint: FAINT }];
    const line = [...head, ...body, ...tail];
    lines.push(drawn ? { line, cells: own, cellsAt: shape.indent } : { line });
  }
  return lines;
}

/** The column of the n-th cell of a line. */
export function cellColumn(row: RowLine, index: number): number {
  return (row.cellsAt ?? 0) + index + Math.floor(index / GROUP);
}
