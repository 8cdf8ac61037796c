/** The NFIT driver: a QEMU machine's NVDIMMs become DIMMs, and each range a region with one mapping. */

import { memoryAddPhysaddrToNid, numaMapToOnlineNode, physToTargetNode } from '../../kernel/memory-hotplug.ts';
import { insertResource, IORESOURCE_MEM, releaseResource, resource } from '../../kernel/resource.ts';
import { hexPadded, NUMA_NO_NODE, type Nid } from '../../kernel/units.ts';
import { inQemuOrder } from '../qemu/child-order.ts';
import { firmwareSrat, nodeOfPxm } from '../qemu/firmware.ts';
import type { QemuMemoryDevice } from '../qemu/qemu.ts';
import type { Machine } from '../machine.ts';
import { nvdimmCreate } from './dimm.ts';
import { interleaveSetCookies, QEMU_NVDIMM_VENDOR, qemuNvdimmSerial } from './interleave-cookie.ts';
import { bindRegion, nvdimmBusRegister, nvdimmBusUnregister } from './nd-bus.ts';
import { ndRegionCreate } from './region.ts';

const PARENT = 'LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00';
const NAME = 'Persistent Memory';

function nvdimms(machine: Machine): QemuMemoryDevice[] {
  const devices = machine.devices.qemu?.devices ?? [];
  return devices.filter((device) => device.driver === 'nvdimm').sort((a, b) => a.slot - b.slot);
}

function isThere(machine: Machine): boolean {
  return machine.devices.qemu?.machine.nvdimm === true && !machine.devices.cmdline.split(/\s+/).includes('acpi=off');
}

/**
 * Registers the NVDIMMs there are; a machine that could have some, and has none yet, gets its bus with the first.
 * @kernel drivers/acpi/nfit/core.c: acpi_nfit_add
 */
export function loadNfit(machine: Machine): void {
  if (isThere(machine)) registerNew(machine);
}

/** Firmware says that its NVDIMMs have changed. @kernel drivers/acpi/nfit/core.c: acpi_nfit_update_notify */
export function nfitUpdateNotify(machine: Machine): void {
  if (machine.devices.modules.includes('nfit') && isThere(machine)) registerNew(machine);
}

function registerNew(machine: Machine): void {
  const { buses, dimms } = machine.devices.nvdimm;
  const known = buses.find((bus) => bus.provider === 'ACPI.NFIT');
  const fresh = nvdimms(machine).filter(({ slot }) => !dimms.some((dimm) => dimm.bus === known?.id && dimm.handle === slot + 1));
  if (fresh.length === 0) return;
  const bus = known?.id ?? nvdimmBusRegister(machine, 'ACPI.NFIT', PARENT);
  // DIMMs are sorted by handle; ranges come as QEMU's table has them.
  const created = new Map(fresh.map((device) => [device.slot, createDimm(machine, bus, device)]));
  const ranges = inQemuOrder(machine.devices.qemu?.devices ?? []).filter(({ slot }) => created.has(slot));
  for (const device of ranges) registerRange(machine, bus, device, created.get(device.slot)!);
}

/** Where QEMU keeps a DIMM's labels: behind the same memory, whatever slot it is in. */
function labelAreaOf(device: QemuMemoryDevice): string {
  return device.memdev;
}

function createDimm(machine: Machine, bus: number, device: QemuMemoryDevice): number {
  return nvdimmCreate(machine, {
    bus, labelArea: labelAreaOf(device), labelSize: device.labelSize, handle: device.slot + 1,
    serial: qemuNvdimmSerial(device.slot), vendor: QEMU_NVDIMM_VENDOR,
  });
}

function registerRange(machine: Machine, bus: number, device: QemuMemoryDevice, dimm: number): void {
  const { addr, size } = device;
  insertPersistentMemory(machine, addr, addr + size);
  const nodes = nodesOf(machine, device);
  const region = ndRegionCreate(machine, {
    bus, start: addr, size, ...nodes, rangeIndex: device.slot + 1,
    mappings: [{ dimm, start: 0, size, position: 0 }],
    interleaveSet: interleaveSetCookies([{ regionOffset: 0, serial: qemuNvdimmSerial(device.slot), vendor: QEMU_NVDIMM_VENDOR }]),
  });
  if (region >= 0) bindRegion(machine, region);
}

/**
 * The nodes of the range's proximity domain; by its address where NUMA is off and no domain has a node.
 * @kernel drivers/acpi/nfit/core.c: acpi_nfit_register_region
 */
function nodesOf(machine: Machine, device: QemuMemoryDevice): { readonly numaNode: Nid; readonly targetNode: Nid } {
  const { kernel } = machine;
  const { addr, size } = device;
  const nid = pxmToNode(machine, device);
  if (nid !== NUMA_NO_NODE) return { numaNode: numaMapToOnlineNode(kernel, nid), targetNode: nid };
  const nodes = { numaNode: memoryAddPhysaddrToNid(kernel, addr), targetNode: physToTargetNode(kernel, addr) };
  const range = `[${hexPadded(addr, 16)}-${hexPadded(addr + size - 1, 16)}]`;
  for (const [what, node] of [['numa', nodes.numaNode], ['target', nodes.targetNode]] as const) {
    kernel.printk(6, `nfit ACPI0012:00: changing ${what} node from -1 to ${node} for nfit region ${range}`);
  }
  return nodes;
}

/** @kernel drivers/acpi/numa/srat.c: pxm_to_node */
function pxmToNode({ devices, kernel }: Machine, { addr, node }: QemuMemoryDevice): Nid {
  if (devices.cmdline.split(/\s+/).some((word) => word.startsWith('numa=off'))) return NUMA_NO_NODE;
  const { qemu } = devices;
  const nodes = qemu && nodeOfPxm(qemu.machine, firmwareSrat(qemu).map((entry) => entry.pxm));
  return nodes?.get(node) ?? memoryAddPhysaddrToNid(kernel, addr);
}

/** @kernel drivers/acpi/nfit/core.c: acpi_nfit_insert_resource. What firmware's map names already stays as it is. */
function insertPersistentMemory(machine: Machine, start: number, end: number): void {
  const { kernel } = machine;
  const inserted = insertResource(kernel.iomem, resource(start, end, NAME, IORESOURCE_MEM, 'persistent-memory'));
  if (inserted.ok) kernel.iomem = inserted.tree;
}

/** @kernel drivers/acpi/nfit/core.c: acpi_nfit_remove */
export function unloadNfit(machine: Machine): void {
  const { kernel } = machine;
  const bus = machine.devices.nvdimm.buses.find((each) => each.provider === 'ACPI.NFIT');
  if (bus === undefined) return;
  const ranges = machine.devices.nvdimm.regions.filter((region) => region.bus === bus.id);
  nvdimmBusUnregister(machine, bus.id);
  for (const { start, size } of ranges) {
    kernel.iomem = releaseResource(kernel.iomem, start, start + size, NAME) ?? kernel.iomem;
  }
}
