/** The tree behind /proc/iomem: immutable nodes, so that a change copies only the path to it. */

import type { PhysAddr } from './units.ts';

/** @kernel include/linux/ioport.h */
export const IORESOURCE_MEM = 0x00000200;
export const IORESOURCE_MUXED = 0x00400000;
export const IORESOURCE_SYSRAM = 0x01000000;
export const IORESOURCE_SYSRAM_DRIVER_MANAGED = 0x02000000;
export const IORESOURCE_SYSRAM_MERGEABLE = 0x04000000;
export const IORESOURCE_EXCLUSIVE = 0x08000000;
export const IORESOURCE_BUSY = 0x80000000;
export const IORESOURCE_SYSTEM_RAM = IORESOURCE_MEM + IORESOURCE_SYSRAM;

const TYPE_BITS = 0x00001f00;
const EXT_TYPE_BITS = 0x01000000;

/** @kernel include/linux/ioport.h: enum { IORES_DESC_* } */
export type ResourceDesc =
  | 'none'
  | 'crash-kernel'
  | 'acpi-tables'
  | 'acpi-nvs'
  | 'persistent-memory'
  | 'persistent-memory-legacy'
  | 'device-private'
  | 'reserved'
  | 'soft-reserved'
  | 'cxl';

/** A claimed range. Children are sorted, disjoint and inside their parent. */
export interface Resource {
  readonly start: PhysAddr;
  /** Exclusive; /proc/iomem prints the inclusive end. */
  readonly end: PhysAddr;
  readonly name: string;
  /** IORESOURCE_* as an unsigned 32-bit number. */
  readonly flags: number;
  readonly desc: ResourceDesc;
  readonly children: readonly Resource[];
}

/** The outcome of an attempt: a new tree, or the resource in the way. */
export type Attempt =
  | { readonly ok: true; readonly tree: Resource }
  | { readonly ok: false; readonly conflict: Resource };

export function hasFlags(resource: Resource, flags: number): boolean {
  return (resource.flags & flags) >>> 0 === flags >>> 0;
}

export function resource(
  start: PhysAddr,
  end: PhysAddr,
  name: string,
  flags: number,
  desc: ResourceDesc = 'none',
  children: readonly Resource[] = [],
): Resource {
  return { start, end, name, flags: flags >>> 0, desc, children };
}

/** The root of physical memory, `iomem_resource`. */
export function iomemRoot(end: PhysAddr): Resource {
  return resource(0, end, 'PCI mem', IORESOURCE_MEM);
}

