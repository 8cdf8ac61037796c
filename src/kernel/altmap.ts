/** A memmap kept in the memory it describes. */

import { alignUp, type Pfn } from './units.ts';

/**
 * Where the struct pages of a range come from when they live in the range itself.
 * @kernel include/linux/memremap.h: struct vmem_altmap
 */
export interface VmemAltmap {
  readonly basePfn: Pfn;
  /** Pages at the start that are not to be touched. */
  readonly reserve: number;
  /** Pages set aside for the memmap. */
  readonly free: number;
  alloc: number;
  align: number;
}

export function makeAltmap(basePfn: Pfn, reserve: number, free: number): VmemAltmap {
  return { basePfn, reserve, free, alloc: 0, align: 0 };
}

/** Pages before the first one for data. @kernel mm/sparse-vmemmap.c: vmem_altmap_offset */
export function vmemAltmapOffset(altmap: VmemAltmap): number {
  return altmap.reserve + altmap.free;
}

/**
 * Takes `nrPages` for a piece of memmap, aligned to its own size. False when too little is left.
 * @kernel mm/sparse-vmemmap.c: altmap_alloc_block_buf
 */
export function altmapAlloc(altmap: VmemAltmap, nrPages: number): boolean {
  const next = altmap.basePfn + altmap.reserve + altmap.alloc + altmap.align;
  let lowestBit = 1;
  while (nrPages % (lowestBit * 2) === 0) lowestBit *= 2;
  const padding = alignUp(next, lowestBit) - next;
  if (nrPages + padding > altmap.free - (altmap.alloc + altmap.align)) return false;
  altmap.alloc += nrPages;
  altmap.align += padding;
  return true;
}
