/** Cells: what each equal part of a section holds. */

import { HOLE, UNBACKED, UNOWNED, ownerOf, type Owner } from './owner.ts';
import { isRam, type Picture } from './picture.ts';
import { subsectionBit, type Span } from './span.ts';

export interface Cell {
  /** The owner of most of it. */
  readonly owner: Owner;
  /** Whether others share it. */
  readonly mixed: boolean;
  /** Who shares it, in order of address; only where it is mixed. */
  readonly shares?: readonly Piece[];
  /** Equal exactly when two cells hold the same. */
  readonly key: string;
}

export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly owner: Owner;
}

/** A section from end to end, piece by piece: its segments, the holes between them, and where the bits disagree. */
export function* piecesOf(picture: Picture, span: Span): Generator<Piece> {
  const size = picture.sectionSizeBytes;
  const start = span.first * size;
  const end = start + size;
  let at = start;
  for (let index = span.segment; at < end; index++) {
    const segment = picture.segments[index];
    if (segment !== undefined && segment.end <= at) continue;
    const next = segment === undefined ? end : Math.min(segment.start, end);
    if (next > at) yield* byBit(picture, span, at, next, undefined);
    if (segment === undefined || segment.start >= end) return;
    const until = Math.min(segment.end, end);
    const owner = ownerOf(segment);
    const needsBit = isRam(segment.kind) || segment.kind === 'device';
    if (needsBit) yield* byBit(picture, span, Math.max(at, segment.start), until, owner);
    else yield { start: Math.max(at, segment.start), end: until, owner };
    at = until;
  }
}

// Splits [start, end) where the sub-section map tells another story than the owner.
function* byBit(picture: Picture, span: Span, start: number, end: number, owner: Owner | undefined): Generator<Piece> {
  const section = span.section;
  if (section?.subsections === undefined) {
    yield { start, end, owner: owner ?? HOLE };
    return;
  }
  const sub = picture.subsectionSizeBytes;
  const base = span.first * picture.sectionSizeBytes;
  let from = start;
  let was: Owner | undefined;
  for (let at = start; at < end; ) {
    const index = Math.floor((at - base) / sub);
    const next = Math.min(end, base + (index + 1) * sub);
    const whole = next - at === sub;
    const bit = subsectionBit(section, index) === true;
    const is = owner === undefined ? (bit && whole ? UNOWNED : HOLE) : bit ? owner : UNBACKED;
    if (was !== undefined && is !== was) {
      yield { start: from, end: at, owner: was };
      from = at;
    }
    was = is;
    at = next;
  }
  if (was !== undefined) yield { start: from, end, owner: was };
}

/** The section of a span as `count` equal cells. */
export function cellsOf(picture: Picture, span: Span, count: number): Cell[] {
  if (span.owner !== undefined) {
    return new Array<Cell>(count).fill({ owner: span.owner, mixed: false, key: span.owner.key });
  }
  const cells: Cell[] = [];
  const base = span.first * picture.sectionSizeBytes;
  const size = picture.sectionSizeBytes / count;
  let parts: Piece[] = [];
  for (const piece of piecesOf(picture, span)) {
    for (let at = piece.start; at < piece.end; ) {
      const cellEnd = base + (cells.length + 1) * size;
      const until = Math.min(piece.end, cellEnd);
      parts.push({ start: at, end: until, owner: piece.owner });
      if (until === cellEnd) {
        cells.push(cellOf(parts));
        parts = [];
      }
      at = until;
    }
  }
  return cells;
}

function cellOf(parts: readonly Piece[]): Cell {
  const first = parts[0] as Piece;
  if (parts.every(({ owner }) => owner.key === first.owner.key)) {
    return { owner: first.owner, mixed: false, key: first.owner.key };
  }
  const bytes = new Map<string, number>();
  let most = first.owner;
  for (const { start, end, owner } of parts) {
    const sum = (bytes.get(owner.key) ?? 0) + end - start;
    bytes.set(owner.key, sum);
    if (sum > (bytes.get(most.key) ?? 0)) most = owner;
  }
  const key = parts.map(({ start, owner }) => `${owner.key}@${start}`).join('|');
  return { owner: most, mixed: true, shares: parts, key };
}
