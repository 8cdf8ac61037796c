/** The account of a machine of the model: what it holds right now. */

import type { Machine } from '../../drivers/machine.ts';
import { rangeOfWindow } from '../../drivers/cxl/platform.ts';
import { daxKmemRange } from '../../drivers/dax/kmem.ts';
import type { QemuMemoryDevice } from '../../drivers/qemu/qemu.ts';
import type { Resource } from '../../kernel/resource.ts';
import { systemRamRanges } from '../../kernel/resource-query.ts';
import { alignDown, alignUp, overlaps, type ByteRange } from '../../kernel/units.ts';
import { accountOf, type Account, type DeviceSpec, type Fill } from './account.ts';
import { blockFills, memmapCharges } from './block-fills.ts';
import { daxFills, idleFills } from './dax-fills.ts';
import { nvdimmExtras, regionCharges, regionFills } from './nvdimm-fills.ts';

/** Accounts for every byte of RAM and of every device with memory. Changes nothing. */
export function accountOfMachine(machine: Machine): Account {
  const { kernel, devices } = machine;
  const nested = [...cxlSpecs(machine), ...regionSpecs(machine), ...softReservedSpecs(machine)];
  const outer = nested.filter(
    (spec, index) => !nested.some((other, at) => at < index && contains(other.ranges[0], spec.ranges[0])),
  );
  const plugged = (devices.qemu?.devices ?? []).flatMap((device) => pluggedSpec(device));
  const others = [...outer, ...plugged];
  const ramRanges = withoutOthers(systemRamRanges(kernel.iomem, 0, kernel.iomem.end), others);
  const ram: DeviceSpec = {
    name: 'System RAM', kind: 'ram', ranges: ramRanges, otherwise: 'unmapped',
    charges: memmapCharges(kernel, ramRanges),
  };
  const fills: Fill[] = [
    ...devices.cxl.platform.windows.flatMap((window) => windowFills(machine, rangeOfWindow(window))),
    ...devices.nvdimm.regions.flatMap((region) => regionFills(machine, region)),
    ...daxFills(machine),
    ...plugged.flatMap((spec) => pluggedFills(machine, spec)),
    ...ramRanges.flatMap((range) => [
      ...trimmedFills(kernel.profile.arch.pageSize, range),
      ...blockFills(kernel, range, 'System RAM', kernel.profile.arch.pageSize),
    ]),
  ];
  const about = { kernel: kernel.profile.name, arch: kernel.profile.arch.name, blockSizeBytes: kernel.memoryBlockSizeBytes };
  return accountOf(about, [ram, ...others].filter(({ ranges }) => ranges.length > 0), fills);
}

function contains(outer: ByteRange | undefined, inner: ByteRange | undefined): boolean {
  return outer !== undefined && inner !== undefined && outer.start <= inner.start && inner.end <= outer.end;
}

function cxlSpecs({ devices }: Machine): DeviceSpec[] {
  return devices.cxl.platform.windows.map((window, index) => ({
    name: `CXL Window ${index}`, kind: 'cxl', ranges: [rangeOfWindow(window)], otherwise: 'unmapped',
  }));
}

/** A window in which regions were made has free space; an empty one is idle as far as blocks can have it. */
function windowFills(machine: Machine, range: ByteRange): Fill[] {
  const regions = machine.devices.cxl.regions.filter(({ resource }) => contains(range, resource));
  if (regions.length === 0) return idleFills(range, daxKmemRange(machine.kernel, range), 'window');
  return [
    { ...range, use: 'unallocated', owner: 'window' },
    ...regions.flatMap(({ id, resource }) =>
      resource === undefined ? [] : idleFills(resource, daxKmemRange(machine.kernel, resource), `region${id}`),
    ),
  ];
}

function regionSpecs(machine: Machine): DeviceSpec[] {
  return machine.devices.nvdimm.regions.map((region) => ({
    name: `region${region.id}`, kind: 'nvdimm',
    ranges: [{ start: region.start, end: region.start + region.size }], otherwise: 'unmapped',
    extras: nvdimmExtras(machine, region), charges: regionCharges(machine, region),
  }));
}

