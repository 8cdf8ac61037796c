/** Questions asked of the resource tree, and its printed form. */

import {
  firstChildAfter,
  hasFlags,
  IORESOURCE_BUSY,
  IORESOURCE_SYSTEM_RAM,
  type Resource,
} from './resource.ts';
import type { ByteRange, Pfn, PhysAddr } from './units.ts';

export type Intersection = 'intersects' | 'disjoint' | 'mixed';

/**
 * How a byte range lies to the resources with all these flags.
 * @kernel kernel/resource.c: region_intersects
 * Since Linux ("resource: fix region_intersects() vs add_memory_driver_managed()") (v6.12); before it, only the top level counted.
 */
export function regionIntersects(
  root: Resource,
  start: PhysAddr,
  end: PhysAddr,
  flags: number,
  descendants: boolean,
): Intersection {
  let type = 0;
  let other = 0;
  for (let i = firstChildAfter(root, start); i < root.children.length; i++) {
    const top = root.children[i] as Resource;
    if (top.start >= end) break;
    if (hasFlags(top, flags)) {
      type++;
      continue;
    }
    if (!descendants) {
      other++;
      continue;
    }
    // Matching descendants may cover the part of the range that lies in this resource.
    let covered = Math.max(start, top.start);
    const until = Math.min(end, top.end);
    for (const below of descend(top)) {
      if (below.end <= covered || below.start >= until || !hasFlags(below, flags)) continue;
      type++;
      if (below.start > covered) break;
      covered = below.end;
      if (covered >= until) break;
    }
    if (covered < until) other++;
  }
  if (type === 0) return 'disjoint';
  return other === 0 ? 'intersects' : 'mixed';
}

function* descend(parent: Resource): Generator<Resource> {
  for (const child of parent.children) {
    yield child;
    yield* descend(child);
  }
}

/**
 * The parts of [start, end) that are busy System RAM, ascending.
 * @kernel kernel/resource.c: find_next_iomem_res
 */
export function systemRamRanges(root: Resource, start: PhysAddr, end: PhysAddr): ByteRange[] {
  const found: ByteRange[] = [];
  const walk = (parent: Resource): void => {
    for (let i = firstChildAfter(parent, start); i < parent.children.length; i++) {
      const child = parent.children[i] as Resource;
      if (child.start >= end) return;
      if (hasFlags(child, (IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY) >>> 0)) {
        found.push({ start: Math.max(start, child.start), end: Math.min(end, child.end) });
      } else {
        walk(child);
      }
    }
  };
  walk(root);
  return found;
}

/**
 * Whole pages of busy System RAM in a frame range.
 * @kernel kernel/resource.c: walk_system_ram_range
 */
export function countSystemRamPages(root: Resource, startPfn: Pfn, endPfn: Pfn, pageSize: number): number {
  let pages = 0;
  for (const range of systemRamRanges(root, startPfn * pageSize, endPfn * pageSize)) {
    const first = Math.ceil(range.start / pageSize);
    const last = Math.floor(range.end / pageSize);
    if (last > first) pages += last - first;
  }
  return pages;
}

/** Depth to which /proc/iomem indents. @kernel kernel/resource.c: MAX_IORES_LEVEL */
const MAX_IORES_LEVEL = 5;

/** The lines of /proc/iomem as root reads them. */
export function printIomem(root: Resource): string[] {
  const width = root.end > 2 ** 32 ? 8 : 4;
  const lines: string[] = [];
  const walk = (parent: Resource, depth: number): void => {
    for (const child of parent.children) {
      const indent = '  '.repeat(Math.min(depth, MAX_IORES_LEVEL));
      const start = child.start.toString(16).padStart(width, '0');
      const end = (child.end - 1).toString(16).padStart(width, '0');
      lines.push(`${indent}${start}-${end} : ${child.name === '' ? '<BAD>' : child.name}`);
      walk(child, depth + 1);
    }
  };
  walk(root, 0);
  return lines;
}
