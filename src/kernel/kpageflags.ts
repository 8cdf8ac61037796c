/** /proc/kpageflags: which frames it shows as having a page, and where the file ends. */

import type { Kernel } from './kernel.ts';
import { onlinePfnRuns, pfnValid } from './pfn.ts';
import { SECTION_HAS_MEM_MAP, SECTION_IS_EARLY } from './section-table.ts';
import { alignUp, type PfnRange } from './units.ts';

/**
 * Runs of frames for which the file does not say NOPAGE, up to its end.
 * @kernel fs/proc/page.c: kpageflags_read
 * Since Linux aad5f69bc161 ("fs/proc/page.c: don't access uninitialized memmaps in fs/proc/page.c") (v5.4) only pages
 * that are online count; before it, every page of a section with a memmap.
 * Since Linux abec749facff ("fs/proc/page.c: allow inspection of last section and fix end detection") (v5.6) the file
 * ends with a section; before it, at max_pfn.
 */
export function kpageflagsRuns(kernel: Kernel): PfnRange[] {
  const { kpageflagsOnlineOnly, kpageflagsEndsAtSection } = kernel.profile.does;
  const end = kpageflagsEndsAtSection ? alignUp(kernel.maxPfn, kernel.sections.pagesPerSection) : kernel.maxPfn;
  const runs = kpageflagsOnlineOnly ? onlinePfnRuns(kernel) : memmapRuns(kernel);
  return runs
    .filter((run) => run.startPfn < end)
    .map((run) => ({ startPfn: run.startPfn, endPfn: Math.min(run.endPfn, end) }));
}

/** Frames with a struct page, as pfn_valid() has it: early sections whole, others by what of them is in use. */
export function memmapRuns(kernel: Kernel): PfnRange[] {
  const { sections } = kernel;
  const { pagesPerSection, pagesPerSubsection, subsectionsPerSection } = sections;
  const runs: { startPfn: number; endPfn: number }[] = [];
  const add = (startPfn: number, endPfn: number): void => {
    const tail = runs.at(-1);
    if (tail?.endPfn === startPfn) tail.endPfn = endPfn;
    else runs.push({ startPfn, endPfn });
  };
  for (const { first, last, flags } of sections.runs()) {
    if ((flags & SECTION_HAS_MEM_MAP) === 0) continue;
    // Without sub-sections the map of every section is full.
    const whole = (flags & SECTION_IS_EARLY) !== 0 || sections.countSubsections(first) === subsectionsPerSection;
    if (whole) {
      add(first * pagesPerSection, (last + 1) * pagesPerSection);
      continue;
    }
    for (let pfn = first * pagesPerSection; pfn < (last + 1) * pagesPerSection; pfn += pagesPerSubsection) {
      if (pfnValid(sections, pfn)) add(pfn, pfn + pagesPerSubsection);
    }
  }
  return runs;
}
