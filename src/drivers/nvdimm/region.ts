/** Regions: persistent ranges as libnvdimm registers them, and what happens when their driver is bound or leaves. */

import { EINVAL, ENXIO, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { isAligned, MiB, type Nid } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { forgetChild, ndDeviceRegister } from './children.ts';
import { memregionAlloc } from './memregion.ts';
import { createNamespaces } from './namespace-scan.ts';
import { kstrtoull } from './nd-attr.ts';
import {
  childName, dimmById, regionById, setNvdimm, updateDimm, updateRegion,
  type InterleaveSet, type NdMapping, type NdRegion, type NdRegionFlags,
} from './state.ts';

const PAGE_SIZE = 4096;
/** Largest alignment any architecture's memremap wants. @kernel include/linux/mmzone.h: MEMREMAP_COMPAT_ALIGN_MAX */
const MEMREMAP_COMPAT_ALIGN_MAX = 16 * MiB;

const MAPPING_ALIGNED: CheckPoint = {
  file: 'drivers/nvdimm/region_devs.c',
  fn: 'nd_region_create',
  condition: 'start and size of every mapping are multiples of the page size',
};
const ALIGN_FITS: CheckPoint = {
  file: 'drivers/nvdimm/region_devs.c',
  fn: 'align_store',
  condition: 'the alignment is a power of two of at least a page on each DIMM, and not larger than the region',
};
const DIMMS_USABLE: CheckPoint = {
  file: 'drivers/nvdimm/namespace_devs.c',
  fn: 'init_active_labels',
  condition: 'every DIMM with labels is enabled and not locked',
};

/** A persistent range as its provider describes it. */
export interface RegionSpec {
  readonly bus: number;
  readonly start: number;
  readonly size: number;
  readonly numaNode: Nid;
  readonly targetNode: Nid;
  readonly mappings?: readonly NdMapping[];
  readonly flags?: NdRegionFlags;
  readonly interleaveSet?: InterleaveSet;
  readonly rangeIndex?: number;
  /** A number taken before (CXL); otherwise the lowest free one. */
  readonly id?: number;
}

/**
 * @kernel drivers/nvdimm/region_devs.c: default_align
 * Since Linux 2522afb86a8c ("libnvdimm/region: Introduce an 'align' attribute") (v5.7); before it, a page on each DIMM.
 */
export function defaultAlign(kernel: Pick<Kernel, 'profile'>, size: number, ways: number): number {
  if (!kernel.profile.does.regionAlign) return PAGE_SIZE * ways;
  const align = size < MEMREMAP_COMPAT_ALIGN_MAX ? PAGE_SIZE : MEMREMAP_COMPAT_ALIGN_MAX;
  return isAligned(align, ways) ? align : align * ways;
}

/**
 * Creates a region and binds its driver. Returns its number, or −EINVAL when a mapping is not page-aligned (the
 * kernel returns no region).
 * @kernel drivers/nvdimm/region_devs.c: nd_region_create
 */
export function ndRegionCreate(machine: Machine, spec: RegionSpec): number {
  const { kernel } = machine;
  const mappings = spec.mappings ?? [];
  for (const [index, { dimm, start, size }] of mappings.entries()) {
    const aligned = isAligned(start, PAGE_SIZE) && isAligned(size, PAGE_SIZE);
    kernel.explain?.(MAPPING_ALIGNED, aligned, { start, size });
    if (aligned) continue;
    const caller = 'nvdimm_pmem_region_create';
    kernel.printk(3, `nd_bus ndbus${spec.bus}: ${caller}: nmem${dimm} mapping${index} is not ${PAGE_SIZE} aligned`);
    return -EINVAL;
  }
  const id = spec.id ?? memregionAlloc(machine);
  const region: NdRegion = {
    id, bus: spec.bus, start: spec.start, size: spec.size, flags: spec.flags ?? {}, mappings,
    interleaveSet: spec.interleaveSet, rangeIndex: spec.rangeIndex, readOnly: false,
    numaNode: spec.numaNode, targetNode: spec.targetNode,
    align: defaultAlign(kernel, spec.size, Math.max(1, mappings.length)),
    bound: false, activeNamespaces: 0, children: [], seeds: {},
  };
  setNvdimm(machine, { regions: [...machine.devices.nvdimm.regions, region] });
  return id;
}

/**
 * Takes the DIMMs of a region into use; −ENXIO when one with labels is disabled or locked.
 * @kernel drivers/nvdimm/namespace_devs.c: init_active_labels
 */
function initActiveLabels(machine: Machine, region: NdRegion): Errno {
  for (const { dimm: id } of region.mappings) {
    const dimm = dimmById(machine, id);
    if (dimm?.ndd !== undefined) continue;
    const fails = dimm === undefined || dimm.locked || dimm.labeling;
    machine.kernel.explain?.(DIMMS_USABLE, !fails, { dimm: `nmem${id}`, enabled: false });
    if (!fails) continue;
    const why = dimm?.locked === true ? 'locked' : 'disabled';
    machine.kernel.printk(3, `nd_region region${region.id}: nmem${id}: is ${why}, failing probe`);
    return -ENXIO;
  }
  for (const { dimm: id } of region.mappings) {
    const dimm = dimmById(machine, id);
    if (dimm?.ndd !== undefined) updateDimm(machine, id, { busy: dimm.busy + 1 });
  }
  return 0;
}

/** @kernel drivers/nvdimm/namespace_devs.c: deactivate_labels */
function deactivateLabels(machine: Machine, region: NdRegion): void {
  for (const { dimm: id } of region.mappings) {
    const dimm = dimmById(machine, id);
    if (dimm !== undefined && dimm.busy > 0) updateDimm(machine, id, { busy: dimm.busy - 1 });
  }
}

/**
 * Finds the namespaces of a region and registers them. −ENXIO for a DIMM that cannot be used, −ENODEV for labels
 * that contradict each other.
 * @kernel drivers/nvdimm/namespace_devs.c: nd_region_register_namespaces
 */
export function ndRegionRegisterNamespaces(machine: Machine, id: number): Errno {
  const region = regionById(machine, id) as NdRegion;
  const error = initActiveLabels(machine, region);
  if (error !== 0) return error;
  const namespaces = createNamespaces(machine, region);
  if (typeof namespaces === 'number') {
    deactivateLabels(machine, region);
    return namespaces;
  }
  for (const namespace of namespaces) ndDeviceRegister(machine, id, namespace);
  updateRegion(machine, id, { bound: true, activeNamespaces: namespaces.length });
  return 0;
}

/**
 * Forgets a region's children, which have lost their drivers, and its seeds.
 * @kernel drivers/nvdimm/region.c: nd_region_remove
 */
export function ndRegionRemove(machine: Machine, id: number): void {
  const region = regionById(machine, id);
  if (region === undefined || !region.bound) return;
  for (const child of region.children) forgetChild(machine, { region: id, name: childName(region, child) });
  updateRegion(machine, id, { bound: false, activeNamespaces: 0, seeds: {} });
  deactivateLabels(machine, region);
}

/** @kernel drivers/nvdimm/region_devs.c: align_store */
export function regionAlignStore(machine: Machine, id: number, text: string): Errno {
  const region = regionById(machine, id) as NdRegion;
  const value = kstrtoull(text, machine.kernel);
  if (value < 0) return value;
  const ways = Math.max(1, region.mappings.length);
  const dpa = value / ways;
  const fits = Number.isInteger(dpa) && isPowerOfTwo(dpa) && dpa >= PAGE_SIZE && value <= region.size;
  machine.kernel.explain?.(ALIGN_FITS, fits, { align: value, mappings: ways, regionSize: region.size });
  if (!fits) return -EINVAL;
  updateRegion(machine, id, { align: value });
  return 0;
}

function isPowerOfTwo(value: number): boolean {
  return value >= 1 && Number.isInteger(Math.log2(value)) && 2 ** Math.log2(value) === value;
}
