/** CXL in sysfs: /sys/bus/cxl, the topology below ACPI0017, and memory devices below their PCI devices. */

import { cxlRegionBind, cxlRegionUnbind } from '../drivers/cxl/region-driver.ts';
import { cardPath, type CxlHostBridge } from '../drivers/cxl/platform.ts';
import { NVDIMM_BRIDGE } from '../drivers/cxl/pmem.ts';
import {
  bridgeByUid, cardOf, decoderName, memdevById, type CxlMemdev, type CxlPort,
} from '../drivers/cxl/state.ts';
import type { Machine } from '../drivers/machine.ts';
import { logProbeFailure } from '../drivers/probe.ts';
import { EBUSY, ENODEV, type Errno } from '../kernel/errno.ts';
import {
  cxlCommon, endpointDecoderDirectory, portDecoderDirectory, rootDecoderDirectory, upToSys,
} from './cxl-decoder-files.ts';
import { directory, dynamicDirectory, link, readOnly, UNKNOWN_DIRECTORY, UNKNOWN_FILE, type DirectoryEntry, type Entry } from './entries.ts';
import { ndParentDirectory } from './nd-files.ts';

const ROOT = 'platform/ACPI0017:00/root0';

/** Directory of a memory device, under /sys/devices. */
function memdevPath(machine: Machine, memdev: CxlMemdev): string {
  return `${cardPath(machine.devices.cxl.platform, cardOf(machine, memdev))}/mem${memdev.id}`;
}


function endpointsOf(machine: Machine, port: CxlPort): CxlMemdev[] {
  return machine.devices.cxl.memdevs.filter((memdev) =>
    memdev.endpoint !== undefined && cardOf(machine, memdev).bridge === port.bridge);
}

function hasBridge(machine: Machine): boolean {
  return machine.devices.cxl.roots.some(({ window }) => window.restrictions.pmem);
}

/** Every device on the bus by name, with its place under /sys/devices. */
function devices(machine: Machine): Map<string, string> {
  const { rooted, roots, ports, memdevs, regions } = machine.devices.cxl;
  const found = new Map<string, string>();
  const add = (path: string): void => void found.set(path.slice(path.lastIndexOf('/') + 1), path);
  if (rooted) add(ROOT);
  for (const { id } of roots) add(`${ROOT}/decoder0.${id}`);
  if (rooted && hasBridge(machine)) add(NVDIMM_BRIDGE);
  for (const port of ports) {
    add(`${ROOT}/port${port.id}`);
    const bridge = bridgeByUid(machine, port.bridge) as CxlHostBridge;
    for (let i = 0; i < bridge.decoders; i++) add(`${ROOT}/port${port.id}/decoder${port.id}.${i}`);
    for (const { endpoint, id } of endpointsOf(machine, port)) {
      const path = `${ROOT}/port${port.id}/endpoint${endpoint ?? 0}`;
      add(path);
      for (const decoder of machine.devices.cxl.decoders) {
        if (decoder.memdev === id) add(`${path}/${decoderName(decoder)}`);
      }
    }
  }
  for (const memdev of memdevs) {
    add(memdevPath(machine, memdev));
    if (cardOf(machine, memdev).pmemBytes > 0 && rooted && hasBridge(machine)) add(`${memdevPath(machine, memdev)}/pmem${memdev.id}`);
  }
  for (const { id, root, bound, mode } of regions) {
    const path = `${ROOT}/decoder0.${root}/region${id}`;
    add(path);
    if (bound && mode === 'pmem') add(`${path}/pmem_region${id}`);
    if (machine.devices.dax.regions.has(`/sys/devices/${path}/dax_region${id}`)) add(`${path}/dax_region${id}`);
  }
  return found;
}

/** Drivers of the bus: cxl_port and cxl_region are part of the kernel. */
function drivers(machine: Machine): string[] {
  const { modules } = machine.devices;
  return [
    'cxl_port', 'cxl_region',
    ...(modules.includes('cxl_mem') ? ['cxl_mem'] : []),
    ...(modules.includes('cxl_pmem') ? ['cxl_nvdimm', 'cxl_nvdimm_bridge', 'cxl_pmem_region'] : []),
    ...(modules.includes('dax_cxl') ? ['cxl_dax_region'] : []),
  ];
}

/** A region's name in what was written. */
function regionNamed(machine: Machine, text: string): ReturnType<typeof machine.devices.cxl.regions.find> {
  const name = text.replace(/[\0\n].*$/s, '');
  return machine.devices.cxl.regions.find(({ id }) => name === `region${id}`);
}

/** @kernel drivers/base/bus.c: bind_store */
function bindRegionStore(machine: Machine, text: string): Errno {
  const region = regionNamed(machine, text);
  if (region === undefined) return -ENODEV;
  if (region.bound) return -EBUSY;
  const error = cxlRegionBind(machine, region);
  logProbeFailure(machine.kernel, 'cxl_region', `region${region.id}`, error);
  return error;
}

