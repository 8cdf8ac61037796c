/** Legacy persistent memory: e820 type 12 ranges become regions with one raw namespace each. */

import { EBUSY, EOPNOTSUPP, type Errno } from '../kernel/errno.ts';
import type { CheckPoint } from '../kernel/explain.ts';
import { memoryAddPhysaddrToNid } from '../kernel/memory-hotplug.ts';
import { memremapPages, memunmapPages } from '../kernel/memremap.ts';
import { releaseRegion, requestRegion, type Resource } from '../kernel/resource.ts';
import { hexPadded, isAligned } from '../kernel/units.ts';
import type { Machine } from './machine.ts';
import { logProbeFailure } from './probe.ts';

/** A namespace that spans its whole region. */
export interface NdNamespace {
  /** `namespaceX.0` */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The mapping while nd_pmem drives it. */
  readonly pgmap: number | undefined;
}

export interface NvdimmState {
  readonly namespaces: readonly NdNamespace[];
}

export const NO_NVDIMM: NvdimmState = { namespaces: [] };

const COMPAT_ALIGNED: CheckPoint = {
  file: 'drivers/nvdimm/namespace_devs.c',
  fn: 'nvdimm_namespace_common_probe',
  condition: 'start and end of the namespace are multiples of what memremap needs',
};
const RANGE_FREE: CheckPoint = {
  file: 'drivers/nvdimm/pmem.c',
  fn: 'pmem_attach_disk',
  condition: 'the whole namespace can be reserved in /proc/iomem',
};

/**
 * Registers a region for each legacy persistent range; namespaces are probed at once when nd_pmem is there.
 * @kernel drivers/nvdimm/e820.c: e820_pmem_probe
 */
export function loadNdE820(machine: Machine): void {
  const ranges = legacyRanges(machine.kernel.iomem);
  const namespaces = ranges.map(({ start, end }, i) => ({ name: `namespace${i}.0`, start, end, pgmap: undefined }));
  machine.devices = { ...machine.devices, nvdimm: { namespaces } };
  if (machine.devices.modules.includes('nd_pmem')) loadNdPmem(machine);
}

function legacyRanges(root: Resource): Resource[] {
  return root.children.flatMap((child) =>
    child.desc === 'persistent-memory-legacy' ? [child] : legacyRanges(child),
  );
}

/** Lets nd_pmem probe every namespace that has no driver yet. */
export function loadNdPmem(machine: Machine): void {
  for (const namespace of machine.devices.nvdimm.namespaces) {
    if (namespace.pgmap !== undefined) continue;
    const result = attachNamespace(machine, namespace);
    if (result < 0) logProbeFailure(machine.kernel, 'nd_pmem', namespace.name, result);
    else setPgmap(machine, namespace.name, result);
  }
}

/** Takes nd_pmem off every namespace. */
export function unloadNdPmem(machine: Machine): void {
  const { kernel } = machine;
  for (const { name, start, end, pgmap } of machine.devices.nvdimm.namespaces) {
    if (pgmap === undefined) continue;
    memunmapPages(kernel, pgmap);
    kernel.iomem = releaseRegion(kernel.iomem, start, end) ?? kernel.iomem;
    setPgmap(machine, name, undefined);
  }
}

/** Takes the regions away, with whatever drives their namespaces. */
export function unloadNdE820(machine: Machine): void {
  unloadNdPmem(machine);
  machine.devices = { ...machine.devices, nvdimm: NO_NVDIMM };
}

/**
 * Probes one namespace: all of it is reserved and mapped with struct pages in RAM. Returns the mapping, −EOPNOTSUPP
 * for a misaligned range, −EBUSY for a taken one, or what memremap_pages() returned.
 * @kernel drivers/nvdimm/pmem.c: nd_pmem_probe, pmem_attach_disk
 */
function attachNamespace(machine: Machine, namespace: NdNamespace): Errno {
  const { kernel } = machine;
  const { name, start, end } = namespace;
  const unit = kernel.profile.arch.subsectionSize;
  const aligned = !kernel.profile.does.subsectionHotplug || (isAligned(start, unit) && isAligned(end, unit));
  kernel.explain?.(COMPAT_ALIGNED, aligned, { start, end, unit });
  if (!aligned) {
    const range = `[mem ${hexPadded(start, 8)}-${hexPadded(end - 1, 8)} flags 0x200]`;
    kernel.printk(3, `nd_pmem ${name}: ${range} misaligned, unable to map`);
    return -EOPNOTSUPP;
  }
  kernel.printk(4, `nd_pmem ${name}: unable to guarantee persistence of writes`);
  const claim = requestRegion(kernel.iomem, start, end, name, 0);
  kernel.explain?.(RANGE_FREE, claim.ok, { start, end, owner: claim.ok ? 'none' : claim.conflict.name });
  if (!claim.ok) {
    const range = `[mem ${hexPadded(start, 8)}-${hexPadded(end - 1, 8)}]`;
    kernel.printk(4, `nd_pmem ${name}: could not reserve region ${range}`);
    return -EBUSY;
  }
  kernel.iomem = claim.tree;
  const result = memremapPages(kernel, {
    type: 'fs-dax',
    owner: name,
    ranges: [{ start, end }],
    altmap: undefined,
    vmemmapShift: 0,
    nid: memoryAddPhysaddrToNid(kernel, start),
  });
  if (result < 0) kernel.iomem = releaseRegion(kernel.iomem, start, end) ?? kernel.iomem;
  return result;
}

function setPgmap(machine: Machine, name: string, pgmap: number | undefined): void {
  const namespaces = machine.devices.nvdimm.namespaces.map((each) => (each.name === name ? { ...each, pgmap } : each));
  machine.devices = { ...machine.devices, nvdimm: { namespaces } };
}
