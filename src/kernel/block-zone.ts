/** Which zone a memory block that is online lies in. */

import { blockNrPages, blockStartPfn } from './block-span.ts';
import type { MemoryBlock } from './block-table.ts';
import type { ZoneIndex } from './boot/boot-map.ts';
import type { CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import type { Pfn } from './units.ts';
import { linkNid, linkZone, zoneOf } from './zone.ts';

const PAGES_IN_ONE_ZONE: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'test_pages_in_a_zone',
  condition: 'the struct pages of the block, looked at every 4 MiB, belong to one zone and lie within its span',
};

/**
 * The one zone of an online block, or undefined when there are several.
 * Since Linux 395f6081bad4 ("drivers/base/memory: determine and store zone for single-zone memory blocks") (v5.18) the
 * block remembers it; before it, its struct pages were asked each time.
 */
export function zoneOfBlock(kernel: Kernel, id: number, block: MemoryBlock): ZoneIndex | undefined {
  if (kernel.profile.does.blockStoresZone) return block.zone;
  const startPfn = blockStartPfn(kernel, id);
  return testPagesInAZone(kernel, startPfn, startPfn + blockNrPages(kernel, id));
}

/**
 * Looks at the first page of every largest buddy block. Pages behind the end of their zone count as another zone's.
 * @kernel mm/memory_hotplug.c: test_pages_in_a_zone
 */
export function testPagesInAZone(kernel: Kernel, startPfn: Pfn, endPfn: Pfn): ZoneIndex | undefined {
  const step = kernel.profile.arch.maxOrderPages;
  let link: number | undefined;
  for (const entry of kernel.pageLinks.overlapping(startPfn, endPfn)) {
    const first = startPfn + Math.max(0, Math.ceil((entry.start - startPfn) / step)) * step;
    const end = Math.min(entry.end, endPfn);
    if (first >= end) continue;
    const last = first + Math.floor((end - 1 - first) / step) * step;
    const isFirst = link === undefined;
    link ??= entry.value;
    const { startPfn: zoneStart, spanned } = zoneOf(kernel, linkNid(link), linkZone(link));
    // The very first page is taken at its word.
    const lowest = isFirst ? first + step : first;
    const spans = lowest > last || (zoneStart <= lowest && last < zoneStart + spanned);
    const same = entry.value === link && spans;
    if (same) continue;
    kernel.explain?.(PAGES_IN_ONE_ZONE, false, { startPfn, endPfn, zoneStart, zoneEnd: zoneStart + spanned });
    return undefined;
  }
  kernel.explain?.(PAGES_IN_ONE_ZONE, link !== undefined, { startPfn, endPfn });
  return link === undefined ? undefined : linkZone(link);
}
