/** Binding virtio-mem devices to their driver, and letting them go. */

import { EBUSY, EINVAL, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import { registerDynamicMemoryGroup, unregisterMemoryGroup } from '../../kernel/memory-group.ts';
import { memoryAddPhysaddrToNid } from '../../kernel/memory-hotplug.ts';
import { RangeMap } from '../../kernel/range-map.ts';
import {
  hasFlags,
  IORESOURCE_BUSY,
  IORESOURCE_EXCLUSIVE,
  IORESOURCE_SYSTEM_RAM,
  releaseResource,
  requestRegion,
  setResourceFlags,
  type Resource,
} from '../../kernel/resource.ts';
import { alignUp, GiB, hex, isAligned, overlaps, type ByteRange, type Nid } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { logProbeFailure } from '../probe.ts';
import { firmwareSrat, nodeOfPxm } from '../qemu/firmware.ts';
import { virtioMemAt } from '../qemu/virtio-mem.ts';
import { removeUnit, virtioMemLog } from './add-remove.ts';
import { chooseUnits, type Units } from './units-of-device.ts';
import { firstSubblock, nextUnit, setUnit, setVirtioMem, setVm, vmOf, type VirtioMem } from './state.ts';
import { virtioDevices, type VirtioDevice } from './virtio-bus.ts';
import { pluggableEnd, runQueuedWork } from './work.ts';

const REGION_FREE: CheckPoint = {
  file: 'drivers/virtio/virtio_mem.c',
  fn: 'virtio_mem_create_resource',
  condition: "the device's region can be reserved in /proc/iomem",
};
/** Memory that may wait to be brought online. */
const DEFAULT_OFFLINE_THRESHOLD = GiB;

/** Probes every device on the bus that has no driver yet. */
export function virtioMemAttach(machine: Machine): void {
  for (const device of virtioDevices(machine)) {
    const { bound, left } = machine.devices.virtioMem;
    if (device.kind === 'mem' && !bound.has(device.name) && !left.has(device.name)) virtioMemBind(machine, device);
  }
}

/** Binds one device, and works off what it asks for. Returns 0 or what the probe returned. */
export function virtioMemBind(machine: Machine, device: VirtioDevice): Errno {
  const error = probe(machine, device);
  logProbeFailure(machine.kernel, 'virtio_mem', device.name, error);
  const left = new Set(machine.devices.virtioMem.left);
  if (error === 0) left.delete(device.name);
  else left.add(device.name);
  setVirtioMem(machine, { left });
  runQueuedWork(machine);
  return error;
}

/** The node of the device's proximity domain, or of its address. @kernel virtio_mem_translate_node_id */
function nodeOf(machine: Machine, device: VirtioDevice): Nid {
  const { qemu } = machine.devices;
  const domains = qemu === undefined ? [] : firmwareSrat(qemu).map((entry) => entry.pxm);
  const nodes = qemu === undefined || domains.length === 0 ? undefined : nodeOfPxm(qemu.machine, domains);
  return nodes?.get(device.pxm) ?? memoryAddPhysaddrToNid(machine.kernel, device.start);
}

/** @kernel drivers/virtio/virtio_mem.c: virtio_mem_probe, virtio_mem_init, virtio_mem_init_hotplug */
function probe(machine: Machine, device: VirtioDevice): Errno {
  const { kernel } = machine;
  const { name, start: addr, size: regionSize } = device;
  const hardware = machine.devices.qemu && virtioMemAt(machine.devices.qemu, addr);
  if (hardware === undefined) return -EINVAL;
  const nid = nodeOf(machine, device);
  const say = (level: 4 | 6, text: string): void => virtioMemLog(machine, name, level, text);
  say(6, `start address: ${hex(addr)}`);
  say(6, `region size: ${hex(regionSize)}`);
  say(6, `device block size: ${hex(hardware.blockSize)}`);
  say(6, `nid: ${nid}`);
  warnOfAlignment(machine, name, addr, regionSize);
  const units = chooseUnits(machine, name, hardware.blockSize);
  if (units === undefined) return -EINVAL;
  const blockSize = kernel.memoryBlockSizeBytes;
  say(6, `memory block size: ${hex(blockSize)}`);
  say(6, units.inSbm ? `subblock size: ${hex(units.subblockSize)}` : `big block size: ${hex(units.unitSize)}`);
  if (!createResource(machine, name, addr, regionSize)) return -EBUSY;
  const { pageSize } = kernel.profile.arch;
  const hasGroups = kernel.profile.does.autoMovable;
  const group = hasGroups ? registerDynamicMemoryGroup(kernel, nid, units.unitSize / pageSize) : -1;
  if (hasGroups && group < 0) {
    kernel.iomem = releaseResource(kernel.iomem, addr, addr + regionSize, name) ?? kernel.iomem;
    return group;
  }
  if (hardware.pluggedSize > 0) say(6, 'unplugging all memory is required');
  const vm = fresh(name, addr, regionSize, nid, group, units, hardware.pluggedSize, blockSize);
  setVirtioMem(machine, { bound: new Map(machine.devices.virtioMem.bound).set(name, vm) });
  return 0;
}

function warnOfAlignment(machine: Machine, name: string, addr: number, regionSize: number): void {
  const { kernel } = machine;
  const blockSize = kernel.memoryBlockSizeBytes;
  const warn = (what: string): void => virtioMemLog(machine, name, 4, `${what} can make some memory unusable.`);
  if (!isAligned(addr, blockSize)) warn('The alignment of the physical start address');
  if (!isAligned(addr + regionSize, blockSize)) warn('The alignment of the physical end address');
  if (addr + regionSize > pluggableEnd(kernel)) warn('Some device memory is not addressable/pluggable. This');
}

function fresh(
  name: string,
  addr: number,
  regionSize: number,
  nid: Nid,
  group: number,
  units: Units,
  pluggedSize: number,
  blockSize: number,
): VirtioMem {
  const firstId = alignUp(addr, units.unitSize) / units.unitSize;
  return {
    name,
    addr,
    regionSize,
    nid,
    group,
    ...units,
    firstId,
    lastUsableId: firstId - 1,
    nextId: firstId,
    units: new RangeMap(),
    plugged: new RangeMap(),
    pluggedSize,
    requestedSize: 0,
    offlineSize: 0,
    // Two units can always be added.
    offlineThreshold: Math.max(2 * blockSize, 2 * units.unitSize, DEFAULT_OFFLINE_THRESHOLD),
    unplugAllRequired: pluggedSize > 0,
    configChanged: true,
    haveUnpluggedMb: false,
    queued: true,
    active: false,
    broken: false,
  };
}

/** The parent of all memory of the device: not busy, so that memory can be added. @kernel virtio_mem_create_resource */
function createResource(machine: Machine, name: string, addr: number, size: number): boolean {
  const { kernel } = machine;
  const flags = IORESOURCE_SYSTEM_RAM + IORESOURCE_EXCLUSIVE;
  const claim = requestRegion(kernel.iomem, addr, addr + size, name, flags);
  const owner = claim.ok ? 'none' : claim.conflict.name;
  kernel.explain?.(REGION_FREE, claim.ok, { device: name, start: addr, end: addr + size, owner });
  if (!claim.ok) {
    virtioMemLog(machine, name, 4, 'could not reserve device region');
    virtioMemLog(machine, name, 6, 'reloading the driver is not supported');
    return false;
  }
  kernel.iomem = setResourceFlags(claim.tree, addr, addr + size, name, flags) ?? claim.tree;
  return true;
}

/**
 * Lets a device go. Memory that is added stays; partly plugged blocks among it stay online for good.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_remove, virtio_mem_deinit_hotplug
 */
export function virtioMemUnbind(machine: Machine, name: string): void {
  const { kernel } = machine;
  const vm = vmOf(machine, name);
  const end = vm.addr + vm.regionSize;
  if (vm.inSbm) {
    for (let id = nextUnit(vm, vm.firstId, 'offline-partial'); id !== undefined;) {
      removeUnit(machine, name, id);
      setUnit(machine, name, id, 'unused');
      id = nextUnit(vmOf(machine, name), id + 1, 'offline-partial');
    }
  }
  setVm(machine, name, { queued: false });
  const orphans = [...machine.devices.virtioMem.orphans, ...keptPages(vmOf(machine, name))];
  const bound = new Map(machine.devices.virtioMem.bound);
  bound.delete(name);
  setVirtioMem(machine, { bound, orphans });
  if (hasMemoryAdded(kernel.iomem, vm.addr, end)) {
    virtioMemLog(machine, name, 4, 'device still has system memory added');
    return;
  }
  kernel.iomem = releaseResource(kernel.iomem, vm.addr, end, name) ?? kernel.iomem;
  if (vm.group >= 0) unregisterMemoryGroup(kernel, vm.group);
}

/** Unplugged pages of blocks that are online: present in their zone, and kept from the allocator. */
export function keptPages(vm: VirtioMem): ByteRange[] {
  const kept: ByteRange[] = [];
  for (const { start, end, value } of vm.units.entries) {
    if (value !== 'kernel-partial' && value !== 'movable-partial') continue;
    let at = firstSubblock(vm, start);
    const stop = firstSubblock(vm, end);
    const keep = (from: number, to: number): void => {
      if (from < to) kept.push({ start: from * vm.subblockSize, end: to * vm.subblockSize });
    };
    for (const entry of vm.plugged.overlapping(at, stop)) {
      keep(at, entry.start);
      at = Math.max(at, entry.end);
    }
    keep(at, stop);
  }
  return kept;
}

/** @kernel drivers/virtio/virtio_mem.c: virtio_mem_has_memory_added */
function hasMemoryAdded(parent: Resource, start: number, end: number): boolean {
  return parent.children.some(
    (child) =>
      overlaps(start, end, child.start, child.end) &&
      (hasFlags(child, IORESOURCE_SYSTEM_RAM + IORESOURCE_BUSY) || hasMemoryAdded(child, start, end)),
  );
}
