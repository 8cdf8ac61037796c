/**
 * Units of the memory core. Addresses (≤ 2^52) and page frame numbers (< 2^40) are plain numbers;
 * ranges are half-open. JavaScript shifts truncate to 32 bits, so pfns are divided, never shifted.
 */

/** A page frame number. */
export type Pfn = number;
/** A physical byte address, or an exclusive end. */
export type PhysAddr = number;
/** A NUMA node id; −1 is the kernel's NUMA_NO_NODE. */
export type Nid = number;

/** Half-open range of page frames. */
export interface PfnRange {
  readonly startPfn: Pfn;
  readonly endPfn: Pfn;
}

/** Half-open range of bytes. */
export interface ByteRange {
  readonly start: PhysAddr;
  readonly end: PhysAddr;
}

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const TiB = 1024 * GiB;

export const NUMA_NO_NODE = -1;

/** Largest address the model takes: everything up to here is exact as a number. */
export const MAX_ADDRESS = Number.MAX_SAFE_INTEGER;

/** `value` rounded down to a multiple of `align`. */
export function alignDown(value: number, align: number): number {
  return value - (value % align);
}

/** `value` rounded up to a multiple of `align`. */
export function alignUp(value: number, align: number): number {
  const rest = value % align;
  return rest === 0 ? value : value + align - rest;
}

export function isAligned(value: number, align: number): boolean {
  return value % align === 0;
}

/** Whether two half-open ranges share anything. */
export function overlaps(aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
  return aStart < bEnd && bStart < aEnd;
}

/** `0x…` without padding, as the kernel's `%#llx` prints it. */
export function hex(value: number): string {
  return '0x' + value.toString(16);
}

/** `0x…` with at least `digits` digits, as in `%#018llx` (16 digits) or `%#010llx` (8). */
export function hexPadded(value: number, digits: number): string {
  return '0x' + value.toString(16).padStart(digits, '0');
}
