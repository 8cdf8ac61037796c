/** What a write to an attribute of a dax region or device does: checks in the kernel's order, 0 or −errno. */

import { EBUSY, EINVAL, ENOSPC, ENXIO, EOPNOTSUPP, ERANGE, type Errno } from '../../kernel/errno.ts';
import { check, type CheckPoint } from '../../kernel/explain.ts';
import { mhpSupportsMemmapOnMemory } from '../../kernel/memory-hotplug.ts';
import { parseKernelBool } from '../../kernel/params.ts';
import type { ArchConstants } from '../../kernel/profile/arch.ts';
import { GiB, hex, isAligned, type ByteRange } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { cString, kstrtoull } from '../nvdimm/nd-attr.ts';
import { devmCreateDevDax, unregisterDevDax } from './dax-bus.ts';
import { allocDevDaxRange, allocUnit, daxRegionAvailSize, devDaxResize } from './dax-range.ts';
import {
  devDaxSize, devicesOf, regionOf, updateDaxRegion, updateDevDax, type DaxRegion, type DevDax,
} from './state.ts';

const bus = (fn: string, condition: string): CheckPoint => ({ file: 'drivers/dax/bus.c', fn, condition });
const CREATE_ONE = bus('create_store', 'what is written is 1');
const OF_REGION = bus('delete_store', 'the region has a device of this name');
const ALIGN_NUMBER = bus('align_store', 'what is written is a number');
const ALIGN_UNBOUND = bus('align_store', 'no driver is bound to the device');
const IS_RANGE = bus('range_parse', 'what is written is START-END in hexadecimal');
const MEMMAP_UNUSED = bus('memmap_on_memory_store', 'kmem does not have the device, or the setting stays as it is');

const MEMMAP_TEXT: CheckPoint = { file: 'drivers/dax/bus.c', fn: 'memmap_on_memory_store', condition: 'what is written means yes or no' };
const SPACE_LEFT: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'create_store',
  condition: 'something of the region is available',
};
const MAY_BE_DELETED: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'delete_store',
  condition: 'the device has no driver, is of size 0 and is not number 0',
};
const SIZE_ALIGNED: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'size_store',
  condition: 'the size is a multiple of the alignment, and of 2 MiB at least',
};
const ALIGN_VALID: CheckPoint = {
  file: 'drivers/dax/dax-private.h',
  fn: 'dax_align_valid',
  condition: 'the alignment is the size of a page or of a huge page',
};
const RANGES_ALIGNED: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'dev_dax_validate_align',
  condition: 'every range of the device is a multiple of the alignment in length',
};
const MAPPING_ALIGNED: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'mapping_store',
  condition: 'the length of the range is a multiple of the alignment, and of 2 MiB at least',
};
const MEMMAP_SUPPORTED: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'memmap_on_memory_store',
  condition: 'the kernel can place a memmap on the memory it describes',
};
const NO_DRIVER: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'dev_dax_resize',
  condition: 'no driver is bound to the device',
};

/** A write to `create`: −EINVAL for anything but 1, −ENOSPC in a full region. @kernel drivers/dax/bus.c: create_store */
export function createStore(machine: Machine, region: DaxRegion, text: string): Errno {
  const value = kstrtoull(text, machine.kernel);
  if (value === -ERANGE) return -ERANGE;
  if (!check(machine.kernel, CREATE_ONE, value === 1, { written: text.trim() })) return -EINVAL;
  const available = daxRegionAvailSize(machine, region);
  machine.kernel.explain?.(SPACE_LEFT, available > 0, { region: region.id, available });
  if (available === 0) return -ENOSPC;
  const name = devmCreateDevDax(machine, region.key, { size: 0 });
  if (typeof name === 'number') return name;
  const { seed } = machine.devices.dax.regions.get(region.key) as DaxRegion;
  updateDaxRegion(machine, region.key, { seed: seed ?? name, youngest: name });
  return 0;
}

/**
 * A write to `delete`: −ENXIO for a name that is not of this region, −EBUSY for a device that is bound, has memory or
 * is number 0, which stays as long as its region does.
 * @kernel drivers/dax/bus.c: delete_store
 */
export function deleteStore(machine: Machine, region: DaxRegion, text: string): Errno {
  const name = cString(text).replace(/\n$/, '');
  const victim = devicesOf(machine, region).find((device) => device.name === name);
  if (!check(machine.kernel, OF_REGION, victim !== undefined, { name }) || victim === undefined) return -ENXIO;
  const size = devDaxSize(victim);
  const allowed = victim.binding === undefined && size === 0 && victim.id > 0;
  const driver = victim.binding?.driver ?? 'none';
  machine.kernel.explain?.(MAY_BE_DELETED, allowed, { device: name, driver, size, id: victim.id });
  if (!allowed) return -EBUSY;
  unregisterDevDax(machine, name);
  return 0;
}

