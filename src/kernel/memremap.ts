/** Device memory gets struct pages: memremap_pages() and its inverse. */

import { archAddMemory, archRemoveMemory, mhpRangeAllowed } from './add-pages.ts';
import type { VmemAltmap } from './altmap.ts';
import { ZONE_DEVICE } from './boot/boot-map.ts';
import { EINVAL, ENOMEM, ENXIO, type Errno } from './errno.ts';
import type { CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import { mapSections, unmapSections } from './memremap-sections.ts';
import { warnConflict, warnRegion } from './memremap-warnings.ts';
import { IORESOURCE_SYSTEM_RAM } from './resource.ts';
import { regionIntersects } from './resource-query.ts';
import { type ByteRange, type Nid } from './units.ts';
import { movePfnRangeToZone } from './zone.ts';

/** @kernel include/linux/memremap.h: enum memory_type (those a driver of the model uses) */
export type PgmapType = 'fs-dax' | 'generic' | 'pci-p2pdma';

/**
 * One mapping of device memory.
 * @kernel include/linux/memremap.h: struct dev_pagemap
 */
export interface Pgmap {
  /** The model's handle. */
  readonly id: number;
  readonly type: PgmapType;
  /** Device that owns it, e.g. `namespace0.0`. */
  readonly owner: string;
  /** The device that maps it with its driver in front, as old kernels name it in warnings: `nd_pmem pfn0.0`. */
  readonly device?: string | undefined;
  readonly ranges: readonly ByteRange[];
  readonly altmap: VmemAltmap | undefined;
  /** log2 of the pages in one compound page. */
  readonly vmemmapShift: number;
  readonly nid: Nid;
}

const ONE_RANGE_WITH_ALTMAP: CheckPoint = {
  file: 'mm/memremap.c',
  fn: 'pagemap_range',
  condition: 'a mapping with an altmap has one range only',
};
const NO_PGMAP_AT_ENDS: CheckPoint = {
  file: 'mm/memremap.c',
  fn: 'pagemap_range',
  condition: 'no live device mapping covers the first or the last page',
};
const NO_RAM: CheckPoint = {
  file: 'mm/memremap.c',
  fn: 'pagemap_range',
  condition: 'the range holds no System RAM',
};

/**
 * Maps device memory: struct pages, ZONE_DEVICE, the taint of shared sections. Returns its id (≥ 1), or −ENOMEM for
 * another mapping in the way, −ENXIO for RAM in the range, −EINVAL for misuse, misalignment or too high an address.
 * @kernel mm/memremap.c: memremap_pages
 */
export function memremapPages(kernel: Kernel, request: Omit<Pgmap, 'id'>): number {
  let id = 1;
  while (kernel.pgmaps.has(id)) id++;
  const pgmap: Pgmap = { ...request, id, nid: request.nid < 0 ? numaMemId(kernel) : request.nid };
  if (pgmap.ranges.length === 0) {
    kernel.printkOnce(4, 'nr_range must be specified');
    return -EINVAL;
  }
  const done: ByteRange[] = [];
  for (const [index, range] of pgmap.ranges.entries()) {
    const error = pagemapRange(kernel, pgmap, range, index);
    if (error !== 0) {
      for (const mapped of done) pageunmapRange(kernel, pgmap, mapped);
      warnUnfreed(kernel, pgmap);
      return error;
    }
    done.push(range);
  }
  kernel.pgmaps = new Map(kernel.pgmaps).set(id, pgmap);
  return id;
}

/** The node of the processor that asks: the first one online, as far as a map tells. @kernel include/linux/topology.h: numa_mem_id */
function numaMemId(kernel: Kernel): Nid {
  return Math.min(...[...kernel.nodes.values()].filter((node) => node.online).map((node) => node.nid));
}

/** @kernel mm/memremap.c: pagemap_range */
function pagemapRange(kernel: Kernel, pgmap: Pgmap, range: ByteRange, index: number): Errno {
  const { pageSize } = kernel.profile.arch;
  const { start, end } = range;
  if (!kernel.profile.does.subsectionHotplug) return mapSections(kernel, pgmap, range);
  if (pgmap.altmap !== undefined && index > 0) {
    kernel.explain?.(ONE_RANGE_WITH_ALTMAP, false, { ranges: pgmap.ranges.length });
    kernel.printkOnce(4, 'altmap not supported for multiple ranges');
    return -EINVAL;
  }
  const startPfn = Math.floor(start / pageSize);
  const endPfn = Math.floor((end - 1) / pageSize) + 1;
  const other = kernel.pgmapAt.get(startPfn) ?? kernel.pgmapAt.get(endPfn - 1);
  kernel.explain?.(NO_PGMAP_AT_ENDS, other === undefined, {
    start,
    end,
    owner: kernel.pgmaps.get(other ?? 0)?.owner ?? 'none',
  });
  if (other !== undefined) {
    warnConflict(kernel, pgmap);
    return -ENOMEM;
  }
  const { regionIntersectsDescendants } = kernel.profile.does;
  const ram = regionIntersects(kernel.iomem, start, end, IORESOURCE_SYSTEM_RAM, regionIntersectsDescendants);
  kernel.explain?.(NO_RAM, ram === 'disjoint', { start, end, ram });
  if (ram !== 'disjoint') {
    warnRegion(kernel, ram === 'mixed' ? 'mixed' : 'ram', range);
    return -ENXIO;
  }
  kernel.pgmapAt = kernel.pgmapAt.set(startPfn, endPfn, pgmap.id);
  const limited = kernel.profile.does.addressLimit === 'range-allowed';
  let error: Errno = !limited || mhpRangeAllowed(kernel, start, end - start) ? 0 : -EINVAL;
  if (error === 0) error = archAddMemory(kernel, start, end - start, pgmap.altmap, pgmap);
  if (error !== 0) {
    kernel.pgmapAt = kernel.pgmapAt.delete(startPfn, endPfn);
    return error;
  }
  movePfnRangeToZone(kernel, pgmap.nid, ZONE_DEVICE, startPfn, endPfn - startPfn);
  return 0;
}

/** @kernel mm/memremap.c: pageunmap_range */
function pageunmapRange(kernel: Kernel, pgmap: Pgmap, range: ByteRange): void {
  const { pageSize } = kernel.profile.arch;
  if (!kernel.profile.does.subsectionHotplug) return unmapSections(kernel, pgmap, range);
  archRemoveMemory(kernel, range.start, range.end - range.start, pgmap.altmap, pgmap);
  kernel.pgmapAt = kernel.pgmapAt.delete(Math.floor(range.start / pageSize), Math.ceil(range.end / pageSize));
}

/**
 * Takes a mapping down. Taint and the span of ZONE_DEVICE stay.
 * @kernel mm/memremap.c: memunmap_pages
 */
export function memunmapPages(kernel: Kernel, id: number): void {
  const kept = kernel.pgmaps.get(id);
  if (kept === undefined) return;
  // Freed pages are counted on a copy: snapshots share the kept one.
  const pgmap = kept.altmap === undefined ? kept : { ...kept, altmap: { ...kept.altmap } };
  for (const range of pgmap.ranges) pageunmapRange(kernel, pgmap, range);
  warnUnfreed(kernel, pgmap);
  const pgmaps = new Map(kernel.pgmaps);
  pgmaps.delete(id);
  kernel.pgmaps = pgmaps;
}

/** Memmap pages are still taken: of sections added before one that failed, which stay. */
function warnUnfreed(kernel: Kernel, { altmap }: Pgmap): void {
  if (altmap !== undefined && altmap.alloc !== 0) kernel.printkOnce(4, 'failed to free all reserved pages');
}
