/** Two maps of the same machine next to each other: the same sections on the same lines. */

import { cellsOf, type Cell } from './cell.ts';
import { FAINT, MARK, STRONG, inkLine, plainText, wrapWords, type Ink, type Line } from './line.ts';
import { renderMap, type MapOptions } from './map.ts';
import { GlyphBook, MIXED_GLYPH, describeOwner, type Glyph } from './owner.ts';
import type { Picture } from './picture.ts';
import { hasManyNodes, rowLines, shapeOf, type Shape } from './row.ts';
import { shortSize } from './size.ts';
import { pairsOf, type SpanPair } from './span-pair.ts';
import { Tally, type OwnerTotal } from './tally.ts';

/** A picture with the words over its column. */
export interface TitledPicture {
  readonly title: string;
  readonly picture: Picture;
}

/** Columns between the two maps: a rule, and what marks a line that differs. */
const GAP = 3;
/** Below this, two columns of 32 cells do not fit. */
const LEAST_WIDTH = 2 * 37 + GAP;
const MOST_ROWS = 64;

/**
 * Draws two pictures as two columns; lines that differ have ≠ (or #) between them. Where `width` is too small, or
 * sections differ in size, one map follows the other.
 */
export function renderSideBySide(left: TitledPicture, right: TitledPicture, options: MapOptions = {}): string[] {
  const width = options.width ?? 80;
  const ink: Ink = { color: options.color ?? false, unicode: options.unicode ?? false };
  const [a, b] = [left.picture, right.picture];
  const alike = a.sectionSizeBytes === b.sectionSizeBytes && a.subsectionSizeBytes === b.subsectionSizeBytes;
  if (width < LEAST_WIDTH || !alike) {
    return [left, right].flatMap(({ title, picture }, index) => [
      ...(index === 0 ? [] : ['']),
      inkLine([{ text: title, paint: STRONG }], ink, width),
      ...renderMap(picture, options),
    ]);
  }
  const column = Math.floor((width - GAP) / 2);
  const totals = [new Tally(), new Tally()] as const;
  const pairs: SpanPair[] = [];
  let dropped = 0;
  for (const pair of pairsOf(a, b)) {
    totals[0].add(a, pair.before);
    totals[1].add(b, pair.after);
    if (pairs.length < (options.maxRows ?? MOST_ROWS)) pairs.push(pair);
    else dropped++;
  }
  const spans = pairs.flatMap(({ before, after }) => [before, after]);
  const shape = shapeOf(a, spans, column, hasManyNodes([a, b]));
  const book = new GlyphBook([a, b]);
  const join = (one: Line, other: Line, mark = plainText(one) !== plainText(other)): Line =>
    joined(one, other, mark, column, ink);
  const lines: Line[] = [
    join([{ text: left.title, paint: STRONG }], [{ text: right.title, paint: STRONG }], false),
  ];
  const mixed: Cell[] = [];
  for (const pair of pairs) lines.push(...pairLines(a, b, pair, shape, book, ink, join, mixed));
  if (dropped > 0) lines.push([{ text: `${ink.unicode ? '…' : '...'} ${dropped} more rows`, paint: FAINT }]);
  lines.push([], ...legend(book, totals[0].totals(), totals[1].totals(), mixed.length > 0, width));
  return lines.map((line) => inkLine(line, ink, width));
}

function pairLines(
  a: Picture,
  b: Picture,
  { before, after }: SpanPair,
  shape: Shape,
  book: GlyphBook,
  ink: Ink,
  join: (one: Line, other: Line) => Line,
  mixed: Cell[],
): Line[] {
  // A bar beside cells would hide what differs.
  const owners = before.owner !== undefined && after.owner !== undefined && before.owner.kind === after.owner.kind;
  const open = before.section !== undefined && after.section !== undefined && !owners;
  const one = rowLines(a, before, shape, book, ink, false, open);
  const other = rowLines(b, after, shape, book, ink, false, open);
  for (const [picture, span] of [[a, before], [b, after]] as const) {
    if (span.section !== undefined && span.first === span.last && (open || span.owner === undefined)) {
      mixed.push(...cellsOf(picture, span, shape.cellCount).filter((cell) => cell.mixed));
    }
  }
  const count = Math.max(one.length, other.length);
  return Array.from({ length: count }, (_, index) => join(one[index]?.line ?? [], other[index]?.line ?? []));
}

function joined(left: Line, right: Line, differs: boolean, column: number, ink: Ink): Line {
  const length = plainText(left).length;
  const rule = ink.unicode ? '│' : '|';
  const mark = ink.unicode ? '≠' : '#';
  // Cut to its column before the other one begins.
  const fitted = length <= column ? left : [{ text: inkLine(left, { ...ink, color: false }, column) }];
  return [
    ...trimmed(fitted),
    { text: ' '.repeat(Math.max(0, column - plainText(fitted).length) + 1) },
    { text: differs ? mark : rule, paint: differs ? MARK : FAINT },
    { text: ' ' },
    ...right,
  ];
}

/** Without blanks at the end, which the padding counts. */
function trimmed(line: Line): Line {
  const parts = [...line];
  for (let last = parts.at(-1); last !== undefined; last = parts.at(-1)) {
    const text = last.text.trimEnd();
    parts.pop();
    if (text === '') continue;
    parts.push({ ...last, text });
    break;
  }
  return parts;
}

/** What stands behind one letter, in both pictures. */
interface Entry {
  readonly glyph: Glyph;
  readonly meaning: string;
  readonly bytes: [left: number, right: number];
}

function legend(
  book: GlyphBook,
  left: readonly OwnerTotal[],
  right: readonly OwnerTotal[],
  mixed: boolean,
  width: number,
): Line[] {
  const entries = new Map<string, Entry>();
  for (const [side, totals] of [left, right].entries()) {
    for (const { owner, labels, bytes } of totals) {
      const glyph = book.glyph(owner);
      const meaning = describeOwner(owner, labels);
      const entry = entries.get(glyph.letter) ?? { glyph, meaning, bytes: [0, 0] as [number, number] };
      entry.bytes[side as 0 | 1] += bytes;
      // What both kernels say: the shorter of "System RAM" and "System RAM from boot".
      const shorter = meaning.length < entry.meaning.length ? meaning : entry.meaning;
      entries.set(glyph.letter, { ...entry, meaning: shorter });
    }
  }
  const lines = [...entries.values()].flatMap(({ glyph, meaning, bytes }): Line[] => {
    const sizes = bytes.map((each) => (each === 0 ? '-' : shortSize(each)).padStart(7)).join('  ');
    const head = `${sizes}  `;
    const [first = '', ...rest] = wrapWords(meaning, Math.max(8, width - head.length - 3), '');
    return [
      [{ text: ` ${glyph.letter} `, paint: glyph.paint }, { text: head + first }],
      ...rest.map((text): Line => [{ text: ' '.repeat(head.length + 3) + text }]),
    ];
  });
  if (mixed) lines.push([{ text: ` ${MIXED_GLYPH.letter} `, paint: MIXED_GLYPH.paint }, { text: '  several owners in one cell' }]);
  return lines;
}
