/** virtio-pmem: each device is a bus of its own with one region, flushed by the hypervisor. */

import { memoryAddPhysaddrToNid, physToTargetNode } from '../../kernel/memory-hotplug.ts';
import { NUMA_NO_NODE } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { virtioDevices, type VirtioDevice } from '../virtio-mem/virtio-bus.ts';
import { bindRegion, nvdimmBusRegister, nvdimmBusUnregister } from './nd-bus.ts';
import { ndRegionCreate } from './region.ts';

function parentOf(device: VirtioDevice): string {
  return `pci0000:00/${device.pciAddress}/${device.name}`;
}

/** Probes every virtio-pmem device that has no bus yet. */
export function virtioPmemAttach(machine: Machine): void {
  for (const device of virtioDevices(machine)) {
    if (device.kind === 'pmem' && !isBound(machine, device)) virtioPmemProbe(machine, device);
  }
}

function isBound(machine: Machine, device: VirtioDevice): boolean {
  return machine.devices.nvdimm.buses.some((bus) => bus.parent === parentOf(device));
}

/** Writes can only be made persistent when a file is behind the memory: nothing else can be flushed. */
function canFlush(machine: Machine, device: VirtioDevice): boolean {
  const { qemu } = machine.devices;
  const memdev = qemu?.devices.find(({ addr }) => addr === device.start)?.memdev ?? '';
  return qemu?.backends.get(memdev)?.type !== 'memory-backend-ram';
}

/** @kernel drivers/nvdimm/virtio_pmem.c: virtio_pmem_probe */
function virtioPmemProbe(machine: Machine, device: VirtioDevice): void {
  const { kernel } = machine;
  const bus = nvdimmBusRegister(machine, 'virtio-pmem', parentOf(device));
  const numaNode = memoryAddPhysaddrToNid(kernel, device.start);
  const target = physToTargetNode(kernel, device.start);
  const region = ndRegionCreate(machine, {
    bus, start: device.start, size: device.size, numaNode,
    targetNode: target === NUMA_NO_NODE ? numaNode : target,
    flags: { pagemap: true, async: true, flushFails: !canFlush(machine, device) },
  });
  if (region >= 0) bindRegion(machine, region);
}

/** @kernel drivers/nvdimm/virtio_pmem.c: virtio_pmem_remove */
export function virtioPmemDetach(machine: Machine): void {
  for (const bus of machine.devices.nvdimm.buses) {
    if (bus.provider === 'virtio-pmem') nvdimmBusUnregister(machine, bus.id);
  }
}
