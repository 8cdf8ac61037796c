/** Page ranges join a zone and leave it: the halves of onlining and offlining below the memory block. */

import { ZONE_MOVABLE, ZONE_NAMES, type ZoneIndex } from './boot/boot-map.ts';
import { EBUSY, EINVAL, EPERM, type Errno } from './errno.ts';
import type { CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import { logDemotionTargets, nodeHasMemory } from './memory-tiers.ts';
import { earlySection } from './pfn.ts';
import { hasHolesInZone } from './removable.ts';
import { countSystemRamPages } from './resource-query.ts';
import { SECTION_IS_ONLINE } from './section-table.ts';
import { hexPadded, isAligned, type Nid, type Pfn } from './units.ts';
import { adjustPresentPageCount, movePfnRangeToZone, populatedZone, removePfnRangeFromZone, zoneOf } from './zone.ts';

const ONLINE_SPAN: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'online_pages',
  condition: 'the range starts at a pageblock and ends at a section',
};
const OFFLINE_SPAN: CheckPoint = { ...ONLINE_SPAN, fn: 'offline_pages' };
const NO_HOLES: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'offline_pages',
  condition: 'every page of the range is System RAM (no holes)',
};
const MOVABLE_PAGES: CheckPoint = {
  file: 'mm/page_isolation.c',
  fn: 'start_isolate_page_range',
  condition: 'every page of the range can be moved away',
};

const NOT_BOOT_MEMORY: CheckPoint = {
  file: 'arch/arm64/mm/mmu.c',
  fn: 'prevent_bootmem_remove_notifier',
  condition: 'no section of the range is memory of boot',
};

/**
 * Hands a range to a zone's allocator: sections come online and the zone's present pages grow.
 * @kernel mm/memory_hotplug.c: online_pages
 */
export function onlinePages(
  kernel: Kernel,
  startPfn: Pfn,
  nrPages: number,
  nid: Nid,
  zone: ZoneIndex,
  groupId: number,
): Errno {
  const aligned = spanIsAligned(kernel, startPfn, nrPages);
  kernel.explain?.(ONLINE_SPAN, aligned, { startPfn, nrPages });
  if (!aligned) return -EINVAL;
  movePfnRangeToZone(kernel, nid, zone, startPfn, nrPages);
  const refused = kernel.memoryNotifier?.goingOnline(startPfn, nrPages) ?? 0;
  if (refused !== 0) {
    kernel.printk(7, `online_pages ${memRange(kernel, startPfn, nrPages)} failed`);
    removePfnRangeFromZone(kernel, nid, zone, startPfn, nrPages);
    return refused;
  }
  const wasPopulated = populatedZone(zoneOf(kernel, nid, zone));
  const hadMemory = nodeHasMemory(kernel, nid);
  setSectionsOnline(kernel, startPfn, nrPages, true);
  adjustPresentPageCount(kernel, nid, zone, groupId, startPfn, presentPages(kernel, startPfn, nrPages));
  const node = kernel.nodes.get(nid);
  if (node !== undefined && !node.online) kernel.nodes = new Map(kernel.nodes).set(nid, { ...node, online: true });
  if (!wasPopulated) kernel.onZonelistsBuilt?.();
  kernel.memoryNotifier?.online(startPfn, nrPages, zone);
  if (!hadMemory) logDemotionTargets(kernel);
  return 0;
}

/**
 * Takes a range back from its zone. −EINVAL for holes, −EBUSY for pages that cannot be moved: in a kernel zone
 * that depends on what the pages hold, which no map tells.
 * @kernel mm/memory_hotplug.c: offline_pages
 */
