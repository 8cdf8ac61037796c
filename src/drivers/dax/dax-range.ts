/** How devices share the space of a region: claiming, growing and shrinking ranges. */

import { EBUSY, ENOMEM, ENOSPC, ENXIO, type Errno } from '../../kernel/errno.ts';
import { check, type CheckPoint } from '../../kernel/explain.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { isAligned, overlaps, type ByteRange, type PhysAddr } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import {
  devDaxSize, devicesOf, findDevDax, regionOf, updateDevDax, type DaxRegion, type DevDax,
} from './state.ts';

const NO_RANGE_YET: CheckPoint = { file: 'drivers/dax/bus.c', fn: 'alloc_dev_dax_range', condition: 'a device made empty has no range yet' };
const NO_DRIVER: CheckPoint = { file: 'drivers/dax/bus.c', fn: 'dev_dax_resize', condition: 'no driver has the device' };
const RESIZE_ALIGNED: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'dev_dax_resize',
  condition: 'what the device grows by is a multiple of its alignment, and of 2 MiB at least',
};

const RANGE_FREE: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'alloc_dev_dax_range',
  condition: 'the range lies in the region and no device has any of it',
};
const ENOUGH_LEFT: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'dev_dax_resize',
  condition: 'the region has as much available as the device is to grow',
};

/** A range of a region and the device that has it. */
interface Allocation extends ByteRange {
  readonly device: DevDax;
  /** Place among the device's ranges. */
  readonly index: number;
}

/** What is allocated of a region, by address. */
function allocations(machine: Machine, region: DaxRegion): Allocation[] {
  return devicesOf(machine, region)
    .flatMap((device) => device.ranges.map(({ start, end }, index) => ({ start, end, device, index })))
    .sort((a, b) => a.start - b.start);
}

/** @kernel drivers/dax/bus.c: dax_region_avail_size */
export function daxRegionAvailSize(machine: Machine, region: DaxRegion): number {
  const used = devicesOf(machine, region).reduce((sum, device) => sum + devDaxSize(device), 0);
  return region.end - region.start - used;
}

/** The smallest unit a device's size comes in. @kernel drivers/dax/bus.c: alloc_is_aligned */
export function allocUnit(machine: { readonly kernel: Pick<Kernel, 'profile'> }, device: Pick<DevDax, 'align'>): number {
  return Math.max(device.align, machine.kernel.profile.arch.subsectionSize);
}

/**
 * Gives a device one more range. A size of 0 only makes an empty device: −EBUSY for one that has ranges. −ENOMEM when
 * the range leaves the region or is taken.
 * @kernel drivers/dax/bus.c: alloc_dev_dax_range
 */
export function allocDevDaxRange(machine: Machine, name: string, start: PhysAddr, size: number): Errno {
  const device = findDevDax(machine, name) as DevDax;
  if (size === 0) return check(machine.kernel, NO_RANGE_YET, device.ranges.length === 0, { device: name }) ? 0 : -EBUSY;
  const region = regionOf(machine, device);
  const end = start + size;
  const inside = region.start <= start && start < end && end <= region.end;
  const taken = allocations(machine, region).find((other) => overlaps(start, end, other.start, other.end));
  const free = inside && taken === undefined;
  machine.kernel.explain?.(RANGE_FREE, free, { start, end, owner: taken?.device.name ?? 'none' });
  if (!free) return -ENOMEM;
  updateDevDax(machine, name, { ranges: [...device.ranges, { start, end }] });
  return 0;
}

/**
 * Gives a device without driver another size. −EBUSY while bound, −ENOSPC beyond what is available.
 * @kernel drivers/dax/bus.c: dev_dax_resize
 */
export function devDaxResize(machine: Machine, name: string, size: number): Errno {
  const device = findDevDax(machine, name) as DevDax;
  const unbound = device.binding === undefined;
  if (!check(machine.kernel, NO_DRIVER, unbound, { device: name, driver: device.binding?.driver ?? 'none' })) return -EBUSY;
  const present = devDaxSize(device);
  if (size === present) return 0;
  if (size < present) return shrink(machine, device, present - size);
  const available = daxRegionAvailSize(machine, regionOf(machine, device));
  const enough = size - present <= available;
  machine.kernel.explain?.(ENOUGH_LEFT, enough, { device: name, size, present, available });
  if (!enough) return -ENOSPC;
  // A device whose own size is odd (an align raised later) cannot grow to an even one.
  const unit = allocUnit(machine, device);
  const aligned = isAligned(size - present, unit);
  if (!check(machine.kernel, RESIZE_ALIGNED, aligned, { device: name, size, present, unit })) return -ENXIO;
  return grow(machine, name, size - present);
}

/** Takes ranges off the end, the last one first. @kernel drivers/dax/bus.c: dev_dax_shrink */
function shrink(machine: Machine, device: DevDax, bytes: number): Errno {
  const ranges = [...device.ranges];
  let left = bytes;
  while (left > 0) {
    const last = ranges.pop() as ByteRange;
    const length = last.end - last.start;
    if (left < length) ranges.push({ start: last.start, end: last.end - left });
    left -= Math.min(left, length);
  }
  updateDevDax(machine, device.name, { ranges });
  return 0;
}

/** Fills the region's holes from its start until the device has enough. */
function grow(machine: Machine, name: string, bytes: number): Errno {
  for (let left = bytes; left > 0; ) {
    const device = findDevDax(machine, name) as DevDax;
    const region = regionOf(machine, device);
    const step = growStep(device, region, allocations(machine, region), left);
    if (step === undefined) return -ENOSPC;
    if (step.extend) {
      const ranges = device.ranges.slice(0, -1);
      const last = device.ranges.at(-1) as ByteRange;
      updateDevDax(machine, name, { ranges: [...ranges, { start: last.start, end: last.end + step.size }] });
    } else {
      const error = allocDevDaxRange(machine, name, step.start, step.size);
      if (error !== 0) return error;
    }
    left -= step.size;
  }
  return 0;
}

interface GrowStep {
  readonly start: PhysAddr;
  readonly size: number;
  /** The device's last range ends there and becomes longer. */
  readonly extend: boolean;
}

/** The lowest hole, and whether it continues the device's last range. */
function growStep(
  device: DevDax,
  region: DaxRegion,
  taken: readonly Allocation[],
  bytes: number,
): GrowStep | undefined {
  const first = taken[0];
  if (first === undefined) return { start: region.start, size: bytes, extend: false };
  if (first.start > region.start) {
    return { start: region.start, size: Math.min(first.start - region.start, bytes), extend: false };
  }
  for (const [i, allocation] of taken.entries()) {
    const hole = (taken[i + 1]?.start ?? region.end) - allocation.end;
    if (hole <= 0) continue;
    const isLast = allocation.device.name === device.name && allocation.index === device.ranges.length - 1;
    return { start: allocation.end, size: Math.min(hole, bytes), extend: isLast };
  }
  return undefined;
}
