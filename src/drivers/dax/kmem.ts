/** kmem: a device's memory as System RAM, as far as it fills whole memory blocks. */

import { EBUSY, EINVAL, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { hotplugUnit } from '../../kernel/block-span.ts';
import { registerStaticMemoryGroup, unregisterMemoryGroup } from '../../kernel/memory-group.ts';
import { addMemory, addMemoryDriverManaged } from '../../kernel/memory-hotplug.ts';
import { removeMemory } from '../../kernel/memory-remove.ts';
import { clearNodeMemoryType, initNodeMemoryType } from '../../kernel/memory-tiers.ts';
import { IORESOURCE_SYSTEM_RAM, removeResource, requestRegion, setResourceFlags } from '../../kernel/resource.ts';
import { alignDown, alignUp, hex, type ByteRange } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { regionOf, type DaxBinding, type DevDax } from './state.ts';

const KNOWN_NODE: CheckPoint = {
  file: 'drivers/dax/kmem.c',
  fn: 'dev_dax_kmem_probe',
  condition: 'firmware tells which node the memory belongs to',
};
const WHOLE_BLOCKS: CheckPoint = {
  file: 'drivers/dax/kmem.c',
  fn: 'dax_kmem_range',
  condition: 'the range holds at least one whole memory block',
};
const REGION_FREE: CheckPoint = {
  file: 'drivers/dax/kmem.c',
  fn: 'dev_dax_kmem_probe',
  condition: 'the whole blocks of the range can be reserved in /proc/iomem',
};

/** The whole memory blocks of a range; undefined when there are none. @kernel drivers/dax/kmem.c: dax_kmem_range */
export function daxKmemRange(kernel: Kernel, range: ByteRange): ByteRange | undefined {
  const block = hotplugUnit(kernel);
  const start = alignUp(range.start, block);
  const end = alignDown(range.end, block);
  return start < end ? { start, end } : undefined;
}

/** Bytes in the largest unit that leaves 1 or more, to three digits. @kernel lib/string_helpers.c: string_get_size */
function threeDigits(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let unit = 0;
  let amount = bytes;
  for (; amount >= 1024 && unit < units.length - 1; unit++) amount /= 1024;
  const decimals = unit === 0 || amount >= 100 ? 0 : amount >= 10 ? 1 : 2;
  return `${amount.toFixed(decimals)} ${units[unit]}`;
}

function mapping(index: number, { start, end }: ByteRange): string {
  return `mapping${index}: ${hex(start)}-${hex(end - 1)}`;
}

/**
 * Adds the whole memory blocks of every range, as one memory group. It succeeds when one range could be added.
 * −EINVAL without a node or a whole block, −EBUSY or what add_memory_driver_managed() returned when the first range
 * that could be tried fails.
 * @kernel drivers/dax/kmem.c: dev_dax_kmem_probe
 */
export function kmemProbe(machine: Machine, device: DevDax): DaxBinding | Errno {
  const { kernel } = machine;
  const { name } = device;
  const { targetNode } = regionOf(machine, device);
  kernel.explain?.(KNOWN_NODE, targetNode >= 0, { device: name, node: targetNode });
  if (targetNode < 0) {
    kernel.printk(4, `kmem ${name}: rejecting DAX region with invalid node: ${targetNode}`);
    return -EINVAL;
  }
  const usable = device.ranges.map((range) => daxKmemRange(kernel, range));
  for (const [i, range] of device.ranges.entries()) {
    const fits = usable[i] !== undefined;
    const blockSize = hotplugUnit(kernel);
    kernel.explain?.(WHOLE_BLOCKS, fits, { device: name, start: range.start, end: range.end, blockSize });
    if (!fits) kernel.printk(6, `kmem ${name}: ${mapping(i, range)} too small after alignment`);
  }
  const total = usable.reduce((sum, range) => sum + (range === undefined ? 0 : range.end - range.start), 0);
  if (total === 0) {
    kernel.printk(4, `kmem ${name}: rejecting DAX region without any memory after alignment`);
    return -EINVAL;
  }
  const lost = device.ranges.reduce((sum, { start, end }) => sum + end - start, 0) - total;
  if (lost > 0 && kernel.profile.does.kmemWarnsTruncation) {
    kernel.printk(4, `kmem ${name}: DAX region truncated by ${threeDigits(lost)} due to alignment`);
  }
  initNodeMemoryType(kernel, targetNode);
  const hasGroups = kernel.profile.does.autoMovable;
  const group = hasGroups ? registerStaticMemoryGroup(kernel, targetNode, Math.ceil(total / kernel.profile.arch.pageSize)) : -1;
  if (hasGroups && group < 0) {
    clearNodeMemoryType(kernel, targetNode);
    return group;
  }
  const added: boolean[] = device.ranges.map(() => false);
  for (const [i, range] of usable.entries()) {
    if (range === undefined) continue;
    const error = addRange(kernel, device, i, range, hasGroups ? group : targetNode);
    if (error === 0) added[i] = true;
    else if (!added.includes(true)) {
      if (hasGroups) unregisterMemoryGroup(kernel, group);
      clearNodeMemoryType(kernel, targetNode);
      return error;
    }
  }
  return { driver: 'kmem', group, added };
}

/** Reserves a range, not busy, so that the memory can become its child, and adds it. */
function addRange(kernel: Kernel, device: DevDax, index: number, { start, end }: ByteRange, nidOrMgid: number): Errno {
  const { name } = device;
  const claim = requestRegion(kernel.iomem, start, end, name, 0);
  kernel.explain?.(REGION_FREE, claim.ok, { device: name, start, end, owner: claim.ok ? 'none' : claim.conflict.name });
  if (!claim.ok) {
    kernel.printk(4, `kmem ${name}: ${mapping(index, { start, end })} could not reserve region`);
    return -EBUSY;
  }
  kernel.iomem = setResourceFlags(claim.tree, start, end, name, IORESOURCE_SYSTEM_RAM) ?? claim.tree;
  const { autoMovable, driverManagedMemory } = kernel.profile.does;
  const flags = { nidIsMgid: autoMovable, memmapOnMemory: device.memmapOnMemory };
  const error = driverManagedMemory
    ? addMemoryDriverManaged(kernel, nidOrMgid, start, end - start, 'System RAM (kmem)', flags)
    : addMemory(kernel, nidOrMgid, start, end - start, flags);
  if (error === 0) return 0;
  kernel.printk(4, `kmem ${name}: ${mapping(index, { start, end })} memory add failed`);
  kernel.iomem = removeResource(kernel.iomem, start, end, name) ?? kernel.iomem;
  return error;
}

/**
 * Removes what was added. What is still online stays for good, with its reservation. The group goes only when every
 * range went; a range too small for a block never counts as gone, so that its device always leaves its group behind.
 * @kernel drivers/dax/kmem.c: dev_dax_kmem_remove
 */
export function kmemRemove(machine: Machine, device: DevDax, binding: DaxBinding & { driver: 'kmem' }): void {
  const { kernel } = machine;
  let gone = 0;
  for (const [i, range] of device.ranges.entries()) {
    const usable = daxKmemRange(kernel, range);
    if (usable === undefined) continue;
    const { start, end } = usable;
    if (binding.added[i] !== true) {
      gone++;
      continue;
    }
    if (removeMemory(kernel, start, end - start) === 0) {
      kernel.iomem = removeResource(kernel.iomem, start, end, device.name) ?? kernel.iomem;
      gone++;
      continue;
    }
    kernel.printk(3, `kmem ${device.name}: ${mapping(i, usable)} cannot be hotremoved until the next reboot`);
  }
  if (gone < device.ranges.length) return;
  if (binding.group >= 0) unregisterMemoryGroup(kernel, binding.group);
  clearNodeMemoryType(kernel, regionOf(machine, device).targetNode);
}
