/** Device-dax in sysfs: /sys/bus/dax, and what a parent device has of its region and its devices. */

import {
  alignStore, createStore, daxResource, deleteStore, mappingStore, memmapOnMemoryStore, sizeStore,
} from '../drivers/dax/dax-attr.ts';
import { bindStore, idStore, unbindStore } from '../drivers/dax/dax-bus.ts';
import { daxRegionAvailSize } from '../drivers/dax/dax-range.ts';
import { devDaxSize, devicesOf, findDevDax, regionOf, setDax, type DaxDriver, type DevDax, type DaxRegion } from '../drivers/dax/state.ts';
import type { Machine } from '../drivers/machine.ts';
import { EINVAL } from '../kernel/errno.ts';
import { parseKernelBool } from '../kernel/params.ts';
import { hex } from '../kernel/units.ts';
import {
  directory, dynamicDirectory, link, readOnly, readWrite, UNKNOWN_DIRECTORY, UNKNOWN_FILE, type DirectoryEntry, type Entry,
  type FileEntry,
} from './entries.ts';

/** Of files only root may write, and nobody read. */
function writeOnly(write: (text: string) => number): FileEntry {
  return { kind: 'file', write };
}

/** @kernel drivers/dax/bus.c: dax_region_attributes, dax_region_visible */
function regionDirectory(machine: Machine, region: DaxRegion): DirectoryEntry {
  const now = (): DaxRegion => machine.devices.dax.regions.get(region.key) ?? region;
  const dynamic = <T extends Entry>(entry: T): T | undefined => (region.isStatic ? undefined : entry);
  return directory({
    align: readOnly(() => `${region.align}\n`),
    available_size: dynamic(readOnly(() => `${daxRegionAvailSize(machine, region)}\n`)),
    create: dynamic(readWrite(() => `${now().youngest ?? ''}\n`, (text) => createStore(machine, region, text))),
    delete: dynamic(writeOnly((text) => deleteStore(machine, region, text))),
    id: readOnly(() => `${region.id}\n`),
    seed: dynamic(readOnly(() => `${now().seed ?? ''}\n`)),
    size: readOnly(() => `${region.end - region.start}\n`),
  });
}

/** @kernel drivers/dax/bus.c: dax_mapping_attributes */
function mappingDirectory(machine: Machine, device: DevDax, index: number): DirectoryEntry {
  const { pageSize } = machine.kernel.profile.arch;
  const range = device.ranges[index] as { start: number; end: number };
  const before = device.ranges.slice(0, index).reduce((sum, { start, end }) => sum + end - start, 0);
  return directory({
    end: readOnly(() => `${hex(range.end - 1)}\n`),
    page_offset: readOnly(() => `${hex(before / pageSize)}\n`),
    power: UNKNOWN_DIRECTORY,
    start: readOnly(() => `${hex(range.start)}\n`),
    uevent: readWrite(() => '', () => 0),
  });
}

/** `../` as often as it takes from a device's directory, given without `/sys`, up to /sys. */
function upFrom(path: string): string {
  return '../'.repeat(path.split('/').length - 2);
}

/** @kernel drivers/dax/bus.c: dev_dax_attributes, dev_dax_visible */
function deviceDirectory(machine: Machine, name: string): DirectoryEntry {
  const device = findDevDax(machine, name) as DevDax;
  const region = regionOf(machine, device);
  const up = upFrom(`${region.sysfsParent}/${name}`);
  const attribute = (show: (device: DevDax) => string | number, store?: (device: DevDax, text: string) => number): FileEntry => {
    const read = (): string => `${show(findDevDax(machine, name) ?? device)}\n`;
    return store === undefined ? readOnly(read) : readWrite(read, (text) => store(findDevDax(machine, name) ?? device, text));
  };
  const fixedSize = region.isStatic;
  const mappings = device.ranges.map((_, i) => [`mapping${i}`, mappingDirectory(machine, device, i)] as const);
  return directory({
    align: attribute((each) => each.align, fixedSize ? undefined : (each, text) => alignStore(machine, each, text)),
    dev: UNKNOWN_FILE,
    driver: device.binding === undefined ? undefined : link(`${up}bus/dax/drivers/${device.binding.driver}`),
    mapping: fixedSize
      ? undefined
      : writeOnly((text) => mappingStore(machine, findDevDax(machine, name) ?? device, text)),
    memmap_on_memory: machine.kernel.profile.does.daxMemmapOnMemory
      ? attribute((each) => (each.memmapOnMemory ? 1 : 0), (each, text) => memmapOnMemoryStore(machine, each, text))
      : undefined,
    modalias: readOnly(() => 'dax:t0\n'),
    numa_node: readOnly(() => `${region.numaNode}\n`),
    power: UNKNOWN_DIRECTORY,
    resource: attribute((each) => hex(daxResource(machine, each))),
    size: attribute(devDaxSize, fixedSize ? undefined : (each, text) => sizeStore(machine, each, text)),
    subsystem: link(`${up}bus/dax`),
    target_node: region.targetNode < 0 ? undefined : readOnly(() => `${region.targetNode}\n`),
    uevent: UNKNOWN_FILE,
    ...Object.fromEntries(mappings),
  });
}

/** A device of the class, before there was a bus. @kernel drivers/dax/bus.c: dev_dax_attributes */
function classDeviceDirectory(device: DevDax, region: DaxRegion): DirectoryEntry {
  const parent = region.sysfsParent.slice(region.sysfsParent.lastIndexOf('/') + 1);
  return directory({
    dev: UNKNOWN_FILE,
    device: link(`../../../${parent}`),
    power: UNKNOWN_DIRECTORY,
    size: readOnly(() => `${devDaxSize(device)}\n`),
    subsystem: link(`${upFrom(`${region.sysfsParent}/dax/${device.name}`)}class/dax`),
    uevent: UNKNOWN_FILE,
  });
}

