/** Node and zone of every struct page of the early sections, the holes' included. */

import { alignDown, alignUp, type Nid, type Pfn } from '../units.ts';
import type { BootNode, MemblockRange, PageLink, ZoneIndex } from './boot-map.ts';

/** Struct pages without memory behind them that one gap left, linked to the zone above it. */
export interface UnavailableRange {
  readonly nid: Nid;
  readonly zone: ZoneIndex;
  readonly pages: number;
}

export interface MemmapInit {
  readonly pageLinks: readonly PageLink[];
  readonly unavailable: readonly UnavailableRange[];
}

/** A piece of memory inside one zone. */
type Piece = PageLink;

/**
 * Walks memory upwards; the gap before each piece belongs to the piece's zone, the rest of the last section to the
 * last zone.
 * @kernel mm/mm_init.c: memmap_init, init_unavailable_range
 */
export function memmapInit(
  ranges: readonly MemblockRange[],
  nodes: readonly BootNode[],
  pagesPerSection: number,
): MemmapInit {
  const pageLinks: PageLink[] = [];
  const unavailable: UnavailableRange[] = [];
  const isPresent = sectionTest(ranges, pagesPerSection);
  let holePfn = 0;

  const initGap = (endPfn: Pfn, nid: Nid, zone: ZoneIndex): void => {
    let pages = 0;
    for (const [from, to] of presentParts(holePfn, endPfn, pagesPerSection, isPresent)) {
      addLink(pageLinks, { startPfn: from, endPfn: to, nid, zone });
      pages += to - from;
    }
    if (pages > 0) unavailable.push({ nid, zone, pages });
  };

  let last: Piece | undefined;
  for (const piece of pieces(ranges, nodes)) {
    if (holePfn < piece.startPfn) initGap(piece.startPfn, piece.nid, piece.zone);
    addLink(pageLinks, piece);
    holePfn = piece.endPfn;
    last = piece;
  }
  const end = alignUp(ranges.at(-1)?.endPfn ?? 0, pagesPerSection);
  if (last !== undefined && holePfn < end) initGap(end, last.nid, last.zone);
  return { pageLinks, unavailable };
}

/**
 * The totals by zone that kernels logged between v5.12 and v5.13, where each zone also took the rest of its last
 * section.
 */
export function unavailableByZone(
  ranges: readonly MemblockRange[],
  nodes: readonly BootNode[],
  pagesPerSection: number,
): UnavailableRange[] {
  const totals: UnavailableRange[] = [];
  const isPresent = sectionTest(ranges, pagesPerSection);
  const count = (from: Pfn, to: Pfn) =>
    presentParts(from, to, pagesPerSection, isPresent).reduce((sum, [start, end]) => sum + end - start, 0);
  let holePfn = 0;
  for (const node of nodes) {
    const own = ranges.filter((range) => range.nid === node.nid);
    for (const [zone, { startPfn, spanned }] of node.zones.entries()) {
      if (spanned === 0) continue;
      const zoneEnd = startPfn + spanned;
      let pages = 0;
      for (const range of own) {
        const from = Math.min(Math.max(range.startPfn, startPfn), zoneEnd);
        if (holePfn < from) pages += count(holePfn, from);
        holePfn = Math.min(Math.max(range.endPfn, startPfn), zoneEnd);
      }
      const sectionEnd = alignUp(zoneEnd, pagesPerSection);
      if (holePfn < sectionEnd) pages += count(holePfn, sectionEnd);
      if (pages > 0) totals.push({ nid: node.nid, zone: zone as ZoneIndex, pages });
    }
  }
  return totals;
}

/** Pages of early sections outside memory, from 0 to `endPfn`, as kernels before v5.12 count them. */
export function unavailablePages(ranges: readonly MemblockRange[], endPfn: Pfn, pagesPerSection: number): number {
  const isPresent = sectionTest(ranges, pagesPerSection);
  let total = 0;
  let next = 0;
  for (const range of [...ranges, { startPfn: endPfn, endPfn }]) {
    for (const [from, to] of presentParts(next, range.startPfn, pagesPerSection, isPresent)) total += to - from;
    next = range.endPfn;
  }
  return total;
}

/** Memory cut at zone borders, ascending. */
function* pieces(ranges: readonly MemblockRange[], nodes: readonly BootNode[]): Generator<Piece> {
  const byNid = new Map(nodes.map((node) => [node.nid, node]));
  for (const range of ranges) {
    for (const [zone, { startPfn, spanned, present }] of (byNid.get(range.nid)?.zones ?? []).entries()) {
      if (present === 0) continue;
      const from = Math.max(range.startPfn, startPfn);
      const to = Math.min(range.endPfn, startPfn + spanned);
      if (from < to) yield { startPfn: from, endPfn: to, nid: range.nid, zone: zone as ZoneIndex };
    }
  }
}

/** Tells whether a section holds any memory: costs a binary search. */
function sectionTest(ranges: readonly MemblockRange[], pagesPerSection: number): (startPfn: Pfn) => boolean {
  return (startPfn) => {
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((ranges[middle] as MemblockRange).endPfn > startPfn) high = middle;
      else low = middle + 1;
    }
    const range = ranges[low];
    return range !== undefined && range.startPfn < startPfn + pagesPerSection;
  };
}

/**
 * The parts of a gap that lie in sections with memory: at most its first and its last section, since what lies
 * between holds none.
 */
function presentParts(
  from: Pfn,
  to: Pfn,
  pagesPerSection: number,
  isPresent: (sectionStart: Pfn) => boolean,
): (readonly [Pfn, Pfn])[] {
  if (from >= to) return [];
  const parts: (readonly [Pfn, Pfn])[] = [];
  const firstSection = alignDown(from, pagesPerSection);
  const lastSection = alignDown(to - 1, pagesPerSection);
  if (isPresent(firstSection)) parts.push([from, Math.min(to, firstSection + pagesPerSection)]);
  if (lastSection > firstSection && isPresent(lastSection)) parts.push([lastSection, to]);
  return parts;
}

function addLink(links: PageLink[], link: PageLink): void {
  const last = links.at(-1);
  if (last !== undefined && last.endPfn === link.startPfn && last.nid === link.nid && last.zone === link.zone) {
    links[links.length - 1] = { ...last, endPfn: link.endPfn };
  } else {
    links.push(link);
  }
}
