/** Persistent memory: what each region's namespaces leave of it. */

import type { Machine } from '../../drivers/machine.ts';
import { ndRegionAvailableDpa } from '../../drivers/nvdimm/namespace-size.ts';
import {
  childName, dimmById, PFN_MODE_PMEM, type NdBtt, type NdNamespace, type NdPfn, type NdRegion, type PfnLayout,
} from '../../drivers/nvdimm/state.ts';
import { memmapPages } from '../../kernel/sparse.ts';
import type { Charge, Extra, Fill } from './account.ts';
import type { Use } from './use.ts';

/** Bytes in front that hold labels and the info block. @kernel drivers/nvdimm/nd.h: nd_info_block_reserve */
const INFO_BLOCK_RESERVE = 8192;

function isNamespace(child: { kind: string }): child is NdNamespace {
  return child.kind === 'namespace';
}

/** A region is free space where DIMMs hold labels; without labels one namespace covers it. */
export function regionFills(machine: Machine, region: NdRegion): Fill[] {
  const whole = { start: region.start, end: region.start + region.size };
  const owner = `region${region.id}`;
  const use: Use = region.bound ? 'unallocated' : 'unmapped';
  const namespaces = region.children.filter(isNamespace).filter(({ size }) => size > 0);
  return [{ ...whole, use, owner }, ...namespaces.flatMap((namespace) => namespaceFills(machine, region, namespace))];
}

function namespaceFills(machine: Machine, region: NdRegion, namespace: NdNamespace): Fill[] {
  const { start, size, attachment, claim } = namespace;
  const range = { start, end: start + size };
  const owner = childName(region, namespace);
  const holder = region.children.find((child) => childName(region, child) === claim);
  if (holder?.kind === 'btt') return [{ ...range, use: holder.attachment === undefined ? 'unmapped' : 'storage', owner }];
  if (holder?.kind === 'pfn' || holder?.kind === 'dax') {
    if (holder.layout === undefined) return [{ ...range, use: 'unmapped', owner }];
    return pfnFills(machine, range, holder, holder.layout, owner);
  }
  return [{ ...range, use: attachment === undefined ? 'unmapped' : 'storage', owner }];
}

/** From the front: padding, info block, memmap, room to the alignment, data, truncation. */
function pfnFills(
  machine: Machine,
  { start, end }: { start: number; end: number },
  device: NdPfn,
  { startPad, endTrunc, dataoff }: PfnLayout,
  owner: string,
): Fill[] {
  const { kernel } = machine;
  const { pageSize } = kernel.profile.arch;
  const base = start + startPad;
  const data = base + dataoff;
  const dataEnd = end - endTrunc;
  const block = Math.min(base + INFO_BLOCK_RESERVE, data);
  const pages = device.mode === PFN_MODE_PMEM ? memmapPages(kernel, (dataEnd - base) / pageSize, undefined) : 0;
  const memmapEnd = Math.min(block + pages * pageSize, data);
  const held = device.attachment !== undefined;
  const use: Use = !held ? 'unmapped' : device.kind === 'dax' ? 'dax' : 'storage';
  const pieces: readonly (readonly [number, number, Use])[] = [
    [start, base, 'start-pad'], [base, block, 'info-block'], [block, memmapEnd, 'memmap'],
    [memmapEnd, data, 'align'], [data, dataEnd, use], [dataEnd, end, 'end-trunc'],
  ];
  return pieces.filter(([from, to]) => from < to).map(([from, to, what]) => ({ start: from, end: to, use: what, owner }));
}

/** A BTT's own space, and free space no namespace can have. */
export function regionCharges(machine: Machine, region: NdRegion): Charge[] {
  const charges: Charge[] = [];
  for (const btt of region.children.filter((child): child is NdBtt => child.kind === 'btt')) {
    const namespace = region.children.filter(isNamespace).find((each) => childName(region, each) === btt.namespace);
    const disk = btt.attachment?.disk;
    if (namespace === undefined || disk === undefined) continue;
    charges.push({ from: 'storage', use: 'btt', bytes: namespace.size - disk.sizeBytes, owner: childName(region, namespace) });
  }
  if (region.bound && region.mappings.length > 0) {
    const used = region.children.filter(isNamespace).reduce((sum, { size }) => sum + size, 0);
    const free = region.size - used;
    const bytes = Math.max(0, free - ndRegionAvailableDpa(machine, region));
    charges.push({ from: 'unallocated', use: 'interleave', bytes, owner: `region${region.id}` });
  }
  return charges;
}

/** What the DIMMs behind a region hold that is no part of it: label areas, and what its size was rounded by. */
export function nvdimmExtras(machine: Machine, region: NdRegion): Extra[] {
  const { qemu } = machine.devices;
  const plugged = qemu?.devices.find(({ driver, addr }) => driver === 'nvdimm' && addr === region.start);
  const backend = plugged === undefined ? undefined : qemu?.backends.get(plugged.memdev);
  if (plugged !== undefined && backend !== undefined) {
    const owner = plugged.id === '' ? plugged.memdev : plugged.id;
    const rounded = backend.size - plugged.labelSize - region.size;
    return [
      { use: 'label-area' as const, bytes: plugged.labelSize, owner },
      { use: 'align' as const, bytes: Math.max(0, rounded), owner },
    ].filter(({ bytes }) => bytes > 0);
  }
  return region.mappings.flatMap(({ dimm: id }) => {
    const dimm = dimmById(machine, id);
    return dimm === undefined || dimm.labelSize === 0
      ? []
      : [{ use: 'label-area' as const, bytes: dimm.labelSize, owner: `nmem${id}` }];
  });
}
