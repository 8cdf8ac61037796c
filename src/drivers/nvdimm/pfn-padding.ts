/** Padding to whole sections: what a new info block gave up before sub-section hotplug. */

import type { CheckPoint } from '../../kernel/explain.ts';
import { IORESOURCE_SYSTEM_RAM } from '../../kernel/resource.ts';
import { regionIntersects } from '../../kernel/resource-query.ts';
import { alignDown, alignUp, isAligned, KiB, type PhysAddr } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import type { NdRegion } from './state.ts';

const PAGE_SIZE = 4096;
const INFO_BLOCK_RESERVE = 8 * KiB;
const STRUCT_PAGE_SIZE = 64;
/** Kept for labels on device-dax, which never came. */
const DAX_LABEL_RESERVE = 128 * KiB;

const START_ALONE: CheckPoint = {
  file: 'drivers/nvdimm/pfn_devs.c',
  fn: 'trim_pfn_device',
  condition: 'from the start of its first section on, the namespace meets neither RAM nor another region',
  decides: 'never',
};
const END_ALONE: CheckPoint = {
  file: 'drivers/nvdimm/pfn_devs.c',
  fn: 'trim_pfn_device',
  condition: 'up to the end of its last section, the namespace meets neither RAM nor another region, and its end is aligned',
  decides: 'never',
};

/** What a namespace shares sections with, asked of the half-open range of bytes. */
export interface Neighbours {
  /** Part of the range is RAM, part of it not. */
  ramIsMixed(start: PhysAddr, end: PhysAddr): boolean;
  /** Another region begins or ends there. */
  regionConflict(start: PhysAddr, end: PhysAddr): boolean;
}

/** Bytes cut off at both ends of a namespace. */
export interface Padding {
  readonly startPad: number;
  readonly endTrunc: number;
}

/**
 * Cuts a namespace back to whole sections at an end where its section is also used by RAM or by another region, and
 * to the alignment at its end. Other namespaces of its own region do not count.
 * @kernel drivers/nvdimm/pfn_devs.c: trim_pfn_device
 * Since Linux a3619190d62e ("libnvdimm/pfn: stop padding pmem namespaces to section alignment") (v5.3) nothing is cut for that.
 */
export function trimPfnDevice(
  start: PhysAddr,
  end: PhysAddr,
  align: number,
  sectionSize: number,
  neighbours: Neighbours,
): Padding {
  const collides = (from: PhysAddr, to: PhysAddr): boolean =>
    neighbours.ramIsMixed(from, to) || neighbours.regionConflict(from, to);
  const startPad = collides(alignDown(start, sectionSize), end) ? alignUp(start, sectionSize) - start : 0;
  const cut = !isAligned(end, align) || collides(start, alignUp(end, sectionSize));
  const endTrunc = cut ? end - Math.min(alignDown(end, sectionSize), alignDown(end, align)) : 0;
  return { startPad, endTrunc };
}

/** Start, size and settings of a new device, with what is cut off. */
export interface PaddedRequest extends Padding {
  readonly start: PhysAddr;
  readonly size: number;
  readonly align: number;
  /** The memmap goes to the device. */
  readonly onDevice: boolean;
  readonly isDax: boolean;
  /** Size of a section and of the huge pages that map a memmap. */
  readonly sectionSize: number;
  readonly pmdSize: number;
}

/**
 * Bytes from the padded start to the data. The memmap is sized for whole sections.
 * @kernel drivers/nvdimm/pfn_devs.c: nd_pfn_init
 */
export function paddedDataoff(request: PaddedRequest, reservesDaxLabels: boolean): number {
  const { start, size, startPad, endTrunc, align, onDevice, isDax, sectionSize, pmdSize } = request;
  const base = start + startPad;
  const reserve = INFO_BLOCK_RESERVE + (isDax && reservesDaxLabels ? DAX_LABEL_RESERVE : 0);
  if (!onDevice) return alignUp(base + reserve, align) - base;
  const pages = Math.floor((size - startPad - endTrunc - INFO_BLOCK_RESERVE) / PAGE_SIZE);
  // Nothing left: the kernel's unsigned arithmetic gives a size no namespace has, which is refused all the same.
  const memmap = STRUCT_PAGE_SIZE * alignUp(Math.max(pages, 0), sectionSize / PAGE_SIZE);
  return alignUp(base + reserve + memmap, Math.max(align, pmdSize)) - base;
}

/**
 * Whether one of the bus's other regions begins or ends in the range. One that lies strictly inside is not seen.
 * @kernel drivers/nvdimm/region_devs.c: nd_region_conflict, region_conflict
 */
export function ndRegionConflict(machine: Machine, region: NdRegion, start: PhysAddr, end: PhysAddr): boolean {
  return machine.devices.nvdimm.regions.some((other) => {
    if (other.bus !== region.bus || other.id === region.id) return false;
    const otherEnd = other.start + other.size;
    return (other.start <= start && start < otherEnd) || (other.start < end && end <= otherEnd);
  });
}

/** The padding of a namespace on this machine. */
export function paddingOf(machine: Machine, region: NdRegion, start: PhysAddr, end: PhysAddr, align: number): Padding {
  const { kernel } = machine;
  const { arch, does } = kernel.profile;
  const sectionSize = arch.pagesPerSection * arch.pageSize;
  const padding = trimPfnDevice(start, end, align, sectionSize, {
    ramIsMixed: (from, to) =>
      regionIntersects(kernel.iomem, from, to, IORESOURCE_SYSTEM_RAM, does.regionIntersectsDescendants) === 'mixed',
    regionConflict: (from, to) => ndRegionConflict(machine, region, from, to),
  });
  kernel.explain?.(START_ALONE, padding.startPad === 0, { start, sectionSize, startPad: padding.startPad });
  kernel.explain?.(END_ALONE, padding.endTrunc === 0, { end, sectionSize, align, endTrunc: padding.endTrunc });
  return padding;
}
