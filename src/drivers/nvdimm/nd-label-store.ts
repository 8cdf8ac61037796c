/** A DIMM's label area as the driver keeps it: two indexes that take turns, labels that are never changed in place. */

import { check, UNHEARD, type CheckPoint, type Explained } from '../../kernel/explain.ts';
import { ENOSPC, ENXIO, type Errno } from '../../kernel/errno.ts';
import { alignUp } from '../../kernel/units.ts';
import type { LabelStore } from './media.ts';
import {
  allSlotsFree, markSlot, NSINDEX_HEAD, NSLABEL_FLAG_UPDATING, nvdimmNumLabelSlots, readNdLabel, readNsIndex, sizeofNamespaceIndex,
  slotIsFree, writeNdLabel, writeNsIndex, type LabelSize, type NsIndex,
} from './nd-label-bytes.ts';
import type { NdLabel } from './state.ts';

/** What a label area holds. */
export interface LabelArea {
  readonly labelSize: LabelSize;
  readonly indexSize: number;
  readonly nslot: number;
  /** The index that counts. */
  readonly current: NsIndex;
  /** Labels in use, by slot, ascending. */
  readonly labels: readonly NdLabel[];
}

const BITS_PER_LONG = 64;

/** Largest label area that is read or initialised; QEMU's are 128 KiB, others a few MiB. Larger ones seem empty. */
export const MAX_LABEL_AREA = 64 * 1024 * 1024;

/**
 * Reads the area, or undefined without a valid index. Both label sizes are tried, 128 bytes first.
 * @kernel drivers/nvdimm/label.c: nd_label_data_init, nd_label_validate
 */
export function readLabelArea(store: LabelStore): LabelArea | undefined {
  const areaSize = store.sizeBytes;
  if (areaSize > MAX_LABEL_AREA) return undefined;
  for (const labelSize of [128, 256] as const) {
    const indexSize = sizeofNamespaceIndex(areaSize, labelSize);
    if (indexSize === 0) continue;
    const both = ([0, 1] as const).map((index) =>
      readNsIndex(store.read(index * indexSize, indexSize), index, { areaSize, labelSize }),
    );
    const current = bestIndex(both[0], both[1]);
    if (current === undefined) continue;
    const labels: NdLabel[] = [];
    for (let slot = 0; slot < current.nslot; slot++) {
      if (slotIsFree(current.free, slot)) continue;
      const label = readNdLabel(store.read(2 * indexSize + slot * labelSize, labelSize), slot, labelSize);
      if (label !== undefined) labels.push(label);
    }
    return { labelSize, indexSize, nslot: current.nslot, current, labels };
  }
  return undefined;
}

/** The newer of two indexes: sequence numbers go 1, 2, 3, 1. @kernel drivers/nvdimm/label.c: best_seq */
function bestIndex(first: NsIndex | undefined, second: NsIndex | undefined): NsIndex | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  if (first.seq === second.seq || incSeq(first.seq) === second.seq) return second;
  return first;
}

const AREA_LARGE: CheckPoint = { file: 'drivers/nvdimm/label.c', fn: 'init_labels', condition: 'the label area holds two indexes and a label' };
const SLOT_FREE: CheckPoint = { file: 'drivers/nvdimm/label.c', fn: 'nd_label_alloc_slot', condition: 'a label slot is free' };

/** @kernel drivers/nvdimm/nd.h: nd_inc_seq */
function incSeq(seq: number): number {
  return (seq % 3) + 1;
}

/**
 * Writes two empty indexes; labels below stay where they are and count no more. −ENXIO for an area too small, −ENOSPC
 * for one beyond 64 MiB.
 * ndctl marks free up to the next multiple of 64 slots and leaves what lies behind in the index blocks; the kernel
 * clears all that.
 * @kernel drivers/nvdimm/label.c: init_labels
 */
