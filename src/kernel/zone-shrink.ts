/** Zones that shrink when memory is removed, not when it goes offline: kernels before 5.5. */

import type { Kernel } from './kernel.ts';
import { pfnValid } from './pfn.ts';
import type { Pfn } from './units.ts';
import { linkNid, linkZone, setZone, updatePgdatSpan, zoneOf } from './zone.ts';

/**
 * Takes a range that is about to be removed out of the zone `link` names. A span shrinks when the range lies at one of
 * its ends, to the next section (sub-section since 5.3) that still has a memmap and belongs to the zone, offline or
 * not; a zone that holds nothing else spans nothing.
 * @kernel mm/memory_hotplug.c: __remove_zone, shrink_zone_span
 * Since Linux feee6b298916 ("mm/memory_hotplug: shrink zones when offlining memory") (v5.5) this happens at offline.
 */
export function shrinkZoneAtRemoval(kernel: Kernel, link: number, startPfn: Pfn, nrPages: number): void {
  const nid = linkNid(link);
  const index = linkZone(link);
  const zone = zoneOf(kernel, nid, index);
  if (zone.spanned === 0) return;
  const zoneEnd = zone.startPfn + zone.spanned;
  const endPfn = startPfn + nrPages;
  const holds = (from: Pfn, end: Pfn): boolean => smallestPfn(kernel, link, from, end) !== undefined;
  if (zone.startPfn === startPfn) {
    const first = smallestPfn(kernel, link, endPfn, zoneEnd);
    const span = first === undefined ? { startPfn: 0, spanned: 0 } : { startPfn: first, spanned: zoneEnd - first };
    setZone(kernel, nid, index, { ...zone, ...span });
  } else if (zoneEnd === endPfn) {
    const last = biggestPfn(kernel, link, zone.startPfn, startPfn);
    const span = last === undefined ? { startPfn: 0, spanned: 0 } : { spanned: last - zone.startPfn + 1 };
    setZone(kernel, nid, index, { ...zone, ...span });
  } else if (!holds(zone.startPfn, startPfn) && !holds(endPfn, zoneEnd)) {
    setZone(kernel, nid, index, { ...zone, startPfn: 0, spanned: 0 });
  }
  updatePgdatSpan(kernel, nid);
}

/** The step of both walks. */
function unitOf(kernel: Kernel): number {
  const { pagesPerSection, pagesPerSubsection } = kernel.sections;
  return kernel.profile.does.subsectionHotplug ? pagesPerSubsection : pagesPerSection;
}

/** @kernel mm/memory_hotplug.c: find_smallest_section_pfn */
function smallestPfn(kernel: Kernel, link: number, from: Pfn, end: Pfn): Pfn | undefined {
  const unit = unitOf(kernel);
  for (const entry of kernel.pageLinks.overlapping(from, end)) {
    if (entry.value !== link) continue;
    const skipped = Math.max(0, Math.ceil((entry.start - from) / unit));
    for (let pfn = from + skipped * unit; pfn < Math.min(entry.end, end); pfn += unit) {
      if (pfnValid(kernel.sections, pfn)) return pfn;
    }
  }
  return undefined;
}

/** The last frame of the walk down from `end`. @kernel mm/memory_hotplug.c: find_biggest_section_pfn */
function biggestPfn(kernel: Kernel, link: number, from: Pfn, end: Pfn): Pfn | undefined {
  const unit = unitOf(kernel);
  for (const entry of kernel.pageLinks.overlapping(from, end).toReversed()) {
    if (entry.value !== link) continue;
    const skipped = Math.max(0, Math.ceil((end - entry.end) / unit));
    for (let pfn = end - 1 - skipped * unit; pfn >= Math.max(entry.start, from); pfn -= unit) {
      if (pfnValid(kernel.sections, pfn)) return pfn;
    }
  }
  return undefined;
}
