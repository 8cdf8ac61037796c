/** The size of a labelled namespace: what a write to `size` allocates, and what it is refused for. */

import { EBUSY, EINVAL, ENOSPC, ENXIO, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import { hex, isAligned } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { ndDeviceUnregister } from './nd-bus.ts';
import {
  allocatedDpa, dpaAlign, ndLabelGenId, ndPmemAvailableDpa, ndPmemMaxContiguousDpa, scanAllocate, scanFree,
} from './dpa.ts';
import { namespaceLabelUpdate } from './label-update.ts';
import { kstrtoull } from './nd-attr.ts';
import {
  dimmById, namespaceByName, regionById, updateChild, updateDimm,
  type ChildRef, type NdMapping, type NdNamespace, type NdRegion, type NvdimmDrvdata,
} from './state.ts';

function point(condition: string): CheckPoint {
  return { file: 'drivers/nvdimm/namespace_devs.c', fn: '__size_store', condition };
}
const IDLE = point('the namespace is neither bound nor claimed');
const HAS_UUID = point('the namespace has a uuid');
const HAS_DIMMS = point('the region has DIMMs');
const ALIGNED = point("the size is a multiple of the region's alignment");
const DIMMS_ENABLED = point('every DIMM is enabled');
const FITS = point('the size is at most what the namespace has and the largest free extent');
const PLACED = point('the bytes to add touch what the namespace has, or one free extent holds them all');

/** Free bytes of a region; 0 when a DIMM is disabled. @kernel drivers/nvdimm/region_devs.c: nd_region_available_dpa */
export function ndRegionAvailableDpa(machine: Machine, region: NdRegion): number {
  let available = 0;
  for (const mapping of region.mappings) {
    const ndd = dimmById(machine, mapping.dimm)?.ndd;
    if (ndd === undefined) return 0;
    available += ndPmemAvailableDpa(ndd.dpa, mapping, dpaAlign(region));
  }
  return available;
}

/** The largest namespace that could be allocated. @kernel drivers/nvdimm/region_devs.c: nd_region_allocatable_dpa */
export function ndRegionAllocatableDpa(machine: Machine, region: NdRegion): number {
  let least = 0;
  for (const mapping of region.mappings) {
    const ndd = dimmById(machine, mapping.dimm)?.ndd;
    const most = ndd === undefined ? 0 : ndPmemMaxContiguousDpa(ndd.dpa, mapping, dpaAlign(region));
    if (most > 0 && (least === 0 || most < least)) least = most;
  }
  return least * region.mappings.length;
}

/**
 * Resizes a namespace and rewrites its labels; 0 deletes it.
 * @kernel drivers/nvdimm/namespace_devs.c: size_store
 */
export function namespaceSizeStore(machine: Machine, ref: ChildRef, text: string): Errno {
  const value = kstrtoull(text, machine.kernel);
  if (value < 0) return value;
  const had = (namespaceByName(machine, ref.region, ref.name) as NdNamespace).size;
  let error = resize(machine, ref, value);
  if (error === 0) error = namespaceLabelUpdate(machine, ref);
  if (error !== 0 || value > 0) return error;
  updateChild<NdNamespace>(machine, ref.region, ref.name, { uuid: undefined });
  const { id } = namespaceByName(machine, ref.region, ref.name) as NdNamespace;
  const isSeed = (regionById(machine, ref.region) as NdRegion).seeds.namespace === ref.name;
  if (had > 0 && id !== 0 && !isSeed) ndDeviceUnregister(machine, ref);
  return 0;
}

/** @kernel drivers/nvdimm/namespace_devs.c: __size_store */
function resize(machine: Machine, ref: ChildRef, value: number): Errno {
  const { kernel } = machine;
  const region = regionById(machine, ref.region) as NdRegion;
  const namespace = namespaceByName(machine, ref.region, ref.name) as NdNamespace;
  const check = (at: CheckPoint, passed: boolean, values: Record<string, number | string> = {}): boolean => {
    kernel.explain?.(at, passed, { namespace: ref.name, ...values });
    return passed;
  };
  if (!check(IDLE, namespace.driver === undefined && namespace.claim === undefined)) return -EBUSY;
  check(HAS_UUID, namespace.uuid !== undefined);
  if (namespace.uuid === undefined) return -ENXIO;
  if (!check(HAS_DIMMS, region.mappings.length > 0)) return -ENXIO;
  if (!check(ALIGNED, isAligned(value, region.align), { size: value, align: region.align })) return -EINVAL;
  const id = ndLabelGenId(namespace.uuid);
  let allocated = 0;
  for (const { dimm } of region.mappings) {
    const ndd = dimmById(machine, dimm)?.ndd;
    check(DIMMS_ENABLED, ndd !== undefined, { dimm: `nmem${dimm}` });
    if (ndd === undefined) return -ENXIO;
    allocated += allocatedDpa(ndd.dpa, id);
  }
  const extent = ndRegionAllocatableDpa(machine, region);
  if (!check(FITS, value <= extent + allocated, { size: value, allocated, extent })) return -ENOSPC;
  if (value === allocated) return 0;
  const ways = region.mappings.length;
  for (const mapping of region.mappings) {
    const error = resizeOnDimm(machine, region, mapping, id, (value - allocated) / ways);
    if (error !== 0) return error;
  }
  setResource(machine, ref, value);
  return 0;
}

/** Adds `bytes` to what a namespace has on one DIMM, or takes them away. */
function resizeOnDimm(machine: Machine, region: NdRegion, mapping: NdMapping, id: string, bytes: number): Errno {
  const { kernel } = machine;
  const ndd = dimmById(machine, mapping.dimm)?.ndd as NvdimmDrvdata;
  if (bytes <= 0) {
    updateDimm(machine, mapping.dimm, { ndd: { ...ndd, dpa: scanFree(ndd.dpa, id, -bytes) } });
    return 0;
  }
  const { dpa, rest } = scanAllocate(ndd.dpa, mapping, dpaAlign(region), id, bytes);
  updateDimm(machine, mapping.dimm, { ndd: { ...ndd, dpa } });
  kernel.explain?.(PLACED, rest === 0, { dimm: `nmem${mapping.dimm}`, bytes, left: rest });
  if (rest === 0) return 0;
  const text = `allocation underrun: ${hex(bytes - rest)} of ${hex(bytes)} bytes`;
  kernel.printkOnce(4, `nd_region region${region.id}: ${text}`, 'nvdimm: allocation underrun');
  return -ENXIO;
}

/** Where the namespace now lies: its first DIMM's place decides. @kernel drivers/nvdimm/namespace_devs.c: nd_namespace_pmem_set_resource */
function setResource(machine: Machine, ref: ChildRef, size: number): void {
  const region = regionById(machine, ref.region) as NdRegion;
  const { uuid } = namespaceByName(machine, ref.region, ref.name) as NdNamespace;
  const mapping = region.mappings[0];
  const dpa = mapping === undefined ? [] : (dimmById(machine, mapping.dimm)?.ndd?.dpa ?? []);
  const own = dpa.find((each) => uuid !== undefined && each.name === ndLabelGenId(uuid));
  const offset = own === undefined || size === 0 ? 0 : (own.start - (mapping?.start ?? 0)) * region.mappings.length;
  updateChild<NdNamespace>(machine, ref.region, ref.name, { start: region.start + offset, size, sizeWritten: true });
}
