/** CXL decoders and regions in sysfs. */

import { windowGranularity } from '../drivers/cxl/cfmws.ts';
import { dpaSizeStore, modeStore } from '../drivers/cxl/dpa.ts';
import { cxlRegionPorts, portDecoder } from '../drivers/cxl/port-decoder.ts';
import { daxRegionPath, regionPath } from '../drivers/cxl/region-driver.ts';
import {
  commitStore, createRegionStore, deleteRegionStore, granularityStore, rootWays, sizeStore, targetStore, uuidStore, waysStore,
} from '../drivers/cxl/region.ts';
import {
  CXL_CONFIG_COMMIT, decoderName, endpointDecoder, regionById, regionOfDecoder,
  type CxlEndpointDecoder, type CxlPort, type CxlRegion, type CxlRootDecoder,
} from '../drivers/cxl/state.ts';
import type { Machine } from '../drivers/machine.ts';
import { hex } from '../kernel/units.ts';
import { daxChild, daxChildNames } from './dax-files.ts';
import {
  directory, dynamicDirectory, link, readOnly, readWrite, UNKNOWN_FILE, type DirectoryEntry, type Entry,
  type FileEntry,
} from './entries.ts';

/** `%#llx`; the kernel prints a zero there with a prefix of its own. */
function address(value: number): string {
  return `${hex(value)}\n`;
}

function text(value: () => string | number): FileEntry {
  return readOnly(() => `${value()}\n`);
}

function flag(value: boolean): FileEntry {
  return text(() => (value ? 1 : 0));
}

/** `../` up to /sys from a directory given below /sys/devices. */
export function upToSys(path: string): string {
  return '../'.repeat(path.split('/').length + 1);
}

/** What every device on the CXL bus has. */
export function cxlCommon(path: string, devtype: string, type: number): Readonly<Record<string, Entry>> {
  return {
    devtype: text(() => devtype),
    modalias: text(() => `cxl:t${type}`),
    subsystem: link(`${upToSys(path)}bus/cxl`),
    uevent: UNKNOWN_FILE,
  };
}

/** @kernel drivers/cxl/core/port.c: cxl_decoder_root_attrs */
export function rootDecoderDirectory(machine: Machine, root: CxlRootDecoder, path: string): DirectoryEntry {
  const { window } = root;
  const { pmem, volatile, type2, type3 } = window.restrictions;
  const { cxlRegions } = machine.kernel.profile.does;
  const next = (): string => `region${machine.devices.cxl.roots.find(({ id }) => id === root.id)?.regionId ?? root.regionId}\n`;
  const create = (mode: CxlRegion['mode']): FileEntry => readWrite(next, (name) => createRegionStore(machine, root.id, mode, name));
  const fixed = directory({
    ...cxlCommon(path, 'cxl_decoder_root', 0),
    cap_pmem: flag(pmem),
    cap_ram: flag(volatile),
    cap_type2: flag(type2),
    cap_type3: flag(type3),
    create_pmem_region: pmem && type3 ? create('pmem') : undefined,
    create_ram_region: volatile && type3 && cxlRegions === 'pmem-and-ram' ? create('ram') : undefined,
    delete_region: type3 ? { kind: 'file', write: (name) => deleteRegionStore(machine, root.id, name) } : undefined,
    interleave_granularity: text(() => windowGranularity(window)),
    interleave_ways: text(() => rootWays(root)),
    locked: flag(false),
    qos_class: machine.kernel.profile.does.cxlHostIsPci ? UNKNOWN_FILE : undefined,
    size: readOnly(() => address(window.size)),
    start: readOnly(() => address(window.base)),
    target_list: text(() => window.targets.join(',')),
  });
  const regions = (): CxlRegion[] => machine.devices.cxl.regions.filter((region) => region.root === root.id);
  return dynamicDirectory(fixed, () => regions().map(({ id }) => `region${id}`), (name) => {
    const region = regions().find(({ id }) => name === `region${id}`);
    return region && regionDirectory(machine, region);
  });
}

