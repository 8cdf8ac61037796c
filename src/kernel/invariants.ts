/** What must hold after every completed operation; a violation is a bug of the model. */

import { blockNrPages } from './block-span.ts';
import { MEM_ONLINE, type MemoryBlock } from './block-table.ts';
import { ZONE_DEVICE, ZONE_MOVABLE, ZONE_NAMES } from './boot/boot-map.ts';
import type { Kernel } from './kernel.ts';
import { memmapPages } from './sparse.ts';
import type { Resource } from './resource.ts';
import { systemRamRanges } from './resource-query.ts';
import {
  SECTION_HAS_MEM_MAP,
  SECTION_IS_EARLY,
  SECTION_IS_ONLINE,
  SECTION_MARKED_PRESENT,
  USAGE_BOOT,
  USAGE_NONE,
} from './section-table.ts';
import { hex } from './units.ts';
import { pageLink } from './zone.ts';

/** Every violated invariant as a sentence; empty when the state is sound. Cost follows sections that are present. */
export function violations(kernel: Kernel): string[] {
  return [
    ...sectionViolations(kernel),
    ...ownerViolations(kernel),
    ...resourceViolations(kernel.iomem),
    ...zoneViolations(kernel),
    ...blockViolations(kernel),
    ...counterViolations(kernel),
  ];
}

/** Present and memmap come and go together; a section with neither holds no bit and no slab usage. */
function sectionViolations(kernel: Kernel): string[] {
  const found: string[] = [];
  const { sections } = kernel;
  for (const [start] of sections.roots()) {
    for (let i = 0; i < sections.sectionsPerRoot; i++) {
      const nr = start + i;
      const flags = sections.flags(nr);
      const usage = sections.usage(nr);
      if (flags === 0 && usage === USAGE_NONE) continue;
      const present = (flags & SECTION_MARKED_PRESENT) !== 0;
      const memmap = (flags & SECTION_HAS_MEM_MAP) !== 0;
      const bits = sections.countSubsections(nr);
      if (present !== memmap) found.push(`section ${nr}: present and memmap disagree (flags ${hex(flags)})`);
      if (memmap && bits === 0) found.push(`section ${nr}: a memmap without any sub-section`);
      if (!memmap && bits > 0) found.push(`section ${nr}: ${bits} sub-sections without a memmap`);
      if (!memmap && flags !== 0) found.push(`section ${nr}: flags ${hex(flags)} on an absent section`);
      if (bits === 0 && usage !== USAGE_BOOT) found.push(`section ${nr}: an empty usage from the slab was kept`);
      if (bits > 0 && usage === USAGE_NONE) found.push(`section ${nr}: sub-sections without a usage`);
    }
  }
  return found;
}

/** A sub-section is in use exactly when System RAM touches it or a device mapping covers it. */
function ownerViolations(kernel: Kernel): string[] {
  const { sections, profile } = kernel;
  const { subsectionSize, pageSize } = profile.arch;
  const perSection = sections.subsectionsPerSection;
  const owned = new Set<number>();
  const own = (start: number, end: number): void => {
    for (let sub = Math.floor(start / subsectionSize); sub < Math.ceil(end / subsectionSize); sub++) owned.add(sub);
  };
  for (const { start, end } of systemRamRanges(kernel.iomem, 0, kernel.iomem.end)) {
    const first = Math.ceil(start / pageSize) * pageSize;
    const last = Math.floor(end / pageSize) * pageSize;
    if (first < last) own(first, last);
  }
  for (const { ranges } of kernel.pgmaps.values()) for (const { start, end } of ranges) own(start, end);
  const found: string[] = [];
  let bits = 0;
  for (const run of sections.runs()) {
    for (let nr = run.first; nr <= run.last; nr++) {
      for (let index = 0; index < perSection; index++) {
        if (!sections.subsectionBit(nr, index)) continue;
        bits++;
        if (!owned.has(nr * perSection + index)) found.push(`section ${nr}: sub-section ${index} has no owner`);
      }
    }
  }
  if (found.length === 0 && bits !== owned.size) found.push(`${owned.size - bits} owned sub-sections have no bit`);
  return found;
}

/** Children are sorted, disjoint and inside their parent. */
function resourceViolations(parent: Resource): string[] {
  const found: string[] = [];
  let at = parent.start;
  for (const child of parent.children) {
    if (child.start >= child.end) found.push(`resource ${child.name}: empty`);
    if (child.start < at) found.push(`resource ${child.name} at ${hex(child.start)}: overlaps what comes before it`);
    if (child.end > parent.end) found.push(`resource ${child.name} at ${hex(child.start)}: sticks out of ${parent.name}`);
    at = child.end;
    found.push(...resourceViolations(child));
  }
  return found;
}

