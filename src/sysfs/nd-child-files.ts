/** Files of what lives on a region: namespaces, pfn, dax and btt devices. */

import type { Machine } from '../drivers/machine.ts';
import { ndNamespaceStore } from '../drivers/nvdimm/claim.ts';
import { NAMESPACE_SECTOR_SIZES, altNameStore, dpaExtents, forceRawStore, holderClassStore, namespaceMode, namespaceUuidStore, sectorSizeStore } from '../drivers/nvdimm/namespace-attr.ts';
import { namespaceSizeStore } from '../drivers/nvdimm/namespace-size.ts';
import { ndSizeSelectShow } from '../drivers/nvdimm/nd-attr.ts';
import { ndSysfsPath } from '../drivers/nvdimm/nd-path.ts';
import { regionToNstype } from '../drivers/nvdimm/nstype.ts';
import {
  BTT_SECTOR_SIZES, bttSectorSizeStore, holderUuidStore, pfnAlignStore, pfnData, pfnModeName, pfnModeStore,
} from '../drivers/nvdimm/pfn-attr.ts';
import { SUPPORTED_ALIGNMENTS } from '../drivers/nvdimm/pfn-validate.ts';
import {
  childByName, childName, childrenByName, type ChildRef, type NdBtt, type NdChild, type NdNamespace, type NdPfn, type NdRegion,
} from '../drivers/nvdimm/state.ts';
import { ENXIO, type Errno } from '../kernel/errno.ts';
import { hex } from '../kernel/units.ts';
import { daxChild, daxChildNames } from './dax-files.ts';
import { directory, dynamicDirectory, link, readOnly, readWrite, UNKNOWN_DIRECTORY, UNKNOWN_FILE, type DirectoryEntry, type Entry } from './entries.ts';
import { diskDirectory } from './nd-block-files.ts';
import { perObject } from './per-object.ts';

type Table = Readonly<Record<string, Entry | undefined>>;

/** @kernel include/uapi/linux/ndctl.h: ND_DEVICE_* */
const ND_DEVICE_DAX_PMEM = 7;

/** `../` up to /sys from a directory. */
export function upFrom(path: string): string {
  return '../'.repeat(path.split('/').length - 2);
}

/** What every device on the bus has. @kernel drivers/nvdimm/bus.c: nd_device_attributes, nd_numa_attributes */
export function commonFiles(path: string, type: string, modalias: number, driver: string | undefined): Table {
  return {
    devtype: readOnly(() => `${type}\n`),
    driver: driver === undefined ? undefined : link(`${upFrom(path)}bus/nd/drivers/${driver}`),
    modalias: readOnly(() => `nd:t${modalias}\n`),
    power: UNKNOWN_DIRECTORY,
    subsystem: link(`${upFrom(path)}bus/nd`),
    uevent: UNKNOWN_FILE,
  };
}

export function numaFiles(region: NdRegion): Table {
  return {
    numa_node: readOnly(() => `${region.numaNode}\n`),
    target_node: region.targetNode < 0 ? undefined : readOnly(() => `${region.targetNode}\n`),
  };
}

/** @kernel drivers/nvdimm/namespace_devs.c: nd_namespace_attributes, namespace_visible */
function namespaceFiles(machine: Machine, ref: ChildRef, region: NdRegion): Table {
  const now = (): NdNamespace => childByName(machine, ref.region, ref.name) as NdNamespace;
  const { labelled } = now();
  const size = (): string => `${now().size}\n`;
  return {
    alt_name: labelled ? readWrite(() => `${now().altName}\n`, (text) => altNameStore(machine, ref, text)) : undefined,
    dpa_extents: labelled ? readOnly(() => `${dpaExtents(machine, ref)}\n`) : undefined,
    force_raw: readWrite(() => (now().forceRaw ? '1\n' : '0\n'), (text) => forceRawStore(machine, ref, text)),
    holder: readOnly(() => `${now().claim ?? ''}\n`),
    holder_class: readWrite(() => `${holderClass(now())}\n`, (text) => holderClassStore(machine, ref, text)),
    mode: readOnly(() => `${namespaceMode(machine, ref)}\n`),
    nstype: readOnly(() => `${regionToNstype(machine, region)}\n`),
    resource: readOnly(() => (now().size === 0 ? -ENXIO : `${hex(now().start)}\n`)),
    sector_size: labelled
      ? readWrite(() => ndSizeSelectShow(now().lbasize, NAMESPACE_SECTOR_SIZES), (text) => sectorSizeStore(machine, ref, text))
      : undefined,
    size: labelled ? readWrite(size, (text) => namespaceSizeStore(machine, ref, text)) : readOnly(size),
    uuid: labelled ? readWrite(() => `${now().uuid ?? ''}\n`, (text) => namespaceUuidStore(machine, ref, text)) : undefined,
  };
}

