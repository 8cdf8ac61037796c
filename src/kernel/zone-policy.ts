/** Which zone memory goes to when it is onlined. */

import {
  ZONE_MOVABLE,
  ZONE_NORMAL,
  type ZoneIndex,
} from './boot/boot-map.ts';
import { MMOP_ONLINE_KERNEL, MMOP_ONLINE_MOVABLE, type OnlineType } from './block-table.ts';
import type { CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import type { MemoryGroup } from './memory-group.ts';
import { onlineSection } from './pfn.ts';
import { alignDown, type Nid, NUMA_NO_NODE, type Pfn } from './units.ts';
import { linkZone, populatedZone, zoneIntersects, zoneOf } from './zone.ts';

const IN_ONE_ZONE: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'default_zone_for_pfn',
  condition: 'the range touches exactly one of the kernel zone and ZONE_MOVABLE',
  decides: 'never',
};
const RATIO_ALLOWS: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'auto_movable_can_online_movable',
  condition: 'movable memory stays within the ratio to the kernel memory of boot',
  decides: 'never',
};

/**
 * The zone a range would be onlined to.
 * @kernel mm/memory_hotplug.c: zone_for_pfn_range
 */
export function zoneForPfnRange(
  kernel: Kernel,
  onlineType: OnlineType,
  nid: Nid,
  group: MemoryGroup | undefined,
  startPfn: Pfn,
  nrPages: number,
): ZoneIndex {
  if (onlineType === MMOP_ONLINE_KERNEL) return defaultKernelZone(kernel, nid, startPfn, nrPages);
  if (onlineType === MMOP_ONLINE_MOVABLE) return ZONE_MOVABLE;
  if (kernel.params.onlinePolicy === 'auto-movable' && kernel.profile.does.autoMovable) {
    return autoMovableZone(kernel, nid, group, startPfn, nrPages);
  }
  return contiguousZone(kernel, nid, startPfn, nrPages);
}

/** @kernel mm/memory_hotplug.c: default_kernel_zone_for_pfn */
function defaultKernelZone(kernel: Kernel, nid: Nid, startPfn: Pfn, nrPages: number): ZoneIndex {
  for (let index = 0 as ZoneIndex; index < ZONE_NORMAL; index++) {
    if (zoneIntersects(zoneOf(kernel, nid, index), startPfn, nrPages)) return index;
  }
  return ZONE_NORMAL;
}

/** @kernel mm/memory_hotplug.c: default_zone_for_pfn */
function contiguousZone(kernel: Kernel, nid: Nid, startPfn: Pfn, nrPages: number): ZoneIndex {
  const kernelZone = defaultKernelZone(kernel, nid, startPfn, nrPages);
  const inKernel = zoneIntersects(zoneOf(kernel, nid, kernelZone), startPfn, nrPages);
  const inMovable = zoneIntersects(zoneOf(kernel, nid, ZONE_MOVABLE), startPfn, nrPages);
  kernel.explain?.(IN_ONE_ZONE, inKernel !== inMovable, { startPfn, nrPages, inKernel, inMovable });
  if (inKernel !== inMovable) return inMovable ? ZONE_MOVABLE : kernelZone;
  return kernel.movableNode ? ZONE_MOVABLE : kernelZone;
}

/** @kernel mm/memory_hotplug.c: auto_movable_zone_for_pfn */
function autoMovableZone(
  kernel: Kernel,
  nid: Nid,
  group: MemoryGroup | undefined,
  startPfn: Pfn,
  nrPages: number,
): ZoneIndex {
  const { pagesPerSection } = kernel.sections;
  let pfn = startPfn;
  let maxPages = nrPages;
  let onlinePages = 0;
  const kernelZone = (): ZoneIndex => defaultKernelZone(kernel, nid, pfn, maxPages - onlinePages);
  if (kernel.params.autoMovableRatio === 0) return defaultKernelZone(kernel, nid, startPfn, nrPages);
  if (group !== undefined && group.unitPages === 0) {
    if (group.presentKernel > 0) return defaultKernelZone(kernel, nid, startPfn, nrPages);
    maxPages = group.maxPages;
    onlinePages = group.presentMovable;
  } else if (group !== undefined && group.unitPages !== nrPages) {
    maxPages = group.unitPages;
    pfn = alignDown(startPfn, group.unitPages);
    const end = pfn + group.unitPages;
    for (; pfn < end; pfn += pagesPerSection) {
      if (!onlineSection(kernel.sections, pfn)) continue;
      const link = kernel.pageLinks.get(pfn);
      if (link === undefined || linkZone(link) !== ZONE_MOVABLE) {
        return defaultKernelZone(kernel, nid, startPfn, nrPages);
      }
      onlinePages += pagesPerSection;
    }
  }
  const needed = maxPages - onlinePages;
  if (!canOnlineMovable(kernel, NUMA_NO_NODE, group, needed)) return kernelZone();
  if (kernel.params.autoMovableNumaAware && !canOnlineMovable(kernel, nid, group, needed)) return kernelZone();
  return ZONE_MOVABLE;
}

/**
 * Whether the ratio of movable memory to the kernel memory of boot allows more of the former.
 * @kernel mm/memory_hotplug.c: auto_movable_can_online_movable
 */
function canOnlineMovable(kernel: Kernel, nid: Nid, own: MemoryGroup | undefined, nrPages: number): boolean {
  let kernelEarly = 0;
  let movable = 0;
  for (const node of kernel.nodes.values()) {
    if (nid !== NUMA_NO_NODE && node.nid !== nid) continue;
    for (const [index, zone] of node.zones.entries()) {
      if (!populatedZone(zone)) continue;
      if (index === ZONE_MOVABLE) movable += zone.present;
      else kernelEarly += zone.presentEarly;
    }
  }
  const { autoMovableRatio: ratio } = kernel.params;
  let required = 0;
  let groupMovable = 0;
  for (const group of kernel.groups.values()) {
    if (group.unitPages === 0 || group.id === own?.id || (nid !== NUMA_NO_NODE && group.nid !== nid)) continue;
    required += Math.max(0, Math.floor((group.presentMovable * 100) / ratio) - group.presentKernel);
    groupMovable += group.presentMovable;
  }
  if (kernelEarly <= required) {
    kernel.explain?.(RATIO_ALLOWS, false, { nid, kernelEarly, required });
    return false;
  }
  kernelEarly -= required;
  movable -= groupMovable;
  if (own !== undefined && own.unitPages > 0) kernelEarly += own.presentKernel;
  const allowed = movable + nrPages <= Math.floor((ratio * kernelEarly) / 100);
  kernel.explain?.(RATIO_ALLOWS, allowed, { nid, movable, nrPages, kernelEarly, ratio });
  return allowed;
}
