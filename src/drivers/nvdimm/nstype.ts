/** Whether labels describe the namespaces of a region. */

import type { Machine } from '../machine.ts';
import { dimmById, type NdRegion } from './state.ts';

/** @kernel include/uapi/linux/ndctl.h: ND_DEVICE_NAMESPACE_IO, ND_DEVICE_NAMESPACE_PMEM */
export type Nstype = 4 | 5;

/** 5 when a DIMM below has shown a label index, 4 for a region that is one namespace. @kernel drivers/nvdimm/region_devs.c: nd_region_to_nstype */
export function regionToNstype(machine: Machine, region: NdRegion): Nstype {
  return region.mappings.some(({ dimm }) => dimmById(machine, dimm)?.labeling === true) ? 5 : 4;
}
