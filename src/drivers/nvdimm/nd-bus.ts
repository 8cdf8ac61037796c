/** The driver core of the nd bus: which driver takes which device, and what follows when it does or does not. */

import { check, type CheckPoint } from '../../kernel/explain.ts';
import { EBUSY, ENODEV, EOPNOTSUPP, type Errno } from '../../kernel/errno.ts';
import type { Machine } from '../machine.ts';
import { logProbeFailure } from '../probe.ts';
import { forgetChild } from './children.ts';
import { daxPmemProbe } from './dax-pmem.ts';
import { releaseAttachment } from './attachment.ts';
import { nvdimmProbe, nvdimmRemove } from './dimm.ts';
import { ndPmemProbe } from './pmem.ts';
import { ndRegionRegisterNamespaces, ndRegionRemove } from './region.ts';
import { ndRegionAdvanceSeeds, ndRegionCreateSeed, noteNamespaceSeed } from './seeds.ts';
import {
  childByName, childName, dimmById, lowestFree, regionById, setNvdimm, updateChild,
  type ChildRef, type NdBus, type NdChild, type NdNamespace,
} from './state.ts';

const bus = (fn: string, condition: string): CheckPoint => ({ file: 'drivers/base/bus.c', fn, condition });
// ndctl offers a device to every driver of the bus: that one does not take it tells little.
const DRIVER_TAKES: CheckPoint = {
  ...bus('bind_store', 'the bus has a device of this name, and it is of the kind the driver takes'),
  decides: 'if-nothing-else',
};
const HAS_NO_DRIVER = bus('bind_store', 'the device has no driver yet');
const OWN_DEVICE = bus('unbind_store', 'the driver has the device');

/** Drivers of children of a region; those of DIMMs and regions are part of libnvdimm. */
const CHILD_DRIVERS: Readonly<Record<string, {
  readonly takes: (child: NdChild) => boolean;
  readonly probe: (machine: Machine, ref: ChildRef) => Errno;
}>> = {
  nd_pmem: { takes: (child) => child.kind !== 'dax', probe: ndPmemProbe },
  dax_pmem: { takes: (child) => child.kind === 'dax', probe: daxPmemProbe },
};

/** @kernel drivers/nvdimm/bus.c: nvdimm_bus_register */
export function nvdimmBusRegister(machine: Machine, provider: NdBus['provider'], parent: string): number {
  const { buses } = machine.devices.nvdimm;
  const id = lowestFree(buses.map((bus) => bus.id));
  setNvdimm(machine, { buses: [...buses, { id, provider, parent }] });
  return id;
}

/**
 * Whether a region of one of the provider's buses is enabled: the provider's module stays that long.
 * @kernel drivers/nvdimm/bus.c: to_bus_provider
 */
export function isProviderPinned(machine: Machine, provider: NdBus['provider']): boolean {
  const { buses, regions } = machine.devices.nvdimm;
  return regions.some(({ bus, bound }) => bound && buses.find(({ id }) => id === bus)?.provider === provider);
}

/** Takes a bus away with everything on it. @kernel drivers/nvdimm/bus.c: nvdimm_bus_unregister */
export function nvdimmBusUnregister(machine: Machine, id: number): void {
  for (const region of machine.devices.nvdimm.regions) if (region.bus === id) unbindRegion(machine, region.id);
  const { buses, regions, dimms } = machine.devices.nvdimm;
  setNvdimm(machine, {
    buses: buses.filter((bus) => bus.id !== id),
    regions: regions.filter((region) => region.bus !== id),
    dimms: dimms.filter((dimm) => dimm.bus !== id),
  });
}

/** Probes every child that was registered, and what their probes register. @kernel drivers/nvdimm/bus.c: nd_synchronize */
export function ndSynchronize(machine: Machine, waits: (ref: ChildRef) => boolean = () => false): void {
  for (;;) {
    const { pending } = machine.devices.nvdimm;
    const ref = pending.find((each) => !waits(each));
    if (ref === undefined) return;
    setNvdimm(machine, { pending: pending.filter((each) => each !== ref) });
    for (const driver of machine.devices.nvdimm.drivers) attachDriver(machine, driver, ref);
  }
}

/** Probes a child that has no driver, if the driver is for it, and says what the driver core says. */
function attachDriver(machine: Machine, driver: string, ref: ChildRef): void {
  const child = childByName(machine, ref.region, ref.name);
  if (child === undefined || child.driver !== undefined || CHILD_DRIVERS[driver]?.takes(child) !== true) return;
  logProbeFailure(machine.kernel, driver, ref.name, probeChild(machine, driver, ref));
}

/**
 * Runs a driver's probe. A seed that was taken, or turned out misaligned, is followed by the next one.
 * @kernel drivers/nvdimm/bus.c: nvdimm_bus_probe
 */
