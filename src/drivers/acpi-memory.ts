/** The ACPI memory device driver (PNP0C80): a DIMM becomes System RAM when it appears, and goes when it is ejected. */

import { EEXIST, EINVAL, type Errno } from '../kernel/errno.ts';
import type { CheckPoint } from '../kernel/explain.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { deviceOffline, deviceOnline, memoryBlocksIn } from '../kernel/memory-block.ts';
import { registerStaticMemoryGroup, unregisterMemoryGroup } from '../kernel/memory-group.ts';
import {
  addMemory,
  memoryAddPhysaddrToNid,
  mhpSupportsMemmapOnMemory,
  type MhpFlags,
} from '../kernel/memory-hotplug.ts';
import { removalIsBug } from '../kernel/hotplug-range.ts';
import { removeMemory } from '../kernel/memory-remove.ts';
import { NUMA_NO_NODE, type ByteRange, type Nid } from '../kernel/units.ts';
import type { Machine } from './machine.ts';

/** A memory device as firmware describes it: its number, ranges and node. */
export interface AcpiMemoryDevice {
  /** Its number in `PNP0C80:NN`: devices are numbered as the namespace lists them, present or not. */
  readonly instance: number;
  /** Ranges of its current resources. */
  readonly ranges: readonly ByteRange[];
  /** Node of its _PXM, or NUMA_NO_NODE. */
  readonly nid: Nid;
}

/** A range the driver holds. */
interface AttachedRange extends ByteRange {
  /** Memory blocks tied to the device, ascending. */
  readonly blocks: readonly number[];
}

export interface AttachedMemory {
  readonly ranges: readonly AttachedRange[];
  /** −1 on kernels without memory groups. */
  readonly group: number;
}

export interface AcpiMemoryState {
  /** Devices the driver is bound to, by instance. */
  readonly attached: ReadonlyMap<number, AttachedMemory>;
}

export const NO_ACPI_MEMORY: AcpiMemoryState = { attached: new Map() };

const SOME_ADDED: CheckPoint = {
  file: 'drivers/acpi/acpi_memhotplug.c',
  fn: 'acpi_memory_enable_device',
  condition: 'at least one range of the device was added, or was in use before',
};
const WITHIN_LIMIT: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'register_memory_resource',
  condition: 'memory added during boot ends below mem=',
};
const ALL_OFFLINE: CheckPoint = {
  file: 'drivers/acpi/scan.c',
  fn: 'acpi_scan_try_to_offline',
  condition: 'every memory block of the device goes offline in one of two passes',
};

/** `acpi PNP0C80:00`, as the kernel names the device in its log. */
export function acpiMemoryName(instance: number): string {
  return `acpi PNP0C80:${instance.toString(16).padStart(2, '0')}`;
}

function setAttached(machine: Machine, instance: number, memory: AttachedMemory | undefined): void {
  const attached = new Map(machine.devices.acpiMemory.attached);
  if (memory === undefined) attached.delete(instance);
  else attached.set(instance, memory);
  machine.devices = { ...machine.devices, acpiMemory: { attached } };
}

/**
 * Enumerates the devices present at boot, in namespace order. Memory that ends above `limit` (`mem=`) is refused.
 */
export function acpiMemoryBoot(machine: Machine, present: readonly AcpiMemoryDevice[], limit: number): void {
  for (const device of byInstance(present)) attach(machine, device, limit);
}

/**
 * A device check for one device. Kernels that scan from the bus try devices again that failed before.
 * @kernel drivers/acpi/scan.c: acpi_scan_device_check
 */
export function acpiMemoryDeviceCheck(machine: Machine, instance: number, present: readonly AcpiMemoryDevice[]): void {
  const { kernel } = machine;
  const { attached } = machine.devices.acpiMemory;
  if (attached.has(instance)) return;
  const rescans = kernel.profile.does.acpiRescansFailedDevices;
  for (const device of byInstance(present)) {
    const due = rescans ? !attached.has(device.instance) : device.instance === instance;
    if (due) attach(machine, device, Infinity);
  }
  if (kernel.profile.does.acpiWarnsEnumerationFailure && !machine.devices.acpiMemory.attached.has(instance)) {
    kernel.printk(4, `${acpiMemoryName(instance)}: Enumeration failure`);
  }
}

function byInstance(devices: readonly AcpiMemoryDevice[]): AcpiMemoryDevice[] {
  return [...devices].sort((a, b) => a.instance - b.instance);
}

