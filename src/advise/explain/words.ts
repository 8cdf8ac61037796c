/** Phrases the catalogue's sentences share. */

import { alignDown, hex, type ByteRange } from '../../kernel/units.ts';
import { sizeText, type Values } from './values.ts';

/** An address as the kernel prints it; words for one that no number holds exactly. */
export function addressText(value: number): string {
  return Number.isNaN(value) ? 'an address beyond reading' : hex(value);
}

/** `0x144000000 is 64 MiB past a multiple of 128 MiB`, or that it is one. */
export function offBy(value: number, unit: number): string {
  const rest = value % unit;
  const what = `a multiple of ${sizeText(unit)}`;
  return rest === 0 ? `${hex(value)} is ${what}` : `${addressText(value)} is ${sizeText(rest)} past ${what}`;
}

/** `0x20000000-0x23ffffff (64 MiB)`: inclusive, as the kernel prints ranges. */
export function rangeText({ start, end }: ByteRange): string {
  return `${hex(start)}-${hex(end - 1)} (${sizeText(end - start)})`;
}

/** The message's range as text, or `it` when its numbers cannot be used. */
export function theRange(values: Values): string {
  const range = values.range();
  return range === undefined ? 'the range' : rangeText(range);
}

/** The section that holds an address, as a range. */
export function sectionAround(address: number, sectionSize: number): ByteRange {
  const start = alignDown(address, sectionSize);
  return { start, end: start + sectionSize };
}

/** Addresses of reports, by tracker. */
export const REPORTS = {
  ndctl: (issue: number) => `https://github.com/pmem/ndctl/issues/${issue}`,
  csi: (issue: number) => `https://github.com/intel/pmem-csi/issues/${issue}`,
  kata: (issue: number) => `https://github.com/kata-containers/kata-containers/issues/${issue}`,
  hypervisor: (issue: number) => `https://github.com/cloud-hypervisor/cloud-hypervisor/issues/${issue}`,
  thread: 'https://lwn.net/Articles/783808/',
  price: 'https://lkml.iu.edu/hypermail/linux/kernel/2503.0/03273.html',
} as const;