/** @kernel drivers/cxl/core/region.c: cxl_region_attrs */
function regionDirectory(machine: Machine, { id, root }: CxlRegion): DirectoryEntry {
  const now = (): CxlRegion => regionById(machine, id) as CxlRegion;
  const { cxlRegions } = machine.kernel.profile.does;
  const path = regionPath({ id, root });
  const setting = (show: (region: CxlRegion) => string | number, store: (region: CxlRegion, text: string) => number): FileEntry =>
    readWrite(() => `${show(now())}\n`, (value) => store(now(), value));
  const fixed = directory({
    ...cxlCommon(path, 'cxl_region', 6),
    commit: setting(({ state }) => (state >= CXL_CONFIG_COMMIT ? 1 : 0), (region, value) => commitStore(machine, region, value)),
    driver: now().bound ? link(`${upToSys(path)}bus/cxl/drivers/cxl_region`) : undefined,
    interleave_granularity: setting(({ granularity }) => granularity, (region, value) => granularityStore(machine, region, value)),
    interleave_ways: setting(({ ways }) => ways, (region, value) => waysStore(machine, region, value)),
    mode: cxlRegions === 'pmem-and-ram' ? text(() => now().mode) : undefined,
    resource: text(() => (now().resource === undefined ? '0xffffffffffffffff' : hex(now().resource?.start ?? 0))),
    size: setting(
      ({ resource }) => hex(resource === undefined ? 0 : resource.end - resource.start),
      (region, value) => sizeStore(machine, region, value),
    ),
    uuid: now().mode === 'pmem'
      ? setting(({ uuid }) => uuid, (region, value) => uuidStore(machine, region, value))
      : readOnly(() => '\n'),
    ...Object.fromEntries(now().targets.map((_, i) => [`target${i}`, readWrite(
      () => `${now().targets[i] ?? ''}\n`,
      (name) => targetStore(machine, now(), i, name),
    )])),
    // Later kernels add what is known of speed: access0, access1.
  }, { complete: cxlRegions !== 'pmem-and-ram', lacks: (name) => !name.startsWith('access') });
  const dax = daxRegionPath({ id, root });
  const children = (): string[] => [
    ...(machine.devices.dax.regions.has(dax) ? [`dax_region${id}`] : []),
    ...(now().bound && now().mode === 'pmem' ? [`pmem_region${id}`] : []),
  ];
  return dynamicDirectory(fixed, children, (name) => {
    if (!children().includes(name)) return undefined;
    const below = `${path}/${name}`;
    if (name === `pmem_region${id}`) return directory(cxlCommon(below, 'cxl_pmem_region', 7));
    const common = directory(cxlCommon(below, 'cxl_dax_region', 8));
    return dynamicDirectory(common, () => daxChildNames(machine, dax), (child) => daxChild(machine, dax, child));
  });
}

/** A decoder of a host bridge. @kernel drivers/cxl/core/port.c: cxl_decoder_switch_attrs */
export function portDecoderDirectory(machine: Machine, port: CxlPort, index: number, path: string): DirectoryEntry {
  const now = (): ReturnType<typeof portDecoder> => portDecoder(machine, port, index);
  return directory({
    ...cxlCommon(path, 'cxl_decoder_switch', 0),
    interleave_granularity: text(() => now()?.granularity ?? 256),
    interleave_ways: text(() => now()?.ports.length ?? 1),
    locked: flag(false),
    region: text(() => (now()?.region === undefined ? '' : `region${now()?.region?.id ?? 0}`)),
    size: readOnly(() => address((now()?.range.end ?? 0) - (now()?.range.start ?? 0))),
    start: readOnly(() => address(now()?.range.start ?? 0)),
    target_list: text(() => (now()?.ports ?? cxlRegionPorts(machine, port).slice(0, 1)).map(({ id }) => id).join(',')),
    target_type: text(() => 'expander'),
  });
}

function sizeOf(region: CxlRegion | undefined): number {
  return region?.resource === undefined ? 0 : region.resource.end - region.resource.start;
}

/** @kernel drivers/cxl/core/port.c: cxl_decoder_endpoint_attrs */
export function endpointDecoderDirectory(machine: Machine, name: string, path: string): DirectoryEntry {
  const now = (): CxlEndpointDecoder => endpointDecoder(machine, name) as CxlEndpointDecoder;
  const region = (): CxlRegion | undefined => regionOfDecoder(machine, decoderName(now()));
  const size = (): string => {
    const { dpa } = now();
    return `0x${(dpa === undefined ? 0 : dpa.end - dpa.start).toString(16).padStart(16, '0')}\n`;
  };
  return directory({
    ...cxlCommon(path, 'cxl_decoder_endpoint', 0),
    dpa_resource: text(() => (now().dpa === undefined ? '0xffffffffffffffff' : hex(now().dpa?.start ?? 0))),
    dpa_size: readWrite(size, (value) => dpaSizeStore(machine, now(), value)),
    interleave_granularity: text(() => region()?.granularity ?? 256),
    interleave_ways: text(() => region()?.ways ?? 1),
    locked: flag(false),
    mode: readWrite(() => `${now().mode}\n`, (value) => modeStore(machine, now(), value)),
    region: text(() => (region() === undefined ? '' : `region${region()?.id ?? 0}`)),
    size: readOnly(() => address(sizeOf(region()))),
    start: readOnly(() => address(region()?.resource?.start ?? 0)),
    target_type: text(() => 'expander'),
  });
}
