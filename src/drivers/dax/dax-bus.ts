/** The dax bus: regions come from providers, devices out of regions, and drivers bind to devices. */

import { EBUSY, EINVAL, ENODEV, ENOMEM, ENXIO, type Errno } from '../../kernel/errno.ts';
import { check, type CheckPoint } from '../../kernel/explain.ts';
import { isAligned } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { logProbeFailure } from '../probe.ts';
import { allocDevDaxRange } from './dax-range.ts';
import { deviceDaxProbe, deviceDaxRemove } from './device-dax.ts';
import { kmemProbe, kmemRemove } from './kmem.ts';
import {
  devDaxSize, devicesOf, findDevDax, regionOf, setDax, updateDaxRegion, updateDevDax,
  type DaxBinding, type DaxDriver, type DaxDriverName, type DaxRegion, type DaxRegionRequest, type DevDax, type StaticPgmap,
} from './state.ts';

const DEVICE_NAMED: CheckPoint = {
  file: 'drivers/base/bus.c',
  fn: 'bind_store',
  condition: 'the bus has a device of this name, and the driver is loaded',
};
const OWN_DEVICE: CheckPoint = { file: 'drivers/base/bus.c', fn: 'unbind_store', condition: 'the driver has the device' };
const IS_DAX_NAME: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'do_id_store',
  condition: 'what is written is the name of a dax device',
};

export { rangesOf, type DaxRegion, type DaxRegionRequest, type DevDax } from './state.ts';

const NO_REGION_YET: CheckPoint = { file: 'drivers/dax/bus.c', fn: 'alloc_dax_region', condition: 'the parent device has no dax region yet' };
const ID_FITS: CheckPoint = { file: 'drivers/dax/bus.c', fn: 'devm_create_dev_dax', condition: 'a device of a static region is given its number, others are not' };
const REGION_ALIGNED: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'alloc_dax_region',
  condition: 'start and length of the region are multiples of its alignment',
};
const HAS_MEMORY: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'dax_bus_probe',
  condition: 'the device is not of size 0',
};
const DRIVER_MATCHES: CheckPoint = {
  file: 'drivers/dax/bus.c',
  fn: 'dax_bus_match',
  condition: 'the driver takes devices of this kind, or was told the name by new_id',
};
const NOT_BOUND: CheckPoint = {
  file: 'drivers/base/dd.c',
  fn: '__driver_probe_device',
  condition: 'the device has no driver yet',
};

/**
 * Registers a region under its parent device. −ENOMEM, as every caller makes of it, when it is not aligned or the
 * parent has one already.
 * @kernel drivers/dax/bus.c: alloc_dax_region
 */
export function allocDaxRegion(machine: Machine, request: DaxRegionRequest): DaxRegion | Errno {
  const { start, end, align, sysfsParent } = request;
  if (!check(machine.kernel, NO_REGION_YET, !machine.devices.dax.regions.has(sysfsParent), { parent: sysfsParent })) return -ENOMEM;
  const aligned = isAligned(start, align) && isAligned(end - start, align);
  machine.kernel.explain?.(REGION_ALIGNED, aligned, { start, end, align });
  if (!aligned) return -ENOMEM;
  const region: DaxRegion = { ...request, key: sysfsParent, seed: undefined, youngest: undefined };
  setDax(machine, { regions: new Map(machine.devices.dax.regions).set(region.key, region) });
  return region;
}

export interface DevDaxRequest {
  /** Of a static region the number in its name; −1 or absent: the next free one. */
  readonly id?: number;
  readonly size: number;
  readonly pgmap?: StaticPgmap | undefined;
  readonly memmapOnMemory?: boolean;
}

/**
 * Creates a device at the start of a region, which is named by its `key`, and lets the drivers that are there probe
 * it. Returns its name, −EINVAL for an id where none belongs or none where one does, −ENOMEM when the start is taken.
 * @kernel drivers/dax/bus.c: devm_create_dev_dax
 */
