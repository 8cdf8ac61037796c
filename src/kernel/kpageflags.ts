/** /proc/kpageflags: which frames it shows as having a page, and where the file ends. */

import type { Kernel } from './kernel.ts';
import { onlinePfnRuns } from './pfn.ts';
import { SECTION_HAS_MEM_MAP } from './section-table.ts';
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

/** Sections with a memmap, neighbours as one. In 5.3 their sub-sections did not matter here: pfn_valid() was asked. */
function memmapRuns(kernel: Kernel): PfnRange[] {
  const { pagesPerSection } = kernel.sections;
  const runs: { startPfn: number; endPfn: number }[] = [];
  for (const { first, last, flags } of kernel.sections.runs()) {
    if ((flags & SECTION_HAS_MEM_MAP) === 0) continue;
    const tail = runs.at(-1);
    const endPfn = (last + 1) * pagesPerSection;
    if (tail?.endPfn === first * pagesPerSection) tail.endPfn = endPfn;
    else runs.push({ startPfn: first * pagesPerSection, endPfn });
  }
  return runs;
}
