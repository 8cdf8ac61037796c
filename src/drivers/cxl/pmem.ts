/** cxl_pmem: CXL's persistent memory as DIMMs and regions of libnvdimm. */

import { ENODEV, ENOMEM, ENXIO, EBUSY, type Errno } from '../../kernel/errno.ts';
import { check, type CheckPoint } from '../../kernel/explain.ts';
import { memoryAddPhysaddrToNid } from '../../kernel/memory-hotplug.ts';
import { insertResource, IORESOURCE_MEM, removeResource, resource } from '../../kernel/resource.ts';
import type { ByteRange } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { nvdimmCreate } from '../nvdimm/dimm.ts';
import { ndFletcher64 } from '../nvdimm/fletcher64.ts';
import { bindRegion, nvdimmBusRegister, nvdimmBusUnregister, nvdimmRegionDelete } from '../nvdimm/nd-bus.ts';
import { ndRegionCreate } from '../nvdimm/region.ts';
import { setNvdimm } from '../nvdimm/state.ts';
import {
  cardOf, endpointDecoder, memdevById, regionById, setCxl, type CxlMemdev, type CxlRegion,
} from './state.ts';

const PROBE = { file: 'drivers/cxl/pmem.c', fn: 'cxl_pmem_region_probe' } as const;
const HAS_BUS: CheckPoint = { ...PROBE, condition: 'the nvdimm bus of the CXL platform is there' };
const RANGE_FITS: CheckPoint = { ...PROBE, condition: 'nothing of /proc/iomem lies across the range' };
const DIMMS_THERE: CheckPoint = { ...PROBE, condition: 'each memory device of the region is an nvdimm' };

/** The device between the CXL root and the nvdimm bus, under /sys/devices. */
export const NVDIMM_BRIDGE = 'platform/ACPI0017:00/root0/nvdimm-bridge0';
const NAME = 'Persistent Memory';

/** The bridge is there when a window takes persistent memory. @kernel drivers/cxl/pmem.c: cxl_nvdimm_bridge_probe */
export function bridgeNvdimm(machine: Machine): void {
  const { rooted, roots, ndbus } = machine.devices.cxl;
  const hasBridge = rooted && roots.some(({ window }) => window.restrictions.pmem);
  if (!hasBridge || ndbus !== undefined || !machine.devices.modules.includes('cxl_pmem')) return;
  setCxl(machine, { ndbus: nvdimmBusRegister(machine, 'CXL', NVDIMM_BRIDGE) });
  for (const { id } of machine.devices.cxl.memdevs) createNvdimm(machine, id);
}

/** Takes the bus away, its regions first. @kernel drivers/cxl/pmem.c: unregister_nvdimm_bus */
export function unbridgeNvdimm(machine: Machine): void {
  const { ndbus, regions, memdevs } = machine.devices.cxl;
  if (ndbus === undefined) return;
  for (const region of regions) if (region.mode === 'pmem' && region.bound) removePmemRegion(machine, region);
  nvdimmBusUnregister(machine, ndbus);
  setCxl(machine, { ndbus: undefined, memdevs: memdevs.map((each) => ({ ...each, nmem: undefined })) });
}

/** A DIMM for a memory device with persistent memory and an endpoint. @kernel drivers/cxl/pmem.c: cxl_nvdimm_probe */
export function createNvdimm(machine: Machine, id: number): void {
  const memdev = memdevById(machine, id) as CxlMemdev;
  const { ndbus } = machine.devices.cxl;
  const card = cardOf(machine, memdev);
  if (ndbus === undefined || memdev.endpoint === undefined || memdev.nmem !== undefined || card.pmemBytes === 0) return;
  const nmem = nvdimmCreate(machine, {
    bus: ndbus, labelArea: card.labelArea, labelSize: card.labelBytes, handle: 0, serial: Number(card.serial), vendor: 0,
    labeling: true,
  });
  setMemdevNmem(machine, id, nmem);
}

/** The DIMM goes with its device. */
export function forgetNvdimm(machine: Machine, id: number): void {
  const nmem = memdevById(machine, id)?.nmem;
  if (nmem === undefined) return;
  setNvdimm(machine, { dimms: machine.devices.nvdimm.dimms.filter((dimm) => dimm.id !== nmem) });
  setMemdevNmem(machine, id, undefined);
}