export function devmCreateDevDax(machine: Machine, regionKey: string, request: DevDaxRequest): string | Errno {
  const region = machine.devices.dax.regions.get(regionKey) as DaxRegion;
  const { size, pgmap, memmapOnMemory = false } = request;
  const given = request.id ?? -1;
  const fits = region.isStatic === given >= 0;
  if (!check(machine.kernel, ID_FITS, fits, { region: region.id, isStatic: region.isStatic, id: given })) return -EINVAL;
  const id = region.isStatic ? given : nextId(machine, region);
  const name = `dax${region.id}.${id}`;
  const device: DevDax = {
    name,
    region: region.key,
    id,
    align: region.align,
    ranges: [],
    pgmap,
    memmapOnMemory,
    binding: undefined,
  };
  setDax(machine, { devices: [...machine.devices.dax.devices, device] });
  const error = allocDevDaxRange(machine, name, region.start, size);
  if (error !== 0) {
    dropDevice(machine, name);
    return error;
  }
  // An empty device is probed too, and turned down in silence.
  for (const driver of size === 0 ? [] : machine.devices.dax.drivers) {
    if (!matches(machine, driver, name)) continue;
    if (probeAndLog(machine, driver.name, name) === 0) break;
  }
  return name;
}

function nextId(machine: Machine, region: DaxRegion): number {
  const taken = new Set(devicesOf(machine, region).map((device) => device.id));
  let id = 0;
  while (taken.has(id)) id++;
  return id;
}

function dropDevice(machine: Machine, name: string): void {
  setDax(machine, { devices: machine.devices.dax.devices.filter((device) => device.name !== name) });
}

/**
 * Takes a device off the bus: its driver lets go, its ranges become available.
 * @kernel drivers/dax/bus.c: unregister_dev_dax
 */
export function unregisterDevDax(machine: Machine, name: string): void {
  const device = findDevDax(machine, name);
  if (device === undefined) return;
  unbind(machine, device);
  dropDevice(machine, name);
  const region = regionOf(machine, device);
  const patch = {
    ...(region.seed === name ? { seed: undefined } : {}),
    ...(region.youngest === name ? { youngest: undefined } : {}),
  };
  updateDaxRegion(machine, region.key, patch);
}

/**
 * Undoes a region as its parent's driver lets go: devices first, the newest before the older ones.
 * @kernel drivers/dax/bus.c: dax_region_unregister
 */
export function removeDaxRegion(machine: Machine, regionKey: string): void {
  const region = machine.devices.dax.regions.get(regionKey);
  if (region === undefined) return;
  for (const device of devicesOf(machine, region).reverse()) unregisterDevDax(machine, device.name);
  const regions = new Map(machine.devices.dax.regions);
  regions.delete(regionKey);
  setDax(machine, { regions });
}

/**
 * Whether a driver takes a device.
 * @kernel drivers/dax/bus.c: dax_bus_match
 * Since Linux ("dax: Assign RAM regions to memory-hotplug by default") (v6.3); before it, device_dax took every device
 * and kmem those named to it.
 */
function matches(machine: Machine, driver: DaxDriver, name: string): boolean {
  const device = findDevDax(machine, name) as DevDax;
  const type: DaxDriverName = regionOf(machine, device).kmemDefault ? 'kmem' : 'device_dax';
  const byType = machine.kernel.profile.does.daxMatchesByType ? driver.name === type : driver.name === 'device_dax';
  return byType || driver.ids.includes(name);
}

/**
 * Binds a driver to a device; −ENXIO for an empty device, or what the driver's probe returned.
 * @kernel drivers/base/dd.c: really_probe; drivers/dax/bus.c: dax_bus_probe
 */
function probe(machine: Machine, driver: DaxDriverName, name: string): Errno {
  const device = findDevDax(machine, name) as DevDax;
  const size = devDaxSize(device);
  machine.kernel.explain?.(HAS_MEMORY, size > 0, { device: name, size });
  if (size === 0) return -ENXIO;
  const result: DaxBinding | Errno =
    driver === 'kmem' ? kmemProbe(machine, device) : deviceDaxProbe(machine, device);
  if (typeof result === 'number') return result;
  updateDevDax(machine, name, { binding: result });
  const region = regionOf(machine, device);
  if (region.seed === name) updateDaxRegion(machine, region.key, { seed: undefined });
  return 0;
}

function probeAndLog(machine: Machine, driver: DaxDriverName, name: string): Errno {
  const error = probe(machine, driver, name);
  logProbeFailure(machine.kernel, driver, name, error);
  return error;
}

function unbind(machine: Machine, device: DevDax): void {
  const { binding } = device;
  if (binding === undefined) return;
  if (binding.driver === 'kmem') kmemRemove(machine, device, binding);
  else deviceDaxRemove(machine, binding);
  updateDevDax(machine, device.name, { binding: undefined });
}

