/** CXL as libcxl sees it through /sys: what hangs below the root, in the library's order. */

import type { FileTree } from '../../sysfs/file-tree.ts';
import { kernfsOrder } from '../../sysfs/kernfs-order.ts';
import { readLine } from '../memory-block-dirs.ts';

const BUS = '/sys/bus/cxl/devices';

/** A device by name and directory. */
export interface CxlDevice {
  readonly name: string;
  readonly path: string;
}

export interface CxlDport {
  readonly name: string;
  /** Its other name, of a host bridge. */
  readonly alias: string | undefined;
  readonly id: number;
}

/** An attribute as a number; undefined when it cannot be read or is no number. */
export function attribute(files: FileTree, device: CxlDevice, name: string): number | undefined {
  const text = readLine(files, `${device.path}/${name}`);
  return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
}

/** An attribute as text, '' when it cannot be read. */
export function attributeText(files: FileTree, device: CxlDevice, name: string): string {
  return readLine(files, `${device.path}/${name}`) ?? '';
}

/** Where the bus says a device is. */
export function busDevice(files: FileTree, name: string): CxlDevice | undefined {
  const target = files.kind(BUS) === undefined ? -1 : files.readlink(`${BUS}/${name}`);
  return typeof target === 'number' ? undefined : { name, path: `/sys/${target.replace(/^(?:\.\.\/)+/, '')}` };
}

/** Names in a directory as the library meets them: each is put in front of those before. */
function children(files: FileTree, path: string, form: RegExp): CxlDevice[] {
  const names = files.list(path);
  if (typeof names === 'number') return [];
  return kernfsOrder(names.filter((name) => form.test(name))).reverse().map((name) => ({ name, path: `${path}/${name}` }));
}

function byNumber(devices: CxlDevice[]): CxlDevice[] {
  const last = ({ name }: CxlDevice): number => Number(/(\d+)$/.exec(name)?.[1]);
  return devices.sort((a, b) => last(a) - last(b));
}

export function root(files: FileTree): CxlDevice | undefined {
  return busDevice(files, 'root0');
}

export function portsOf(files: FileTree, parent: CxlDevice): CxlDevice[] {
  return children(files, parent.path, /^port\d+$/);
}

export function endpointsOf(files: FileTree, port: CxlDevice): CxlDevice[] {
  return children(files, port.path, /^endpoint\d+$/);
}

export function decodersOf(files: FileTree, port: CxlDevice): CxlDevice[] {
  return byNumber(children(files, port.path, /^decoder\d+\.\d+$/));
}

export function regionsOf(files: FileTree, decoder: CxlDevice): CxlDevice[] {
  return byNumber(children(files, decoder.path, /^region\d+$/));
}

/** Memory devices, whether they have an endpoint or not. */
export function memdevs(files: FileTree): CxlDevice[] {
  const names = files.kind(BUS) === undefined ? [] : files.list(BUS);
  if (typeof names === 'number') return [];
  return kernfsOrder(names.filter((name) => /^mem\d+$/.test(name))).reverse().flatMap((name) => busDevice(files, name) ?? []);
}

/** The memory device behind an endpoint. */
export function memdevOf(files: FileTree, endpoint: CxlDevice): CxlDevice | undefined {
  return busDevice(files, linkName(files, `${endpoint.path}/uport`) ?? '');
}

/** Last name in what a link holds. */
export function linkName(files: FileTree, path: string): string | undefined {
  const target = files.readlink(path);
  return typeof target === 'number' ? undefined : target.slice(target.lastIndexOf('/') + 1);
}

export function isEnabled(files: FileTree, device: CxlDevice): boolean {
  return files.kind(`${device.path}/driver`) === 'link';
}

/** Downstream ports of a port, for their names in its directory. */
export function dportsOf(files: FileTree, port: CxlDevice): CxlDport[] {
  return children(files, port.path, /^dport\d+$/).flatMap(({ name, path }) => {
    const device = linkName(files, path);
    if (device === undefined) return [];
    const id = Number(name.slice('dport'.length));
    return [{ name: device, alias: port.name === 'root0' ? bridgeAlias(files, device, id) : undefined, id }];
  });
}

/** ACPI's name of a host bridge for its PCI name, and the other way round. */
function bridgeAlias(files: FileTree, device: string, id: number): string | undefined {
  if (device.startsWith('ACPI')) return `pci0000:${id.toString(16).padStart(2, '0')}`;
  const link = files.readlink(`/sys/devices/${device}/firmware_node`);
  return typeof link === 'number' ? undefined : link.slice(link.lastIndexOf('/') + 1);
}