/** @kernel drivers/base/bus.c: unbind_store */
function unbindRegionStore(machine: Machine, text: string): Errno {
  const region = regionNamed(machine, text);
  if (region === undefined || !region.bound) return -ENODEV;
  cxlRegionUnbind(machine, region.id);
  return 0;
}

function driverDirectory(machine: Machine, name: string): DirectoryEntry {
  const isRegion = name === 'cxl_region';
  return directory({
    bind: isRegion ? { kind: 'file', write: (text) => bindRegionStore(machine, text) } : undefined,
    uevent: UNKNOWN_FILE,
    unbind: isRegion ? { kind: 'file', write: (text) => unbindRegionStore(machine, text) } : undefined,
  }, { complete: false });
}

/** /sys/bus/cxl, which is there on kernels that know CXL. */
export function cxlBusDirectory(machine: Machine): DirectoryEntry | undefined {
  if (machine.kernel.profile.does.cxlRegions === 'none') return undefined;
  const list = dynamicDirectory(directory({}), () => [...devices(machine).keys()], (name) => {
    const path = devices(machine).get(name);
    return path === undefined ? undefined : link(`../../../devices/${path}`);
  });
  const driverList = dynamicDirectory(directory({}), () => drivers(machine), (name) =>
    drivers(machine).includes(name) ? driverDirectory(machine, name) : undefined);
  return directory({
    devices: list, drivers: driverList, drivers_autoprobe: UNKNOWN_FILE, drivers_probe: UNKNOWN_FILE,
    flush: UNKNOWN_FILE, uevent: UNKNOWN_FILE,
  });
}

function driverLink(path: string, driver: string | undefined): Entry | undefined {
  return driver === undefined ? undefined : link(`${upToSys(path)}bus/cxl/drivers/${driver}`);
}

function endpointDirectory(machine: Machine, memdev: CxlMemdev, path: string): DirectoryEntry {
  const decoders = machine.devices.cxl.decoders.filter((decoder) => decoder.memdev === memdev.id).map(decoderName);
  const fixed = directory({
    ...cxlCommon(path, 'cxl_port', 3),
    driver: driverLink(path, 'cxl_port'),
    uport: link(`${upToSys(path)}devices/${memdevPath(machine, memdev)}`),
  });
  return dynamicDirectory(fixed, () => decoders, (name) =>
    decoders.includes(name) ? endpointDecoderDirectory(machine, name, `${path}/${name}`) : undefined);
}

/** Where a host bridge is as a device: what the kernel takes for it differs. */
function bridgeTarget(machine: Machine, bridge: CxlHostBridge): string {
  return machine.kernel.profile.does.cxlHostIsPci ? `devices/${bridge.pciName}` : `devices/LNXSYSTM:00/LNXSYBUS:00/${bridge.acpiName}`;
}

function portDirectory(machine: Machine, port: CxlPort): DirectoryEntry {
  const path = `${ROOT}/port${port.id}`;
  const bridge = bridgeByUid(machine, port.bridge) as CxlHostBridge;
  const dports = bridge.rootPorts.map(({ id, name }) => [`dport${id}`, link(`${upToSys(path)}devices/${bridge.pciName}/${name}`)] as const);
  const decoders = Array.from({ length: bridge.decoders }, (_, i) => `decoder${port.id}.${i}`);
  const fixed = directory({
    ...cxlCommon(path, 'cxl_port', 3),
    driver: driverLink(path, 'cxl_port'),
    uport: link(`${upToSys(path)}${bridgeTarget(machine, bridge)}`),
    ...Object.fromEntries(dports),
  });
  const names = (): string[] => [...decoders, ...endpointsOf(machine, port).map(({ endpoint }) => `endpoint${endpoint ?? 0}`)];
  return dynamicDirectory(fixed, names, (name) => {
    const index = decoders.indexOf(name);
    if (index >= 0) return portDecoderDirectory(machine, port, index, `${path}/${name}`);
    const memdev = endpointsOf(machine, port).find(({ endpoint }) => name === `endpoint${endpoint ?? 0}`);
    return memdev && endpointDirectory(machine, memdev, `${path}/${name}`);
  });
}

