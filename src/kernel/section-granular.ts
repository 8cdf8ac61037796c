/** Adding and removing struct pages while a section was the smallest unit: the time before sub-section hotplug. */

import type { VmemAltmap } from './altmap.ts';
import { EEXIST, EINVAL, type Errno } from './errno.ts';
import type { CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import { validSection } from './pfn.ts';
import { sparseAddSection, sparseRemoveSection } from './sparse.ts';
import { alignDown, alignUp, type ByteRange, type Pfn } from './units.ts';
import { shrinkZoneAtRemoval } from './zone-shrink.ts';

const SECTION_THERE: CheckPoint = { file: 'mm/memory_hotplug.c', fn: '__remove_section', condition: 'the section has a memmap' };
const SECTION_IS_NEW: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: '__add_section',
  condition: 'the section has no memmap yet (if it has, it is left as it is and counts as added)',
  decides: 'never',
};

/** A byte range, rounded outwards to whole sections. @kernel kernel/memremap.c: align_start, align_size */
export function wholeSections(kernel: Kernel, { start, end }: ByteRange): ByteRange {
  const { pagesPerSection, pageSize } = kernel.profile.arch;
  const unit = pagesPerSection * pageSize;
  return { start: alignDown(start, unit), end: alignUp(end, unit) };
}

/**
 * Adds every section a range touches. One that is there already counts as added: whoever asked got past the check
 * for conflicts in /proc/iomem. Returns −ENOMEM when an altmap is too small; sections added before it stay.
 * @kernel mm/memory_hotplug.c: __add_pages, __add_section
 * Since Linux ba72b4c8cf60 ("mm/sparsemem: support sub-section hotplug") (v5.3) a section that is there is an error.
 */
export function addSections(kernel: Kernel, startPfn: Pfn, nrPages: number, altmap: VmemAltmap | undefined): Errno {
  const { pagesPerSection } = kernel.sections;
  for (let pfn = alignDown(startPfn, pagesPerSection); pfn < startPfn + nrPages; pfn += pagesPerSection) {
    const isNew = !validSection(kernel.sections, pfn);
    kernel.explain?.(SECTION_IS_NEW, isNew, { section: kernel.sections.sectionNr(pfn) });
    const error = isNew ? sparseAddSection(kernel, pfn, pagesPerSection, altmap, undefined) : -EEXIST;
    if (error !== 0 && error !== -EEXIST) return error;
  }
  return 0;
}

/**
 * Removes whole sections, whoever else uses them, and stops at one that is not there (−EINVAL).
 * `link` is what the first struct page says of its zone: all sections are taken out of that one.
 * @kernel mm/memory_hotplug.c: __remove_pages, __remove_section
 */
export function removeSections(
  kernel: Kernel,
  startPfn: Pfn,
  nrPages: number,
  altmap: VmemAltmap | undefined,
  link: number | undefined,
): Errno {
  const { pagesPerSection } = kernel.sections;
  for (let pfn = startPfn; pfn < startPfn + nrPages; pfn += pagesPerSection) {
    const isValid = validSection(kernel.sections, pfn);
    kernel.explain?.(SECTION_THERE, isValid, { startPfn: pfn });
    if (!isValid) return -EINVAL;
    if (link !== undefined) shrinkZoneAtRemoval(kernel, link, pfn, pagesPerSection);
    sparseRemoveSection(kernel, pfn, pagesPerSection, altmap, undefined);
    kernel.pageLinks = kernel.pageLinks.delete(pfn, pfn + pagesPerSection);
  }
  return 0;
}
