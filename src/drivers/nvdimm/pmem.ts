/** nd_pmem: a namespace, or the pfn or btt device on it, becomes a block device. */

import { EBUSY, ENXIO, EOPNOTSUPP, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { ByteRange } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { claimRange, mapPages, NOTHING, setAttachment, unclaimRange } from './attachment.ts';
import { ndBttProbe, nvdimmNamespaceAttachBtt } from './btt.ts';
import { nvdimmNamespaceCommonProbe, pmemShouldMapPages, printResource } from './common-probe.ts';
import { nvdimmNamespaceDiskName } from './disk-name.ts';
import { nvdimmHasFlush } from './flush.ts';
import { ndPfnProbe } from './pfn-probe.ts';
import { nvdimmSetupPfn, type PfnMapping } from './pfn-setup.ts';
import {
  childByName, regionById, type ChildRef, type NdChild, type NdNamespace, type NdRegion,
} from './state.ts';

/** Bytes in front that hold labels and the info block. @kernel drivers/nvdimm/nd.h: nd_info_block_reserve */
const INFO_BLOCK_RESERVE = 8192;

const KEEPS_NAMESPACE: CheckPoint = {
  file: 'drivers/nvdimm/pmem.c',
  fn: 'nd_pmem_probe',
  condition: 'no info block on the namespace hands it over to a btt, pfn or dax device',
};
const HEAD_FREE: CheckPoint = {
  file: 'drivers/nvdimm/claim.c',
  fn: 'devm_nsio_enable',
  condition: 'the first 8 KiB of the namespace can be reserved in /proc/iomem',
};
const RANGE_FREE: CheckPoint = {
  file: 'drivers/nvdimm/pmem.c',
  fn: 'pmem_attach_disk',
  condition: 'the whole namespace can be reserved in /proc/iomem',
};

/**
 * Probes a namespace, pfn or btt device. A namespace with an info block hands over to a device of that kind and
 * returns −ENXIO itself.
 * @kernel drivers/nvdimm/pmem.c: nd_pmem_probe
 */
export function ndPmemProbe(machine: Machine, ref: ChildRef): Errno {
  const namespace = nvdimmNamespaceCommonProbe(machine, ref);
  if (typeof namespace === 'number') return namespace;
  const child = childByName(machine, ref.region, ref.name) as NdChild;
  if (child.kind === 'btt') return nvdimmNamespaceAttachBtt(machine, ref, namespace);
  if (child.kind === 'pfn') return pmemAttachDisk(machine, ref, namespace);
  const claimed = devmNamespaceEnable(machine, ref, namespace);
  if (typeof claimed === 'number') return claimed;
  const error = probeInfoBlocks(machine, ref, namespace);
  const { claim } = childByName(machine, ref.region, ref.name) as NdNamespace;
  machine.kernel.explain?.(KEEPS_NAMESPACE, error === 0, { namespace: ref.name, claimedBy: claim ?? 'none' });
  unclaimRange(machine, claimed);
  return error === 0 ? pmemAttachDisk(machine, ref, namespace) : error;
}

/** Looks for an info block; 0 when the namespace is to be attached as it is. */
function probeInfoBlocks(machine: Machine, ref: ChildRef, namespace: NdNamespace): Errno {
  if (ndBttProbe(machine, ref, namespace) === 0) return -ENXIO;
  for (const kind of ['pfn', 'dax'] as const) {
    const error = ndPfnProbe(machine, ref, namespace, kind);
    if (error === 0) return -ENXIO;
    if (error === -EOPNOTSUPP && machine.kernel.profile.does.badInfoBlockStopsProbe) return error;
  }
  return 0;
}

/**
 * Reserves the head of a namespace while its info block is read or written; −EBUSY when it is taken.
 * @kernel drivers/nvdimm/claim.c: devm_nsio_enable
 */
export function devmNamespaceEnable(machine: Machine, ref: ChildRef, namespace: NdNamespace): ByteRange | Errno {
  const { kernel } = machine;
  const { start } = namespace;
  const range = { start, end: start + INFO_BLOCK_RESERVE };
  const free = claimRange(machine, range, namespaceName(ref, namespace));
  kernel.explain?.(HEAD_FREE, free, { start, end: range.end });
  if (free) return range;
  const whole = printResource(namespace, false);
  kernel.printk(4, `${driverOf(machine, ref)} ${ref.name}: could not reserve region ${whole}`);
  return -EBUSY;
}

function driverOf(machine: Machine, ref: ChildRef): string {
  return childByName(machine, ref.region, ref.name)?.kind === 'dax' ? 'dax_pmem' : 'nd_pmem';
}

export function namespaceName(ref: ChildRef, namespace: NdNamespace): string {
  return `namespace${ref.region}.${namespace.id}`;
}

/**
 * Attaches the block device. −EBUSY for a taken range, or what setting up the info block or mapping returned.
 * @kernel drivers/nvdimm/pmem.c: pmem_attach_disk
 */
function pmemAttachDisk(machine: Machine, ref: ChildRef, namespace: NdNamespace): Errno {
  const { kernel } = machine;
  const region = regionById(machine, ref.region) as NdRegion;
  const child = childByName(machine, ref.region, ref.name) as NdChild;
  const { start, size } = namespace;
  const end = start + size;
  const head = devmNamespaceEnable(machine, ref, namespace);
  if (typeof head === 'number') return head;
  const setup = child.kind === 'pfn' ? nvdimmSetupPfn(machine, ref, namespace) : undefined;
  unclaimRange(machine, head);
  if (typeof setup === 'number') return setup;
  if (nvdimmHasFlush(region) === undefined) {
    kernel.printk(4, `nd_pmem ${ref.name}: unable to guarantee persistence of writes`);
  }
  const range = { start, end };
  const free = claimRange(machine, range, namespaceName(ref, namespace));
  kernel.explain?.(RANGE_FREE, free, { start, end });
  if (!free) {
    kernel.printk(4, `nd_pmem ${ref.name}: could not reserve region ${printResource(namespace, false)}`);
    return -EBUSY;
  }
  const pgmap = attachPages(machine, ref, region, namespace, child, setup);
  if (pgmap !== undefined && pgmap < 0) {
    unclaimRange(machine, range);
    return pgmap;
  }
  const lost = setup === undefined ? 0 : size - (setup.range.end - setup.range.start) + setup.dataoff;
  const disk = {
    name: nvdimmNamespaceDiskName(ref, namespace, ''),
    sizeBytes: size - lost,
    sectorSize: pmemSectorSize(namespace),
    start: setup === undefined ? start : setup.range.start + setup.dataoff,
  };
  setAttachment(machine, ref, { ...NOTHING, claims: [range], pgmap, disk });
  return 0;
}

/** The mapping of what has struct pages, nothing for a raw namespace, or −errno. */
function attachPages(
  machine: Machine,
  ref: ChildRef,
  region: NdRegion,
  namespace: NdNamespace,
  child: NdChild,
  setup: PfnMapping | undefined,
): number | undefined {
  const whole = { start: namespace.start, end: namespace.start + namespace.size };
  if (setup === undefined && !pmemShouldMapPages(machine, region, child)) return undefined;
  return mapPages(machine, {
    type: 'fs-dax',
    owner: namespaceName(ref, namespace),
    device: `nd_pmem ${ref.name}`,
    ranges: [setup?.range ?? whole],
    altmap: setup?.altmap,
    vmemmapShift: 0,
    nid: region.numaNode,
  });
}

/** @kernel drivers/nvdimm/namespace_devs.c: pmem_sector_size */
export function pmemSectorSize(namespace: NdNamespace): number {
  return namespace.labelled && namespace.lbasize === 4096 ? 4096 : 512;
}

