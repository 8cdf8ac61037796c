/** What is noteworthy about a captured machine, with numbers, and what the kernel would refuse because of it. */

import type { ByteRange } from '../kernel/units.ts';
import { hexPadded } from '../kernel/units.ts';
import type { OwnedRange } from './resource-owner.ts';

export type FindingCode =
  | 'masked-addresses'
  | 'section-partly-ram'
  | 'section-collision'
  | 'subsection-collision'
  | 'range-not-subsection-aligned'
  | 'ram-not-page-aligned'
  | 'ram-ends-inside-block'
  | 'block-with-hole'
  | 'block-several-zones'
  | 'block-several-nodes'
  | 'block-offline'
  | 'block-without-ram'
  | 'ram-without-block'
  | 'block-size-unusual'
  | 'above-max-physmem'
  | 'kmem-rounding';

/** `problem`: something asked for will be refused; `loss`: memory out of reach; `info`: good to know. */
export type FindingSeverity = 'problem' | 'loss' | 'info';

export interface Finding {
  readonly code: FindingCode;
  readonly severity: FindingSeverity;
  readonly range: ByteRange | undefined;
  /** One sentence with the numbers. */
  readonly text: string;
  /** What refuses, with which error; undefined when nothing does. */
  readonly refuses: string | undefined;
  /** The numbers again, for programs. */
  readonly values: Readonly<Record<string, number | string>>;
}

/** `[mem 0x…-0x…]`, inclusive, as the kernel's log prints ranges. */
export function memText(range: ByteRange): string {
  return `[mem ${hexPadded(range.start, 16)}-${hexPadded(range.end - 1, 16)}]`;
}

/** `1.5 MiB`, exact to a tenth; bytes below a KiB. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let power = 0;
  let value = bytes;
  while (value >= 1024 && power < units.length - 1) {
    value /= 1024;
    power += 1;
  }
  const rounded = Math.round(value * 10) / 10;
  return `${rounded === 1024 ? 1023.9 : rounded} ${units[power] as string}`;
}

/** `3`, `3-7`. */
export function numbersText(first: number, last: number): string {
  return first === last ? String(first) : `${first}-${last}`;
}

/** `1 block`, `2 blocks`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Numbers, ascending, as `0-16, 20`; at most eight runs are named. */
export function runsText(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  const named = runs.slice(0, 8).map(([first, last]) => numbersText(first, last));
  return named.join(', ') + (runs.length > 8 ? `, and ${runs.length - 8} more runs` : '');
}

/** The ranges that overlap [start, end), from a sorted disjoint list; cost is logarithmic plus what is found. */
export function overlapping<T extends ByteRange>(ranges: readonly T[], start: number, end: number): T[] {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((ranges[middle] as T).end <= start) low = middle + 1;
    else high = middle;
  }
  const found: T[] = [];
  for (let at = low; at < ranges.length && (ranges[at] as T).start < end; at += 1) found.push(ranges[at] as T);
  return found;
}

/** Bytes of the ranges that lie in [start, end). */
export function coveredBytes(ranges: readonly OwnedRange[], start: number, end: number): number {
  let sum = 0;
  for (const range of overlapping(ranges, start, end)) sum += Math.min(range.end, end) - Math.max(range.start, start);
  return sum;
}
