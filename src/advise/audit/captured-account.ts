/** The account of a captured machine, from the names and addresses it recorded. */

import type { CapturedResource } from '../../capture/captured-machine.ts';
import { overlapping } from '../../capture/finding.ts';
import type { MachineLayout } from '../../capture/machine-layout.ts';
import { blockRoundingLoss } from '../../drivers/cxl/cfmws.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { memmapPages } from '../../kernel/sparse.ts';
import { alignDown, alignUp, type ByteRange } from '../../kernel/units.ts';
import { accountOf, type Account, type Charge, type DeviceKind, type DeviceSpec, type Fill } from './account.ts';
import { memmapCharges } from './block-fills.ts';
import { idleFills } from './dax-fills.ts';

/** Accounts for what the layout shows; with the kernel its boot gives, struct pages are accounted for too. */
export function accountOfLayout(layout: MachineLayout, kernel: Kernel | undefined): Account {
  const devices = deviceSpecs(layout);
  const inDevice = devices.flatMap(({ ranges }) => ranges).sort((a, b) => a.start - b.start);
  const ranges = touchingJoined(
    layout.owned.filter(({ kind, start, end }) => kind === 'ram' && overlapping(inDevice, start, end).length === 0),
  );
  const fills = [
    ...ranges.flatMap((range) => ramFills(layout, range, 'System RAM')),
    ...devices.flatMap((spec) => deviceFills(layout, spec)),
  ];
  const added = layout.owned
    .filter(({ kind }) => kind === 'kmem' || kind === 'virtio-mem')
    .reduce((sum, { start, end }) => sum + end - start, 0);
  const charges = kernel === undefined ? [] : [...memmapCharges(kernel, ranges), addedCharge(kernel, added)];
  const ram: DeviceSpec = { name: 'System RAM', kind: 'ram', ranges, otherwise: 'ram', charges };
  const about = { kernel: layout.profile.name, arch: layout.arch.name, blockSizeBytes: layout.blockSize };
  return accountOf(about, [ram, ...devices].filter((spec) => spec.ranges.length > 0), fills);
}

/** What drivers added has its memmap in RAM, unless they were told otherwise: then a capture does not show it. */
function addedCharge(kernel: Kernel, bytes: number): Charge {
  const { pageSize } = kernel.profile.arch;
  const pages = memmapPages(kernel, Math.floor(bytes / pageSize), undefined);
  return { from: 'ram', use: 'memmap', bytes: pages * pageSize, owner: 'System RAM' };
}

function touchingJoined(ranges: readonly ByteRange[]): ByteRange[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of ranges) {
    const last = joined.at(-1);
    if (last?.end === start) last.end = end;
    else joined.push({ start, end });
  }
  return joined;
}

/** Online unless recorded offline; parts of pages nobody can use. */
function ramFills(layout: MachineLayout, range: ByteRange, owner: string): Fill[] {
  const { pageSize } = layout.arch;
  const start = Math.min(alignUp(range.start, pageSize), range.end);
  const end = Math.max(alignDown(range.end, pageSize), start);
  const fills: Fill[] = [{ ...range, use: 'page-trim', owner }];
  if (start < end) fills.push({ start, end, use: 'ram', owner });
  const { blockSize, blocks, blocksInferred } = layout;
  if (blockSize === undefined || blocksInferred) return fills;
  for (const { first, last, state } of blocks) {
    if (state !== 'offline') continue;
    const from = Math.max(start, first * blockSize);
    const to = Math.min(end, (last + 1) * blockSize);
    if (from < to) fills.push({ start: from, end: to, use: 'offline', owner });
  }
  return fills;
}

function kindOf(name: string): DeviceKind {
  if (/^(?:Persistent|region|namespace)/.test(name)) return 'nvdimm';
  if (name.startsWith('CXL Window')) return 'cxl';
  if (name.startsWith('virtio-mem')) return 'virtio-mem';
  return /^(?:Soft Reserved|hmem)/.test(name) ? 'soft-reserved' : 'dax';
}

