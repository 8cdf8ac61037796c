/** Whether what lies in a memory block could be moved away, as far as a map tells: `removable` of old kernels. */

import { MEM_ONLINE, type MemoryBlock } from './block-table.ts';
import { zoneOfBlock } from './block-zone.ts';
import { ZONE_MOVABLE, ZONE_NAMES } from './boot/boot-map.ts';
import type { CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import { countSystemRamPages } from './resource-query.ts';
import type { Nid, Pfn } from './units.ts';
import { zoneOf } from './zone.ts';

const PAGES_MOVABLE: CheckPoint = {
  file: 'mm/page_alloc.c',
  fn: 'has_unmovable_pages',
  condition: 'every page of the block that its zone spans is free or can be moved; the struct pages of holes cannot',
  decides: 'never',
};

/**
 * Whether the range holds struct pages without memory that its zone spans. They count as used and as nothing that could
 * be moved; in ZONE_MOVABLE nobody looks.
 * @kernel mm/page_alloc.c: has_unmovable_pages
 */
export function hasHolesInZone(kernel: Kernel, nid: Nid, zone: number | undefined, startPfn: Pfn, nrPages: number): boolean {
  if (zone === undefined || zone === ZONE_MOVABLE) return false;
  const { startPfn: zoneStart, spanned } = zoneOf(kernel, nid, zone as 0 | 1 | 2);
  const from = Math.max(startPfn, zoneStart);
  const to = Math.min(startPfn + nrPages, zoneStart + spanned);
  if (from >= to) return false;
  return countSystemRamPages(kernel.iomem, from, to, kernel.profile.arch.pageSize) < to - from;
}

/**
 * What `removable` says before 5.7: whether every page of an online block could be moved. What lies in a block of a
 * kernel zone no map tells; without word of it, blocks of one zone count as removable.
 * @kernel drivers/base/memory.c: show_mem_removable; mm/memory_hotplug.c: is_mem_section_removable
 * Since Linux 53cdc1cb29e8 ("drivers/base/memory.c: indicate all memory blocks as removable") (v5.6) it is always 1.
 */
export function isRemovable(kernel: Kernel, id: number, block: MemoryBlock): boolean {
  if (kernel.profile.does.removableAlwaysOne || block.state !== MEM_ONLINE) return true;
  const zone = zoneOfBlock(kernel, id, block);
  if (zone === ZONE_MOVABLE) return true;
  const holes = hasHolesInZone(kernel, block.nid, zone, id * kernel.blockPages, kernel.blockPages);
  const unmovable = holes ? true : kernel.unmovable?.(id);
  if (unmovable === undefined) {
    const where = zone === undefined ? 'several zones' : `zone ${ZONE_NAMES[zone]}`;
    kernel.onDepends?.(`memory${id} is in ${where}: whether its pages can be moved, no map tells`);
  }
  const movable = unmovable === undefined ? zone !== undefined : !unmovable;
  kernel.explain?.(PAGES_MOVABLE, movable, { block: id, holes, known: unmovable !== undefined });
  return movable;
}
