/** Mapping device memory in whole sections, and what that runs into: memremap before sub-section hotplug. */

import { archAddMemory, archRemoveMemory } from './add-pages.ts';
import { ZONE_DEVICE } from './boot/boot-map.ts';
import { ENOMEM, ENXIO, type Errno } from './errno.ts';
import type { CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import type { Pgmap } from './memremap.ts';
import { warnConflict, warnRegion } from './memremap-warnings.ts';
import { IORESOURCE_SYSTEM_RAM } from './resource.ts';
import { regionIntersects } from './resource-query.ts';
import { wholeSections } from './section-granular.ts';
import type { ByteRange } from './units.ts';
import { movePfnRangeToZone } from './zone.ts';

const NO_PGMAP_AT_SECTION_ENDS: CheckPoint = {
  file: 'kernel/memremap.c',
  fn: 'devm_memremap_pages',
  condition: 'no live device mapping covers the first page of the first section or the last page of the last',
};
const NO_RAM_IN_SECTIONS: CheckPoint = {
  file: 'kernel/memremap.c',
  fn: 'devm_memremap_pages',
  condition: 'the sections the range touches hold no System RAM',
};

/**
 * Maps a range by mapping every section it touches. −ENOMEM for another mapping at the ends of those sections, −ENXIO
 * for RAM anywhere in them. A mapping in the middle of a section is not seen: both then share its struct pages.
 * @kernel kernel/memremap.c: devm_memremap_pages
 * Since Linux ba72b4c8cf60 ("mm/sparsemem: support sub-section hotplug") (v5.3) ranges are exact to 2 MiB.
 */
export function mapSections(kernel: Kernel, pgmap: Pgmap, range: ByteRange): Errno {
  const { pageSize } = kernel.profile.arch;
  const { start, end } = wholeSections(kernel, range);
  const startPfn = start / pageSize;
  const nrPages = (end - start) / pageSize;
  const other = kernel.pgmapAt.get(startPfn) ?? kernel.pgmapAt.get(startPfn + nrPages - 1);
  const owner = kernel.pgmaps.get(other ?? 0)?.owner ?? 'none';
  kernel.explain?.(NO_PGMAP_AT_SECTION_ENDS, other === undefined, { ...range, sectionStart: start, sectionEnd: end, owner });
  if (other !== undefined) {
    warnConflict(kernel, pgmap);
    return -ENOMEM;
  }
  const { regionIntersectsDescendants } = kernel.profile.does;
  const ram = regionIntersects(kernel.iomem, start, end, IORESOURCE_SYSTEM_RAM, regionIntersectsDescendants);
  kernel.explain?.(NO_RAM_IN_SECTIONS, ram === 'disjoint', { ...range, sectionStart: start, sectionEnd: end, ram });
  if (ram !== 'disjoint') {
    warnRegion(kernel, ram === 'mixed' ? 'mixed' : 'ram', range);
    return -ENXIO;
  }
  const [first, last] = pfnsOf(kernel, range);
  kernel.pgmapAt = kernel.pgmapAt.set(first, last, pgmap.id);
  const error = archAddMemory(kernel, start, end - start, pgmap.altmap, pgmap);
  if (error !== 0) {
    kernel.pgmapAt = kernel.pgmapAt.delete(first, last);
    return error;
  }
  movePfnRangeToZone(kernel, pgmap.nid, ZONE_DEVICE, startPfn, nrPages);
  return 0;
}

/** Unmaps every section the range touches. @kernel kernel/memremap.c: devm_memremap_pages_release */
export function unmapSections(kernel: Kernel, pgmap: Pgmap, range: ByteRange): void {
  const { start, end } = wholeSections(kernel, range);
  archRemoveMemory(kernel, start, end - start, pgmap.altmap, pgmap);
  kernel.pgmapAt = kernel.pgmapAt.delete(...pfnsOf(kernel, range));
}

function pfnsOf(kernel: Kernel, { start, end }: ByteRange): [first: number, end: number] {
  const { pageSize } = kernel.profile.arch;
  return [Math.floor(start / pageSize), Math.floor((end - 1) / pageSize) + 1];
}