/** CXL windows, and devices outside of them. */
function deviceSpecs(layout: MachineLayout): DeviceSpec[] {
  const windows: CapturedResource[] = [];
  const walk = (resource: CapturedResource): void => {
    if (resource.name.startsWith('CXL Window')) windows.push(resource);
    else resource.children.forEach(walk);
  };
  layout.resources.forEach(walk);
  const ranges = [
    ...windows.map(({ name, start, end }) => ({ name, start, end })),
    ...layout.devices.map(({ label, start, end }) => ({ name: label, start, end })),
  ].sort((a, b) => a.start - b.start || b.end - a.end);
  const specs: DeviceSpec[] = [];
  let at = 0;
  for (const { name, start, end } of ranges) {
    // What lies in a window, or overlaps in a damaged map, counts once.
    if (start < at) continue;
    at = end;
    const kind = kindOf(name);
    specs.push({ name, kind, ranges: [{ start, end }], otherwise: kind === 'virtio-mem' ? 'unplugged' : 'unmapped' });
  }
  return specs;
}

/** The memory blocks a range has room for. */
export function wholeBlocks(range: ByteRange, blockSize: number): ByteRange | undefined {
  const { front, back } = blockRoundingLoss(range, blockSize);
  const whole = { start: range.start + front, end: range.end - back };
  return whole.start < whole.end ? whole : undefined;
}

/** An empty device is idle, in whole blocks if it is to be System RAM; in others each resource says what it is. */
function deviceFills(layout: MachineLayout, { name, kind, ranges }: DeviceSpec): Fill[] {
  const range = ranges[0] as ByteRange;
  const { blockSize } = layout;
  const inside = resourcesIn(layout.resources, range);
  const ram = inside.filter((each) => /^System RAM/.test(each.name));
  const names = new Set(inside.map((each) => each.name));
  const dax = inside.filter((each) => /^dax\d+\.\d+/.test(each.name));
  const fills: Fill[] = [];
  const rounds = blockSize !== undefined && kind !== 'nvdimm' && kind !== 'virtio-mem';
  if (rounds && ram.length === 0) fills.push(...idleFills(range, wholeBlocks(range, blockSize), name));
  for (const each of inside) {
    const id = /^namespace(\d+\.\d+)/.exec(each.name)?.[1];
    if (id === undefined || contains(each, ram)) continue;
    // The namespace of a dax device holds its metadata only.
    fills.push({ ...rangeOf(each), use: names.has(`dax${id}`) ? 'metadata' : 'storage', owner: each.name });
  }
  for (const each of dax) {
    if (contains(each, ram)) continue;
    const isWhole = each.start === range.start && each.end === range.end && each.children.length === 0;
    // A dax device that was named and nothing more is one to be onlined: what of it makes whole blocks.
    if (isWhole && rounds) continue;
    fills.push({ ...rangeOf(each), use: 'dax', owner: each.name });
  }
  for (const each of ram) fills.push(...ramFills(layout, each, ownerOfRam(each, dax, name)));
  if (ram.length > 0 && blockSize !== undefined && kind !== 'virtio-mem') fills.unshift(...edges(range, inside, blockSize, name));
  return fills;
}

function rangeOf({ start, end }: ByteRange): ByteRange {
  return { start, end };
}

function contains(outer: ByteRange, inner: readonly ByteRange[]): boolean {
  return inner.some(({ start, end }) => outer.start <= start && end <= outer.end);
}

function ownerOfRam(ram: ByteRange, dax: readonly CapturedResource[], otherwise: string): string {
  return dax.find((each) => contains(each, [ram]))?.name ?? otherwise;
}

/** Gaps of less than a block around memory that was added: what rounding left over. */
function edges(range: ByteRange, inside: readonly CapturedResource[], blockSize: number, owner: string): Fill[] {
  const taken = inside.filter(({ name }) => /^(?:System RAM|namespace\d)/.test(name)).sort((a, b) => a.start - b.start);
  const gaps: Fill[] = [];
  let at = range.start;
  for (const { start, end } of [...taken, { start: range.end, end: range.end }]) {
    if (start > at && start - at < blockSize) gaps.push({ start: at, end: start, use: 'block-rounding', owner });
    at = Math.max(at, end);
  }
  return gaps;
}

/** Every resource that lies in a range, the outer before the inner. Depth is bounded by the reader. */
function resourcesIn(roots: readonly CapturedResource[], range: ByteRange): CapturedResource[] {
  const found: CapturedResource[] = [];
  const walk = (resource: CapturedResource): void => {
    if (resource.end <= range.start || resource.start >= range.end) return;
    if (resource.start >= range.start && resource.end <= range.end) found.push(resource);
    resource.children.forEach(walk);
  };
  roots.forEach(walk);
  return found;
}
