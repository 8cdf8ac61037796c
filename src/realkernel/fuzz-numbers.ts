/** Places and sizes where alignments meet: pages, sub-sections, alignments of namespaces, sections. */

import type { Dice } from './fuzz-dice.ts';

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

/** Sizes of persistent memory, in MiB: whole sections, sub-sections, one off, and such as leave a remainder. */
const REGION_MIB = [
  2, 6, 16, 32, 34, 48, 49, 62, 64, 65, 66, 70, 80, 96, 100, 126, 127, 128, 129, 130, 144, 145, 160, 192, 250, 254, 256, 258,
];

/** Sizes that every namespace mode takes: multiples of 16 MiB. */
const GOOD_MIB = [32, 48, 64, 64, 80, 96, 96, 128, 144, 160, 192, 256];

/** What is added to a round number: nothing, pages, and the steps between sub-section and section. */
const OFFSETS = [
  [10, 0],
  [6, 2 * MIB],
  [3, 6 * MIB],
  [5, 16 * MIB],
  [6, 64 * MIB],
  [2, 62 * MIB],
  [2, 126 * MIB],
  [3, MIB],
  [1, 4 * KIB],
  [1, 20 * KIB],
  [1, 64 * KIB],
  [1, 256 * KIB],
] as const;

/** Bytes of a region; now and then some pages more or less than round. */
export function regionSize(dice: Dice, limitMib = 258): number {
  const good = dice.chance(0.6);
  const size = dice.pick((good ? GOOD_MIB : REGION_MIB).filter((mib) => mib <= limitMib)) * MIB;
  return good || dice.chance(0.7) ? size : size + dice.pick([4, 32, 64, -4, -64]) * KIB;
}

export function offset(dice: Dice): number {
  return dice.weighted(OFFSETS);
}

/** As the command line takes sizes. */
export function sizeText(bytes: number): string {
  if (bytes % MIB === 0) return `${bytes / MIB}M`;
  return bytes % KIB === 0 ? `${bytes / KIB}K` : String(bytes);
}

export function hex(address: number): string {
  return `0x${address.toString(16)}`;
}

/** Ranges one after the other from somewhere above `from`, below `end`: adjacent, or with gaps of all sizes. */
export function ranges(dice: Dice, count: number, from: number, end: number): { start: number; size: number }[] {
  const found: { start: number; size: number }[] = [];
  let at = from + dice.below(8) * 32 * MIB + offset(dice);
  for (let i = 0; i < count; i++) {
    const size = regionSize(dice);
    if (at + size > end) break;
    found.push({ start: at, size });
    at += size + dice.weighted([[6, 0], [2, 2 * MIB], [2, MIB], [2, 16 * MIB], [2, 64 * MIB], [2, 128 * MIB], [1, 64 * KIB]]);
    // Most gaps end where a region would begin: at a sub-section.
    if (dice.chance(0.5)) at = Math.ceil(at / (2 * MIB)) * 2 * MIB;
  }
  return found;
}
