/** The policy `hole`: RAM makes room where device memory shares its section. No real kernel does this. */

import { alignDown, alignUp, type ByteRange } from '../units.ts';
import * as e820 from './e820.ts';

/** Turns the RAM of every section that also holds persistent or soft-reserved memory into reserved memory. */
export function hideSharedRam(table: e820.E820Table, sectionSize: number): void {
  for (const { start, size } of sharedWith(e820.e820Entries(table), sectionSize)) {
    e820.e820RangeUpdate(table, BigInt(start), BigInt(size), e820.E820_TYPE_RAM, e820.E820_TYPE_RESERVED);
  }
  e820.e820UpdateTable(table);
}

/** The first and the last section of each device range, where they are not its own from edge to edge. */
function sharedWith(
  entries: readonly (ByteRange & { readonly type: string })[],
  sectionSize: number,
): { start: number; size: number }[] {
  return entries
    .filter(({ type }) => type === 'pmem' || type === 'pram' || type === 'soft-reserved')
    .flatMap(({ start, end }) => [
      { start: alignDown(start, sectionSize), size: start - alignDown(start, sectionSize) },
      { start: end, size: alignUp(end, sectionSize) - end },
    ])
    .filter(({ size }) => size > 0);
}
