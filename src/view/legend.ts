/** The legend: a line for each owner that occurs, with its total, and who shares the cells that are shared. */

import type { Cell } from './cell.ts';
import { FAINT, wrapWords, type Line, type Part } from './line.ts';
import { MIXED_GLYPH, describeOwner, type GlyphBook, type Owner } from './owner.ts';
import { hex } from '../kernel/units.ts';
import { shortSize } from './size.ts';
import type { Tally } from './tally.ts';

const MOST_ENTRIES = 24;
const MOST_SHARED = 4;

export interface LegendEntry {
  readonly owner: Owner;
  /** The names drawn alike. */
  readonly labels: readonly string[];
  readonly bytes: number;
  /** What it was, where two states are compared. */
  readonly was?: number;
}

/** Entries for two states, with `64M -> 0B` where a total changed. Changed ones come first. */
export function legendOfChange(before: Tally, after: Tally): LegendEntry[] {
  const keys = new Set(after.totals().map(({ owner }) => owner.key));
  const totals = [...after.totals(), ...before.totals().filter(({ owner }) => !keys.has(owner.key))];
  const entries = totals.map(({ owner, labels }) => ({
    owner,
    labels,
    bytes: after.bytes(owner.key),
    was: before.bytes(owner.key),
  }));
  const changed = ({ bytes, was }: { bytes: number; was: number }): boolean => bytes !== was;
  return [...entries.filter(changed), ...entries.filter((entry) => !changed(entry))];
}

/** A total, or how it changed: `64M -> 0B`. */
export function sizeText({ bytes, was }: LegendEntry): string {
  return was === undefined || was === bytes ? shortSize(bytes) : `${shortSize(was)} -> ${shortSize(bytes)}`;
}

/** Letter, size, meaning. At most two dozen owners and four shared cells; what is left out is counted. */
export function legendLines(
  book: GlyphBook,
  entries: readonly LegendEntry[],
  mixed: readonly Cell[],
  width: number,
): Line[] {
  const listed = entries.slice(0, MOST_ENTRIES);
  const sizes = listed.map(sizeText);
  const column = Math.max(4, ...sizes.map((size) => size.length));
  const lines: Line[] = [];
  listed.forEach(({ owner, labels }, index) => {
    const { letter, paint } = book.glyph(owner);
    const head = ` ${(sizes[index] ?? '').padStart(column)}  `;
    lines.push(...entry({ text: ` ${letter} `, paint }, head, describeOwner(owner, labels), width));
  });
  const left = entries.length - listed.length;
  if (left > 0) lines.push([{ text: `    and ${left} more owners`, paint: FAINT }]);
  if (mixed.length > 0) {
    const mark = { text: ` ${MIXED_GLYPH.letter} `, paint: MIXED_GLYPH.paint };
    const more = mixed.length - MOST_SHARED;
    const first = mixed.slice(0, more === 1 ? MOST_SHARED + 1 : MOST_SHARED);
    lines.push([mark, { text: ' shared cells:' }]);
    for (const cell of first) lines.push(...entry({ text: '   ' }, ' ', sharesText(cell), width));
    if (more > 1) lines.push([{ text: `    and ${more} more`, paint: FAINT }]);
  }
  return lines;
}

function entry(mark: Part, head: string, text: string, width: number): Line[] {
  const indent = ' '.repeat(mark.text.length + head.length);
  const [first = '', ...rest] = wrapWords(text, Math.max(8, width - indent.length), '');
  return [[mark, { text: head + first }], ...rest.map((line): Line => [{ text: indent + line }])];
}

// Each owner once, in order of address, with what it has of the cell.
function sharesText(cell: Cell): string {
  const bytes = new Map<string, number>();
  for (const { owner, start, end } of cell.shares ?? []) {
    bytes.set(owner.label, (bytes.get(owner.label) ?? 0) + end - start);
  }
  const listed = [...bytes].map(([label, size]) => `${shortSize(size)} ${label}`);
  const shown = listed.length > 5 ? [...listed.slice(0, 4), `${listed.length - 4} more`] : listed;
  return `${hex(cell.shares?.[0]?.start ?? 0)}: ${shown.join(', ')}`;
}
