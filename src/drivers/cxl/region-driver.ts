/** The cxl_region driver: a committed region becomes persistent memory, or memory of device-dax. */

import { ENOMEM, ENXIO, type Errno } from '../../kernel/errno.ts';
import { check, type CheckPoint } from '../../kernel/explain.ts';
import { memoryAddPhysaddrToNid, physToTargetNode } from '../../kernel/memory-hotplug.ts';
import { hasFlags, IORESOURCE_BUSY, IORESOURCE_SYSTEM_RAM, type Resource } from '../../kernel/resource.ts';
import { overlaps, type ByteRange } from '../../kernel/units.ts';
import { allocDaxRegion, devmCreateDevDax, removeDaxRegion } from '../dax/dax-bus.ts';
import type { Machine } from '../machine.ts';
import { addPmemRegion, removePmemRegion } from './pmem.ts';
import { CXL_CONFIG_COMMIT, regionById, updateRegion, type CxlRegion } from './state.ts';

const HAS_NVDIMM_BUS: CheckPoint = {
  file: 'drivers/cxl/core/region.c', fn: 'devm_cxl_add_pmem_region', condition: 'the nvdimm bus of the CXL platform is there', decides: 'if-nothing-else',
};
const COMMITTED: CheckPoint = {
  file: 'drivers/cxl/core/region.c',
  fn: 'cxl_region_probe',
  condition: 'the decoders of the region are committed',
};
const NO_SYSTEM_RAM: CheckPoint = {
  file: 'drivers/cxl/core/region.c',
  fn: 'cxl_region_probe',
  condition: 'firmware did not hand any of the region over as System RAM',
  decides: 'never',
};

/** Where a region is, under /sys/devices. */
export function regionPath(region: Pick<CxlRegion, 'id' | 'root'>): string {
  return `platform/ACPI0017:00/root0/decoder0.${region.root}/region${region.id}`;
}

/** Parent of the dax device, and what device-dax knows its region by. */
export function daxRegionPath(region: Pick<CxlRegion, 'id' | 'root'>): string {
  return `/sys/devices/${regionPath(region)}/dax_region${region.id}`;
}

function hasBusySystemRam(tree: Resource, { start, end }: ByteRange): boolean {
  return tree.children.some(
    (child) =>
      overlaps(start, end, child.start, child.end) &&
      (hasFlags(child, IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY) || hasBusySystemRam(child, { start, end })),
  );
}

/** −ENXIO before the region is committed, or what its users say. @kernel drivers/cxl/core/region.c: cxl_region_probe */
export function cxlRegionBind(machine: Machine, region: CxlRegion): Errno {
  const { kernel } = machine;
  const committed = region.state >= CXL_CONFIG_COMMIT;
  kernel.explain?.(COMMITTED, committed, { region: `region${region.id}` });
  if (!committed || region.resource === undefined) return -ENXIO;
  updateRegion(machine, region.id, { bound: true });
  if (region.mode === 'pmem') {
    // Without the nvdimm bus a region is not taken; with it, what libnvdimm says is its own affair.
    const hasBus = machine.devices.cxl.ndbus !== undefined;
    if (!check(kernel, HAS_NVDIMM_BUS, hasBus, { region: `region${region.id}` })) {
      updateRegion(machine, region.id, { bound: false });
      return -ENXIO;
    }
    addPmemRegion(machine, region);
    return 0;
  }
  const handedOver = hasBusySystemRam(kernel.iomem, region.resource);
  const { start, end } = region.resource;
  kernel.explain?.(NO_SYSTEM_RAM, !handedOver, { region: `region${region.id}`, start, end });
  if (!handedOver && machine.devices.modules.includes('dax_cxl')) addDaxRegion(machine, region);
  return 0;
}

/** @kernel drivers/dax/cxl.c: cxl_dax_region_probe */
export function addDaxRegion(machine: Machine, region: CxlRegion): Errno {
  const { kernel } = machine;
  const { start, end } = region.resource as ByteRange;
  const target = physToTargetNode(kernel, start);
  const dax = allocDaxRegion(machine, {
    id: region.id, start, end, align: kernel.profile.arch.pmdSize,
    targetNode: target < 0 ? memoryAddPhysaddrToNid(kernel, start) : target,
    numaNode: -1, isStatic: false, kmemDefault: true, sysfsParent: daxRegionPath(region),
  });
  if (typeof dax === 'number') return -ENOMEM;
  const name = devmCreateDevDax(machine, dax.key, { id: -1, size: end - start, memmapOnMemory: true });
  return typeof name === 'number' ? name : 0;
}

/** Takes the driver off: what was made of the region goes. */
export function cxlRegionUnbind(machine: Machine, id: number): void {
  const region = regionById(machine, id);
  if (region === undefined || !region.bound) return;
  if (region.mode === 'pmem') removePmemRegion(machine, region);
  else removeDaxRegion(machine, daxRegionPath(region));
  updateRegion(machine, id, { bound: false });
}

/** dax_cxl was loaded: bound volatile regions that are not System RAM already get their dax region. */
export function loadDaxCxl(machine: Machine): void {
  for (const region of machine.devices.cxl.regions) {
    if (region.mode !== 'ram' || !region.bound || region.resource === undefined) continue;
    if (machine.devices.dax.regions.has(daxRegionPath(region))) continue;
    if (!hasBusySystemRam(machine.kernel.iomem, region.resource)) addDaxRegion(machine, region);
  }
}

export function unloadDaxCxl(machine: Machine): void {
  for (const region of machine.devices.cxl.regions) {
    if (region.mode === 'ram' && region.bound) removeDaxRegion(machine, daxRegionPath(region));
  }
}