function rootDirectory(machine: Machine): DirectoryEntry {
  const { roots, ports } = machine.devices.cxl;
  const dports = ports.map(({ bridge: uid }) => {
    const bridge = bridgeByUid(machine, uid) as CxlHostBridge;
    return [`dport${uid}`, link(`${upToSys(ROOT)}${bridgeTarget(machine, bridge)}`)] as const;
  });
  const bridge = directory({
    ...cxlCommon(NVDIMM_BRIDGE, 'cxl_nvdimm_bridge', 1),
    driver: machine.devices.cxl.ndbus === undefined ? undefined : driverLink(NVDIMM_BRIDGE, 'cxl_nvdimm_bridge'),
  }, { complete: false, lacks: (name) => name.startsWith('ndbus') });
  const parent = (): DirectoryEntry | undefined => ndParentDirectory(machine, NVDIMM_BRIDGE);
  const fixed = directory({
    ...cxlCommon(ROOT, 'cxl_port', 4),
    uport: link('../../ACPI0017:00'),
    'nvdimm-bridge0': hasBridge(machine)
      ? dynamicDirectory(bridge, () => parent()?.names().filter((name) => name.startsWith('ndbus')) ?? [], (name) => parent()?.entry(name))
      : undefined,
    ...Object.fromEntries(dports),
  });
  const names = (): string[] => [...roots.map(({ id }) => `decoder0.${id}`), ...ports.map(({ id }) => `port${id}`)];
  return dynamicDirectory(fixed, names, (name) => {
    const decoder = roots.find(({ id }) => name === `decoder0.${id}`);
    if (decoder !== undefined) return rootDecoderDirectory(machine, decoder, `${ROOT}/${name}`);
    const port = ports.find(({ id }) => name === `port${id}`);
    return port && portDirectory(machine, port);
  });
}

/** /sys/devices/platform/ACPI0017:00, on machines whose firmware knows CXL. */
export function cxlPlatformNames(machine: Machine): string[] {
  return machine.devices.cxl.platform.bridges.length > 0 ? ['ACPI0017:00'] : [];
}

export function cxlPlatformDirectory(machine: Machine, name: string): DirectoryEntry | undefined {
  if (!cxlPlatformNames(machine).includes(name)) return undefined;
  const fixed = directory({ power: UNKNOWN_DIRECTORY, uevent: UNKNOWN_FILE }, { complete: false, lacks: (child) => /^root\d+$/.test(child) });
  return dynamicDirectory(
    fixed,
    () => (machine.devices.cxl.rooted ? ['root0'] : []),
    (child) => (child === 'root0' && machine.devices.cxl.rooted ? rootDirectory(machine) : undefined),
  );
}

function bytes(size: number): string {
  return `0x${size.toString(16)}\n`;
}

/** @kernel drivers/cxl/core/memdev.c: cxl_memdev_attributes */
function memdevDirectory(machine: Machine, id: number): DirectoryEntry {
  const memdev = memdevById(machine, id) as CxlMemdev;
  const card = cardOf(machine, memdev);
  const path = memdevPath(machine, memdev);
  return directory({
    dev: UNKNOWN_FILE,
    driver: driverLink(path, memdev.endpoint === undefined ? undefined : 'cxl_mem'),
    firmware_version: readOnly(() => 'BWFW VERSION 00\n'),
    label_storage_size: readOnly(() => `${card.labelBytes}\n`),
    numa_node: readOnly(() => '-1\n'),
    payload_max: readOnly(() => '2048\n'),
    pmem: directory({ size: readOnly(() => bytes(card.pmemBytes)) }),
    [`pmem${id}`]: card.pmemBytes > 0 && machine.devices.cxl.rooted && hasBridge(machine)
      ? directory({
        ...cxlCommon(`${path}/pmem${id}`, 'cxl_nvdimm', 2),
        driver: driverLink(`${path}/pmem${id}`, memdev.nmem === undefined ? undefined : 'cxl_nvdimm'),
      })
      : undefined,
    ram: directory({ size: readOnly(() => bytes(card.ramBytes)) }),
    serial: readOnly(() => `0x${card.serial.toString(16)}\n`),
    subsystem: link(`${upToSys(path)}bus/cxl`),
    uevent: UNKNOWN_FILE,
  });
}

/** Directories of PCI devices that lead to memory devices, under /sys/devices: `pci0000:0c`. */
export function cxlPciDirectories(machine: Machine): Readonly<Record<string, () => Entry | undefined>> {
  const tops = new Set(machine.devices.cxl.platform.bridges.map(({ pciName }) => pciName));
  return Object.fromEntries([...tops].map((top) => [top, () => pciDirectory(machine, top)]));
}

function pciDirectory(machine: Machine, path: string): DirectoryEntry {
  const below = (): string[] => machine.devices.cxl.memdevs
    .map((memdev) => memdevPath(machine, memdev))
    .filter((each) => each.startsWith(`${path}/`));
  const names = (): string[] => [...new Set(below().map((each) => each.slice(path.length + 1).split('/')[0] as string))];
  const bridge = machine.devices.cxl.platform.bridges.find(({ pciName }) => pciName === path);
  const node = bridge && link(`../LNXSYSTM:00/LNXSYBUS:00/${bridge.acpiName}`);
  const fixed = directory({ firmware_node: node }, { complete: false, lacks: (name) => /^mem\d+$/.test(name) });
  return dynamicDirectory(fixed, names, (name) => {
    if (!names().includes(name)) return undefined;
    const memdev = /^mem(\d+)$/.exec(name)?.[1];
    return memdev === undefined ? pciDirectory(machine, `${path}/${name}`) : memdevDirectory(machine, Number(memdev));
  });
}
