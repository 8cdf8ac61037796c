/** memblock.memory while boot edits it: sorted, disjoint byte ranges with node and hotplug flag. */

import { alignDown, alignUp, NUMA_NO_NODE, type Nid, type PhysAddr } from '../units.ts';
import { MAX_ADDRESS } from '../units.ts';
import type { E820Entry, MemblockRange } from './boot-map.ts';

export interface MemblockRegion {
  readonly start: PhysAddr;
  readonly end: PhysAddr;
  readonly nid: Nid;
  readonly hotplug: boolean;
}

/**
 * memblock.memory from the e820 table: RAM and what the kernel reserved of it, whole pages only.
 * @kernel arch/x86/kernel/e820.c: e820__memblock_setup
 */
export function e820MemblockSetup(entries: readonly E820Entry[], limit: PhysAddr, pageSize: number): MemblockRegion[] {
  const regions: MemblockRegion[] = [];
  for (const { start, end, type } of entries) {
    if (type !== 'ram' && type !== 'reserved-kern') continue;
    const capped = Math.min(end, limit);
    if (start < capped) regions.push({ start, end: capped, nid: NUMA_NO_NODE, hotplug: false });
  }
  return mergeRegions(regions)
    .map((region) => ({ ...region, start: alignUp(region.start, pageSize), end: alignDown(region.end, pageSize) }))
    .filter((region) => region.start < region.end);
}

/** Gives a range its node. @kernel mm/memblock.c: memblock_set_node */
export function memblockSetNode(regions: readonly MemblockRegion[], start: PhysAddr, end: PhysAddr, nid: Nid) {
  return changeRange(regions, start, end, { nid });
}

/** Sets or clears the hotplug flag of a range. @kernel mm/memblock.c: memblock_mark_hotplug */
export function memblockSetHotplug(
  regions: readonly MemblockRegion[],
  start: PhysAddr,
  end: PhysAddr,
  hotplug: boolean,
): MemblockRegion[] {
  return changeRange(regions, start, end, { hotplug });
}

/** Whether any memory lies in a range. @kernel mm/memblock.c: memblock_overlaps_region */
export function memblockOverlapsRegion(regions: readonly MemblockRegion[], start: PhysAddr, end: PhysAddr): boolean {
  return firstEndingAfter(regions, start) < regions.length && startOf(regions, firstEndingAfter(regions, start)) < end;
}

/** The regions as page ranges: a page that is not whole in its region is not in memblock's eyes. */
export function memblockRanges(regions: readonly MemblockRegion[], pageSize: number): MemblockRange[] {
  const ranges: MemblockRange[] = [];
  for (const { start, end, nid, hotplug } of regions) {
    const startPfn = Math.ceil(start / pageSize);
    const endPfn = Math.floor(end / pageSize);
    if (startPfn < endPfn) ranges.push({ startPfn, endPfn, nid, hotplug });
  }
  return ranges;
}

/** Splits at the range's borders, changes what lies inside, merges like neighbours. Costs the number of regions. */
function changeRange(
  regions: readonly MemblockRegion[],
  start: PhysAddr,
  end: PhysAddr,
  change: Partial<Pick<MemblockRegion, 'nid' | 'hotplug'>>,
): MemblockRegion[] {
  const from = firstEndingAfter(regions, start);
  let to = from;
  while (to < regions.length && startOf(regions, to) < end) to++;
  if (from === to) return [...regions];
  const changed: MemblockRegion[] = [];
  for (const region of regions.slice(from, to)) {
    if (region.start < start) changed.push({ ...region, end: start });
    changed.push({ ...region, start: Math.max(region.start, start), end: Math.min(region.end, end), ...change });
    if (region.end > end) changed.push({ ...region, start: end });
  }
  return mergeRegions([...regions.slice(0, from), ...changed, ...regions.slice(to)]);
}

/** @kernel mm/memblock.c: memblock_merge_regions */
function mergeRegions(regions: readonly MemblockRegion[]): MemblockRegion[] {
  const merged: MemblockRegion[] = [];
  for (const region of regions) {
    const last = merged.at(-1);
    if (last !== undefined && last.end === region.start && last.nid === region.nid && last.hotplug === region.hotplug) {
      merged[merged.length - 1] = { ...last, end: region.end };
    } else {
      merged.push(region);
    }
  }
  return merged;
}

function firstEndingAfter(regions: readonly MemblockRegion[], address: PhysAddr): number {
  let low = 0;
  let high = regions.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((regions[middle] as MemblockRegion).end > address) high = middle;
    else low = middle + 1;
  }
  return low;
}

function startOf(regions: readonly MemblockRegion[], index: number): PhysAddr {
  return regions[index]?.start ?? MAX_ADDRESS;
}
