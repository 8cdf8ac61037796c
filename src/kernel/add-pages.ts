/** Adding and removing ranges of struct pages, section by section, and the direct map above. */

import type { VmemAltmap } from './altmap.ts';
import { EINVAL, ERANGE, type Errno } from './errno.ts';
import type { CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import type { Pgmap } from './memremap.ts';
import { earlySection } from './pfn.ts';
import { addSections, removeSections } from './section-granular.ts';
import { sparseAddSection, sparseRemoveSection } from './sparse.ts';
import { hex, isAligned, type Pfn, type PhysAddr } from './units.ts';
import { shrinkZoneAtRemoval } from './zone-shrink.ts';

const PFN_SPAN: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'check_pfn_span',
  condition: 'first page and number of pages are multiples of the smallest unit the memory model can add',
};
const ALTMAP_FITS: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: '__add_pages',
  condition: 'the altmap starts at the range and fits into it',
};
const MAPPABLE: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'mhp_range_allowed',
  condition: 'the range is not empty and lies below the highest address the direct map reaches',
};
const BELOW_LIMIT: CheckPoint = {
  file: 'arch/x86/mm/init_64.c',
  fn: 'add_pages',
  condition: 'the range ends below the highest physical address',
};

/**
 * Whether pages can be added in this unit, a sub-section.
 * @kernel mm/memory_hotplug.c: check_pfn_span
 */
export function checkPfnSpan(kernel: Kernel, startPfn: Pfn, nrPages: number, reason: 'add' | 'remove'): boolean {
  const unit = kernel.profile.arch.pagesPerSubsection;
  const aligned = isAligned(startPfn, unit) && isAligned(nrPages, unit);
  kernel.explain?.(PFN_SPAN, aligned, { startPfn, nrPages, unit });
  if (!aligned) {
    const end = (startPfn + nrPages - 1).toString(16);
    const prefix = kernel.profile.does.misalignedEndHasPrefix ? '0x' : '#';
    kernel.printk(4, `Misaligned __${reason}_pages start: ${hex(startPfn)} end: ${prefix}${end}`);
  }
  return aligned;
}

/**
 * Adds struct pages for a range. Chunks that were added before an error stay.
 * Returns −EINVAL for a misaligned span or altmap, −EEXIST or −ENOMEM from the section.
 * @kernel mm/memory_hotplug.c: __add_pages
 */
export function addPages(
  kernel: Kernel,
  startPfn: Pfn,
  nrPages: number,
  altmap: VmemAltmap | undefined,
  pgmap: Pgmap | undefined,
): Errno {
  if (altmap !== undefined) {
    const fits = altmap.basePfn === startPfn && altmap.reserve + altmap.free <= nrPages;
    kernel.explain?.(ALTMAP_FITS, fits, { startPfn, nrPages, reserve: altmap.reserve, free: altmap.free });
    if (!fits) {
      kernel.printkOnce(4, 'memory add fail, invalid altmap');
      return -EINVAL;
    }
    altmap.alloc = 0;
  }
  if (!kernel.profile.does.subsectionHotplug) return addSections(kernel, startPfn, nrPages, altmap);
  if (!checkPfnSpan(kernel, startPfn, nrPages, 'add')) return -EINVAL;
  const { pagesPerSection } = kernel.sections;
  for (let pfn = startPfn, left = nrPages; left > 0; ) {
    const chunk = Math.min(left, pagesPerSection - (pfn % pagesPerSection));
    const error = sparseAddSection(kernel, pfn, chunk, altmap, pgmap);
    if (error !== 0) return error;
    pfn += chunk;
    left -= chunk;
  }
  return 0;
}

/** Pages in front of the first that is data. @kernel mm/memremap.c: vmem_altmap_offset */
function altmapOffset(altmap: VmemAltmap | undefined): number {
  return altmap === undefined ? 0 : altmap.reserve + altmap.free;
}

