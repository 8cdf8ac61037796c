/** libnvdimm in sysfs: /sys/bus/nd, /sys/class/nd, and the buses below the devices that provide them. */

import type { Machine } from '../drivers/machine.ts';
import { findNdDevice, ndBindStore, ndDevicesOf, ndDrivers, ndUnbindStore } from '../drivers/nvdimm/nd-bus.ts';
import { busPath, dimmPath, ndSysfsPath, regionPath } from '../drivers/nvdimm/nd-path.ts';
import { childName, type NdBus } from '../drivers/nvdimm/state.ts';
import {
  directory, dynamicDirectory, link, UNKNOWN_DIRECTORY, UNKNOWN_FILE, type DirectoryEntry, type Entry,
} from './entries.ts';
import { busDirectory } from './nd-region-files.ts';
import { perObject } from './per-object.ts';

/** Names of everything on the bus. */
function deviceNames(machine: Machine): string[] {
  const { buses, dimms, regions } = machine.devices.nvdimm;
  return [
    ...buses.map(({ id }) => `ndbus${id}`),
    ...dimms.map(({ id }) => `nmem${id}`),
    ...regions.flatMap((region) => [`region${region.id}`, ...region.children.map((child) => childName(region, child))]),
  ];
}

/** Where a device's directory is, or undefined. */
function devicePath(machine: Machine, name: string): string | undefined {
  const bus = machine.devices.nvdimm.buses.find(({ id }) => name === `ndbus${id}`);
  if (bus !== undefined) return busPath(bus);
  const device = findNdDevice(machine, name);
  if (device === undefined) return undefined;
  if (device.kind === 'dimm') return dimmPath(machine, device.id);
  return device.kind === 'region' ? regionPath(machine, device.id) : ndSysfsPath(machine, device.ref);
}

function linkTo(machine: Machine, name: string, up: string): Entry | undefined {
  const path = devicePath(machine, name);
  return path === undefined ? undefined : link(`${up}${path.slice('/sys/'.length)}`);
}

/** Of `nd_bus` nobody can bind or unbind anything. @kernel drivers/nvdimm/bus.c: nd_bus_driver */
function driverDirectory(machine: Machine, driver: string): DirectoryEntry {
  const canBind = driver !== 'nd_bus';
  const inModule = driver === 'nd_pmem' || driver === 'dax_pmem' ? driver : 'libnvdimm';
  const fixed = directory({
    bind: canBind ? { kind: 'file', write: (text) => ndBindStore(machine, driver, text) } : undefined,
    module: link(`../../../../module/${inModule}`),
    uevent: UNKNOWN_FILE,
    unbind: canBind ? { kind: 'file', write: (text) => ndUnbindStore(machine, driver, text) } : undefined,
  });
  return dynamicDirectory(fixed, () => ndDevicesOf(machine, driver), (name) =>
    ndDevicesOf(machine, driver).includes(name) ? linkTo(machine, name, '../../../../') : undefined);
}

const busFiles = perObject((machine: Machine, _: Machine): DirectoryEntry => {
  const devices = dynamicDirectory(
    directory({}),
    () => deviceNames(machine),
    (name) => linkTo(machine, name, '../../../'),
  );
  const drivers = dynamicDirectory(
    directory({}),
    () => ndDrivers(machine),
    (name) => (ndDrivers(machine).includes(name) ? driverDirectory(machine, name) : undefined),
  );
  return directory({ devices, drivers, drivers_autoprobe: UNKNOWN_FILE, drivers_probe: UNKNOWN_FILE, uevent: UNKNOWN_FILE });
});

/** /sys/bus/nd, which is there while libnvdimm is. */
export function ndBusDirectory(machine: Machine): DirectoryEntry | undefined {
  return isThere(machine) ? busFiles(machine, machine) : undefined;
}

function isThere(machine: Machine): boolean {
  return machine.devices.modules.includes('libnvdimm') || machine.devices.nvdimm.buses.length > 0;
}

/** /sys/class/nd: the character device of each bus. */
export function ndClassDirectory(machine: Machine): DirectoryEntry | undefined {
  if (!isThere(machine)) return undefined;
  const buses = (): readonly NdBus[] => machine.devices.nvdimm.buses;
  return dynamicDirectory(
    directory({}),
    () => buses().map(({ id }) => `ndctl${id}`),
    (name) => {
      const bus = buses().find(({ id }) => name === `ndctl${id}`);
      return bus && link(`../../${busPath(bus).slice('/sys/'.length)}/nd/${name}`);
    },
  );
}

/** What leads to buses, by the path under /sys/devices. */
const parentsOf = perObject((machine: Machine, buses: readonly NdBus[]): ReadonlyMap<string, DirectoryEntry> => {
  const names = new Map<string, Map<string, NdBus | undefined>>();
  for (const bus of buses) {
    const parts = [...bus.parent.split('/'), `ndbus${bus.id}`];
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join('/');
      const below = names.get(parent) ?? new Map<string, NdBus | undefined>();
      names.set(parent, below.set(parts[depth] as string, depth === parts.length - 1 ? bus : undefined));
    }
  }
  return new Map([...names].map(([parent, below]) => [parent, parentDirectory(machine, parent, below)]));
});

function parentDirectory(machine: Machine, parent: string, below: ReadonlyMap<string, NdBus | undefined>): DirectoryEntry {
  const lacks = (name: string): boolean => name.startsWith('ndbus');
  const fixed = directory({ power: UNKNOWN_DIRECTORY, uevent: UNKNOWN_FILE }, { complete: false, lacks });
  return dynamicDirectory(fixed, () => [...below.keys()], (name) => {
    const bus = below.get(name);
    if (bus !== undefined) return busDirectory(machine, bus);
    return below.has(name) ? ndParentDirectory(machine, `${parent}/${name}`) : undefined;
  });
}

/**
 * The directory at `parent`, a path under /sys/devices, as far as it leads to buses: of the devices in between nothing
 * else is known. `platform/e820_pmem` holds a bus, `LNXSYSTM:00` leads to one.
 */
export function ndParentDirectory(machine: Machine, parent: string): DirectoryEntry | undefined {
  return parentsOf(machine, machine.devices.nvdimm.buses).get(parent);
}