export function offlinePages(
  kernel: Kernel,
  blockId: number,
  startPfn: Pfn,
  nrPages: number,
  nid: Nid,
  zone: ZoneIndex,
  groupId: number,
): Errno {
  const aligned = spanIsAligned(kernel, startPfn, nrPages);
  kernel.explain?.(OFFLINE_SPAN, aligned, { startPfn, nrPages });
  if (!aligned) return -EINVAL;
  if (kernel.profile.does.refusesBlocksWithHoles) {
    const ramPages = countSystemRamPages(kernel.iomem, startPfn, startPfn + nrPages, kernel.profile.arch.pageSize);
    kernel.explain?.(NO_HOLES, ramPages === nrPages, { startPfn, nrPages, ramPages });
    if (ramPages !== nrPages) return failed(kernel, startPfn, nrPages, 'memory holes', -EINVAL);
  }
  if (zone !== ZONE_MOVABLE && kernel.memoryNotifier?.allPagesOffline(startPfn, nrPages) !== true) {
    const holes = !kernel.profile.does.refusesBlocksWithHoles && hasHolesInZone(kernel, nid, zone, startPfn, nrPages);
    const unmovable = holes ? true : kernel.unmovable?.(blockId);
    if (unmovable === undefined) {
      kernel.onDepends?.(`memory${blockId} is in zone ${ZONE_NAMES[zone]}: whether its pages can be moved, no map tells`);
    }
    const known = unmovable !== undefined;
    kernel.explain?.(MOVABLE_PAGES, unmovable !== true, { zone: ZONE_NAMES[zone], known, ...(holes ? { holes } : {}) });
    if (unmovable === true) return failed(kernel, startPfn, nrPages, 'failure to isolate range', -EBUSY);
  }
  if (!bootMemoryMayGo(kernel, startPfn, nrPages)) return failed(kernel, startPfn, nrPages, 'notifier failure', -EPERM);
  const refused = kernel.memoryNotifier?.goingOffline(startPfn, nrPages) ?? 0;
  if (refused !== 0) return failed(kernel, startPfn, nrPages, 'unmovable page', refused);
  const offlined = presentPages(kernel, startPfn, nrPages);
  kernel.printk(kernel.profile.does.offlineIsQuiet ? 7 : 6, `Offlined Pages ${offlined}`);
  setSectionsOnline(kernel, startPfn, nrPages, false);
  adjustPresentPageCount(kernel, nid, zone, groupId, startPfn, -offlined);
  if (!populatedZone(zoneOf(kernel, nid, zone))) kernel.onZonelistsBuilt?.();
  kernel.memoryNotifier?.offline(startPfn, nrPages);
  if (!nodeHasMemory(kernel, nid)) logDemotionTargets(kernel);
  if (kernel.profile.does.shrinksZonesAtOffline) removePfnRangeFromZone(kernel, nid, zone, startPfn, nrPages);
  return 0;
}

/**
 * arm64 keeps what it booted with: firmware and the linear map count on it.
 * @kernel arch/arm64/mm/mmu.c: prevent_bootmem_remove_notifier
 */
function bootMemoryMayGo(kernel: Kernel, startPfn: Pfn, nrPages: number): boolean {
  const { profile, sections } = kernel;
  if (!profile.arch.keepsBootMemory) return true;
  let early = false;
  for (let pfn = startPfn; pfn < startPfn + nrPages; pfn += sections.pagesPerSection) {
    early ||= earlySection(sections, pfn);
  }
  kernel.explain?.(NOT_BOOT_MEMORY, !early, { startPfn, nrPages });
  const { pageSize } = profile.arch;
  const [start, end] = [startPfn * pageSize, (startPfn + nrPages) * pageSize];
  if (early) kernel.printk(4, `Boot memory [${start.toString(16)} ${end.toString(16)}] offlining attempted`);
  return !early;
}

/**
 * Pages a zone gains or loses with a range: kernels that let blocks with holes through count what is RAM.
 * Since Linux c5e79ef561b0 ("mm/memory_hotplug.c: don't allow to online/offline memory blocks with holes") (v5.5) that is all of it.
 */
function presentPages(kernel: Kernel, startPfn: Pfn, nrPages: number): number {
  const { does, arch } = kernel.profile;
  return does.refusesBlocksWithHoles
    ? nrPages
    : countSystemRamPages(kernel.iomem, startPfn, startPfn + nrPages, arch.pageSize);
}

function failed(kernel: Kernel, startPfn: Pfn, nrPages: number, reason: string, error: Errno): Errno {
  kernel.printk(7, `memory offlining ${memRange(kernel, startPfn, nrPages)} failed due to ${reason}`);
  return error;
}

function memRange(kernel: Kernel, startPfn: Pfn, nrPages: number): string {
  const { pageSize } = kernel.profile.arch;
  return `[mem ${hexPadded(startPfn * pageSize, 8)}-${hexPadded((startPfn + nrPages) * pageSize - 1, 8)}]`;
}

function spanIsAligned(kernel: Kernel, startPfn: Pfn, nrPages: number): boolean {
  const { pageblockPages, pagesPerSection } = kernel.profile.arch;
  const endUnit = kernel.profile.does.memoryBlocks === 'variable' ? pageblockPages : pagesPerSection;
  return nrPages > 0 && isAligned(startPfn, pageblockPages) && isAligned(startPfn + nrPages, endUnit);
}

/** @kernel mm/sparse.c: online_mem_sections, offline_mem_sections */
export function setSectionsOnline(kernel: Kernel, startPfn: Pfn, nrPages: number, online: boolean): void {
  const { sections } = kernel;
  const last = sections.sectionNr(startPfn + nrPages - 1);
  for (let nr = sections.sectionNr(startPfn); nr <= last; nr++) {
    const flags = sections.flags(nr);
    sections.setFlags(nr, online ? flags | SECTION_IS_ONLINE : flags & ~SECTION_IS_ONLINE);
  }
}
