/** Device-dax as data: regions, the devices cut out of them, and the drivers that wait for devices. */

import type { ByteRange, Nid, PhysAddr } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';

/** Drivers of the dax bus, by their names in /sys/bus/dax/drivers. */
export type DaxDriverName = 'device_dax' | 'kmem';

/** What a provider says about a region. */
export interface DaxRegionRequest {
  /** Number in `daxR.I`; regions of one libnvdimm region share it. */
  readonly id: number;
  readonly start: PhysAddr;
  readonly end: PhysAddr;
  /** Alignment in bytes that region and devices have at first. */
  readonly align: number;
  /** Node of the memory when it comes online, or −1. */
  readonly targetNode: Nid;
  /** Node of the parent device, or −1. */
  readonly numaNode: Nid;
  /** IORESOURCE_DAX_STATIC: one device of fixed size (persistent memory). */
  readonly isStatic: boolean;
  /** IORESOURCE_DAX_KMEM: kmem takes its devices, unless the kernel predates that. */
  readonly kmemDefault: boolean;
  /** Absolute path of the parent device, e.g. `/sys/devices/platform/hmem.0`. No two regions have the same. */
  readonly sysfsParent: string;
}

/** @kernel drivers/dax/dax-private.h: struct dax_region */
export interface DaxRegion extends DaxRegionRequest {
  /** What the bus knows it by: its parent's path. */
  readonly key: string;
  /** The first device never bound, to be set up next. */
  readonly seed: string | undefined;
  /** The device created last. */
  readonly youngest: string | undefined;
}

/** A page map the provider made beforehand. Its range holds the metadata in front of the data too. */
export interface StaticPgmap extends ByteRange {
  /** Pages at the start that are not to be touched, and pages for the memmap. */
  readonly altmap: { readonly reserve: number; readonly free: number } | undefined;
}

/** What a driver holds while it is bound. */
export type DaxBinding =
  | {
      readonly driver: 'device_dax';
      /** Mapping in the memory core. */
      readonly pgmap: number;
      /** Ranges reserved in /proc/iomem. */
      readonly reserved: readonly ByteRange[];
    }
  | {
      readonly driver: 'kmem';
      /** Memory group, −1 on kernels without. */
      readonly group: number;
      /** By range: whether its memory was added. */
      readonly added: readonly boolean[];
    };

/** @kernel drivers/dax/dax-private.h: struct dev_dax */
export interface DevDax {
  /** `daxR.I` */
  readonly name: string;
  /** Key of its region. */
  readonly region: string;
  readonly id: number;
  readonly align: number;
  /** In order of page offsets, which add up. `mappingN` is the N-th. */
  readonly ranges: readonly ByteRange[];
  readonly pgmap: StaticPgmap | undefined;
  readonly memmapOnMemory: boolean;
  readonly binding: DaxBinding | undefined;
}

/** A registered driver. @kernel drivers/dax/bus.h: struct dax_device_driver */
export interface DaxDriver {
  readonly name: DaxDriverName;
  /** Devices it was told to take, newest first. */
  readonly ids: readonly string[];
}

/** A soft-reserved range that was made a platform device. */
export interface HmemDevice extends ByteRange {
  /** Number in `hmem.N`: a memory region id, shared with libnvdimm's regions. */
  readonly id: number;
  readonly targetNode: Nid;
  /** Node of the platform device: the one online that is nearest. */
  readonly numaNode: Nid;
}

export interface DaxState {
  readonly regions: ReadonlyMap<string, DaxRegion>;
  /** In the order of their registration. */
  readonly devices: readonly DevDax[];
  /** In the order of their registration. */
  readonly drivers: readonly DaxDriver[];
  readonly hmem: readonly HmemDevice[];
  /** The parameter `region_idle` of dax_hmem: devices start empty, for the operator to cut. */
  readonly hmemRegionIdle: boolean;
}

export const NO_DAX: DaxState = { regions: new Map(), devices: [], drivers: [], hmem: [], hmemRegionIdle: false };

/** The ranges of a device in order of page offsets. */
export function rangesOf(device: DevDax): readonly ByteRange[] {
  return device.ranges;
}

/** @kernel drivers/dax/bus.c: dev_dax_size */
export function devDaxSize(device: DevDax): number {
  return device.ranges.reduce((sum, range) => sum + range.end - range.start, 0);
}

export function findDevDax(machine: Machine, name: string): DevDax | undefined {
  return machine.devices.dax.devices.find((device) => device.name === name);
}

export function regionOf(machine: Machine, device: DevDax): DaxRegion {
  return machine.devices.dax.regions.get(device.region) as DaxRegion;
}

export function devicesOf(machine: Machine, region: DaxRegion): DevDax[] {
  return machine.devices.dax.devices.filter((device) => device.region === region.key);
}

export function setDax(machine: Machine, patch: Partial<DaxState>): void {
  machine.devices = { ...machine.devices, dax: { ...machine.devices.dax, ...patch } };
}

export function updateDevDax(machine: Machine, name: string, patch: Partial<DevDax>): void {
  const devices = machine.devices.dax.devices.map((device) => (device.name === name ? { ...device, ...patch } : device));
  setDax(machine, { devices });
}

export function updateDaxRegion(machine: Machine, key: string, patch: Partial<DaxRegion>): void {
  const region = machine.devices.dax.regions.get(key);
  if (region !== undefined) setDax(machine, { regions: new Map(machine.devices.dax.regions).set(key, { ...region, ...patch }) });
}
