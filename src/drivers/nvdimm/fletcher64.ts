/** The checksum of everything libnvdimm keeps on media. */

import { viewOf } from './little-endian.ts';

const WORD = 2 ** 32;

/**
 * Sums little-endian words into the lower half and those sums into the upper half, both modulo 2^32.
 * Bytes behind the last whole word do not count.
 * @kernel drivers/nvdimm/core.c: nd_fletcher64
 */
export function ndFletcher64(bytes: Uint8Array): bigint {
  const view = viewOf(bytes);
  let low = 0;
  let high = 0;
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    low = (low + view.getUint32(at, true)) % WORD;
    high = (high + low) % WORD;
  }
  return BigInt(high) * BigInt(WORD) + BigInt(low);
}

/** The checksum of a structure whose own 8-byte checksum at `offset` counts as zero. */
export function checksumAround(bytes: Uint8Array, offset: number): bigint {
  const copy = new Uint8Array(bytes);
  copy.fill(0, offset, offset + 8);
  return ndFletcher64(copy);
}

/** Writes the checksum that belongs to the other bytes. */
export function sealChecksum(bytes: Uint8Array, offset: number): void {
  viewOf(bytes).setBigUint64(offset, checksumAround(bytes, offset), true);
}

/** Whether the checksum stored at `offset` belongs to the other bytes. */
export function checksumHolds(bytes: Uint8Array, offset: number): boolean {
  return viewOf(bytes).getBigUint64(offset, true) === checksumAround(bytes, offset);
}