/** The directory a class keeps its devices in below their parent. */
function classGlueDirectory(machine: Machine, region: DaxRegion): DirectoryEntry {
  const devices = devicesOf(machine, region).map((device) => [device.name, classDeviceDirectory(device, region)] as const);
  return directory(Object.fromEntries(devices));
}

/** Names that device-dax adds to the directory of a parent device: `dax_region` and the devices. */
export function daxChildNames(machine: Machine, parent: string): string[] {
  const region = machine.devices.dax.regions.get(parent);
  if (region === undefined) return [];
  if (!machine.kernel.profile.does.daxBus) return ['dax', 'dax_region'];
  return ['dax_region', ...devicesOf(machine, region).map((device) => device.name)];
}

/** What such a name stands for, or undefined. */
export function daxChild(machine: Machine, parent: string, name: string): Entry | undefined {
  const region = machine.devices.dax.regions.get(parent);
  if (region === undefined) return undefined;
  if (name === 'dax_region') return regionDirectory(machine, region);
  if (!machine.kernel.profile.does.daxBus) return name === 'dax' ? classGlueDirectory(machine, region) : undefined;
  return findDevDax(machine, name)?.region === parent ? deviceDirectory(machine, name) : undefined;
}

/** /sys/devices/platform/hmem.N: a soft-reserved range and the dax region its driver made of it. */
export function hmemDirectory(machine: Machine, name: string): DirectoryEntry | undefined {
  const device = machine.devices.dax.hmem.find(({ id }) => name === `hmem.${id}`);
  if (device === undefined) return undefined;
  const path = `/sys/devices/platform/${name}`;
  const bound = machine.devices.dax.regions.has(path);
  const fixed = directory({
    driver: bound ? link(`${upFrom(path)}bus/platform/drivers/hmem`) : undefined,
    driver_override: UNKNOWN_FILE,
    modalias: readOnly(() => 'platform:hmem\n'),
    numa_node: readOnly(() => `${device.numaNode}\n`),
    power: UNKNOWN_DIRECTORY,
    subsystem: link(`${upFrom(path)}bus/platform`),
    uevent: UNKNOWN_FILE,
  });
  return dynamicDirectory(fixed, () => daxChildNames(machine, path), (child) => daxChild(machine, path, child));
}

export function hmemNames(machine: Machine): string[] {
  return machine.devices.dax.hmem.map(({ id }) => `hmem.${id}`);
}

function devicePath(machine: Machine, device: DevDax): string {
  const { sysfsParent } = regionOf(machine, device);
  return machine.kernel.profile.does.daxBus ? `${sysfsParent}/${device.name}` : `${sysfsParent}/dax/${device.name}`;
}

/** @kernel drivers/dax/bus.c: dax_drv_attrs */
function driverDirectory(machine: Machine, { name }: DaxDriver): DirectoryEntry {
  const fixed = directory({
    bind: writeOnly((text) => bindStore(machine, name, text)),
    module: link(`../../../../module/${name}`),
    new_id: writeOnly((text) => idStore(machine, name, text, 'add')),
    remove_id: writeOnly((text) => idStore(machine, name, text, 'remove')),
    uevent: UNKNOWN_FILE,
    unbind: writeOnly((text) => unbindStore(machine, name, text)),
  });
  const bound = (): DevDax[] => machine.devices.dax.devices.filter(({ binding }) => binding?.driver === name);
  return dynamicDirectory(
    fixed,
    () => bound().map((device) => device.name),
    (child) => {
      const device = bound().find((each) => each.name === child);
      return device === undefined ? undefined : link(`../../../..${devicePath(machine, device).slice('/sys'.length)}`);
    },
  );
}

/** /sys/module/dax_hmem/parameters. */
export function hmemParameters(machine: Machine): DirectoryEntry {
  return directory({
    region_idle: readWrite(
      () => (machine.devices.dax.hmemRegionIdle ? 'Y\n' : 'N\n'),
      (text) => {
        const value = parseKernelBool(text);
        if (value === undefined) return -EINVAL;
        setDax(machine, { hmemRegionIdle: value });
        return 0;
      },
    ),
  });
}

/** /sys/class/dax of kernels without the bus. */
export function daxClassDirectory(machine: Machine): DirectoryEntry | undefined {
  if (machine.kernel.profile.does.daxBus) return undefined;
  return dynamicDirectory(
    directory({}),
    () => machine.devices.dax.devices.map((device) => device.name),
    (name) => {
      const device = findDevDax(machine, name);
      return device === undefined ? undefined : link(`../..${devicePath(machine, device).slice('/sys'.length)}`);
    },
  );
}

/** /sys/bus/dax. The bus is there before any device and any driver. */
export function daxBusDirectory(machine: Machine): DirectoryEntry | undefined {
  if (!machine.kernel.profile.does.daxBus) return undefined;
  const devices = dynamicDirectory(
    directory({}),
    () => machine.devices.dax.devices.map((device) => device.name),
    (name) => {
      const device = findDevDax(machine, name);
      return device === undefined ? undefined : link(`../../..${devicePath(machine, device).slice('/sys'.length)}`);
    },
  );
  const drivers = dynamicDirectory(
    directory({}),
    () => machine.devices.dax.drivers.map((driver) => driver.name),
    (name) => {
      const driver = machine.devices.dax.drivers.find((each) => each.name === name);
      return driver === undefined ? undefined : driverDirectory(machine, driver);
    },
  );
  return directory({
    devices,
    drivers,
    drivers_autoprobe: UNKNOWN_FILE,
    drivers_probe: UNKNOWN_FILE,
    uevent: UNKNOWN_FILE,
  });
}