/** Index of the first child that ends after `at`. */
export function firstChildAfter(parent: Resource, at: PhysAddr): number {
  let low = 0;
  let high = parent.children.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((parent.children[middle] as Resource).end <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function replaceChildren(parent: Resource, from: number, count: number, by: readonly Resource[]): Resource {
  const children = parent.children.slice();
  children.splice(from, count, ...by);
  return { ...parent, children };
}

// What __request_resource() would answer: the conflict, or the place for the new child.
function findPlace(parent: Resource, fresh: Resource): { conflict: Resource; index: number } | { index: number } {
  if (fresh.end <= fresh.start || fresh.start < parent.start || fresh.end > parent.end) {
    return { conflict: parent, index: -1 };
  }
  const index = firstChildAfter(parent, fresh.start);
  const child = parent.children[index];
  if (child !== undefined && child.start < fresh.end) return { conflict: child, index };
  return { index };
}

/**
 * Places `fresh` among the children of `parent`.
 * @kernel kernel/resource.c: __request_resource
 */
export function requestResource(parent: Resource, fresh: Resource): Attempt {
  const place = findPlace(parent, fresh);
  if ('conflict' in place) return { ok: false, conflict: place.conflict };
  return { ok: true, tree: replaceChildren(parent, place.index, 0, [fresh]) };
}

/**
 * Claims a busy region, descending into parents that are not busy; type and description come from the parent.
 * A busy or partly overlapping resource is the conflict (−EBUSY).
 * @kernel kernel/resource.c: __request_region
 */
export function requestRegion(
  parent: Resource,
  start: PhysAddr,
  end: PhysAddr,
  name: string,
  flags: number,
): Attempt {
  const inherited = (parent.flags & (TYPE_BITS | EXT_TYPE_BITS)) >>> 0;
  const fresh = resource(start, end, name, inherited | IORESOURCE_BUSY | flags, parent.desc);
  const place = findPlace(parent, fresh);
  if (!('conflict' in place)) return { ok: true, tree: replaceChildren(parent, place.index, 0, [fresh]) };
  const { conflict, index } = place;
  if (index < 0 || hasFlags(conflict, IORESOURCE_BUSY)) return { ok: false, conflict };
  const inside = requestRegion(conflict, start, end, name, flags);
  if (!inside.ok) return inside;
  return { ok: true, tree: replaceChildren(parent, index, 1, [inside.tree]) };
}

/**
 * Inserts `fresh`; siblings it contains become its children, a partial overlap is the conflict (−EBUSY).
 * @kernel kernel/resource.c: __insert_resource
 */
export function insertResource(parent: Resource, fresh: Resource): Attempt {
  const place = findPlace(parent, fresh);
  if (!('conflict' in place)) return { ok: true, tree: replaceChildren(parent, place.index, 0, [fresh]) };
  const { conflict: first, index } = place;
  if (index < 0) return { ok: false, conflict: first };
  const contains = first.start <= fresh.start && first.end >= fresh.end;
  const same = first.start === fresh.start && first.end === fresh.end;
  if (contains && !same) {
    const inside = insertResource(first, fresh);
    if (!inside.ok) return inside;
    return { ok: true, tree: replaceChildren(parent, index, 1, [inside.tree]) };
  }
  let next = index;
  for (let child = parent.children[next]; child !== undefined && child.start < fresh.end; ) {
    if (child.start < fresh.start || child.end > fresh.end) return { ok: false, conflict: child };
    next++;
    child = parent.children[next];
  }
  const adopted = { ...fresh, children: parent.children.slice(index, next) };
  return { ok: true, tree: replaceChildren(parent, index, next - index, [adopted]) };
}

/**
 * Inserts `fresh`, growing it over whatever it overlaps in part; returns the conflicts it grew over.
 * @kernel kernel/resource.c: insert_resource_expand_to_fit
 */
export function insertResourceExpandToFit(root: Resource, fresh: Resource): { tree: Resource; grewOver: Resource[] } {
  const grewOver: Resource[] = [];
  for (let grown = fresh; ; ) {
    const attempt = insertResource(root, grown);
    if (attempt.ok) return { tree: attempt.tree, grewOver };
    const { conflict } = attempt;
    if (conflict === root) return { tree: root, grewOver };
    grown = {
      ...grown,
      start: Math.min(grown.start, conflict.start),
      end: Math.max(grown.end, conflict.end),
    };
    grewOver.push(conflict);
  }
}

/**
 * Claims what is free of [start, end) at the top level, in pieces around what is there.
 * @kernel kernel/resource.c: reserve_region_with_split
 */
export function reserveRegionWithSplit(root: Resource, start: PhysAddr, end: PhysAddr, name: string): Resource {
  const pieces: Resource[] = [];
  let at = start;
  let index = firstChildAfter(root, start);
  const first = index;
  for (let child = root.children[index]; at < end; child = root.children[++index]) {
    if (child === undefined || child.start >= end) {
      pieces.push(resource(at, end, name, IORESOURCE_MEM | IORESOURCE_BUSY));
      break;
    }
    if (child.start > at) pieces.push(resource(at, child.start, name, IORESOURCE_MEM | IORESOURCE_BUSY));
    pieces.push(child);
    at = child.end;
  }
  return replaceChildren(root, first, index - first, pieces);
}

/**
 * Releases the busy region with exactly these bounds, descending through parents that are not busy.
 * Undefined when there is none (the kernel warns "Trying to free nonexistent resource").
 * @kernel kernel/resource.c: __release_region
 */
export function releaseRegion(parent: Resource, start: PhysAddr, end: PhysAddr): Resource | undefined {
  const index = firstChildAfter(parent, start);
  const child = parent.children[index];
  if (child === undefined || child.start > start || child.end < end) return undefined;
  if (!hasFlags(child, IORESOURCE_BUSY)) {
    const inside = releaseRegion(child, start, end);
    return inside && replaceChildren(parent, index, 1, [inside]);
  }
  if (child.start !== start || child.end !== end) return undefined;
  return replaceChildren(parent, index, 1, []);
}

/**
 * Removes a resource by its bounds and name, with everything below it.
 * @kernel kernel/resource.c: release_resource
 */
export function releaseResource(
  parent: Resource,
  start: PhysAddr,
  end: PhysAddr,
  name: string,
): Resource | undefined {
  const index = firstChildAfter(parent, start);
  const child = parent.children[index];
  if (child === undefined || child.start > start || child.end < end) return undefined;
  if (child.start === start && child.end === end && child.name === name) return replaceChildren(parent, index, 1, []);
  const inside = releaseResource(child, start, end, name);
  return inside && replaceChildren(parent, index, 1, [inside]);
}

/**
 * Removes a resource by its bounds and name; its children move up.
 * @kernel kernel/resource.c: remove_resource
 */
export function removeResource(parent: Resource, start: PhysAddr, end: PhysAddr, name: string): Resource | undefined {
  const index = firstChildAfter(parent, start);
  const child = parent.children[index];
  if (child === undefined || child.start > start || child.end < end) return undefined;
  if (child.start === start && child.end === end && child.name === name) {
    return replaceChildren(parent, index, 1, child.children);
  }
  const inside = removeResource(child, start, end, name);
  return inside && replaceChildren(parent, index, 1, [inside]);
}

/**
 * Gives a resource other flags, as a driver does that keeps the pointer: it is found by its bounds and name. Undefined
 * when there is none.
 */
export function setResourceFlags(
  parent: Resource,
  start: PhysAddr,
  end: PhysAddr,
  name: string,
  flags: number,
): Resource | undefined {
  const index = firstChildAfter(parent, start);
  const child = parent.children[index];
  if (child === undefined || child.start > start || child.end < end) return undefined;
  const same = child.start === start && child.end === end && child.name === name;
  const changed = same ? { ...child, flags: flags >>> 0 } : setResourceFlags(child, start, end, name, flags);
  return changed && replaceChildren(parent, index, 1, [changed]);
}

/**
 * Releases part of a busy region: all of it, one end, or a middle that leaves two parts (children stay with the lower).
 * Undefined when no busy region holds the range.
 * @kernel kernel/resource.c: release_mem_region_adjustable
 */
export function releaseMemRegionAdjustable(parent: Resource, start: PhysAddr, end: PhysAddr): Resource | undefined {
  const index = firstChildAfter(parent, start);
  const child = parent.children[index];
  if (child === undefined || child.start > start || child.end < end) return undefined;
  if (!hasFlags(child, IORESOURCE_BUSY)) {
    const inside = releaseMemRegionAdjustable(child, start, end);
    return inside && replaceChildren(parent, index, 1, [inside]);
  }
  const parts: Resource[] = [];
  if (child.start < start) parts.push({ ...child, end: start });
  if (end < child.end) {
    parts.push({ ...child, start: end, children: parts.length === 0 ? child.children : [] });
  }
  return replaceChildren(parent, index, 1, parts);
}

/**
 * Merges the childless busy System RAM at these bounds with equal neighbours, next first, then previous.
 * @kernel kernel/resource.c: merge_system_ram_resource
 */
export function mergeSystemRamResource(parent: Resource, start: PhysAddr, end: PhysAddr): Resource {
  const index = firstChildAfter(parent, start);
  const child = parent.children[index];
  if (child === undefined) return parent;
  if (child.start !== start || child.end !== end || !hasFlags(child, IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY)) {
    const inside = mergeSystemRamResource(child, start, end);
    return inside === child ? parent : replaceChildren(parent, index, 1, [inside]);
  }
  let merged: Resource = { ...child, flags: (child.flags | IORESOURCE_SYSRAM_MERGEABLE) >>> 0 };
  let from = index;
  let count = 1;
  const next = parent.children[index + 1];
  if (next !== undefined && canMerge(merged, next)) {
    merged = { ...merged, end: next.end };
    count++;
  }
  const previous = parent.children[index - 1];
  if (previous !== undefined && canMerge(previous, merged)) {
    merged = { ...merged, start: previous.start };
    from--;
    count++;
  }
  return replaceChildren(parent, from, count, [merged]);
}

function canMerge(low: Resource, high: Resource): boolean {
  return (
    low.flags === high.flags &&
    low.end === high.start &&
    low.name === high.name &&
    low.desc === high.desc &&
    low.children.length === 0 &&
    high.children.length === 0
  );
}
