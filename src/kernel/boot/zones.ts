/** Zones of each node as boot leaves them. */

import type { KernelProfile } from '../profile/profile.ts';
import { type Nid, type Pfn, type PfnRange } from '../units.ts';
import {
  ZONE_DEVICE,
  ZONE_MOVABLE,
  ZONE_NORMAL,
  type BootNode,
  type BootZone,
  type MemblockRange,
  type ZoneIndex,
} from './boot-map.ts';

/** What a zone may span, from the architecture; empty when start and end are the same. */
export type ZoneLimits = readonly PfnRange[];

const ZONES: readonly ZoneIndex[] = [0, 1, 2, 3, 4];

/**
 * The range each zone may have, the first starting where memory starts.
 * @kernel mm/mm_init.c: free_area_init with arch/x86/mm/init.c: zone_sizes_init
 */
export function archZoneLimits(firstPfn: Pfn, maxPfn: Pfn, profile: Pick<KernelProfile, 'arch' | 'does'>): ZoneLimits {
  const { pageSize, dma32End = 0 } = profile.arch;
  const dmaEnd = profile.does.zoneDma ? (profile.arch.dmaEnd ?? 0) : 0;
  const highest = [Math.min(dmaEnd / pageSize, maxPfn), Math.min(dma32End / pageSize, maxPfn), maxPfn, 0, 0];
  let startPfn = firstPfn;
  return ZONES.map((zone) => {
    if (zone === ZONE_MOVABLE) return { startPfn: 0, endPfn: 0 };
    const limit = { startPfn, endPfn: Math.max(highest[zone] as number, startPfn) };
    startPfn = limit.endPfn;
    return limit;
  });
}

/** The highest zone with memory: where ZONE_MOVABLE takes its pages. @kernel find_usable_zone_for_movable */
export function usableZoneForMovable(limits: ZoneLimits): ZoneIndex {
  for (const zone of ZONES.toReversed()) {
    const limit = limits[zone] as PfnRange;
    if (zone !== ZONE_MOVABLE && limit.endPfn > limit.startPfn) return zone;
  }
  return ZONE_NORMAL;
}

/** Nodes with their zones, ascending. @kernel mm/mm_init.c: calculate_node_totalpages */
export function bootNodes(
  ranges: readonly MemblockRange[],
  limits: ZoneLimits,
  movableStarts: ReadonlyMap<Nid, Pfn>,
): BootNode[] {
  const movableEnd = (limits[usableZoneForMovable(limits)] as PfnRange).endPfn;
  const byNode = new Map<Nid, MemblockRange[]>();
  for (const range of ranges) {
    const list = byNode.get(range.nid);
    if (list === undefined) byNode.set(range.nid, [range]);
    else list.push(range);
  }
  return [...byNode]
    .sort(([a], [b]) => a - b)
    .map(([nid, own]) => {
      const node = { startPfn: own[0]?.startPfn ?? 0, endPfn: own.at(-1)?.endPfn ?? 0 };
      const movableStart = movableStarts.get(nid);
      const zones = ZONES.map((zone) => {
        const span = zoneSpan(zone, node, limits[zone] as PfnRange, movableStart, movableEnd);
        return zone === ZONE_DEVICE ? emptyZone() : countPresent(span, own);
      });
      return { nid, ...node, zones };
    });
}

/** @kernel mm/mm_init.c: zone_spanned_pages_in_node, adjust_zone_range_for_zone_movable */
function zoneSpan(
  zone: ZoneIndex,
  node: PfnRange,
  limit: PfnRange,
  movableStart: Pfn | undefined,
  movableEnd: Pfn,
): PfnRange {
  let startPfn = clamp(node.startPfn, limit);
  let endPfn = clamp(node.endPfn, limit);
  if (movableStart !== undefined) {
    if (zone === ZONE_MOVABLE) {
      startPfn = movableStart;
      endPfn = Math.min(node.endPfn, movableEnd);
    } else if (startPfn < movableStart && endPfn > movableStart) {
      endPfn = movableStart;
    } else if (startPfn >= movableStart) {
      startPfn = endPfn;
    }
  }
  if (endPfn < node.startPfn || startPfn > node.endPfn) return { startPfn: 0, endPfn: 0 };
  return { startPfn: Math.max(startPfn, node.startPfn), endPfn: Math.min(endPfn, node.endPfn) };
}

function countPresent(span: PfnRange, ranges: readonly MemblockRange[]): BootZone {
  const spanned = span.endPfn - span.startPfn;
  if (spanned <= 0) return emptyZone();
  let present = 0;
  for (const range of ranges) present += clamp(range.endPfn, span) - clamp(range.startPfn, span);
  return { startPfn: span.startPfn, spanned, present };
}

function emptyZone(): BootZone {
  return { startPfn: 0, spanned: 0, present: 0 };
}

function clamp(pfn: Pfn, range: PfnRange): Pfn {
  return Math.min(Math.max(pfn, range.startPfn), range.endPfn);
}
