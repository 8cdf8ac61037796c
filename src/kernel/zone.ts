/** Nodes and zones: spans and counters as /proc/zoneinfo shows them. */

import { ZONE_DEVICE, ZONE_MOVABLE, ZONE_NORMAL, type ZoneIndex } from './boot/boot-map.ts';
import type { Kernel } from './kernel.ts';
import { earlySection, pfnToOnlinePage } from './pfn.ts';
import { SECTION_TAINT_ZONE_DEVICE } from './section-table.ts';
import { overlaps, type Nid, type Pfn } from './units.ts';

/** @kernel include/linux/mmzone.h: struct zone */
export interface Zone {
  /** 0 when nothing is spanned. */
  readonly startPfn: Pfn;
  readonly spanned: number;
  readonly present: number;
  /** Present pages in early sections. @kernel present_early_pages */
  readonly presentEarly: number;
}

/** @kernel include/linux/mmzone.h: pglist_data */
export interface PgData {
  readonly nid: Nid;
  readonly online: boolean;
  readonly startPfn: Pfn;
  readonly spanned: number;
  /** Indexed by ZoneIndex; always five. */
  readonly zones: readonly Zone[];
}

export const EMPTY_ZONE: Zone = Object.freeze({ startPfn: 0, spanned: 0, present: 0, presentEarly: 0 });

export function emptyNode(nid: Nid, online: boolean): PgData {
  return { nid, online, startPfn: 0, spanned: 0, zones: [EMPTY_ZONE, EMPTY_ZONE, EMPTY_ZONE, EMPTY_ZONE, EMPTY_ZONE] };
}

/** A zone of a node; an empty one where the node is unknown. */
export function zoneOf(kernel: Kernel, nid: Nid, zone: ZoneIndex): Zone {
  return kernel.nodes.get(nid)?.zones[zone] ?? EMPTY_ZONE;
}

/** @kernel include/linux/mmzone.h: populated_zone */
export function populatedZone(zone: Zone): boolean {
  return zone.present > 0;
}

/** @kernel include/linux/mmzone.h: zone_intersects */
export function zoneIntersects(zone: Zone, startPfn: Pfn, nrPages: number): boolean {
  return zone.spanned > 0 && overlaps(startPfn, startPfn + nrPages, zone.startPfn, zone.startPfn + zone.spanned);
}

export function setNode(kernel: Kernel, node: PgData): void {
  kernel.nodes = new Map(kernel.nodes).set(node.nid, node);
}

export function setZone(kernel: Kernel, nid: Nid, index: ZoneIndex, zone: Zone): void {
  const node = kernel.nodes.get(nid) ?? emptyNode(nid, false);
  setNode(kernel, { ...node, zones: node.zones.map((old, i) => (i === index ? zone : old)) });
}

/** The value of a page's link to its node and zone, as one number. */
export function pageLink(nid: Nid, zone: ZoneIndex): number {
  return nid * 8 + zone;
}

export function linkNid(link: number): Nid {
  return Math.floor(link / 8);
}

export function linkZone(link: number): ZoneIndex {
  return (link % 8) as ZoneIndex;
}

function grow(start: Pfn, spanned: number, startPfn: Pfn, nrPages: number): { startPfn: Pfn; spanned: number } {
  if (spanned === 0) return { startPfn, spanned: nrPages };
  const low = Math.min(start, startPfn);
  return { startPfn: low, spanned: Math.max(start + spanned, startPfn + nrPages) - low };
}

/**
 * Hands a frame range to a zone: spans grow over it, its pages carry the zone, and device memory that
 * ends within a section taints that section.
 * @kernel mm/memory_hotplug.c: move_pfn_range_to_zone
 */
export function movePfnRangeToZone(
  kernel: Kernel,
  nid: Nid,
  index: ZoneIndex,
  startPfn: Pfn,
  nrPages: number,
): void {
  const node = kernel.nodes.get(nid) ?? emptyNode(nid, false);
  const zone = { ...(node.zones[index] as Zone), ...growZone(node.zones[index] as Zone, startPfn, nrPages) };
  const zones = node.zones.map((old, i) => (i === index ? zone : old));
  setNode(kernel, { ...node, zones, ...grow(node.startPfn, node.spanned, startPfn, nrPages) });
  kernel.pageLinks = kernel.pageLinks.set(startPfn, startPfn + nrPages, pageLink(nid, index));
  if (index === ZONE_DEVICE && kernel.profile.does.taintZoneDevice) taintSectionEnds(kernel, startPfn, nrPages);
}

function growZone(zone: Zone, startPfn: Pfn, nrPages: number): { startPfn: Pfn; spanned: number } {
  return grow(zone.startPfn, zone.spanned, startPfn, nrPages);
}

function taintSectionEnds(kernel: Kernel, startPfn: Pfn, nrPages: number): void {
  const { sections } = kernel;
  for (const end of [startPfn, startPfn + nrPages]) {
    if (end % sections.pagesPerSection === 0) continue;
    const nr = sections.sectionNr(end);
    sections.setFlags(nr, sections.flags(nr) | SECTION_TAINT_ZONE_DEVICE);
  }
}

