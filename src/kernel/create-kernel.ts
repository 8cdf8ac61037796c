/** Boots the memory core from what firmware and command line decided. */

import { createBootBlocks } from './boot-blocks.ts';
import { bootResources } from './boot-resources.ts';
import type { BootInput, BootMap } from './boot/boot-map.ts';
import { appendLog } from './log.ts';
import { Kernel } from './kernel.ts';
import { bootParams } from './params.ts';
import type { KernelProfile } from './profile/profile.ts';
import { RangeMap } from './range-map.ts';
import {
  SECTION_HAS_MEM_MAP,
  SECTION_IS_EARLY,
  SECTION_IS_ONLINE,
  SECTION_MARKED_PRESENT,
  USAGE_BOOT,
} from './section-table.ts';
import { memmapPages } from './sparse.ts';
import { pageLink } from './zone.ts';

/** A kernel just after boot: early sections, zones, memory blocks and /proc/iomem. */
export function createKernel(map: BootMap, profile: KernelProfile, input: BootInput): Kernel {
  const kernel = new Kernel(
    {
      profile,
      memoryBlockSizeBytes: map.memoryBlockSizeBytes,
      possibleNodes: new Set(map.possibleNodes),
      numaMemblks: map.numaMemblks,
      numaReservedMemblks: map.numaReservedMemblks ?? [],
      movableNode: map.options.movableNode,
      cpuNodes: new Set(input.cpuNodes ?? [0]),
    },
    bootResources(map, profile.arch.pageSize, input.pciWindows ?? [], 2 ** (input.physBits ?? 52)),
    bootParams(map.options, profile),
  );
  kernel.maxPfn = map.maxPfn;
  createEarlySections(kernel, map);
  kernel.nodes = new Map(
    map.nodes.map((node) => [
      node.nid,
      {
        nid: node.nid,
        online: true,
        startPfn: node.startPfn,
        spanned: node.endPfn - node.startPfn,
        zones: node.zones.map((zone) => ({ ...zone, presentEarly: zone.present })),
      },
    ]),
  );
  kernel.pageLinks = new RangeMap(
    map.pageLinks.map(({ startPfn, endPfn, nid, zone }) => ({
      start: startPfn,
      end: endPfn,
      value: pageLink(nid, zone),
    })),
  );
  createBootBlocks(kernel, map);
  for (const line of map.log) kernel.log = appendLog(kernel.log, line.level, line.text);
  if (kernel.params.memmapOnMemory === 'force') {
    const waste = wastedMemmapPages(kernel);
    kernel.printk(6, `Memory hotplug will waste ${waste} pages in each memory block`);
  }
  return kernel;
}

/**
 * Every section that boot RAM touches is present, online and early, with the bits of its RAM; the memmap covers
 * all of it.
 * @kernel mm/sparse.c: memblocks_present, sparse_init_nid; mm/mm_init.c: free_area_init
 */
function createEarlySections(kernel: Kernel, map: BootMap): void {
  const { sections, profile } = kernel;
  const { subsectionHotplug, sectionIsEarly } = profile.does;
  const early = sectionIsEarly ? SECTION_IS_EARLY : 0;
  const flags = SECTION_MARKED_PRESENT | SECTION_HAS_MEM_MAP | SECTION_IS_ONLINE | early;
  const { pagesPerSection, subsectionsPerSection } = sections;
  let counted = -1;
  for (const { startPfn, endPfn } of map.memblock) {
    const first = sections.sectionNr(startPfn);
    const last = sections.sectionNr(endPfn - 1);
    // Without sub-section maps a section is there or not.
    const firstFull = !subsectionHotplug || startPfn % pagesPerSection === 0 ? first : first + 1;
    const lastFull = !subsectionHotplug || endPfn % pagesPerSection === 0 ? last : last - 1;
    if (firstFull <= lastFull) sections.fill(firstFull, lastFull, flags, USAGE_BOOT);
    for (const nr of new Set([first, last])) {
      if (nr >= firstFull && nr <= lastFull) continue;
      sections.setFlags(nr, flags);
      sections.setUsage(nr, USAGE_BOOT);
      const from = nr === first ? sections.subsectionIndex(startPfn) : 0;
      const to = nr === last ? sections.subsectionIndex(endPfn - 1) : subsectionsPerSection - 1;
      sections.writeSubsections(nr, from, to, true);
    }
    const fresh = last - Math.max(first, counted + 1) + 1;
    counted = Math.max(counted, last);
    kernel.nrMemmapBootPages += fresh * memmapPages(kernel, pagesPerSection, undefined);
  }
}

function wastedMemmapPages(kernel: Kernel): number {
  const { pageSize, structPageSize, pageblockPages } = kernel.profile.arch;
  const pages = Math.ceil((kernel.blockPages * structPageSize) / pageSize);
  return Math.ceil(pages / pageblockPages) * pageblockPages - pages;
}
