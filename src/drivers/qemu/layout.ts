/**
 * Where QEMU 7.2's q35 puts RAM, memory devices and PCI windows. Rules found by asking QEMU and SeaBIOS
 * (docs/fidelity-qemu.md); every recording holds them.
 */

import { alignUp, GiB, MiB, TiB, type ByteRange } from '../../kernel/units.ts';

/** AMD's HyperTransport range: never RAM, and memory above 4 GiB moves past it when it would reach it. */
const AMD_HT: ByteRange = { start: 0xfd00000000, end: 0x10000000000 };
const ABOVE_1TB = TiB;
/** The host bridge's configuration window: RAM below 4 GiB ends under it. */
export const Q35_ECAM: ByteRange = { start: 0xb0000000, end: 0xc0000000 };
const HOLE64_SIZE = 32 * GiB;
/** Memory sizes are rounded up to this. */
export const RAM_GRANULE = 8192;
const SLOT_ALIGNMENT = GiB;

/** What decides the layout. */
export interface LayoutInput {
  readonly ramSize: number;
  readonly maxramSize: number;
  readonly slots: number;
  /** The CPU model says AuthenticAMD. */
  readonly amd: boolean;
  readonly physBits: number;
  /** With `cxl=on`: where its windows end, given the end of all other memory. */
  readonly cxlEnd?: (memoryEnd: number) => number;
}

export interface MemoryLayout {
  /** RAM below 4 GiB ends here; it begins at 0. */
  readonly lowEnd: number;
  /** RAM above 4 GiB, possibly empty. */
  readonly high: ByteRange;
  /** Where memory devices go; empty without `maxmem`. */
  readonly deviceMemory: ByteRange;
  /** The 64-bit PCI window. */
  readonly hole64: ByteRange;
  /** AMD's reserved range, when the firmware's map names it. */
  readonly reserved: ByteRange | undefined;
}

function layoutFrom(input: LayoutInput, aboveStart: number): Omit<MemoryLayout, 'reserved'> {
  const limit = input.ramSize >= Q35_ECAM.start ? 2 * GiB : Q35_ECAM.start;
  const lowEnd = Math.min(input.ramSize, limit);
  const high = { start: aboveStart, end: aboveStart + input.ramSize - lowEnd };
  const hasDevices = input.maxramSize > input.ramSize;
  const base = hasDevices ? alignUp(high.end, GiB) : high.end;
  const size = hasDevices ? input.maxramSize - input.ramSize + input.slots * SLOT_ALIGNMENT : 0;
  const deviceMemory = { start: base, end: base + size };
  const holeStart = alignUp(input.cxlEnd?.(deviceMemory.end) ?? deviceMemory.end, GiB);
  return { lowEnd, high, deviceMemory, hole64: { start: holeStart, end: holeStart + HOLE64_SIZE } };
}

/** The layout, or the highest address the machine would need when its CPU cannot reach it. */
export function memoryLayout(input: LayoutInput): MemoryLayout | { readonly maxUsed: number } {
  let layout = layoutFrom(input, 4 * GiB);
  let moved = false;
  if (input.amd && layout.hole64.end > AMD_HT.start) {
    layout = layoutFrom(input, ABOVE_1TB);
    moved = true;
  }
  if (layout.hole64.end > 2 ** input.physBits) return { maxUsed: layout.hole64.end - 1 };
  return { ...layout, reserved: input.amd && (moved || input.physBits >= 40) ? AMD_HT : undefined };
}

/** What decides how much SeaBIOS keeps below the end of low RAM. */
export interface FirmwareInput {
  readonly ramSize: number;
  readonly aboveFourGiB: boolean;
  readonly slots: number;
  readonly nvdimm: boolean;
  readonly cpus: number;
  readonly sockets: number;
  readonly nodes: number;
}

const PAGE = 4096;
/** ACPI tables are padded to this. */
const ACPI_TABLE_PAD = 128 * 1024;
/** Tables longer than this do not fit SeaBIOS's permanent low area. */
const FSEG_TABLE_LIMIT = 600;
/** An SMBIOS memory device structure stands for this much. */
const SMBIOS_DIMM = 16 * GiB;

/** Bytes of the SMBIOS structures: one for each socket and each DIMM they are made up of, one for each part of RAM. */
function smbiosBytes(input: FirmwareInput): number {
  const dimms = Math.ceil(input.ramSize / SMBIOS_DIMM);
  return 376 + 65 * (input.sockets - 1) + 53 * (dimms - 1) + (input.aboveFourGiB ? 33 : 0) + Math.max(0, dimms - 10);
}

/** Bytes of all ACPI tables, within about 100: QEMU's own warning told the terms. Exact only where padding decides. */
function acpiBytes(input: FirmwareInput): number {
  const slotBytes = input.nvdimm ? 517 : 120;
  return 10629 + slotBytes * input.slots + 116 * (input.cpus - 1) + 40 * input.nodes;
}

/**
 * Bytes at the end of low RAM that SeaBIOS reserves: padded ACPI tables, a page for NVDIMM calls, and the SMBIOS
 * structures when they have outgrown the low area.
 */
export function firmwareReservedBytes(input: FirmwareInput): number {
  const tables = alignUp(acpiBytes(input), ACPI_TABLE_PAD);
  const outgrown = smbiosBytes(input) > FSEG_TABLE_LIMIT ? smbiosBytes(input) : 0;
  return tables + alignUp(outgrown, PAGE) + (input.nvdimm && input.slots > 0 ? PAGE : 0);
}

/** The least memory SeaBIOS and a kernel are known to start in. */
export const LEAST_RAM = 16 * MiB;
