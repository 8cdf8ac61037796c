/** Sections and sub-sections come and go: activation, deactivation and the cost of their memmap. */

import { altmapAlloc, type VmemAltmap } from './altmap.ts';
import { EEXIST, ENOMEM, type Errno } from './errno.ts';
import type { CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import type { Pgmap } from './memremap.ts';
import { validSection } from './pfn.ts';
import {
  SECTION_HAS_MEM_MAP,
  SECTION_IS_EARLY,
  SECTION_MARKED_PRESENT,
  USAGE_BOOT,
  USAGE_NONE,
  USAGE_SLAB,
} from './section-table.ts';
import { hex, type Pfn } from './units.ts';

const SUBSECTIONS_FREE: CheckPoint = {
  file: 'mm/sparse.c',
  fn: 'fill_subsection_map',
  condition: 'none of the sub-sections is in use yet',
};
const ALTMAP_HOLDS_MEMMAP: CheckPoint = {
  file: 'mm/sparse-vmemmap.c',
  fn: 'altmap_alloc_block_buf',
  condition: 'the pages set aside on the device hold the memmap of the section',
};
const SECTION_WAS_ACTIVE: CheckPoint = {
  file: 'mm/sparse.c',
  fn: 'clear_subsection_map',
  condition: 'every sub-section to be removed is in use',
};

/** Struct pages a compound mapping keeps of its own, in pages of memmap. @kernel VMEMMAP_RESERVE_NR */
const VMEMMAP_RESERVE_NR = 2;

/**
 * Pages of memmap a range costs: 64 bytes for each page, or two pages for each compound page of a device mapping
 * that shares its tail pages.
 * @kernel mm/sparse-vmemmap.c: section_nr_vmemmap_pages
 */
export function memmapPages(kernel: Pick<Kernel, 'profile'>, nrPages: number, pgmap: Pgmap | undefined): number {
  const { pageSize, structPageSize } = kernel.profile.arch;
  if (pgmap !== undefined && vmemmapCanOptimize(kernel, pgmap)) {
    return (VMEMMAP_RESERVE_NR * nrPages) / 2 ** pgmap.vmemmapShift;
  }
  return Math.ceil((nrPages * structPageSize) / pageSize);
}

/** @kernel include/linux/mm.h: vmemmap_can_optimize */
export function vmemmapCanOptimize(kernel: Pick<Kernel, 'profile'>, pgmap: Pgmap): boolean {
  if (!kernel.profile.does.optimisesCompoundMemmap || pgmap.altmap !== undefined) return false;
  const { pageSize, structPageSize } = kernel.profile.arch;
  return (2 ** pgmap.vmemmapShift * structPageSize) / pageSize > VMEMMAP_RESERVE_NR;
}

/**
 * Makes the sub-sections of a range within one section usable: claims their bits and gives them a memmap.
 * Early sections have theirs already. Returns −EEXIST when a bit is taken, −ENOMEM when an altmap is too small.
 * @kernel mm/sparse.c: sparse_add_section, section_activate
 */
export function sparseAddSection(
  kernel: Kernel,
  startPfn: Pfn,
  nrPages: number,
  altmap: VmemAltmap | undefined,
  pgmap: Pgmap | undefined,
): Errno {
  const { sections } = kernel;
  const nr = sections.sectionNr(startPfn);
  const first = sections.subsectionIndex(startPfn);
  const last = sections.subsectionIndex(startPfn + nrPages - 1);

  const taken = sections.countSubsectionsIn(nr, first, last);
  kernel.explain?.(SUBSECTIONS_FREE, taken === 0, { section: nr, first, last, taken });
  if (taken > 0) return -EEXIST;

  if (sections.usage(nr) === USAGE_NONE) sections.setUsage(nr, USAGE_SLAB);
  sections.writeSubsections(nr, first, last, true);

  const partOfEarly = nrPages < sections.pagesPerSection && isEarly(kernel, nr);
  if (!partOfEarly) {
    const pages = memmapPages(kernel, nrPages, pgmap);
    if (altmap !== undefined && nrPages === sections.pagesPerSection) {
      const fits = altmapAlloc(altmap, pages);
      kernel.explain?.(ALTMAP_HOLDS_MEMMAP, fits, { section: nr, pages, free: altmap.free, used: altmap.alloc });
      if (!fits) {
        sectionDeactivate(kernel, startPfn, nrPages, undefined, pgmap);
        return -ENOMEM;
      }
    }
    kernel.nrMemmapPages += pages;
  }
  sections.setFlags(nr, sections.flags(nr) | SECTION_MARKED_PRESENT | SECTION_HAS_MEM_MAP);
  return 0;
}

function isEarly(kernel: Kernel, sectionNr: number): boolean {
  return (kernel.sections.flags(sectionNr) & SECTION_IS_EARLY) !== 0;
}

/**
 * Takes the sub-sections of a range within one section away; the last one takes the section with it.
 * @kernel mm/sparse.c: sparse_remove_section
 */
export function sparseRemoveSection(
  kernel: Kernel,
  startPfn: Pfn,
  nrPages: number,
  altmap: VmemAltmap | undefined,
  pgmap: Pgmap | undefined,
): void {
  if (!validSection(kernel.sections, startPfn)) {
    kernel.printkOnce(4, 'WARNING: sparse_remove_section on a section without memmap', 'sparse_remove_section');
    return;
  }
  sectionDeactivate(kernel, startPfn, nrPages, altmap, pgmap);
}

/**
 * Clears the bits; frees the memmap of a hot-added range, of an early section only when it is empty.
 * @kernel mm/sparse.c: section_deactivate
 */
function sectionDeactivate(
  kernel: Kernel,
  startPfn: Pfn,
  nrPages: number,
  altmap: VmemAltmap | undefined,
  pgmap: Pgmap | undefined,
): void {
  const { sections } = kernel;
  const nr = sections.sectionNr(startPfn);
  const first = sections.subsectionIndex(startPfn);
  const last = sections.subsectionIndex(startPfn + nrPages - 1);
  const early = isEarly(kernel, nr);
  const populated = (sections.flags(nr) & SECTION_HAS_MEM_MAP) !== 0;

  const active = sections.countSubsectionsIn(nr, first, last) === last - first + 1;
  kernel.explain?.(SECTION_WAS_ACTIVE, active, { section: nr, first, last });
  if (!active) {
    kernel.printk(4, `section already deactivated (${hex(startPfn)} + ${nrPages})`);
    return;
  }
  sections.writeSubsections(nr, first, last, false);
  const empty = sections.countSubsections(nr) === 0;

  if (populated) {
    if (!early) kernel.nrMemmapPages -= memmapPages(kernel, nrPages, pgmap);
    else if (empty) kernel.nrMemmapBootPages -= memmapPages(kernel, sections.pagesPerSection, undefined);
    const wholeSection = nrPages === sections.pagesPerSection;
    if (!early && altmap !== undefined && wholeSection) altmap.alloc -= memmapPages(kernel, nrPages, pgmap);
  }
  if (!empty) return;
  if (sections.usage(nr) !== USAGE_BOOT) sections.setUsage(nr, USAGE_NONE);
  sections.setFlags(nr, 0);
}
