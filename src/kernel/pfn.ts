/** What the kernel answers about a page frame: does it have a struct page, and may it be touched. */

import type { Kernel } from './kernel.ts';
import {
  SECTION_HAS_MEM_MAP,
  SECTION_IS_EARLY,
  SECTION_IS_ONLINE,
  SECTION_MARKED_PRESENT,
  SECTION_TAINT_ZONE_DEVICE,
  USAGE_NONE,
  type SectionTable,
} from './section-table.ts';
import type { Pfn, PfnRange } from './units.ts';

/** @kernel include/linux/mmzone.h: pfn_in_present_section */
export function pfnInPresentSection(sections: SectionTable, pfn: Pfn): boolean {
  return hasFlag(sections, pfn, SECTION_MARKED_PRESENT);
}

/** @kernel include/linux/mmzone.h: valid_section */
export function validSection(sections: SectionTable, pfn: Pfn): boolean {
  return hasFlag(sections, pfn, SECTION_HAS_MEM_MAP);
}

/** @kernel include/linux/mmzone.h: online_section */
export function onlineSection(sections: SectionTable, pfn: Pfn): boolean {
  return hasFlag(sections, pfn, SECTION_IS_ONLINE);
}

/** @kernel include/linux/mmzone.h: early_section */
export function earlySection(sections: SectionTable, pfn: Pfn): boolean {
  return hasFlag(sections, pfn, SECTION_IS_EARLY);
}

/** An online section that also holds, or once held, device memory. @kernel include/linux/mmzone.h: online_device_section */
export function onlineDeviceSection(sections: SectionTable, pfn: Pfn): boolean {
  return hasFlag(sections, pfn, SECTION_IS_ONLINE) && hasFlag(sections, pfn, SECTION_TAINT_ZONE_DEVICE);
}

function hasFlag(sections: SectionTable, pfn: Pfn, flag: number): boolean {
  return (sections.flags(sections.sectionNr(pfn)) & flag) !== 0;
}

/**
 * Whether the frame's sub-section is in use.
 * @kernel include/linux/mmzone.h: pfn_section_valid
 */
export function pfnSectionValid(sections: SectionTable, pfn: Pfn): boolean {
  const nr = sections.sectionNr(pfn);
  return sections.usage(nr) !== USAGE_NONE && sections.subsectionBit(nr, sections.subsectionIndex(pfn));
}

/**
 * Whether a page frame has a struct page. Early sections answer for every page they span.
 * @kernel include/linux/mmzone.h: pfn_valid
 * Since Linux ba72b4c8cf60 ("mm/sparsemem: support sub-section hotplug") (v5.3); before it, every valid section answered for all its pages.
 */
export function pfnValid(sections: SectionTable, pfn: Pfn): boolean {
  // Also keeps what follows within 32 bits.
  if (!(pfn >= 0 && pfn < sections.endPfn)) return false;
  // Multiplied by exact fractions and masked: half the time of % and of division by a field (bench/README.md).
  const nr = (pfn * sections.sectionsPerPage) | 0;
  const root = sections.rootAt(nr >>> sections.rootShift);
  if (root === undefined) return false;
  const { entries } = root;
  const at = (nr & (sections.sectionsPerRoot - 1)) << sections.strideShift;
  const flags = entries[at] as number;
  if ((flags & SECTION_HAS_MEM_MAP) === 0) return false;
  if ((flags & SECTION_IS_EARLY) !== 0) return true;
  const index = (pfn * sections.subsectionsPerPage) & (sections.subsectionsPerSection - 1);
  const word = entries[at + 1 + (index >>> 5)] as number;
  return ((word >>> (index & 31)) & 1) === 1;
}

/**
 * Whether the frame's struct page belongs to the buddy allocator's world: not a hole, not offline, not a device's.
 * @kernel mm/memory_hotplug.c: pfn_to_online_page (a page, or NULL)
 * Since Linux ("mm: teach pfn_to_online_page() about ZONE_DEVICE section collisions") (v5.12); before it, sub-sections and devices were not looked at.
 */
export function pfnToOnlinePage(kernel: Kernel, pfn: Pfn): boolean {
  const { sections } = kernel;
  if (!onlineSection(sections, pfn)) return false;
  if (!kernel.profile.does.taintZoneDevice) return true;
  if (!pfnSectionValid(sections, pfn)) return false;
  if (!onlineDeviceSection(sections, pfn)) return true;
  return kernel.pgmapAt.get(pfn) === undefined;
}

/** All frames for which `pfnToOnlinePage` holds, as runs. Cost follows runs of equal sections and pgmaps. */
export function onlinePfnRuns(kernel: Kernel): PfnRange[] {
  const { sections } = kernel;
  const runs: { startPfn: Pfn; endPfn: Pfn }[] = [];
  const add = (startPfn: Pfn, endPfn: Pfn): void => {
    const last = runs.at(-1);
    if (last?.endPfn === startPfn) last.endPfn = endPfn;
    else runs.push({ startPfn, endPfn });
  };
  for (const run of sections.runs()) {
    if ((run.flags & SECTION_IS_ONLINE) === 0) continue;
    const tainted = (run.flags & SECTION_TAINT_ZONE_DEVICE) !== 0;
    if (!tainted && isFull(sections, run.subsections)) {
      add(run.first * sections.pagesPerSection, (run.last + 1) * sections.pagesPerSection);
      continue;
    }
    for (let nr = run.first; nr <= run.last; nr++) addSection(kernel, nr, tainted, add);
  }
  return runs;
}

function isFull(sections: SectionTable, words: readonly number[]): boolean {
  let bits = 0;
  for (const word of words) for (let rest = word; rest !== 0; rest = (rest & (rest - 1)) >>> 0) bits++;
  return bits === sections.subsectionsPerSection;
}

function addSection(kernel: Kernel, nr: number, tainted: boolean, add: (start: Pfn, end: Pfn) => void): void {
  const { sections } = kernel;
  const whole = !kernel.profile.does.taintZoneDevice;
  for (let index = 0; index < sections.subsectionsPerSection; index++) {
    if (!whole && !sections.subsectionBit(nr, index)) continue;
    let at = nr * sections.pagesPerSection + index * sections.pagesPerSubsection;
    const end = at + sections.pagesPerSubsection;
    if (tainted) {
      for (const entry of kernel.pgmapAt.overlapping(at, end)) {
        if (entry.start > at) add(at, entry.start);
        at = Math.max(at, entry.end);
      }
    }
    if (at < end) add(at, end);
  }
}