/** Lets a driver probe every device without one that it takes. @kernel drivers/base/dd.c: driver_attach */
function driverAttach(machine: Machine, name: DaxDriverName): void {
  for (const { name: device } of machine.devices.dax.devices) {
    const driver = findDriver(machine, name);
    const waiting = findDevDax(machine, device);
    if (driver === undefined || waiting === undefined || waiting.binding !== undefined) continue;
    if (devDaxSize(waiting) > 0 && matches(machine, driver, device)) probeAndLog(machine, name, device);
  }
}

function findDriver(machine: Machine, name: DaxDriverName): DaxDriver | undefined {
  return machine.devices.dax.drivers.find((driver) => driver.name === name);
}

/**
 * @kernel drivers/dax/bus.c: __dax_driver_register
 * Since Linux ("device-dax: Introduce bus + driver model") (v5.1); before it, there was no bus to register with.
 */
export function daxDriverRegister(machine: Machine, name: DaxDriverName): void {
  if (!machine.kernel.profile.does.daxBus) return;
  setDax(machine, { drivers: [...machine.devices.dax.drivers, { name, ids: [] }] });
  driverAttach(machine, name);
}

/** Forgets the names told to the driver and takes it off its devices. @kernel drivers/dax/bus.c: dax_driver_unregister */
export function daxDriverUnregister(machine: Machine, name: DaxDriverName): void {
  const bound = machine.devices.dax.devices.filter((device) => device.binding?.driver === name);
  for (const device of bound.reverse()) unbind(machine, device);
  setDax(machine, { drivers: machine.devices.dax.drivers.filter((driver) => driver.name !== name) });
}

/** A device's name as a write gives it, with a newline or without. */
function nameIn(text: string): string {
  return text.replace(/\n$/, '');
}

/**
 * A write to a driver's `bind`: −ENODEV for a device the driver does not take, −EBUSY for one that has a driver.
 * @kernel drivers/base/bus.c: bind_store
 */
export function bindStore(machine: Machine, driverName: DaxDriverName, text: string): Errno {
  const name = nameIn(text);
  const driver = findDriver(machine, driverName);
  const device = findDevDax(machine, name);
  check(machine.kernel, DEVICE_NAMED, driver !== undefined && device !== undefined, { driver: driverName, device: name });
  if (driver === undefined || device === undefined) return -ENODEV;
  const takes = matches(machine, driver, name);
  machine.kernel.explain?.(DRIVER_MATCHES, takes, { driver: driverName, device: name });
  if (!takes) return -ENODEV;
  const free = device.binding === undefined;
  machine.kernel.explain?.(NOT_BOUND, free, { device: name, driver: device.binding?.driver ?? 'none' });
  return free ? probeAndLog(machine, driverName, name) : -EBUSY;
}

/** A write to a driver's `unbind`: −ENODEV for a device that is not its own. @kernel drivers/base/bus.c: unbind_store */
export function unbindStore(machine: Machine, driverName: DaxDriverName, text: string): Errno {
  const device = findDevDax(machine, nameIn(text));
  const own = device?.binding?.driver === driverName;
  const values = { device: nameIn(text), driver: device?.binding?.driver ?? 'none' };
  if (!check(machine.kernel, OWN_DEVICE, own, values) || device === undefined) return -ENODEV;
  unbind(machine, device);
  return 0;
}

/**
 * A write to a driver's `new_id` or `remove_id`: −EINVAL for what is no `daxR.I`. A name that is known, or not known,
 * already is no error; new_id then probes whatever the driver takes.
 * @kernel drivers/dax/bus.c: do_id_store
 */
export function idStore(machine: Machine, driverName: DaxDriverName, text: string, action: 'add' | 'remove'): Errno {
  const name = nameIn(text);
  const number = '(?:0|-?[1-9][0-9]{0,9})';
  const named = new RegExp(`^dax${number}\\.${number}$`).test(name);
  if (!check(machine.kernel, IS_DAX_NAME, named, { written: name })) return -EINVAL;
  const drivers = machine.devices.dax.drivers.map((driver) => {
    if (driver.name !== driverName) return driver;
    const others = driver.ids.filter((id) => id !== name);
    return { ...driver, ids: action === 'add' ? [name, ...others] : others };
  });
  setDax(machine, { drivers });
  if (action === 'add') driverAttach(machine, driverName);
  return 0;
}