/** Soft-reserved ranges, whether a driver took them or not. */
function softReservedSpecs({ kernel }: Machine): DeviceSpec[] {
  const found: DeviceSpec[] = [];
  const walk = (parent: Resource): void => {
    for (const child of parent.children) {
      const { start, end, desc } = child;
      if (desc === 'soft-reserved') {
        found.push({ name: 'Soft Reserved', kind: 'soft-reserved', ranges: [{ start, end }], otherwise: 'unmapped' });
      } else walk(child);
    }
  };
  walk(kernel.iomem);
  return found;
}

function pluggedSpec(device: QemuMemoryDevice): DeviceSpec[] {
  const { driver, id, addr, size, memdev } = device;
  const range = { start: addr, end: addr + size };
  const name = id === '' ? memdev : id;
  if (driver === 'pc-dimm') return [{ name, kind: 'dimm', ranges: [range], otherwise: 'refused' }];
  if (driver === 'virtio-mem-pci') return [{ name, kind: 'virtio-mem', ranges: [range], otherwise: 'unplugged' }];
  return [];
}

function pluggedFills(machine: Machine, { name, kind, ranges }: DeviceSpec): Fill[] {
  const { kernel } = machine;
  const [range] = ranges;
  if (range === undefined) return [];
  const ram = systemRamRanges(kernel.iomem, range.start, range.end);
  if (kind === 'dimm') {
    const blocks = daxKmemRange(kernel, range);
    const whole = blocks?.start === range.start && blocks.end === range.end;
    const refused: Fill[] = ram.length > 0 || whole ? [] : [{ ...range, use: 'block-rounding', owner: name }];
    return [...refused, ...ram.flatMap((part) => blockFills(kernel, part, name))];
  }
  const vm = [...machine.devices.virtioMem.bound.values()].find(({ addr }) => addr === range.start);
  if (vm === undefined) return [{ ...range, use: 'unmapped', owner: name }];
  const { unitSize, subblockSize } = vm;
  const first = Math.min(alignUp(range.start, unitSize), range.end);
  const last = Math.max(alignDown(range.end, unitSize), first);
  return [
    { start: range.start, end: first, use: 'block-rounding' as const, owner: name },
    { start: last, end: range.end, use: 'block-rounding' as const, owner: name },
    ...vm.plugged.entries.flatMap(({ start, end }) =>
      ram.flatMap((part) => blockFills(kernel, intersection(part, { start: start * subblockSize, end: end * subblockSize }), name)),
    ),
  ].filter(({ start, end }) => start < end);
}

function intersection(a: ByteRange, b: ByteRange): ByteRange {
  return { start: Math.max(a.start, b.start), end: Math.min(a.end, b.end) };
}

function trimmedFills(pageSize: number, { start, end }: ByteRange): Fill[] {
  const whole = { start: Math.min(alignUp(start, pageSize), end), end: Math.max(alignDown(end, pageSize), start) };
  const owner = 'System RAM';
  return [
    { start, end: whole.start, use: 'page-trim' as const, owner },
    { start: Math.max(whole.end, whole.start), end, use: 'page-trim' as const, owner },
  ].filter((each) => each.start < each.end);
}

/** What of the ranges lies in no other device. */
function withoutOthers(ranges: readonly ByteRange[], specs: readonly DeviceSpec[]): ByteRange[] {
  const holes = specs.flatMap((spec) => spec.ranges).sort((a, b) => a.start - b.start);
  return ranges.flatMap((range) => {
    const left: ByteRange[] = [];
    let at = range.start;
    for (const hole of holes) {
      if (!overlaps(at, range.end, hole.start, hole.end)) continue;
      if (hole.start > at) left.push({ start: at, end: hole.start });
      at = Math.max(at, hole.end);
    }
    if (at < range.end) left.push({ start: at, end: range.end });
    return left;
  });
}
