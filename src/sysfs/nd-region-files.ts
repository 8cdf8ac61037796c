/** Files of buses, DIMMs and regions of libnvdimm. */

import type { Machine } from '../drivers/machine.ts';
import { nvdimmHasFlush } from '../drivers/nvdimm/flush.ts';
import { regionCookie } from '../drivers/nvdimm/namespace-scan.ts';
import { ndRegionAllocatableDpa, ndRegionAvailableDpa } from '../drivers/nvdimm/namespace-size.ts';
import { cString } from '../drivers/nvdimm/nd-attr.ts';
import { busPath, dimmPath, regionPath } from '../drivers/nvdimm/nd-path.ts';
import { regionToNstype } from '../drivers/nvdimm/nstype.ts';
import { regionAlignStore } from '../drivers/nvdimm/region.ts';
import {
  childName, childrenByName, dimmById, regionById, updateRegion, type NdBus, type NdRegion, type Nvdimm,
} from '../drivers/nvdimm/state.ts';
import { EINVAL, ENXIO, type Errno } from '../kernel/errno.ts';
import { parseKernelBool } from '../kernel/params.ts';
import { hex } from '../kernel/units.ts';
import {
  directory, dynamicDirectory, link, readOnly, readWrite, UNKNOWN_DIRECTORY, UNKNOWN_FILE, type DirectoryEntry, type Entry,
} from './entries.ts';
import { childDirectory, commonFiles, numaFiles, upFrom } from './nd-child-files.ts';
import { perObject } from './per-object.ts';

/** @kernel include/uapi/linux/ndctl.h: ND_DEVICE_DIMM, ND_DEVICE_REGION_PMEM */
const ND_DEVICE_DIMM = 1;
const ND_DEVICE_REGION_PMEM = 2;

function readOnlyStore(machine: Machine, id: number, text: string): Errno {
  const readOnlyNow = parseKernelBool(cString(text));
  if (readOnlyNow === undefined) return -EINVAL;
  const region = regionById(machine, id) as NdRegion;
  updateRegion(machine, id, { readOnly: readOnlyNow });
  if (region.readOnly !== readOnlyNow) announceReadOnly(machine, region, readOnlyNow);
  return 0;
}

/** Disks follow their region. @kernel drivers/nvdimm/bus.c: nvdimm_check_and_set_ro */
function announceReadOnly(machine: Machine, region: NdRegion, now: boolean): void {
  const word = now ? 'only' : 'write';
  for (const child of region.children) {
    const disk = child.attachment?.disk;
    if (disk === undefined) continue;
    const text = `region${region.id} read-${word}, marking ${disk.name} read-${word}`;
    machine.kernel.printk(6, `nd_pmem ${childName(region, child)}: ${text}`);
  }
}

/** @kernel drivers/nvdimm/region_devs.c: nd_region_attributes, region_visible */
function regionFiles(machine: Machine, region: NdRegion): Readonly<Record<string, Entry | undefined>> {
  const { id } = region;
  const now = (): NdRegion => regionById(machine, id) ?? region;
  const flush = nvdimmHasFlush(region);
  const cookie = (): string => `0x${shownCookie(machine, region).toString(16)}\n`;
  const hasSet = region.interleaveSet !== undefined;
  const { persistence } = region.flags;
  const mappings = region.mappings.map(({ dimm, start, size, position }, i) =>
    [`mapping${i}`, readOnly(() => `nmem${dimm},${start},${size},${position}\n`)] as const);
  return {
    align: machine.kernel.profile.does.regionAlign
      ? readWrite(() => `${hex(now().align)}\n`, (text) => regionAlignStore(machine, id, text))
      : undefined,
    available_size: hasSet || regionToNstype(machine, region) === 5
      ? readOnly(() => `${ndRegionAvailableDpa(machine, now())}\n`)
      : undefined,
    badblocks: readOnly(() => (now().bound ? '' : -ENXIO)),
    btt_seed: readOnly(() => `${now().seeds.btt ?? ''}\n`),
    dax_seed: readOnly(() => `${now().seeds.dax ?? ''}\n`),
    deep_flush: flush === undefined ? undefined : readOnly(() => (flush ? '1\n' : '0\n')),
    init_namespaces: readOnly(() => {
      const { bound, activeNamespaces } = now();
      return bound ? `${activeNamespaces}/${activeNamespaces}\n` : -ENXIO;
    }),
    mappings: readOnly(() => `${region.mappings.length}\n`),
    max_available_extent: readOnly(() => `${ndRegionAllocatableDpa(machine, now())}\n`),
    namespace_seed: readOnly(() => `${now().seeds.namespace ?? ''}\n`),
    nstype: readOnly(() => `${regionToNstype(machine, region)}\n`),
    persistence_domain: persistence === undefined ? undefined : readOnly(() => `${persistence}\n`),
    pfn_seed: readOnly(() => `${now().seeds.pfn ?? ''}\n`),
    read_only: readWrite(() => (now().readOnly ? '1\n' : '0\n'), (text) => readOnlyStore(machine, id, text)),
    resource: readOnly(() => `${hex(region.start)}\n`),
    set_cookie: hasSet ? readOnly(cookie) : undefined,
    size: readOnly(() => `${region.size}\n`),
    ...Object.fromEntries(mappings),
  };
}

/** Without a label area nobody knows the labels' version: the first one counts. @kernel drivers/nvdimm/region_devs.c: set_cookie_show */
function shownCookie(machine: Machine, region: NdRegion): bigint {
  const mapping = region.mappings[0];
  const known = mapping !== undefined && dimmById(machine, mapping.dimm)?.ndd !== undefined;
  return known ? regionCookie(machine, region) : (region.interleaveSet?.cookie1 ?? 0n);
}

