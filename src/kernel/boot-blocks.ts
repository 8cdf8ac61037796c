/** Memory blocks of boot memory: which exist, their node and their one zone. */

import { MEM_ONLINE, MMOP_OFFLINE, type MemoryBlock } from './block-table.ts';
import { ZONE_DEVICE, type BootMap, type ZoneIndex } from './boot/boot-map.ts';
import type { Kernel } from './kernel.ts';
import { SECTION_MARKED_PRESENT } from './section-table.ts';
import { alignDown, alignUp, overlaps, type Nid } from './units.ts';
import { populatedZone, zoneIntersects } from './zone.ts';

/**
 * Makes a block wherever a section is present. Blocks between two boundaries of the map are alike, so only
 * one of them is worked out.
 * @kernel drivers/base/memory.c: memory_dev_init; drivers/base/node.c: register_mem_block_under_node_early
 */
export function createBootBlocks(kernel: Kernel, map: BootMap): void {
  const perBlock = kernel.blockPages;
  const boundaries = boundaryBlocks(kernel, map);
  for (const run of kernel.sections.runs()) {
    if ((run.flags & SECTION_MARKED_PRESENT) === 0) continue;
    const { pagesPerSection } = kernel.sections;
    const first = Math.floor((run.first * pagesPerSection) / perBlock);
    const last = Math.floor((run.last * pagesPerSection) / perBlock);
    for (let id = first; id <= last; ) {
      const next = boundaries.find((boundary) => boundary >= id) ?? Infinity;
      const end = next === id ? id : Math.min(last, next - 1);
      const { block, extraNodes } = describeBlock(kernel, map, id);
      kernel.blocks.fill(id, end, block);
      kernel.blocks.setExtraNodes(id, extraNodes);
      id = end + 1;
    }
  }
}

// Blocks that hold a start or an end of anything, ascending: each may differ from its neighbours.
function boundaryBlocks(kernel: Kernel, map: BootMap): number[] {
  const ids = new Set<number>();
  const add = (pfn: number): void => {
    ids.add(Math.floor(pfn / kernel.blockPages));
    if (pfn > 0) ids.add(Math.floor((pfn - 1) / kernel.blockPages));
  };
  for (const range of [...map.memblock, ...map.nodes, ...map.pageLinks]) {
    add(range.startPfn);
    add(range.endPfn);
  }
  for (const node of map.nodes) {
    for (const zone of node.zones) {
      add(zone.startPfn);
      add(zone.startPfn + zone.spanned);
    }
  }
  return [...ids].sort((a, b) => a - b);
}

function describeBlock(kernel: Kernel, map: BootMap, id: number): { block: MemoryBlock; extraNodes: Nid[] } {
  const start = id * kernel.blockPages;
  const end = start + kernel.blockPages;
  const linked: Nid[] = [];
  let zone: ZoneIndex | undefined;
  for (const node of map.nodes) {
    if (!overlaps(start, end, node.startPfn, node.endPfn)) continue;
    if (!blockHoldsPageOf(kernel, map, node.nid, start, end)) continue;
    zone = linked.length === 0 ? onlyZone(kernel, node.nid, start) : undefined;
    linked.push(node.nid);
  }
  const nid = linked.at(-1) ?? -1;
  const block = { state: MEM_ONLINE, onlineType: MMOP_OFFLINE, nid, zone, group: -1, memmapPages: 0 } as const;
  return { block, extraNodes: linked.slice(0, -1) };
}

// A page's node comes from memblock; a hole counts as the first node's.
function blockHoldsPageOf(kernel: Kernel, map: BootMap, nid: Nid, start: number, end: number): boolean {
  let covered = 0;
  for (const range of map.memblock) {
    if (!overlaps(start, end, range.startPfn, range.endPfn)) continue;
    if (range.nid === nid) return true;
    covered += Math.min(end, range.endPfn) - Math.max(start, range.startPfn);
  }
  return nid === map.nodes[0]?.nid && covered < presentPages(kernel, start, end);
}

function presentPages(kernel: Kernel, start: number, end: number): number {
  const { sections } = kernel;
  const { pagesPerSection } = sections;
  let pages = 0;
  for (let pfn = alignDown(start, pagesPerSection); pfn < alignUp(end, pagesPerSection); pfn += pagesPerSection) {
    if (sections.flags(sections.sectionNr(pfn)) !== 0) pages += pagesPerSection;
  }
  return pages;
}

/**
 * The only populated zone of the node that the block touches, or undefined when there are several.
 * @kernel drivers/base/memory.c: early_node_zone_for_memory_block
 */
function onlyZone(kernel: Kernel, nid: Nid, start: number): ZoneIndex | undefined {
  const zones = kernel.nodes.get(nid)?.zones ?? [];
  const touched = zones.flatMap((zone, index) =>
    index !== ZONE_DEVICE && populatedZone(zone) && zoneIntersects(zone, start, kernel.blockPages) ? [index] : [],
  );
  return touched.length === 1 ? (touched[0] as ZoneIndex) : undefined;
}