function probeChild(machine: Machine, driver: string, ref: ChildRef): Errno {
  const error = CHILD_DRIVERS[driver]?.probe(machine, ref) ?? -ENODEV;
  if (error === 0) updateChild<NdNamespace>(machine, ref.region, ref.name, { driver });
  if (error === 0 || error === -EOPNOTSUPP) ndRegionAdvanceSeeds(machine, ref);
  return error;
}

/**
 * A module brought a driver: it looks at every device that waits. One that appears meanwhile is probed as it is
 * registered, and the walk over the bus comes to it too: what failed is tried, and told, a second time.
 * @kernel drivers/base/dd.c: driver_attach
 */
export function ndDriverRegister(machine: Machine, driver: string): void {
  setNvdimm(machine, { drivers: [...machine.devices.nvdimm.drivers, driver] });
  const there = allChildren(machine);
  for (const ref of there) attachDriver(machine, driver, ref);
  ndSynchronize(machine);
  const known = new Set(there.map(({ name }) => name));
  for (const ref of allChildren(machine)) if (!known.has(ref.name)) attachDriver(machine, driver, ref);
}

/** The children of all regions, whose names no two share. */
function allChildren(machine: Machine): ChildRef[] {
  return machine.devices.nvdimm.regions.flatMap((region) =>
    region.children.map((child) => ({ region: region.id, name: childName(region, child) })),
  );
}

/** A driver leaves: every device it had is without. @kernel drivers/base/dd.c: driver_detach */
export function ndDriverUnregister(machine: Machine, driver: string): void {
  for (const region of machine.devices.nvdimm.regions) {
    for (const child of region.children) {
      if (child.driver === driver) unbindChild(machine, { region: region.id, name: childName(region, child) });
    }
  }
  setNvdimm(machine, { drivers: machine.devices.nvdimm.drivers.filter((each) => each !== driver) });
}

/** @kernel drivers/nvdimm/bus.c: nvdimm_bus_remove */
function unbindChild(machine: Machine, ref: ChildRef): void {
  const child = childByName(machine, ref.region, ref.name);
  if (child?.driver === undefined) return;
  releaseAttachment(machine, child.attachment);
  updateChild<NdNamespace>(machine, ref.region, ref.name, { driver: undefined, attachment: undefined });
}

/** Removes a child for good, its driver first. @kernel drivers/nvdimm/bus.c: nd_device_unregister */
export function ndDeviceUnregister(machine: Machine, ref: ChildRef): void {
  unbindChild(machine, ref);
  forgetChild(machine, ref);
}

/** Probes namespaces that were registered, in the order given, and what their probes register; the others wait. */
function probeNamespaces(machine: Machine, region: number, names: readonly string[]): void {
  for (const name of names) {
    ndSynchronize(machine, (ref) => ref.region === region && ref.name.startsWith('namespace') && ref.name !== name);
  }
}

/**
 * Finds the namespaces of a region and adds its seeds. The kernel probes the namespaces meanwhile: whose device gets
 * the lower number is chance, and so is whether the first of them is a seed yet. Here seeds come first, then the
 * namespaces in order, unless somebody knows better.
 * @kernel drivers/nvdimm/region.c: nd_region_probe
 */
function ndRegionProbe(machine: Machine, id: number): Errno {
  const error = ndRegionRegisterNamespaces(machine, id);
  if (error !== 0) return error;
  const order = machine.probeOrder?.(id);
  probeNamespaces(machine, id, order?.beforeNoted ?? []);
  noteNamespaceSeed(machine, id);
  probeNamespaces(machine, id, order?.beforeSeeds ?? []);
  for (const kind of ['btt', 'pfn', 'dax'] as const) ndRegionCreateSeed(machine, id, kind);
  probeNamespaces(machine, id, order?.afterSeeds ?? []);
  return 0;
}

/** Binds the drivers that are part of libnvdimm to a new region and its DIMMs. */
export function bindRegion(machine: Machine, id: number): Errno {
  const error = ndRegionProbe(machine, id);
  ndSynchronize(machine);
  return error;
}

/** Unbinds a region: its children go. @kernel drivers/nvdimm/region.c: nd_region_remove */
export function unbindRegion(machine: Machine, id: number): void {
  const region = regionById(machine, id);
  for (const child of region?.children ?? []) unbindChild(machine, { region: id, name: childName({ id }, child) });
  ndRegionRemove(machine, id);
}

/** Takes one region away for good, drivers first. @kernel drivers/nvdimm/region_devs.c: nvdimm_region_delete */
export function nvdimmRegionDelete(machine: Machine, id: number): void {
  unbindRegion(machine, id);
  setNvdimm(machine, { regions: machine.devices.nvdimm.regions.filter((region) => region.id !== id) });
}