const regionDirectory = perObject((machine: Machine, region: NdRegion): DirectoryEntry => {
  const { id } = region;
  const path = regionPath(machine, id);
  const fixed = directory({
    ...commonFiles(path, 'nd_pmem', ND_DEVICE_REGION_PMEM, region.bound ? 'nd_region' : undefined),
    ...numaFiles(region),
    ...regionFiles(machine, region),
    nfit: region.rangeIndex === undefined
      ? undefined
      : directory({ range_index: readOnly(() => `${region.rangeIndex}\n`) }),
  });
  const now = (): NdRegion => regionById(machine, id) ?? region;
  return dynamicDirectory(fixed, () => [...childrenByName(now()).keys()], (name) => childDirectory(machine, now(), name));
});

/** Big-endian order of the bytes of a number, as the NFIT prints ids. */
function swapped(value: number, bytes: number): string {
  let text = '';
  for (let i = 0, rest = value; i < bytes; i++, rest = Math.floor(rest / 256)) text += (rest % 256).toString(16).padStart(2, '0');
  return text;
}

/** @kernel drivers/acpi/nfit/core.c: acpi_nfit_dimm_attributes */
function nfitDimmFiles(dimm: Nvdimm): DirectoryEntry {
  return directory(
    {
      dsm_mask: readOnly(() => (dimm.labelSize > 0 ? '0x70\n' : '0\n')),
      family: readOnly(() => '0\n'),
      flags: readOnly(() => '\n'),
      format: readOnly(() => '0x301\n'),
      formats: readOnly(() => '1\n'),
      handle: readOnly(() => `${hex(dimm.handle)}\n`),
      id: readOnly(() => `${swapped(dimm.vendor, 2)}-${swapped(dimm.serial, 4)}\n`),
      phys_id: readOnly(() => '0\n'),
      serial: readOnly(() => `0x${swapped(dimm.serial, 4)}\n`),
      vendor: readOnly(() => `0x${swapped(dimm.vendor, 2)}\n`),
    },
    { complete: false },
  );
}

/** @kernel drivers/nvdimm/dimm_devs.c: nvdimm_attributes */
const dimmDirectory = perObject((machine: Machine, dimm: Nvdimm): DirectoryEntry => {
  const { id } = dimm;
  const now = (): Nvdimm => dimmById(machine, id) ?? dimm;
  return directory({
    ...commonFiles(dimmPath(machine, id), 'nvdimm', ND_DEVICE_DIMM, dimm.bound ? 'nvdimm' : undefined),
    available_slots: readOnly(() => {
      const { ndd } = now();
      return ndd === undefined ? -ENXIO : `${Math.max(0, ndd.nslot - ndd.labels.length - 1)}\n`;
    }),
    commands: readOnly(() => (dimm.labelSize > 0 ? 'get_size get_data set_data \n' : '\n')),
    dev: UNKNOWN_FILE,
    flags: readOnly(() => `${now().labeling ? 'label ' : ''}${now().locked ? 'lock ' : ''}\n`),
    nfit: nfitDimmFiles(dimm),
    state: readOnly(() => (now().busy > 0 ? 'active\n' : 'idle\n')),
  });
});

/** @kernel drivers/nvdimm/core.c: nvdimm_bus_attributes; drivers/acpi/nfit/core.c: acpi_nfit_attributes */
export const busDirectory = perObject((machine: Machine, bus: NdBus): DirectoryEntry => {
  const path = busPath(bus);
  const isNfit = bus.provider === 'ACPI.NFIT';
  const fixed = directory({
    commands: readOnly(() => '\n'),
    driver: link(`${upFrom(path)}bus/nd/drivers/nd_bus`),
    nd: directory({ [`ndctl${bus.id}`]: ndctlDirectory(bus) }),
    nfit: isNfit ? directory({ dsm_mask: readOnly(() => '0\n'), hw_error_scrub: readOnly(() => '0\n'), revision: readOnly(() => '1\n') }) : undefined,
    power: UNKNOWN_DIRECTORY,
    provider: readOnly(() => `${bus.provider}\n`),
    subsystem: link(`${upFrom(path)}bus/nd`),
    uevent: UNKNOWN_FILE,
    wait_probe: readOnly(() => '1\n'),
  });
  const onBus = <T extends { readonly bus: number }>(all: readonly T[]): T[] => all.filter((each) => each.bus === bus.id);
  const regions = (): NdRegion[] => onBus(machine.devices.nvdimm.regions);
  const dimms = (): Nvdimm[] => onBus(machine.devices.nvdimm.dimms);
  return dynamicDirectory(
    fixed,
    () => [...regions().map(({ id }) => `region${id}`), ...dimms().map(({ id }) => `nmem${id}`)],
    (name) => {
      const region = regions().find(({ id }) => name === `region${id}`);
      if (region !== undefined) return regionDirectory(machine, region);
      const dimm = dimms().find(({ id }) => name === `nmem${id}`);
      return dimm && dimmDirectory(machine, dimm);
    },
  );
});

/** Major number of the character devices of buses: given out at run time, the same on every machine here. */
const NDCTL_MAJOR = 250;

function ndctlDirectory(bus: NdBus): DirectoryEntry {
  const path = `${busPath(bus)}/nd/ndctl${bus.id}`;
  return directory({
    dev: readOnly(() => `${NDCTL_MAJOR}:${bus.id}\n`),
    device: link(`../../../ndbus${bus.id}`),
    power: UNKNOWN_DIRECTORY,
    subsystem: link(`${upFrom(path)}class/nd`),
    uevent: UNKNOWN_FILE,
  });
}
