/** What a map shows, as plain data: whoever builds one (the model, a captured machine) knows nothing of drawing. */

import type { ByteRange, Nid } from '../kernel/units.ts';

/** Who a stretch of physical memory belongs to. Whatever no segment covers is a hole. */
export type OwnerKind =
  | 'ram' // System RAM, nobody knows whether from boot
  | 'ram-early' // System RAM the kernel booted with
  | 'ram-hotplug' // System RAM added later: a DIMM, probe
  | 'kmem' // device memory used as System RAM by dax/kmem
  | 'virtio-mem'
  | 'device' // mapped by a pgmap: a namespace, a dax device
  | 'claimed' // a driver's, without a pgmap: a namespace in sector mode, one mapped as plain I/O
  | 'unmapped' // device memory no driver holds: an idle region, Soft Reserved, a CXL window
  | 'reserved' // kept by firmware or by memmap=nn$ss
  | 'mmio'; // PCI windows and other device registers

/** A stretch of memory with one owner. */
export interface Segment extends ByteRange {
  readonly kind: OwnerKind;
  /** The owner's name: `System RAM`, `namespace0.0`, `dax1.0`. */
  readonly label: string;
  /** For the kinds of System RAM, when the state of their blocks is known. */
  readonly online?: boolean;
}

/** Neighbouring sections that look the same; last is inclusive. The shape the section table gives. */
export interface PictureSections {
  readonly first: number;
  readonly last: number;
  /** Low bits of section_mem_map; undefined when nobody could read them. */
  readonly flags: number | undefined;
  /** 32-bit words of the sub-section map, lowest first; undefined when unknown, or on kernels without one. */
  readonly subsections: readonly number[] | undefined;
}

export interface PictureBlocks {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
  readonly state: 'online' | 'offline' | 'going-offline' | 'unknown';
  /** As valid_zones prints it: `DMA32`, `Normal Movable`, `none`; empty when unknown. */
  readonly zones: string;
  readonly node?: Nid;
}

/** A machine's physical memory. All lists are sorted and disjoint. */
export interface Picture {
  readonly sectionSizeBytes: number;
  readonly subsectionSizeBytes: number;
  readonly blockSizeBytes: number;
  readonly segments: readonly Segment[];
  readonly sections: readonly PictureSections[];
  readonly blocks: readonly PictureBlocks[];
}

export const RAM_KINDS: ReadonlySet<OwnerKind> = new Set(['ram', 'ram-early', 'ram-hotplug', 'kmem', 'virtio-mem']);

export function isRam(kind: OwnerKind): boolean {
  return RAM_KINDS.has(kind);
}
