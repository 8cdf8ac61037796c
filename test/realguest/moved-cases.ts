/** Media that the next boot finds at another address: what does a kernel make of them? */

import { NULL_UUID } from '../../src/drivers/nvdimm/little-endian.ts';
import { writeNdPfnSb, type NdPfnSb } from '../../src/drivers/nvdimm/nd-pfn-bytes.ts';

const MIB = 1024 * 1024;
const PAGE = 4096;
const UUID = '11111111-2222-4333-8444-555555555555';

export interface MovedCase {
  readonly name: string;
  /** Bytes. The info block was written for `madeAt` and is found at `foundAt`. */
  readonly madeAt: number;
  readonly foundAt: number;
  readonly size: number;
  readonly block: NdPfnSb;
}

type Layout = Pick<NdPfnSb, 'kind' | 'mode' | 'dataoff' | 'align'> & Partial<NdPfnSb>;

function made(name: string, madeAt: number, foundAt: number, size: number, layout: Layout): MovedCase {
  const { startPad = 0, endTrunc = 0, dataoff } = layout;
  const block: NdPfnSb = {
    uuid: UUID, parentUuid: NULL_UUID, flags: 0, versionMajor: 1, versionMinor: 4, startPad, endTrunc,
    npfns: Math.floor((size - startPad - endTrunc - dataoff) / PAGE), pageSize: PAGE, pageStructSize: 64, ...layout,
  };
  return { name, madeAt: madeAt * MIB, foundAt: foundAt * MIB, size, block };
}

const SIZE = 256 * MIB;
const onDevice: Layout = { kind: 'pfn', mode: 2, dataoff: 6 * MIB, align: 2 * MIB };
const coarse: Layout = { kind: 'dax', mode: 1, dataoff: 16 * MIB, align: 16 * MIB };
/** As a kernel before 5.3 padded a namespace to whole sections. */
const padded: Layout = { ...onDevice, versionMinor: 2, startPad: 64 * MIB, endTrunc: 64 * MIB };

export const MOVED_CASES: readonly MovedCase[] = [
  made('stays', 1024, 1024, SIZE, onDevice),
  made('by 2 MiB', 1024, 1026, SIZE, onDevice),
  made('by 1 MiB', 1024, 1025, SIZE, onDevice),
  made('by 64 MiB', 1024, 1088, SIZE, onDevice),
  made('alignment nobody supports', 1024, 1024, SIZE, coarse),
  made('fsdax of 16 MiB alignment', 1024, 1024, SIZE, { ...coarse, kind: 'pfn' }),
  made('fsdax of 16 MiB alignment by 2 MiB', 1024, 1026, SIZE, { ...coarse, kind: 'pfn' }),
  made('padded to sections', 1088, 1088, SIZE, padded),
  made('padded to sections, by 64 MiB', 1088, 1152, SIZE, padded),
  made('padded to sections, by 2 MiB', 1088, 1090, SIZE, padded),
  made('pages of 64 KiB on the device', 1024, 1024, SIZE, { ...onDevice, pageSize: 65536 }),
  made('pages of 64 KiB in RAM', 1024, 1024, SIZE, { ...onDevice, mode: 1, pageSize: 65536 }),
  made('large struct page', 1024, 1024, SIZE, { ...onDevice, pageStructSize: 32 }),
  made('unknown mode', 1024, 1024, SIZE, { ...onDevice, mode: 3 }),
  made('data behind the end', 1024, 1024, SIZE, { ...onDevice, dataoff: SIZE, npfns: 0 }),
  made('nothing but padding', 1024, 1024, SIZE, { ...onDevice, dataoff: SIZE - 4 * MIB, endTrunc: 4 * MIB, npfns: 0 }),
  made('more pages than there are', 1024, 1024, SIZE, { ...onDevice, npfns: 99999999 }),
  made('alignment larger than the namespace', 1024, 1024, SIZE, { ...onDevice, align: 1024 * MIB }),
  made('data in the info block', 1024, 1024, SIZE, { ...onDevice, mode: 1, dataoff: PAGE, align: PAGE }),
  made('data not at a page', 1024, 1024, SIZE, { ...onDevice, dataoff: 6 * MIB + 512, align: 0 }),
  made('v1.0 with an odd offset', 1024, 1026, SIZE, { ...onDevice, versionMinor: 0, align: 0 }),
];

/** Where the block is found. */
export function movedBlock(each: MovedCase): { readonly at: number; readonly bytes: Uint8Array } {
  return { at: each.foundAt + PAGE, bytes: writeNdPfnSb(each.block) };
}

export function movedCmdline(each: MovedCase): string {
  return `memmap=${each.size / MIB}M!${each.foundAt / MIB}M`;
}

/** A kernel's verdict: devices, and what the drivers logged. */
export interface MovedVerdict {
  readonly name: string;
  readonly devices: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dmesg: readonly string[];
}

export interface MovedRecording {
  readonly kernel: string;
  readonly verdicts: readonly MovedVerdict[];
}