function holderClass({ claimClass }: NdNamespace): string {
  if (claimClass === 'none') return '';
  if (claimClass === 'btt2') return 'btt';
  return claimClass === 'unknown' ? '<unknown>' : claimClass;
}

/** @kernel drivers/nvdimm/pfn_devs.c: nd_pfn_attributes */
function pfnFiles(machine: Machine, ref: ChildRef): Table {
  const now = (): NdPfn => childByName(machine, ref.region, ref.name) as NdPfn;
  const data = (show: (data: { start: number; size: number }) => string): string | Errno => {
    const found = pfnData(machine, ref);
    return typeof found === 'number' ? found : `${show(found)}\n`;
  };
  return {
    align: readWrite(() => `${now().align}\n`, (text) => pfnAlignStore(machine, ref, text)),
    mode: readWrite(() => `${pfnModeName(now().mode)}\n`, (text) => pfnModeStore(machine, ref, text)),
    resource: readOnly(() => data(({ start }) => hex(start))),
    size: readOnly(() => data(({ size }) => `${size}`)),
    supported_alignments: readOnly(() => ndSizeSelectShow(0, SUPPORTED_ALIGNMENTS)),
  };
}

/** @kernel drivers/nvdimm/btt_devs.c: nd_btt_attributes */
function bttFiles(machine: Machine, ref: ChildRef): Table {
  const now = (): NdBtt => childByName(machine, ref.region, ref.name) as NdBtt;
  return {
    log_zero_flags: readOnly(() => 'Y\n'),
    sector_size: readWrite(
      () => ndSizeSelectShow(now().lbasize, BTT_SECTOR_SIZES),
      (text) => bttSectorSizeStore(machine, ref, text),
    ),
    size: readOnly(() => {
      const size = now().attachment?.disk?.sizeBytes;
      return size === undefined ? -ENXIO : `${size}\n`;
    }),
  };
}

function holderFiles(machine: Machine, ref: ChildRef): Table {
  const now = (): NdPfn | NdBtt => childByName(machine, ref.region, ref.name) as NdPfn | NdBtt;
  return {
    namespace: readWrite(() => `${now().namespace ?? ''}\n`, (text) => ndNamespaceStore(machine, ref, text)),
    uuid: readWrite(() => `${now().uuid ?? ''}\n`, (text) => holderUuidStore(machine, ref, text)),
    ...(now().kind === 'btt' ? bttFiles(machine, ref) : pfnFiles(machine, ref)),
  };
}

function typeName(child: NdChild): string {
  if (child.kind !== 'namespace') return `nd_${child.kind}`;
  return child.labelled ? 'nd_namespace_pmem' : 'nd_namespace_io';
}

/** The directory of a child of a region. A bound one shows its block device, a dax device its dax region. */
export function childDirectory(machine: Machine, region: NdRegion, name: string): DirectoryEntry | undefined {
  const child = childrenByName(region).get(name);
  if (child === undefined) return undefined;
  const fixed = fixedFiles(machine, child)(region);
  if (child.kind !== 'dax') return fixed;
  const path = ndSysfsPath(machine, { region: region.id, name });
  return dynamicDirectory(fixed, () => daxChildNames(machine, path), (each) => daxChild(machine, path, each));
}

/** A child's own files. They are built anew only when the child or the kind of its region changes. */
const fixedFiles = perObject((machine: Machine, child: NdChild) => {
  const built = new Map<string, DirectoryEntry>();
  return (region: NdRegion): DirectoryEntry => {
    const key = `${region.id} ${regionToNstype(machine, region)}`;
    const known = built.get(key);
    if (known !== undefined) return known;
    const fresh = buildFiles(machine, region, child);
    built.set(key, fresh);
    return fresh;
  };
});

function buildFiles(machine: Machine, region: NdRegion, child: NdChild): DirectoryEntry {
  const ref = { region: region.id, name: childName(region, child) };
  const path = ndSysfsPath(machine, ref);
  const modalias = child.kind === 'dax' ? ND_DEVICE_DAX_PMEM : regionToNstype(machine, region);
  const disk = child.attachment?.disk;
  const own = child.kind === 'namespace' ? namespaceFiles(machine, ref, region) : holderFiles(machine, ref);
  const blocks = disk && { [disk.name]: diskDirectory(machine, `${path}/block/${disk.name}`, region.id, disk) };
  return directory({
    ...commonFiles(path, typeName(child), modalias, child.driver),
    ...numaFiles(region),
    ...own,
    block: blocks && directory(blocks),
  });
}