/**
 * Removes struct pages of a range, section by section.
 * @kernel mm/memory_hotplug.c: __remove_pages
 */
export function removePages(
  kernel: Kernel,
  startPfn: Pfn,
  nrPages: number,
  altmap: VmemAltmap | undefined,
  pgmap: Pgmap | undefined,
): void {
  const { does } = kernel.profile;
  const link = does.shrinksZonesAtOffline ? undefined : kernel.pageLinks.get(startPfn + altmapOffset(altmap));
  if (!does.subsectionHotplug) {
    removeSections(kernel, startPfn, nrPages, altmap, link);
    return;
  }
  if (!checkPfnSpan(kernel, startPfn, nrPages, 'remove')) return;
  const { sections } = kernel;
  for (let pfn = startPfn, left = nrPages; left > 0; ) {
    const chunk = Math.min(left, sections.pagesPerSection - (pfn % sections.pagesPerSection));
    const early = earlySection(sections, pfn);
    if (link !== undefined) shrinkZoneAtRemoval(kernel, link, pfn, chunk);
    sparseRemoveSection(kernel, pfn, chunk, altmap, pgmap);
    // A hot-added chunk takes its struct pages along; an early one keeps them, stale.
    if (!early) kernel.pageLinks = kernel.pageLinks.delete(pfn, pfn + chunk);
    pfn += chunk;
    left -= chunk;
  }
}

/**
 * Whether a range can be hot-added at all; warns when it cannot.
 * @kernel mm/memory_hotplug.c: mhp_range_allowed
 */
export function mhpRangeAllowed(kernel: Kernel, start: PhysAddr, size: number): boolean {
  const limit = kernel.profile.arch.physmemEnd;
  const allowed = size > 0 && start >= 0 && start + size <= limit;
  kernel.explain?.(MAPPABLE, allowed, { start, end: start + size, limit });
  if (!allowed) {
    kernel.printk(
      4,
      `Hotplug memory [${hex(start)}-${hex(start + size)}] exceeds maximum addressable range [0x0-${hex(limit - 1)}]`,
    );
  }
  return allowed;
}

/**
 * Maps a range and adds its pages. The direct map, and chunks already added, stay when it fails.
 * @kernel arch/x86/mm/init_64.c: arch_add_memory, add_pages
 * Since Linux ("x86/mm/init: Handle the special case of device private pages in add_pages()") (v6.15); before it, device memory raised max_pfn too.
 */
export function archAddMemory(
  kernel: Kernel,
  start: PhysAddr,
  size: number,
  altmap: VmemAltmap | undefined,
  pgmap: Pgmap | undefined,
): Errno {
  const { pageSize, physmemEnd } = kernel.profile.arch;
  // Kernels without the limit do not look; the model's address space ends there all the same.
  const below = start + size <= physmemEnd;
  kernel.explain?.(BELOW_LIMIT, below, { start, end: start + size, limit: physmemEnd });
  if (!below) return -ERANGE;
  const startPfn = start / pageSize;
  const nrPages = size / pageSize;
  const error = addPages(kernel, startPfn, nrPages, altmap, pgmap);
  if (error !== 0) kernel.printkOnce(4, 'WARNING: at arch/x86/mm/init_64.c add_pages', 'add_pages');
  if (pgmap === undefined || kernel.profile.does.deviceMemoryRaisesMaxPfn) {
    kernel.maxPfn = Math.max(kernel.maxPfn, startPfn + nrPages);
  }
  return error;
}

/** @kernel arch/x86/mm/init_64.c: arch_remove_memory */
export function archRemoveMemory(
  kernel: Kernel,
  start: PhysAddr,
  size: number,
  altmap: VmemAltmap | undefined,
  pgmap: Pgmap | undefined,
): void {
  const { pageSize } = kernel.profile.arch;
  removePages(kernel, start / pageSize, size / pageSize, altmap, pgmap);
}
