/** The info block of fsdax and devdax namespaces, 4096 bytes at offset 4096 of the namespace. */

import { alignDown, alignUp, KiB, MiB } from '../../kernel/units.ts';
import { checksumHolds, sealChecksum } from './fletcher64.ts';
import { getU64, setU64, textFromBytes, uuidFromBytes, uuidToBytes, viewOf } from './little-endian.ts';

/** Where an info block lies within its namespace, of every kind but BTT v2. */
export const INFO_BLOCK_OFFSET = 4 * KiB;
export const INFO_BLOCK_SIZE = 4 * KiB;
/** Offset of the checksum that closes an info block. @kernel drivers/nvdimm/nd.h: struct nd_gen_sb */
export const INFO_BLOCK_CHECKSUM = 4088;

/** @kernel drivers/nvdimm/pfn.h: PFN_SIG, drivers/nvdimm/nd.h: DAX_SIG */
export const PFN_SIGNATURES = { pfn: 'NVDIMM_PFN_INFO', dax: 'NVDIMM_DAX_INFO' } as const;

/** What an info block says. @kernel drivers/nvdimm/pfn.h: struct nd_pfn_sb */
export interface NdPfnSb {
  readonly kind: 'pfn' | 'dax';
  readonly uuid: string;
  /** The namespace's uuid; NULL_UUID where no label gives one. */
  readonly parentUuid: string;
  readonly flags: number;
  readonly versionMajor: number;
  readonly versionMinor: number;
  /** Bytes from the start of the namespace plus `startPad` to the data. */
  readonly dataoff: number;
  /** Pages of data. */
  readonly npfns: number;
  /** 1: struct pages in RAM; 2: on the device. Anything may stand on media. */
  readonly mode: number;
  /** Bytes left out in front, since v1.1. */
  readonly startPad: number;
  /** Bytes left out at the end, since v1.1. */
  readonly endTrunc: number;
  /** Bytes, since v1.2; 0 in older blocks. */
  readonly align: number;
  /** Bytes, since v1.4. */
  readonly pageSize: number;
  /** Bytes, since v1.4. */
  readonly pageStructSize: number;
}

/** A block that was read, as it stands: fields its version did not have yet hold whatever lies there. */
export interface FoundPfnSb extends NdPfnSb {
  readonly checksumOk: boolean;
}

/** The block, or undefined without a signature of the kind. */
export function readNdPfnSb(bytes: Uint8Array, kind: NdPfnSb['kind']): FoundPfnSb | undefined {
  if (bytes.length < INFO_BLOCK_SIZE) return undefined;
  const block = bytes.subarray(0, INFO_BLOCK_SIZE);
  // All 16 bytes count: the one behind the text is zero.
  if (block[15] !== 0 || textFromBytes(block.subarray(0, 16)) !== PFN_SIGNATURES[kind]) return undefined;
  const view = viewOf(block);
  return {
    kind,
    checksumOk: checksumHolds(block, INFO_BLOCK_CHECKSUM),
    uuid: uuidFromBytes(block.subarray(16, 32)),
    parentUuid: uuidFromBytes(block.subarray(32, 48)),
    flags: view.getUint32(48, true),
    versionMajor: view.getUint16(52, true),
    versionMinor: view.getUint16(54, true),
    dataoff: getU64(view, 56),
    npfns: getU64(view, 64),
    mode: view.getUint32(72, true),
    startPad: view.getUint32(76, true),
    endTrunc: view.getUint32(80, true),
    align: view.getUint32(84, true),
    pageSize: view.getUint32(88, true),
    pageStructSize: view.getUint16(92, true),
  };
}

/** The block with its checksum. */
export function writeNdPfnSb(sb: NdPfnSb): Uint8Array {
  const bytes = new Uint8Array(INFO_BLOCK_SIZE);
  const view = viewOf(bytes);
  for (const [i, character] of [...PFN_SIGNATURES[sb.kind]].entries()) bytes[i] = character.charCodeAt(0);
  bytes.set(uuidToBytes(sb.uuid), 16);
  bytes.set(uuidToBytes(sb.parentUuid), 32);
  view.setUint32(48, sb.flags, true);
  view.setUint16(52, sb.versionMajor, true);
  view.setUint16(54, sb.versionMinor, true);
  setU64(view, 56, sb.dataoff);
  setU64(view, 64, sb.npfns);
  view.setUint32(72, sb.mode, true);
  view.setUint32(76, sb.startPad, true);
  view.setUint32(80, sb.endTrunc, true);
  view.setUint32(84, sb.align, true);
  view.setUint32(88, sb.pageSize, true);
  view.setUint16(92, sb.pageStructSize, true);
  sealChecksum(bytes, INFO_BLOCK_CHECKSUM);
  return bytes;
}

/** What `ndctl write-infoblock` is asked for. Sizes in bytes. */
export interface InfoBlockRequest {
  readonly kind: 'pfn' | 'dax';
  /** 1: map in RAM; 2: on the device. */
  readonly mode: 1 | 2;
  readonly size: number;
  readonly align: number;
  /** `-O`: the address the block is made for, 0 unless given. */
  readonly offset: number;
  readonly uuid: string;
  readonly parentUuid: string;
}

/** The block `ndctl write-infoblock` writes, or undefined where it is `unable to satisfy requested alignment`. */
export function infoBlockOfNdctl(request: InfoBlockRequest): NdPfnSb | undefined {
  const { kind, mode, size, offset, uuid, parentUuid } = request;
  const align = Math.max(request.align, 2 * MiB);
  const page = 4 * KiB;
  const startPad = alignUp(offset, align) - offset;
  const endTrunc = offset + size - alignDown(offset + size, align);
  const memmap = mode === 2 ? 64 * Math.floor((size - 8 * KiB) / page) : 0;
  const dataoff = alignUp(offset + 8 * KiB + memmap, align) - offset;
  if (dataoff >= size) return undefined;
  const npfns = Math.floor((size - dataoff - endTrunc - startPad) / page);
  const version = { flags: 0, versionMajor: 1, versionMinor: 4, pageSize: page, pageStructSize: 64 };
  return { kind, uuid, parentUuid, ...version, dataoff, npfns, mode, startPad, endTrunc, align: request.align };
}
