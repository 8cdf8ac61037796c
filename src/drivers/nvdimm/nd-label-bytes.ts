/** Index blocks and labels as they stand in a DIMM's label area. */

import { alignUp } from '../../kernel/units.ts';
import { checksumHolds, sealChecksum } from './fletcher64.ts';
import {
  getU64, guidFromBytes, guidToBytes, NULL_UUID, setU64, textFromBytes, textToBytes, uuidFromBytes, uuidToBytes, viewOf,
} from './little-endian.ts';
import type { ClaimClass, NdLabel } from './state.ts';

/** Bytes of a label: 128 in v1.1, 256 since v1.2. */
export type LabelSize = 128 | 256;

/** @kernel drivers/nvdimm/label.h: NSINDEX_ALIGN */
const INDEX_ALIGN = 256;
/** Bytes of an index block in front of its bitmap. */
export const NSINDEX_HEAD = 72;
const INDEX_CHECKSUM = 64;
const INDEX_SIGNATURE = 'NAMESPACE_INDEX';
const LABEL_CHECKSUM = 248;
const NAME_BYTES = 64;

/** The label is being written; what it describes is valid all the same. */
export const NSLABEL_FLAG_UPDATING = 0x8;

/** Range type of persistent memory: what v1.2 labels carry. */
export const PMEM_TYPE_GUID = '66f0d379-b4f3-4074-ac43-0d3318b78cdb';

/** @kernel drivers/nvdimm/label.h: NVDIMM_BTT_GUID, NVDIMM_BTT2_GUID, NVDIMM_PFN_GUID, NVDIMM_DAX_GUID */
const CLAIM_GUIDS: readonly (readonly [ClaimClass, string])[] = [
  ['none', NULL_UUID],
  ['btt', '8aed63a2-29a2-4c66-8b12-f05d15d3922a'],
  ['btt2', '18633bfc-1735-4217-8ac9-17239282d3f8'],
  ['pfn', '266400ba-fb9f-4677-bcb0-968f11d0d225'],
  ['dax', '97a86d9c-3cdd-4eda-986f-5068b4f80088'],
];

/** Bytes of an index block for that many slots. @kernel drivers/nvdimm/label.c: __sizeof_namespace_index */
function indexSizeFor(nslot: number): number {
  return alignUp(NSINDEX_HEAD + Math.ceil(nslot / 8), INDEX_ALIGN);
}

/** Slots an area of `areaSize` bytes has. @kernel drivers/nvdimm/label.c: nvdimm_num_label_slots */
export function nvdimmNumLabelSlots(areaSize: number, labelSize: LabelSize): number {
  const roughly = Math.floor(areaSize / labelSize);
  return Math.max(0, Math.floor((areaSize - 2 * indexSizeFor(roughly)) / labelSize));
}

/** Bytes of each index block, or 0 for an area too small for two of them and two labels. @kernel drivers/nvdimm/label.c: sizeof_namespace_index */
export function sizeofNamespaceIndex(areaSize: number, labelSize: LabelSize): number {
  const nslot = nvdimmNumLabelSlots(areaSize, labelSize);
  const size = indexSizeFor(nslot);
  return nslot >= 2 && 2 * size <= areaSize - nslot * labelSize ? size : 0;
}

/** One of the two index blocks. @kernel drivers/nvdimm/label.h: struct nd_namespace_index */
export interface NsIndex {
  /** 0 or 1: which of the two. */
  readonly index: 0 | 1;
  readonly seq: number;
  readonly nslot: number;
  readonly labelSize: LabelSize;
  /** One bit for each slot, set while it is free. */
  readonly free: Uint8Array;
}

/** Size of the area and of the labels an index is read or written for. */
export interface AreaShape {
  readonly areaSize: number;
  readonly labelSize: LabelSize;
}

/** Index `index` out of its bytes, or undefined where the kernel does not accept it. @kernel drivers/nvdimm/label.c: __nd_label_validate */
export function readNsIndex(bytes: Uint8Array, index: 0 | 1, shape: AreaShape): NsIndex | undefined {
  const { areaSize, labelSize } = shape;
  const indexSize = sizeofNamespaceIndex(areaSize, labelSize);
  if (indexSize === 0 || bytes.length < indexSize) return undefined;
  const block = bytes.subarray(0, indexSize);
  if (block[15] !== 0 || textFromBytes(block.subarray(0, 16)) !== INDEX_SIGNATURE) return undefined;
  const view = viewOf(block);
  const version = view.getUint16(60, true) * 100 + view.getUint16(62, true);
  const log2 = version >= 102 ? view.getUint8(19) : 0;
  if (log2 > 1 || labelSize !== (log2 === 1 ? 256 : 128)) return undefined;
  if (!checksumHolds(block, INDEX_CHECKSUM)) return undefined;
  const seq = view.getUint32(20, true) % 4;
  const nslot = view.getUint32(56, true);
  const expected = [[24, index * indexSize], [40, (1 - index) * indexSize], [48, 2 * indexSize]] as const;
  if (seq === 0 || expected.some(([at, value]) => getU64(view, at) !== value)) return undefined;
  const ownSize = getU64(view, 32);
  if (ownSize > indexSize || ownSize < NSINDEX_HEAD || nslot * labelSize + 2 * indexSize > areaSize) return undefined;
  return { index, seq, nslot, labelSize, free: block.slice(NSINDEX_HEAD) };
}