function setMemdevNmem(machine: Machine, id: number, nmem: number | undefined): void {
  const { memdevs } = machine.devices.cxl;
  setCxl(machine, { memdevs: memdevs.map((each) => (each.id === id ? { ...each, nmem } : each)) });
}

interface Mapping {
  readonly nmem: number;
  readonly dpa: ByteRange;
  readonly serial: bigint;
}

/** Positions in order; undefined when a device has no DIMM. */
function mappingsOf(machine: Machine, region: CxlRegion): Mapping[] | undefined {
  const found: Mapping[] = [];
  for (const name of region.targets) {
    const decoder = name === undefined ? undefined : endpointDecoder(machine, name);
    const memdev = decoder === undefined ? undefined : memdevById(machine, decoder.memdev);
    if (decoder?.dpa === undefined || memdev?.nmem === undefined) return undefined;
    found.push({ nmem: memdev.nmem, dpa: decoder.dpa, serial: cardOf(machine, memdev).serial });
  }
  return found;
}

/** Sum over offset and serial number of every position. @kernel drivers/cxl/pmem.c: cxl_pmem_region_probe */
export function cxlCookie(mappings: readonly Pick<Mapping, 'dpa' | 'serial'>[]): bigint {
  const bytes = new Uint8Array(16 * mappings.length);
  const view = new DataView(bytes.buffer);
  for (const [i, { dpa, serial }] of mappings.entries()) {
    view.setBigUint64(16 * i, BigInt(dpa.start), true);
    view.setBigUint64(16 * i + 8, serial, true);
  }
  return ndFletcher64(bytes);
}

/**
 * Makes a committed region a region of libnvdimm with the same number. −ENXIO without the nvdimm bus, −ENODEV without a
 * DIMM, −EBUSY when something lies across the range.
 * @kernel drivers/cxl/pmem.c: cxl_pmem_region_probe
 */
export function addPmemRegion(machine: Machine, region: CxlRegion): Errno {
  const { kernel } = machine;
  const { ndbus } = machine.devices.cxl;
  const range = region.resource as ByteRange;
  check(kernel, HAS_BUS, ndbus !== undefined, { region: `region${region.id}` });
  if (ndbus === undefined) return -ENXIO;
  const inserted = insertResource(kernel.iomem, resource(range.start, range.end, NAME, IORESOURCE_MEM, 'persistent-memory'));
  check(kernel, RANGE_FITS, inserted.ok, { start: range.start, end: range.end });
  if (!inserted.ok) return -EBUSY;
  const mappings = mappingsOf(machine, region);
  check(kernel, DIMMS_THERE, mappings !== undefined, { region: `region${region.id}` });
  if (mappings === undefined) return -ENODEV;
  kernel.iomem = inserted.tree;
  const cookie = cxlCookie(mappings);
  const node = memoryAddPhysaddrToNid(kernel, range.start);
  const id = ndRegionCreate(machine, {
    bus: ndbus, start: range.start, size: range.end - range.start, numaNode: node, targetNode: node, id: region.id,
    flags: { persistence: 'memory_controller' },
    interleaveSet: { cookie1: cookie, cookie2: cookie, altcookie: 0n },
    mappings: mappings.map(({ nmem, dpa }, position) => ({ dimm: nmem, start: dpa.start, size: dpa.end - dpa.start, position })),
  });
  if (id < 0) {
    removePersistentMemory(machine, range);
    return -ENOMEM;
  }
  bindRegion(machine, id);
  return 0;
}

function removePersistentMemory(machine: Machine, { start, end }: ByteRange): void {
  const { kernel } = machine;
  kernel.iomem = removeResource(kernel.iomem, start, end, NAME) ?? kernel.iomem;
}

/** Undoes it: namespaces lose their drivers, the region its number. */
export function removePmemRegion(machine: Machine, region: CxlRegion): void {
  if (machine.devices.nvdimm.regions.some(({ id, bus }) => id === region.id && bus === machine.devices.cxl.ndbus)) {
    nvdimmRegionDelete(machine, region.id);
  }
  const range = regionById(machine, region.id)?.resource;
  if (range !== undefined) removePersistentMemory(machine, range);
}
