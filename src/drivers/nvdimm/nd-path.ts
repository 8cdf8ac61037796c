/** Where libnvdimm's devices stand under /sys/devices. */

import type { Machine } from '../machine.ts';
import { dimmById, regionById, type ChildRef, type NdBus } from './state.ts';

export function busPath(bus: NdBus): string {
  return `/sys/devices/${bus.parent}/ndbus${bus.id}`;
}

function pathOfBus(machine: Machine, id: number | undefined): string {
  const bus = machine.devices.nvdimm.buses.find((each) => each.id === id);
  return bus === undefined ? '' : busPath(bus);
}

export function regionPath(machine: Machine, id: number): string {
  return `${pathOfBus(machine, regionById(machine, id)?.bus)}/region${id}`;
}

export function dimmPath(machine: Machine, id: number): string {
  return `${pathOfBus(machine, dimmById(machine, id)?.bus)}/nmem${id}`;
}

/** A child of a region. */
export function ndSysfsPath(machine: Machine, ref: ChildRef): string {
  return `${regionPath(machine, ref.region)}/${ref.name}`;
}
