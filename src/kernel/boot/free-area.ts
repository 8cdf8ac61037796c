/** From memblock to nodes, zones and the links of struct pages: the part of boot that all architectures share. */

import { alignUp, type Nid, type Pfn } from '../units.ts';
import type { LogLevel } from '../log.ts';
import type { KernelProfile } from '../profile/profile.ts';
import { ZONE_NAMES, type BootMap, type MemblockRange } from './boot-map.ts';
import { initmemLines, unavailableLine, zoneLines } from './boot-messages.ts';
import type { CmdlineParam } from './cmdline.ts';
import { coreOptions, findZoneMovablePfnsForNodes } from './movable.ts';
import { memmapInit, type UnavailableRange, unavailableByZone, unavailablePages } from './page-links.ts';
import { archZoneLimits, bootNodes, usableZoneForMovable } from './zones.ts';

type Say = (level: LogLevel, text: string) => void;

const BIOS_END_PFN = 0x100;

/**
 * Decides zones and nodes, and says so.
 * @kernel mm/mm_init.c: free_area_init
 */
export function freeAreaInit(
  ranges: readonly MemblockRange[],
  possibleNodes: readonly Nid[],
  maxPfn: Pfn,
  params: readonly CmdlineParam[],
  profile: KernelProfile,
  say: Say,
): Pick<BootMap, 'nodes' | 'pageLinks'> {
  const { pageSize, pagesPerSection, maxOrderPages } = profile.arch;
  const limits = archZoneLimits(ranges[0]?.startPfn ?? 0, maxPfn, profile);
  const usableStart = limits[usableZoneForMovable(limits)]?.startPfn ?? 0;
  const movable = findZoneMovablePfnsForNodes(ranges, coreOptions(params), usableStart, maxOrderPages, pageSize);
  for (const warning of movable.warnings) say(4, warning);
  for (const line of zoneLines(limits, movable.starts, ranges, profile)) say(6, line);

  const nodes = bootNodes(ranges, limits, movable.starts);
  const memmap = memmapInit(ranges, nodes, pagesPerSection);
  const initmem = initmemLines(nodes, possibleNodes, pageSize);
  sayUnavailable(initmem, ranges, nodes, memmap.unavailable, maxPfn, profile, say);
  return { nodes, pageLinks: memmap.pageLinks };
}

function sayUnavailable(
  initmem: readonly string[],
  ranges: readonly MemblockRange[],
  nodes: BootMap['nodes'],
  unavailable: readonly UnavailableRange[],
  maxPfn: Pfn,
  profile: KernelProfile,
  say: Say,
): void {
  const { pagesPerSection } = profile.arch;
  const mode = profile.does.logsUnavailableRanges;
  // Kernels that count once do so before they set up the nodes.
  if (mode === 'reserved') {
    // Reserved without being memory are page 0 and the BIOS area; what else was reserved by then is memory.
    const low = ranges.filter((range) => range.startPfn < BIOS_END_PFN);
    const pages = unavailablePages(low, BIOS_END_PFN, pagesPerSection);
    if (pages > 0) say(6, `Reserved but unavailable: ${pages} pages`);
  }
  if (mode === 'zeroed' || mode === 'zeroed-section') {
    const end = mode === 'zeroed' ? maxPfn : alignUp(maxPfn, pagesPerSection);
    const pages = unavailablePages(ranges, end, pagesPerSection);
    if (pages > 0) say(6, `Zeroed struct page in unavailable ranges: ${pages} pages`);
  }
  for (const line of initmem) say(6, line);
  if (mode === 'per-zone') for (const range of unavailable) say(6, unavailableLine(range));
  if (mode === 'zone-totals') {
    for (const { zone, pages } of unavailableByZone(ranges, nodes, pagesPerSection)) {
      say(6, `  ${ZONE_NAMES[zone]} zone: ${pages} pages in unavailable ranges`);
    }
  }
}