/** A zone's present pages are the online pages of RAM that carry it, and lie in its span. */
function zoneViolations(kernel: Kernel): string[] {
  const found: string[] = [];
  const { pageSize } = kernel.profile.arch;
  const present = new Map<number, number>();
  for (const { start, end } of systemRamRanges(kernel.iomem, 0, kernel.iomem.end)) {
    const first = Math.ceil(start / pageSize);
    const last = Math.floor(end / pageSize);
    for (const entry of kernel.pageLinks.overlapping(first, last)) {
      const pages = onlinePagesIn(kernel, Math.max(first, entry.start), Math.min(last, entry.end));
      present.set(entry.value, (present.get(entry.value) ?? 0) + pages);
    }
  }
  for (const node of kernel.nodes.values()) {
    for (const [index, zone] of node.zones.entries()) {
      const name = `node ${node.nid} zone ${ZONE_NAMES[index as 0]}`;
      const expected = index === ZONE_DEVICE ? 0 : (present.get(pageLink(node.nid, index as 0)) ?? 0);
      if (zone.present !== expected) found.push(`${name}: present ${zone.present}, but ${expected} pages are online`);
      // Shrinking walks in whole sub-sections: RAM that ends within one may fall out of the span, as it does in the kernel.
      if (zone.present > zone.spanned + 2 * kernel.sections.pagesPerSubsection) {
        found.push(`${name}: present ${zone.present} exceeds spanned ${zone.spanned}`);
      }
      if (zone.spanned === 0 && zone.startPfn !== 0) found.push(`${name}: an empty zone starts at ${zone.startPfn}`);
      if (zone.spanned > 0 && zone.startPfn + zone.spanned > node.startPfn + node.spanned) {
        found.push(`${name}: reaches beyond its node`);
      }
    }
  }
  return found;
}

function onlinePagesIn(kernel: Kernel, startPfn: number, endPfn: number): number {
  const { sections } = kernel;
  let pages = 0;
  for (let pfn = startPfn; pfn < endPfn; ) {
    const nr = sections.sectionNr(pfn);
    const next = Math.min(endPfn, (nr + 1) * sections.pagesPerSection);
    if ((sections.flags(nr) & SECTION_IS_ONLINE) !== 0) pages += next - pfn;
    pfn = next;
  }
  return pages;
}

/** A block's sections are online exactly when the block is; groups count what their blocks hold. */
function blockViolations(kernel: Kernel): string[] {
  const found: string[] = [];
  const { sections } = kernel;
  const perBlock = kernel.blockPages / sections.pagesPerSection;
  const groups = new Map<number, { kernel: number; movable: number }>();
  for (const id of kernel.blocks.ids()) {
    const block = kernel.blocks.get(id) as MemoryBlock;
    const online = block.state === MEM_ONLINE;
    let present = 0;
    for (let nr = id * perBlock; nr < (id + 1) * perBlock; nr++) {
      const flags = sections.flags(nr);
      if (flags === 0) continue;
      present++;
      const sectionOnline = (flags & SECTION_IS_ONLINE) !== 0;
      if (sectionOnline !== online) found.push(`memory${id}: ${online ? 'online' : 'offline'}, its section ${nr} is not`);
    }
    if (present === 0) found.push(`memory${id}: no section is present`);
    if (!online && block.zone !== undefined) found.push(`memory${id}: offline, but in a zone`);
    if (online && block.group >= 0) {
      const count = groups.get(block.group) ?? { kernel: 0, movable: 0 };
      count[block.zone === ZONE_MOVABLE ? 'movable' : 'kernel'] += blockNrPages(kernel, id);
      groups.set(block.group, count);
    }
  }
  for (const group of kernel.groups.values()) {
    const count = groups.get(group.id) ?? { kernel: 0, movable: 0 };
    if (group.presentKernel !== count.kernel || group.presentMovable !== count.movable) {
      found.push(`memory group ${group.id}: counts ${group.presentKernel}+${group.presentMovable} pages, holds ${count.kernel}+${count.movable}`);
    }
  }
  return found;
}

/** The memmap counters equal what the sections and mappings cost. */
function counterViolations(kernel: Kernel): string[] {
  const { sections } = kernel;
  let early = 0;
  let added = 0;
  for (const run of sections.runs()) {
    for (let nr = run.first; nr <= run.last; nr++) {
      if ((run.flags & SECTION_IS_EARLY) !== 0) early++;
      else added += memmapPages(kernel, sections.countSubsections(nr) * sections.pagesPerSubsection, undefined);
    }
  }
  const found: string[] = [];
  const boot = early * memmapPages(kernel, sections.pagesPerSection, undefined);
  if (kernel.profile.does.sectionIsEarly && kernel.nrMemmapBootPages !== boot) {
    found.push(`nr_memmap_boot_pages is ${kernel.nrMemmapBootPages}, early sections hold ${boot}`);
  }
  const hasCompound = [...kernel.pgmaps.values()].some((pgmap) => pgmap.vmemmapShift > 0);
  if (kernel.profile.does.sectionIsEarly && !hasCompound && kernel.nrMemmapPages !== added) {
    found.push(`nr_memmap_pages is ${kernel.nrMemmapPages}, added sections hold ${added}`);
  }
  return found;
}
