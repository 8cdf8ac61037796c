/** Shifts as text, and which of many they are. */

import { exactSize } from './audit-size.ts';

/** `+64 MiB`, `-2 MiB`, `+0`. */
export function shiftText(bytes: number): string {
  if (bytes === 0) return '+0';
  return `${bytes < 0 ? '-' : '+'}${exactSize(Math.abs(bytes))}`;
}

/** The shifts in words: all of them, the multiples of a power of two, or runs. */
export function multiplesText(alive: readonly number[], all: readonly number[]): string {
  if (alive.length === all.length) return 'every shift';
  const set = new Set(alive);
  for (let unit = 4096; unit <= 2 ** 40; unit *= 2) {
    const multiples = all.filter((by) => Math.abs(by) % unit === 0);
    if (multiples.length === alive.length && multiples.every((by) => set.has(by))) return `every multiple of ${exactSize(unit)}`;
  }
  const runs: { first: number; last: number }[] = [];
  let before: number | undefined;
  for (const by of all) {
    if (set.has(by)) {
      const last = runs.at(-1);
      if (last !== undefined && before === last.last) last.last = by;
      else runs.push({ first: by, last: by });
    }
    before = by;
  }
  const named = runs.slice(0, 8).map(({ first, last }) => (first === last ? shiftText(first) : `${shiftText(first)} to ${shiftText(last)}`));
  return named.join(', ') + (runs.length > 8 ? `, and ${runs.length - 8} more runs` : '');
}
