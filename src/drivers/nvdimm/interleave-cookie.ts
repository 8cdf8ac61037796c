/** The cookie that ties labels to one set of DIMMs in one order. */

import { ndFletcher64 } from './fletcher64.ts';
import { setU64, viewOf } from './little-endian.ts';
import { compareLittleEndian } from './namespace-scan.ts';
import type { InterleaveSet } from './state.ts';

/** What identifies one DIMM of a set. */
export interface SetMember {
  /** Bytes; where its share begins in the set. */
  readonly regionOffset: number;
  readonly serial: number;
  readonly vendor: number;
  readonly manufacturingDate?: number;
  readonly manufacturingLocation?: number;
}

const MEMBER_V1 = 16;
const MEMBER_V2 = 48;

/**
 * The cookies of v1.1 labels, of v1.2 labels, and of v1.1 labels written when the members were sorted by bytes.
 * @kernel drivers/acpi/nfit/core.c: acpi_nfit_init_interleave_set
 */
export function interleaveSetCookies(members: readonly SetMember[]): InterleaveSet {
  const sorted = [...members].sort((a, b) => a.regionOffset - b.regionOffset);
  const byBytes = [...members].sort((a, b) => compareLittleEndian(a.regionOffset, b.regionOffset));
  return { cookie1: cookie(sorted, MEMBER_V1), cookie2: cookie(sorted, MEMBER_V2), altcookie: cookie(byBytes, MEMBER_V1) };
}

function cookie(members: readonly SetMember[], memberSize: number): bigint {
  const bytes = new Uint8Array(members.length * memberSize);
  const view = viewOf(bytes);
  for (const [i, member] of members.entries()) {
    const at = i * memberSize;
    setU64(view, at, member.regionOffset);
    view.setUint32(at + 8, member.serial, true);
    if (memberSize === MEMBER_V1) continue;
    view.setUint16(at + 12, member.vendor, true);
    view.setUint16(at + 14, member.manufacturingDate ?? 0, true);
    view.setUint8(at + 16, member.manufacturingLocation ?? 0);
  }
  return ndFletcher64(bytes);
}

/** Serial number of QEMU's NVDIMM in a slot. */
export function qemuNvdimmSerial(slot: number): number {
  return 0x123456 + slot;
}

/** Vendor of QEMU's NVDIMMs as the NFIT gives it. */
export const QEMU_NVDIMM_VENDOR = 0x8086;

/** Where QEMU keeps the label area within the memory behind an NVDIMM: at its very end. */
export function qemuLabelOffset(backendSize: number, labelSize: number): number {
  return backendSize - labelSize;
}