/**
 * Takes a frame range out of its zone: a span shrinks when the range lies at one of its ends, to the next
 * sub-section that still has an online page of the zone. ZONE_DEVICE never shrinks.
 * @kernel mm/memory_hotplug.c: remove_pfn_range_from_zone
 */
export function removePfnRangeFromZone(
  kernel: Kernel,
  nid: Nid,
  index: ZoneIndex,
  startPfn: Pfn,
  nrPages: number,
): void {
  if (index === ZONE_DEVICE) return;
  const zone = zoneOf(kernel, nid, index);
  const zoneEnd = zone.startPfn + zone.spanned;
  const endPfn = startPfn + nrPages;
  const link = pageLink(nid, index);
  if (zone.startPfn === startPfn) {
    const pfn = findSmallestPfn(kernel, link, endPfn, zoneEnd);
    const span = pfn === undefined ? { startPfn: 0, spanned: 0 } : { startPfn: pfn, spanned: zoneEnd - pfn };
    setZone(kernel, nid, index, { ...zone, ...span });
  } else if (zoneEnd === endPfn) {
    const pfn = findBiggestPfn(kernel, link, zone.startPfn, startPfn);
    const span =
      pfn === undefined
        ? { startPfn: 0, spanned: 0 }
        : { startPfn: zone.startPfn, spanned: pfn - zone.startPfn + 1 };
    setZone(kernel, nid, index, { ...zone, ...span });
  }
  updatePgdatSpan(kernel, nid);
}

/**
 * First frame at or after `from`, in steps of a sub-section, that is online and of the zone.
 * @kernel mm/memory_hotplug.c: find_smallest_section_pfn
 */
function findSmallestPfn(kernel: Kernel, link: number, from: Pfn, end: Pfn): Pfn | undefined {
  const step = kernel.sections.pagesPerSubsection;
  for (const entry of kernel.pageLinks.overlapping(from, end)) {
    if (entry.value !== link) continue;
    // The first frame of the walk (from + k·step) inside this entry.
    const skipped = Math.max(0, Math.ceil((entry.start - from) / step));
    for (let pfn = from + skipped * step; pfn < Math.min(entry.end, end); pfn += step) {
      if (pfnToOnlinePage(kernel, pfn)) return pfn;
    }
  }
  return undefined;
}

/**
 * Last frame before `end`, walking down in steps of a sub-section, that is online and of the zone.
 * @kernel mm/memory_hotplug.c: find_biggest_section_pfn
 */
function findBiggestPfn(kernel: Kernel, link: number, from: Pfn, end: Pfn): Pfn | undefined {
  const step = kernel.sections.pagesPerSubsection;
  const top = end - 1;
  for (const entry of [...kernel.pageLinks.overlapping(from, end)].reverse()) {
    if (entry.value !== link) continue;
    const skipped = Math.max(0, Math.ceil((top - (entry.end - 1)) / step));
    for (let pfn = top - skipped * step; pfn >= Math.max(entry.start, from); pfn -= step) {
      if (pfnToOnlinePage(kernel, pfn)) return pfn;
    }
  }
  return undefined;
}

/**
 * The node spans the union of its zones.
 * @kernel mm/memory_hotplug.c: update_pgdat_span
 */
export function updatePgdatSpan(kernel: Kernel, nid: Nid): void {
  const node = kernel.nodes.get(nid);
  if (node === undefined) return;
  const spanning = node.zones.filter((zone) => zone.spanned > 0);
  const startPfn = spanning.length === 0 ? 0 : Math.min(...spanning.map((zone) => zone.startPfn));
  const endPfn = Math.max(0, ...spanning.map((zone) => zone.startPfn + zone.spanned));
  setNode(kernel, { ...node, startPfn, spanned: endPfn - startPfn });
}

/**
 * Adds to (or with a negative number, takes from) a zone's present pages and its group's count.
 * @kernel mm/memory_hotplug.c: adjust_present_page_count
 */
export function adjustPresentPageCount(
  kernel: Kernel,
  nid: Nid,
  index: ZoneIndex,
  groupId: number,
  startPfn: Pfn,
  nrPages: number,
): void {
  const zone = zoneOf(kernel, nid, index);
  const early = earlySection(kernel.sections, startPfn);
  setZone(kernel, nid, index, {
    ...zone,
    present: zone.present + nrPages,
    presentEarly: zone.presentEarly + (early ? nrPages : 0),
  });
  const group = kernel.groups.get(groupId);
  if (group === undefined) return;
  const movable = index === ZONE_MOVABLE;
  kernel.groups = new Map(kernel.groups).set(groupId, {
    ...group,
    presentMovable: group.presentMovable + (movable ? nrPages : 0),
    presentKernel: group.presentKernel + (movable ? 0 : nrPages),
  });
}

/** Zones kernel memory may go to, in order: DMA, DMA32, then Normal. */
export const KERNEL_ZONES = [0, 1, ZONE_NORMAL] as const;