/** The index block with its checksum, as long as the area asks for. */
export function writeNsIndex(nsIndex: NsIndex, areaSize: number): Uint8Array {
  const { index, labelSize } = nsIndex;
  const indexSize = sizeofNamespaceIndex(areaSize, labelSize);
  const bytes = new Uint8Array(indexSize);
  const view = viewOf(bytes);
  bytes.set(textToBytes(INDEX_SIGNATURE, 16));
  view.setUint8(19, labelSize === 256 ? 1 : 0);
  view.setUint32(20, nsIndex.seq, true);
  setU64(view, 24, index * indexSize);
  setU64(view, 32, indexSize);
  setU64(view, 40, (1 - index) * indexSize);
  setU64(view, 48, 2 * indexSize);
  view.setUint32(56, nsIndex.nslot, true);
  view.setUint16(60, 1, true);
  view.setUint16(62, labelSize === 256 ? 2 : 1, true);
  bytes.set(nsIndex.free.subarray(0, indexSize - NSINDEX_HEAD), NSINDEX_HEAD);
  sealChecksum(bytes, INDEX_CHECKSUM);
  return bytes;
}

/** Room for the bitmap of an area: all slots free, no bits beyond them. */
export function allSlotsFree(areaSize: number, labelSize: LabelSize): Uint8Array {
  const nslot = nvdimmNumLabelSlots(areaSize, labelSize);
  const free = new Uint8Array(sizeofNamespaceIndex(areaSize, labelSize) - NSINDEX_HEAD);
  free.fill(0xff, 0, Math.floor(nslot / 8));
  if (nslot % 8 > 0) free[Math.floor(nslot / 8)] = 2 ** (nslot % 8) - 1;
  return free;
}

export function slotIsFree(free: Uint8Array, slot: number): boolean {
  return Math.floor((free[Math.floor(slot / 8)] ?? 0) / 2 ** (slot % 8)) % 2 === 1;
}

/** The bitmap with one slot marked. */
export function markSlot(free: Uint8Array, slot: number, isFree: boolean): Uint8Array {
  if (slotIsFree(free, slot) === isFree) return free;
  const marked = new Uint8Array(free);
  const at = Math.floor(slot / 8);
  marked[at] = (marked[at] ?? 0) + (isFree ? 1 : -1) * 2 ** (slot % 8);
  return marked;
}

/** A label out of its slot, or undefined where it names another slot or its checksum is wrong. @kernel drivers/nvdimm/label.c: slot_valid */
export function readNdLabel(bytes: Uint8Array, slot: number, labelSize: LabelSize): NdLabel | undefined {
  if (bytes.length < labelSize) return undefined;
  const label = bytes.subarray(0, labelSize);
  const view = viewOf(label);
  if (view.getUint32(120, true) !== slot) return undefined;
  if (labelSize === 256 && !checksumHolds(label, LABEL_CHECKSUM)) return undefined;
  return {
    uuid: uuidFromBytes(label.subarray(0, 16)),
    name: textFromBytes(label.subarray(16, 16 + NAME_BYTES)),
    flags: view.getUint32(80, true),
    nlabel: view.getUint16(84, true),
    position: view.getUint16(86, true),
    isetcookie: view.getBigUint64(88, true),
    lbasize: getU64(view, 96),
    dpa: getU64(view, 104),
    rawsize: getU64(view, 112),
    slot,
    claimClass: labelSize === 256 ? claimClassOf(label.subarray(144, 160)) : 'none',
  };
}

function claimClassOf(bytes: Uint8Array): ClaimClass {
  const guid = guidFromBytes(bytes);
  return CLAIM_GUIDS.find(([, known]) => known === guid)?.[0] ?? 'unknown';
}

/** A label's bytes; v1.1 has no room for the claim class, an unknown one becomes none. */
export function writeNdLabel(label: NdLabel, labelSize: LabelSize): Uint8Array {
  const bytes = new Uint8Array(labelSize);
  const view = viewOf(bytes);
  bytes.set(uuidToBytes(label.uuid));
  bytes.set(textToBytes(label.name, NAME_BYTES), 16);
  view.setUint32(80, label.flags, true);
  view.setUint16(84, label.nlabel, true);
  view.setUint16(86, label.position, true);
  view.setBigUint64(88, label.isetcookie, true);
  setU64(view, 96, label.lbasize);
  setU64(view, 104, label.dpa);
  setU64(view, 112, label.rawsize);
  view.setUint32(120, label.slot, true);
  if (labelSize === 128) return bytes;
  bytes.set(guidToBytes(PMEM_TYPE_GUID), 128);
  const claim = CLAIM_GUIDS.find(([claimClass]) => claimClass === label.claimClass);
  bytes.set(guidToBytes(claim?.[1] ?? NULL_UUID), 144);
  sealChecksum(bytes, LABEL_CHECKSUM);
  return bytes;
}

/** The type a v1.2 label gives its range; undefined in v1.1. */
export function labelTypeGuid(bytes: Uint8Array, labelSize: LabelSize): string | undefined {
  return labelSize === 256 ? guidFromBytes(bytes.subarray(128, 144)) : undefined;
}