/** What stands behind a name on the nd bus. */
export type NdDevice =
  | { readonly kind: 'dimm'; readonly id: number }
  | { readonly kind: 'region'; readonly id: number }
  | { readonly kind: 'child'; readonly ref: ChildRef };

export function findNdDevice(machine: Machine, name: string): NdDevice | undefined {
  const [, word, digits] = /^(nmem|region)(\d{1,9})$/.exec(name) ?? [];
  const id = Number(digits);
  if (word === 'nmem') return dimmById(machine, id) && { kind: 'dimm', id };
  if (word === 'region') return regionById(machine, id) && { kind: 'region', id };
  const region = /^[a-z]+(\d{1,9})\.\d{1,9}$/.exec(name)?.[1];
  if (region === undefined || childByName(machine, Number(region), name) === undefined) return undefined;
  return { kind: 'child', ref: { region: Number(region), name } };
}

/** Names of the drivers on the bus, as /sys/bus/nd/drivers lists them. */
export function ndDrivers(machine: Machine): string[] {
  const builtIn = machine.devices.modules.includes('libnvdimm') ? ['nd_bus', 'nd_region', 'nvdimm'] : [];
  return [...builtIn, ...machine.devices.nvdimm.drivers];
}

function driverOf(machine: Machine, device: NdDevice): string | undefined {
  if (device.kind === 'dimm') return dimmById(machine, device.id)?.bound === true ? 'nvdimm' : undefined;
  if (device.kind === 'region') return regionById(machine, device.id)?.bound === true ? 'nd_region' : undefined;
  return childByName(machine, device.ref.region, device.ref.name)?.driver;
}

function driverTakes(machine: Machine, driver: string, device: NdDevice): boolean {
  if (device.kind === 'dimm') return driver === 'nvdimm';
  if (device.kind === 'region') return driver === 'nd_region';
  const child = childByName(machine, device.ref.region, device.ref.name);
  return child !== undefined && CHILD_DRIVERS[driver]?.takes(child) === true;
}

/**
 * Writes a name to a driver's `bind`. −ENODEV when there is no such device for it, −EBUSY when the device has a
 * driver, otherwise what its probe returned.
 * @kernel drivers/base/bus.c: bind_store
 */
export function ndBindStore(machine: Machine, driver: string, text: string): Errno {
  const device = findNdDevice(machine, deviceName(text));
  const { kernel } = machine;
  const name = deviceName(text);
  const takes = device !== undefined && driverTakes(machine, driver, device);
  if (!check(kernel, DRIVER_TAKES, takes, { driver, device: name }) || device === undefined) return -ENODEV;
  const present = driverOf(machine, device);
  if (!check(kernel, HAS_NO_DRIVER, present === undefined, { device: name, driver: present ?? 'none' })) return -EBUSY;
  let error: Errno;
  if (device.kind === 'dimm') error = nvdimmProbe(machine, device.id);
  else if (device.kind === 'region') error = ndRegionProbe(machine, device.id);
  else error = probeChild(machine, driver, device.ref);
  logProbeFailure(machine.kernel, driver, deviceName(text), error);
  ndSynchronize(machine);
  return error;
}

/** Writes a name to a driver's `unbind`; −ENODEV when the driver does not have it. @kernel drivers/base/bus.c: unbind_store */
export function ndUnbindStore(machine: Machine, driver: string, text: string): Errno {
  const device = findNdDevice(machine, deviceName(text));
  const present = device === undefined ? undefined : driverOf(machine, device);
  const values = { device: deviceName(text), driver: present ?? 'none' };
  if (!check(machine.kernel, OWN_DEVICE, present === driver, values) || device === undefined) return -ENODEV;
  if (device.kind === 'dimm') nvdimmRemove(machine, device.id);
  else if (device.kind === 'region') unbindRegion(machine, device.id);
  else unbindChild(machine, device.ref);
  return 0;
}

/** The name in what was written: without its newline. */
function deviceName(text: string): string {
  return text.replace(/[\0\n].*$/s, '');
}

/** Names of the devices a driver has. */
export function ndDevicesOf(machine: Machine, driver: string): string[] {
  const { buses, dimms, regions } = machine.devices.nvdimm;
  if (driver === 'nd_bus') return buses.map(({ id }) => `ndbus${id}`);
  if (driver === 'nvdimm') return dimms.filter(({ bound }) => bound).map(({ id }) => `nmem${id}`);
  if (driver === 'nd_region') return regions.filter(({ bound }) => bound).map(({ id }) => `region${id}`);
  return regions.flatMap((region) =>
    region.children.filter((child) => child.driver === driver).map((child) => childName(region, child)));
}
