/** Sums over a picture: bytes of each owner, sections, sub-sections, blocks. */

import { piecesOf } from './cell.ts';
import type { Owner } from './owner.ts';
import type { Picture } from './picture.ts';
import { subsectionBit, type Span } from './span.ts';

export interface OwnerTotal {
  readonly owner: Owner;
  readonly bytes: number;
  /** The names drawn alike, in order of appearance; four at most. */
  readonly labels: readonly string[];
}

/** Bytes of each owner in present sections, by owner key. */
export class Tally {
  readonly #totals = new Map<string, { owner: Owner; bytes: number; labels: string[] }>();

  add(picture: Picture, span: Span): void {
    if (span.section === undefined) return;
    if (span.owner !== undefined) {
      this.#count(span.owner, (span.last - span.first + 1) * picture.sectionSizeBytes);
      return;
    }
    for (const piece of piecesOf(picture, span)) this.#count(piece.owner, piece.end - piece.start);
  }

  #count(owner: Owner, bytes: number): void {
    const total = this.#totals.get(owner.key);
    if (total === undefined) {
      this.#totals.set(owner.key, { owner, bytes, labels: [owner.label] });
      return;
    }
    total.bytes += bytes;
    if (total.labels.length < 4 && !total.labels.includes(owner.label)) total.labels.push(owner.label);
  }

  bytes(key: string): number {
    return this.#totals.get(key)?.bytes ?? 0;
  }

  /** Memory first, then what is no memory; each in order of appearance. */
  totals(): OwnerTotal[] {
    return [...this.#totals.values()].sort((a, b) => rank(a.owner) - rank(b.owner));
  }
}

function rank(owner: Owner): number {
  switch (owner.kind) {
    case 'ram':
    case 'ram-early':
      return 0;
    case 'ram-hotplug':
    case 'kmem':
    case 'virtio-mem':
      return 1;
    case 'device':
    case 'claimed':
      return 2;
    case 'unmapped':
      return 3;
    case 'reserved':
    case 'mmio':
      return 4;
    default:
      return 5;
  }
}

/** `8 sections present, 511 of 512 sub-sections valid; 7 memory blocks online, 1 offline`. */
export function countsText(picture: Picture, fromSection = 0, toSection = Infinity): string {
  const perSection = Math.floor(picture.sectionSizeBytes / picture.subsectionSizeBytes);
  let sections = 0;
  let valid = 0;
  let known = true;
  for (const run of picture.sections) {
    const nr = Math.max(0, Math.min(run.last + 1, toSection) - Math.max(run.first, fromSection));
    sections += nr;
    if (run.subsections === undefined) known = false;
    else if (nr > 0) {
      for (let index = 0; index < perSection; index++) if (subsectionBit(run, index) === true) valid += nr;
    }
  }
  const states = new Map<string, number>();
  const perBlock = picture.blockSizeBytes / picture.sectionSizeBytes;
  for (const { first, last, state } of picture.blocks) {
    const from = Math.max(first, Math.floor(fromSection / perBlock));
    const to = Math.min(last + 1, Math.ceil(toSection / perBlock));
    if (to > from) states.set(state, (states.get(state) ?? 0) + to - from);
  }
  const listed = [...states].map(([state, count]) => `${count} ${state}`).join(', ');
  const subs = known && sections > 0 ? `, ${valid} of ${sections * perSection} sub-sections valid` : '';
  const blocks = listed === '' ? '' : `; memory blocks: ${listed}`;
  const seen = picture.sections.some(({ flags }) => flags !== undefined) ? 'present' : 'follow from the ranges';
  return `${sections} section${sections === 1 ? '' : 's'} ${seen}${subs}${blocks}`;
}
