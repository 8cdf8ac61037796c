/** Ranges in text: half-open inside, inclusive where people read them. */

import { hexPadded } from '../kernel/units.ts';

/** `[mem 0x0000000100000000-0x000000013fffffff]`, as the kernel's log has it. */
export function memRange(start: number, end: number): string {
  return `[mem ${addressRange(start, end)}]`;
}

/** `0x0000000100000000-0x000000013fffffff`, as lsmem's RANGE. */
export function addressRange(start: number, end: number, digits = 16): string {
  return `${hexPadded(start, digits)}-${hexPadded(end - 1, digits)}`;
}

/** `32-52`, or `32` alone. Both ends inclusive. */
export function numberRange(first: number, last: number): string {
  return first === last ? String(first) : `${first}-${last}`;
}
