/** dax_pmem: a dax device of libnvdimm becomes a region and a device on the dax bus. */

import { EBUSY, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import { allocDaxRegion, devmCreateDevDax, removeDaxRegion } from '../dax/dax-bus.ts';
import type { Machine } from '../machine.ts';
import { claimRange, NOTHING, setAttachment, unclaimRange } from './attachment.ts';
import { nvdimmNamespaceCommonProbe } from './common-probe.ts';
import { daxPmemProbeBeforeBus } from './dax-pmem-before-bus.ts';
import { ndSysfsPath } from './nd-path.ts';
import { nvdimmSetupPfn } from './pfn-setup.ts';
import { devmNamespaceEnable, namespaceName } from './pmem.ts';
import { regionById, type ChildRef, type NdRegion } from './state.ts';

const METADATA_FREE: CheckPoint = {
  file: 'drivers/dax/pmem.c',
  fn: '__dax_pmem_probe',
  condition: 'the metadata in front of the data can be reserved in /proc/iomem',
};

/**
 * Reserves the metadata and registers the data as a static dax region with one device of the namespace's number.
 * −EBUSY when the metadata is taken, −ENOMEM when the data is not aligned, or what the info block's check returned.
 * @kernel drivers/dax/pmem.c: __dax_pmem_probe
 * Since Linux ("device-dax: Introduce bus + driver model") (v5.1); before it, dax_pmem mapped the namespace itself.
 */
export function daxPmemProbe(machine: Machine, ref: ChildRef): Errno {
  const { kernel } = machine;
  const namespace = nvdimmNamespaceCommonProbe(machine, ref);
  if (typeof namespace === 'number') return namespace;
  const head = devmNamespaceEnable(machine, ref, namespace);
  if (typeof head === 'number') return head;
  const setup = nvdimmSetupPfn(machine, ref, namespace);
  unclaimRange(machine, head);
  if (typeof setup === 'number') return setup;
  if (!kernel.profile.does.daxBus) return daxPmemProbeBeforeBus(machine, ref, namespace, setup);
  const { range, dataoff, altmap, sb } = setup;
  const metadata = { start: namespace.start, end: namespace.start + dataoff };
  const free = claimRange(machine, metadata, namespaceName(ref, namespace));
  kernel.explain?.(METADATA_FREE, free, { start: metadata.start, end: metadata.end });
  if (!free) {
    kernel.printk(4, `dax_pmem ${ref.name}: could not reserve metadata`);
    return -EBUSY;
  }
  const region = regionById(machine, ref.region) as NdRegion;
  const start = range.start + dataoff;
  const daxRegion = allocDaxRegion(machine, {
    id: region.id, start, end: range.end, align: sb.align, targetNode: region.targetNode, numaNode: region.numaNode,
    isStatic: true, kmemDefault: false, sysfsParent: ndSysfsPath(machine, ref),
  });
  if (typeof daxRegion === 'number') {
    unclaimRange(machine, metadata);
    return daxRegion;
  }
  const device = devmCreateDevDax(machine, daxRegion.key, {
    id: namespace.id, size: range.end - start, memmapOnMemory: false,
    pgmap: { ...range, altmap: altmap && { reserve: altmap.reserve, free: altmap.free } },
  });
  if (typeof device === 'number') {
    removeDaxRegion(machine, daxRegion.key);
    unclaimRange(machine, metadata);
    return device;
  }
  setAttachment(machine, ref, { ...NOTHING, claims: [metadata], daxRegion: daxRegion.key });
  return 0;
}
