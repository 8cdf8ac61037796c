/** dax_pmem before there was a dax bus: it reserves and maps all of the namespace itself. */

import { EBUSY, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import { allocDaxRegion, devmCreateDevDax } from '../dax/dax-bus.ts';
import type { Machine } from '../machine.ts';
import { claimRange, mapPages, NOTHING, releaseAttachment, setAttachment } from './attachment.ts';
import { printResource } from './common-probe.ts';
import { ndSysfsPath } from './nd-path.ts';
import type { PfnMapping } from './pfn-setup.ts';
import { namespaceName } from './pmem.ts';
import { regionById, type Attachment, type ChildRef, type NdNamespace, type NdRegion } from './state.ts';

const NAMESPACE_FREE: CheckPoint = {
  file: 'drivers/dax/pmem.c',
  fn: 'dax_pmem_probe',
  condition: 'the whole namespace can be reserved in /proc/iomem',
};

/**
 * Maps a namespace whose info block was read, and makes a device of the dax class. −EBUSY when the namespace is taken,
 * −ENOMEM when the data is not aligned, or what mapping returned.
 * @kernel drivers/dax/pmem.c: dax_pmem_probe (v5.0)
 */
export function daxPmemProbeBeforeBus(
  machine: Machine,
  ref: ChildRef,
  namespace: NdNamespace,
  { range, dataoff, altmap, sb }: PfnMapping,
): Errno {
  const { kernel } = machine;
  const region = regionById(machine, ref.region) as NdRegion;
  const whole = { start: namespace.start, end: namespace.start + namespace.size };
  const free = claimRange(machine, whole, namespaceName(ref, namespace));
  kernel.explain?.(NAMESPACE_FREE, free, { start: whole.start, end: whole.end });
  if (!free) {
    kernel.printk(4, `dax_pmem ${ref.name}: could not reserve region ${printResource(namespace, false)}`);
    return -EBUSY;
  }
  let held: Attachment = { ...NOTHING, claims: [whole] };
  const fail = (error: Errno): Errno => {
    releaseAttachment(machine, held);
    return error;
  };
  const pgmap = mapPages(machine, {
    type: 'generic', owner: ref.name, device: `dax_pmem ${ref.name}`, ranges: [range], altmap, vmemmapShift: 0,
    nid: Math.max(region.numaNode, 0),
  });
  if (pgmap < 0) return fail(pgmap);
  held = { ...held, pgmap };
  const start = range.start + dataoff;
  const daxRegion = allocDaxRegion(machine, {
    id: region.id, start, end: range.end, align: sb.align, targetNode: region.targetNode, numaNode: region.numaNode,
    isStatic: true, kmemDefault: false, sysfsParent: ndSysfsPath(machine, ref),
  });
  if (typeof daxRegion === 'number') return fail(daxRegion);
  held = { ...held, daxRegion: daxRegion.key };
  const device = devmCreateDevDax(machine, daxRegion.key, { id: namespace.id, size: range.end - start });
  if (typeof device === 'number') return fail(device);
  setAttachment(machine, ref, held);
  return 0;
}
