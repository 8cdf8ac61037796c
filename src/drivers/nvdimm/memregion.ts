/** Numbers of memory regions: persistent ones, and those of soft-reserved ranges, share them. */

import type { Machine } from '../machine.ts';
import { lowestFree, setNvdimm } from './state.ts';

/** Takes the lowest free number for a range that is no libnvdimm region. @kernel lib/memregion.c: memregion_alloc */
export function memregionReserve(machine: Machine): number {
  const id = memregionAlloc(machine);
  setNvdimm(machine, { memregions: [...machine.devices.nvdimm.memregions, id] });
  return id;
}

/** Gives such a number back. @kernel lib/memregion.c: memregion_free */
export function memregionFree(machine: Machine, id: number): void {
  setNvdimm(machine, { memregions: machine.devices.nvdimm.memregions.filter((each) => each !== id) });
}

/** The lowest number that neither a region nor anybody else has. */
export function memregionAlloc(machine: Machine): number {
  const { regions, memregions } = machine.devices.nvdimm;
  return lowestFree([...regions.map((region) => region.id), ...memregions]);
}
