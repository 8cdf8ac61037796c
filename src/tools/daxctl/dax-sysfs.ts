/** Device-dax as libdaxctl sees it through /sys: regions, devices and mappings, read once and in its order. */

import { type Errno } from '../../kernel/errno.ts';
import type { WritableFileTree } from '../../sysfs/file-tree.ts';
import { kernfsOrder } from '../../sysfs/kernfs-order.ts';
import { readLine } from '../memory-block-dirs.ts';

const BUS = '/sys/bus/dax';

export interface DaxMapping {
  readonly pageOffset: number;
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** A device as it was when it was first looked at; only what the library itself sets afterwards changes. */
export interface DaxDevice {
  readonly name: string;
  readonly id: number;
  readonly path: string;
  readonly region: DaxRegionView;
  readonly resource: number;
  readonly targetNode: number;
  size: number;
  align: number;
  /** Zone found by the last scan of its memory. */
  memory: DaxMemory | undefined;
}

/** What the library keeps about a device in system-ram mode. */
export interface DaxMemory {
  readonly blockSize: number;
  readonly nodePath: string | undefined;
}

export interface DaxRegionView {
  readonly id: number;
  readonly path: string;
  readonly size: number | undefined;
  readonly align: number | undefined;
  /** Newest to be found first. */
  devices: DaxDevice[];
}

/** A number as `strtoull(…, 0)` takes it from an attribute; undefined when the file cannot be read. */
export function readNumber(files: WritableFileTree, path: string): number | undefined {
  const text = readLine(files, path);
  if (text === undefined) return undefined;
  const digits = /^\s*-?(?:0[xX][0-9a-fA-F]+|[0-9]+)/.exec(text)?.[0] ?? '0';
  return Number(digits);
}

interface BusName {
  readonly name: string;
  readonly region: number;
  readonly id: number;
  /** Directory of the device's parent. */
  readonly parent: string;
}

/** Devices on the bus in the order a directory is read. */
function busNames(files: WritableFileTree): BusName[] {
  const names = files.list(`${BUS}/devices`);
  if (typeof names === 'number') return [];
  return kernfsOrder(names).flatMap((name) => {
    const match = /^dax([0-9]{1,9})\.([0-9]{1,9})/.exec(name);
    const target = match === null ? -1 : files.readlink(`${BUS}/devices/${name}`);
    if (match === null || typeof target === 'number') return [];
    const path = `/sys/${target.replace(/^(?:\.\.\/)+/, '')}`;
    return [{ name, region: Number(match[1]), id: Number(match[2]), parent: path.slice(0, path.lastIndexOf('/')) }];
  });
}

function readDevice(files: WritableFileTree, region: DaxRegionView, { name, id, parent }: BusName): DaxDevice {
  const path = `${parent}/${name}`;
  return {
    name,
    id,
    path,
    region,
    resource: readNumber(files, `${path}/resource`) ?? 0,
    targetNode: readNumber(files, `${path}/target_node`) ?? -1,
    size: readNumber(files, `${path}/size`) ?? 0,
    align: readNumber(files, `${path}/align`) ?? 0,
    memory: undefined,
  };
}

/** Adds devices that came up since; each is put in front of those known. */
export function findDevices(files: WritableFileTree, region: DaxRegionView): void {
  for (const found of busNames(files)) {
    if (found.parent !== region.path || region.devices.some((device) => device.id === found.id)) continue;
    region.devices = [readDevice(files, region, found), ...region.devices];
  }
}

/** All regions that have a device. What is found later stands in front. */
export function readDaxRegions(files: WritableFileTree): DaxRegionView[] {
  const regions: DaxRegionView[] = [];
  for (const { region: id, parent: path } of busNames(files)) {
    if (regions.some((region) => region.path === path)) continue;
    regions.unshift({
      id,
      path,
      size: readNumber(files, `${path}/dax_region/size`),
      align: readNumber(files, `${path}/dax_region/align`),
      devices: [],
    });
  }
  for (const region of regions) findDevices(files, region);
  return regions;
}

/** What the region has left; 0 where it does not tell. */
export function availableSize(files: WritableFileTree, region: DaxRegionView): number {
  return readNumber(files, `${region.path}/dax_region/available_size`) ?? 0;
}

/** The device to be set up next, or undefined. */
export function seedOf(files: WritableFileTree, region: DaxRegionView): DaxDevice | undefined {
  const name = readLine(files, `${region.path}/dax_region/seed`);
  return region.devices.find((device) => device.name === name);
}

/** The driver's name, or undefined: a device without is disabled. */
export function driverOf(files: WritableFileTree, device: DaxDevice): string | undefined {
  const target = files.readlink(`${device.path}/driver`);
  return typeof target === 'number' ? undefined : target.slice(target.lastIndexOf('/') + 1);
}

/** The mappings of a device, the last one first. */
export function mappingsOf(files: WritableFileTree, device: DaxDevice): DaxMapping[] {
  const mappings: DaxMapping[] = [];
  for (let i = 0; ; i++) {
    const at = `${device.path}/mapping${i}`;
    const start = readNumber(files, `${at}/start`);
    const end = readNumber(files, `${at}/end`);
    const pageOffset = readNumber(files, `${at}/page_offset`);
    if (start === undefined || end === undefined || pageOffset === undefined) return mappings;
    mappings.unshift({ pageOffset, start, end });
  }
}

/** Tells a driver of a device and binds it; what the second write returned. */
export function bindDevice(files: WritableFileTree, device: DaxDevice, driver: string): Errno {
  const at = `${BUS}/drivers/${driver}`;
  if (files.kind(at) === undefined) return 0;
  files.write(`${at}/new_id`, device.name);
  return files.write(`${at}/bind`, device.name);
}

/** Makes the driver forget the device and let it go. */
export function unbindDevice(files: WritableFileTree, device: DaxDevice): void {
  if (files.write(`${device.path}/driver/remove_id`, device.name) === 0) {
    files.write(`${device.path}/driver/unbind`, device.name);
  }
}