/** Binds the driver to a device. @kernel drivers/acpi/acpi_memhotplug.c: acpi_memory_device_add */
function attach(machine: Machine, device: AcpiMemoryDevice, limit: number): Errno {
  const { kernel } = machine;
  const name = acpiMemoryName(device.instance);
  const result = enableDevice(kernel, name, device, limit);
  if (typeof result === 'number') {
    kernel.printk(3, `${name}: acpi_memory_enable_device() error`);
    return result;
  }
  setAttached(machine, device.instance, result);
  return 0;
}

/**
 * Adds every range of a device as one memory group. −EINVAL when none could be added.
 * @kernel drivers/acpi/acpi_memhotplug.c: acpi_memory_enable_device
 */
function enableDevice(kernel: Kernel, name: string, device: AcpiMemoryDevice, limit: number): AttachedMemory | Errno {
  const { does, arch } = kernel.profile;
  const ranges = device.ranges.filter((range) => range.end > range.start);
  const first = ranges[0];
  if (first === undefined) {
    kernel.printk(3, `${name}: device is empty`);
    return -EINVAL;
  }
  const nid = device.nid === NUMA_NO_NODE ? memoryAddPhysaddrToNid(kernel, first.start) : device.nid;
  let group = -1;
  if (does.autoMovable) {
    const bytes = ranges.reduce((sum, range) => sum + range.end - range.start, 0);
    group = registerStaticMemoryGroup(kernel, nid, Math.ceil(bytes / arch.pageSize));
    if (group < 0) return group;
  }
  const held: AttachedRange[] = [];
  let memmapOnMemory = does.memmapOnMemory !== 'none' && !does.acpiMemmapOnMemoryBySize;
  for (const { start, end } of ranges) {
    const size = end - start;
    // Once one range may hold its own memmap, the flag stays for the ranges after it.
    memmapOnMemory ||= mhpSupportsMemmapOnMemory(kernel, size);
    kernel.explain?.(WITHIN_LIMIT, end <= limit, { start, end, limit });
    if (end > limit) continue;
    const flags: MhpFlags = { nidIsMgid: does.autoMovable, memmapOnMemory };
    const error = addMemory(kernel, does.autoMovable ? group : nid, start, size, flags);
    if (error !== 0 && error !== -EEXIST) continue;
    held.push({ start, end, blocks: memoryBlocksIn(kernel, start, size) });
  }
  kernel.explain?.(SOME_ADDED, held.length > 0, { device: name, ranges: ranges.length, added: held.length });
  if (held.length > 0) return { ranges: held, group };
  kernel.printk(3, `${name}: add_memory failed`);
  if (group >= 0) unregisterMemoryGroup(kernel, group);
  return -EINVAL;
}

/**
 * An eject request: takes every block offline, removes the memory, lets the device go. False when a block stays
 * online; then those taken offline come back, and the device stays.
 * @kernel drivers/acpi/scan.c: acpi_scan_hot_remove
 */
export function acpiMemoryEject(machine: Machine, instance: number): boolean {
  const { kernel } = machine;
  const memory = machine.devices.acpiMemory.attached.get(instance);
  // A device the driver never bound to has nothing to take offline.
  if (memory === undefined) return true;
  const blocks = memory.ranges.flatMap((range) => range.blocks).filter((id) => kernel.blocks.has(id));
  if (!tryToOffline(kernel, acpiMemoryName(instance), blocks)) return false;
  // Also where add_memory() found something there (−EEXIST): then it is that which goes.
  for (const { start, end } of memory.ranges) {
    if (removalIsBug(kernel, start, end - start)) return false;
    removeMemory(kernel, start, end - start);
  }
  if (memory.group >= 0) unregisterMemoryGroup(kernel, memory.group);
  setAttached(machine, instance, undefined);
  return true;
}

/**
 * Two passes: the first ignores failures, because a block may hold what another depends on; the second stops at one.
 * @kernel drivers/acpi/scan.c: acpi_scan_try_to_offline, acpi_bus_offline
 */
function tryToOffline(kernel: Kernel, device: string, blocks: readonly number[]): boolean {
  const putOnline = new Set<number>();
  let failed: number | undefined;
  for (const id of blocks) {
    const result = deviceOffline(kernel, id);
    if (result === 0) putOnline.add(id);
    if (result < 0) failed = id;
  }
  if (failed !== undefined) {
    failed = undefined;
    for (const id of blocks) {
      if (putOnline.has(id)) continue;
      const result = deviceOffline(kernel, id);
      if (result === 0) putOnline.add(id);
      if (result < 0) {
        failed = id;
        break;
      }
    }
  }
  kernel.explain?.(ALL_OFFLINE, failed === undefined, { device, blocks: blocks.length, stays: failed ?? 'none' });
  if (failed === undefined) return true;
  kernel.printk(4, `memory memory${failed}: Offline failed.`);
  for (const id of blocks) if (putOnline.has(id)) deviceOnline(kernel, id);
  return false;
}