/** A write to a device's `size`. @kernel drivers/dax/bus.c: size_store */
export function sizeStore(machine: Machine, device: DevDax, text: string): Errno {
  const { kernel } = machine;
  const size = kstrtoull(text, machine.kernel);
  if (size < 0) return size;
  const unit = allocUnit(machine, device);
  const aligned = isAligned(size, unit);
  kernel.explain?.(SIZE_ALIGNED, aligned, { device: device.name, size, unit });
  if (!aligned) {
    kernel.printk(7, `${logName(device)}: size_store: size: ${size} misaligned`);
    return -EINVAL;
  }
  const driver = device.binding?.driver ?? 'none';
  kernel.explain?.(NO_DRIVER, driver === 'none', { device: device.name, driver });
  return devDaxResize(machine, device.name, size);
}

/** A device as its log lines begin; without a driver the bus stands in its place. */
function logName(device: DevDax): string {
  return `${device.binding?.driver ?? 'dax'} ${device.name}`;
}

/** Alignments a dax device can have. @kernel drivers/dax/dax-private.h: dax_align_valid */
export function daxAligns(arch: ArchConstants): number[] {
  const sizes = [arch.pageSize, arch.pmdSize];
  return arch.name === 'x86_64' ? [...sizes, GiB] : sizes;
}

/** A write to a device's `align`; what is no number is −ENXIO. @kernel drivers/dax/bus.c: align_store */
export function alignStore(machine: Machine, device: DevDax, text: string): Errno {
  const { kernel } = machine;
  const align = kstrtoull(text, machine.kernel);
  if (!check(kernel, ALIGN_NUMBER, align >= 0, { written: text.trim() })) return -ENXIO;
  const valid = daxAligns(kernel.profile.arch).includes(align);
  kernel.explain?.(ALIGN_VALID, valid, { align });
  if (!valid) return -EINVAL;
  const unbound = device.binding === undefined;
  if (!check(kernel, ALIGN_UNBOUND, unbound, { driver: device.binding?.driver ?? 'none' })) return -EBUSY;
  const unit = allocUnit(machine, { ...device, align });
  const odd = device.ranges.findIndex(({ start, end }) => !isAligned(end - start, unit));
  kernel.explain?.(RANGES_ALIGNED, odd < 0, { device: device.name, align, range: odd });
  if (odd >= 0) {
    kernel.printk(7, `${logName(device)}: align_store: align ${align} invalid for range ${odd}`);
    return -EINVAL;
  }
  updateDevDax(machine, device.name, { align });
  return 0;
}

/** `START-END` in hexadecimal, the end inclusive. @kernel drivers/dax/bus.c: range_parse */
function parseRange(text: string): ByteRange | undefined {
  const match = /^\+?(?:0[xX])?([0-9a-fA-F]{1,16})-\+?(?:0[xX])?([0-9a-fA-F]{1,16})\n?$/.exec(cString(text));
  if (match === null) return undefined;
  return { start: Number.parseInt(match[1] as string, 16), end: Number.parseInt(match[2] as string, 16) + 1 };
}

/**
 * A write to a dynamic device's `mapping` adds a range, bound or not. −EINVAL for what is no range, −ENOMEM for one
 * that leaves the region or is taken.
 * @kernel drivers/dax/bus.c: mapping_store
 * Since Linux ("dax/bus.c: replace driver-core lock usage by a local rwsem") (v6.9) a length that is not aligned adds
 * nothing and says nothing; before it, −ENXIO.
 */
export function mappingStore(machine: Machine, device: DevDax, text: string): Errno {
  const { kernel } = machine;
  const range = parseRange(text);
  if (!check(kernel, IS_RANGE, range !== undefined, { written: text.trim() }) || range === undefined) return -EINVAL;
  const size = range.end - range.start;
  const unit = allocUnit(machine, device);
  const aligned = isAligned(size, unit);
  kernel.explain?.(MAPPING_ALIGNED, aligned, { device: device.name, start: hex(range.start), size, unit });
  if (!aligned) return kernel.profile.does.daxMappingStoreSilent ? 0 : -ENXIO;
  return allocDevDaxRange(machine, device.name, range.start, size);
}

/**
 * A write to a device's `memmap_on_memory`: −EOPNOTSUPP when the kernel cannot, −EBUSY for a change while kmem has it.
 * @kernel drivers/dax/bus.c: memmap_on_memory_store
 */
export function memmapOnMemoryStore(machine: Machine, device: DevDax, text: string): Errno {
  const { kernel } = machine;
  const wanted = parseKernelBool(text);
  check(kernel, MEMMAP_TEXT, wanted !== undefined, { written: text.trim().slice(0, 40) });
  if (wanted === undefined) return -EINVAL;
  const supported = !wanted || mhpSupportsMemmapOnMemory(kernel, kernel.memoryBlockSizeBytes);
  kernel.explain?.(MEMMAP_SUPPORTED, supported, { device: device.name, parameter: kernel.params.memmapOnMemory });
  if (!supported) {
    kernel.printk(7, `${logName(device)}: memmap_on_memory is not available`);
    return -EOPNOTSUPP;
  }
  const unused = device.memmapOnMemory === wanted || device.binding?.driver !== 'kmem';
  if (!check(kernel, MEMMAP_UNUSED, unused, { device: device.name })) return -EBUSY;
  updateDevDax(machine, device.name, { memmapOnMemory: wanted });
  return 0;
}

/** The address `resource` shows: of the first range, of the region while there is none. */
export function daxResource(machine: Machine, device: DevDax): number {
  return device.ranges[0]?.start ?? regionOf(machine, device).start;
}