export function initLabelArea(store: LabelStore, labelSize: LabelSize, by: 'kernel' | 'ndctl' = 'kernel'): Errno {
  const areaSize = store.sizeBytes;
  if (areaSize > MAX_LABEL_AREA) return -ENOSPC;
  const indexSize = sizeofNamespaceIndex(areaSize, labelSize);
  if (indexSize === 0) return -ENXIO;
  const nslot = nvdimmNumLabelSlots(areaSize, labelSize);
  for (const index of [0, 1] as const) {
    let free = allSlotsFree(areaSize, labelSize);
    if (by === 'ndctl') {
      free = store.read(index * indexSize + NSINDEX_HEAD, free.length).fill(0xff, 0, alignUp(nslot, BITS_PER_LONG) / 8);
    }
    const result = store.write(index * indexSize, writeNsIndex({ index, seq: 3 - index, nslot, labelSize, free }, areaSize));
    if (result < 0) return result;
  }
  return 0;
}

/** A label without its place and state. */
export type LabelContent = Omit<NdLabel, 'slot' | 'flags'>;

/**
 * Writes a label into the first free slot, gives the slots of its namespace's older labels back, and lets the other
 * index count. An area without index gets one. −ENXIO when no slot is free.
 * @kernel drivers/nvdimm/label.c: __pmem_label_update
 */
export function pmemLabelUpdate(
  store: LabelStore,
  label: LabelContent,
  flags: number,
  /** Uuids whose labels go too: the namespace had them before. */
  reap: readonly string[] = [],
  listener: Explained = UNHEARD,
): Errno {
  const found = readLabelArea(store);
  const area = found ?? freshArea(store);
  check(listener, AREA_LARGE, typeof area !== 'number', { labelArea: store.sizeBytes });
  if (typeof area === 'number') return area;
  const { labelSize, indexSize, current } = area;
  let slot = 0;
  while (slot < area.nslot && !slotIsFree(current.free, slot)) slot++;
  if (!check(listener, SLOT_FREE, slot < area.nslot, { slots: area.nslot })) return -ENXIO;
  const written = store.write(2 * indexSize + slot * labelSize, writeNdLabel({ ...label, slot, flags }, labelSize));
  if (written < 0) return written;
  let free = markSlot(current.free, slot, false);
  for (const old of area.labels) {
    if (old.uuid === label.uuid || reap.includes(old.uuid)) free = markSlot(free, old.slot, true);
  }
  return writeNextIndex(store, area, free, found === undefined);
}

/** @kernel drivers/nvdimm/label.c: init_labels. Its labels are those of v1.2. */
function freshArea(store: LabelStore): LabelArea | Errno {
  const result = initLabelArea(store, 256);
  return result < 0 ? result : (readLabelArea(store) ?? -ENOSPC);
}

/** Bits in use stay as they were read, only sequence and place change. @kernel drivers/nvdimm/label.c: nd_label_write_index */
function writeNextIndex(store: LabelStore, area: LabelArea, free: Uint8Array, isFresh: boolean): Errno {
  const { current, labelSize, nslot, indexSize } = area;
  const index = current.index === 0 ? 1 : 0;
  // Right after initialisation the staged index still has its own number, 2; later it is a copy of the one that counts.
  const seq = incSeq(isFresh ? 2 : current.seq);
  return store.write(index * indexSize, writeNsIndex({ index, seq, nslot, labelSize, free }, store.sizeBytes));
}

/**
 * Describes a namespace on one DIMM: first marked as being updated, then as settled. With several DIMMs each gets the
 * first step before any gets the second: call pmemLabelUpdate() itself.
 * @kernel drivers/nvdimm/label.c: nd_pmem_namespace_label_update
 */
export function settleLabel(store: LabelStore, label: LabelContent, reap: readonly string[] = []): Errno {
  const first = pmemLabelUpdate(store, label, NSLABEL_FLAG_UPDATING, reap);
  return first < 0 ? first : pmemLabelUpdate(store, label, 0, reap);
}

/** Gives back the slots of a namespace. Without an index there is nothing to do. @kernel drivers/nvdimm/label.c: del_labels */
export function deleteLabels(store: LabelStore, uuid: string): Errno {
  const area = readLabelArea(store);
  if (area === undefined) return 0;
  let { free } = area.current;
  for (const old of area.labels) if (old.uuid === uuid) free = markSlot(free, old.slot, true);
  return writeNextIndex(store, area, free, false);
}
