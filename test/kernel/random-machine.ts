/** Random machines and operations on them, for the properties. */

import fc from 'fast-check';
import { boot } from '../../src/kernel/boot/boot.ts';
import type { BootInput, E820Entry, SratMemory } from '../../src/kernel/boot/boot-map.ts';
import { createKernel } from '../../src/kernel/create-kernel.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import {
  autoOnlineBlocksStore,
  onlineStore,
  stateStore,
} from '../../src/kernel/memory-block.ts';
import { addMemory, addMemoryDriverManaged } from '../../src/kernel/memory-hotplug.ts';
import {
  registerDynamicMemoryGroup,
  registerStaticMemoryGroup,
  unregisterMemoryGroup,
} from '../../src/kernel/memory-group.ts';
import { offlineAndRemoveMemory, removeMemory } from '../../src/kernel/memory-remove.ts';
import { memremapPages, memunmapPages } from '../../src/kernel/memremap.ts';
import { makeAltmap } from '../../src/kernel/altmap.ts';
import { resolveProfile } from '../../src/kernel/profile/profile.ts';
import { releaseRegion, requestRegion } from '../../src/kernel/resource.ts';
import { alignUp, GiB, KiB, MiB } from '../../src/kernel/units.ts';

/** Where alignments meet: offsets around pages, sub-sections, sections and blocks. */
const offset = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }).map((n) => n * 2 * MiB) },
  { weight: 2, arbitrary: fc.constantFrom(64 * MiB, -64 * MiB, 32 * MiB) },
  { weight: 1, arbitrary: fc.constantFrom(4 * KiB, -4 * KiB, 64 * KiB, MiB) },
);
const aligned = (max: number) => fc.integer({ min: 0, max: max / (128 * MiB) }).map((n) => n * 128 * MiB);
const address = fc.tuple(aligned(8 * GiB), offset).map(([at, by]) => Math.max(0, at + by));
const size = fc
  .tuple(fc.constantFrom(2 * MiB, 64 * MiB, 128 * MiB, 256 * MiB, 512 * MiB, 2 * GiB), offset)
  .map(([at, by]) => Math.max(0, at + by));

export interface MachineSpec {
  readonly input: BootInput;
  readonly kernel: string;
}

/** Low RAM with holes, RAM above 4 GiB, one or two nodes, persistent ranges, any zone option. */
export const machineSpec: fc.Arbitrary<MachineSpec> = fc
  .record({
    kernel: fc.constantFrom('6.1', '6.12'),
    lowPages: fc.integer({ min: 0x20000, max: 0x80000 }),
    highSections: fc.integer({ min: 0, max: 12 }),
    nodeSplit: fc.option(fc.integer({ min: 2, max: 14 }), { nil: undefined }),
    pmem: fc.array(fc.tuple(fc.integer({ min: 16, max: 400 }), fc.integer({ min: 1, max: 80 })), { maxLength: 3 }),
    options: fc.array(
      fc.constantFrom(
        'movablecore=256M',
        'kernelcore=512M',
        'movablecore=30%',
        'memhp_default_state=online_movable',
        'memhp_default_state=offline',
        'memory_hotplug.memmap_on_memory=1',
        'memory_hotplug.memmap_on_memory=force',
        'memory_hotplug.online_policy=auto-movable',
        'mem=1000M',
        'movable_node',
      ),
      { maxLength: 3 },
    ),
  })
  .map(({ kernel, lowPages, highSections, nodeSplit, pmem, options }) => {
    const e820: E820Entry[] = [
      { start: 0, end: 0x9f000, type: 'ram' },
      { start: 0x9f000, end: 0x100000, type: 'reserved' },
      { start: 0x100000, end: lowPages * 4096, type: 'ram' },
    ];
    if (highSections > 0) e820.push({ start: 4 * GiB, end: 4 * GiB + highSections * 128 * MiB, type: 'ram' });
    const srat: SratMemory[] = [];
    if (nodeSplit !== undefined) {
      const split = nodeSplit * 100 * MiB;
      srat.push({ nid: 0, pxm: 0, start: 0, end: split, hotplug: false, nonVolatile: false });
      srat.push({ nid: 1, pxm: 1, start: split, end: 4 * GiB, hotplug: false, nonVolatile: false });
      srat.push({ nid: 1, pxm: 1, start: 4 * GiB, end: 16 * GiB, hotplug: true, nonVolatile: false });
    }
    const ranges = pmem.map(([at, units]) => `memmap=${units * 2}M!${at * 2}M`);
    const cmdline = [...options, ...ranges].join(' ');
    return { kernel, input: { e820, srat, cmdline, hypervisor: true } };
  });

export function bootSpec({ input, kernel }: MachineSpec): Kernel {
  const profile = resolveProfile(kernel);
  return createKernel(boot(input, profile), profile, input);
}

const block = fc.integer({ min: 0, max: 70 });
const onlineText = fc.constantFrom('online', 'offline', 'online_kernel', 'online_movable', 'bogus', 'offline\n');

/** One operation, as plain data that a failing property prints. */
export const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('add' as const), start: address, size, nid: fc.integer({ min: 0, max: 2 }), memmap: fc.boolean(), managed: fc.boolean(), merge: fc.boolean(), group: fc.constantFrom('none' as const, 'static' as const, 'dynamic' as const) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('remove' as const), pick: fc.nat(), offline: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('state' as const), block, text: onlineText, unmovable: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('online' as const), block, text: fc.constantFrom('0', '1', 'x') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('auto' as const), text: onlineText }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('map' as const), start: address, size, altmap: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('unmap' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('policy' as const), auto: fc.boolean(), ratio: fc.integer({ min: 0, max: 900 }) }) },
);
export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** What drivers remember: ranges they added and mapped, so that they remove what is theirs. */
export class Drivers {
  readonly added: { start: number; size: number; group: number }[] = [];
  readonly mapped: { id: number; start: number; end: number }[] = [];

  /** Applies one operation and returns the kernel's answer. */
  apply(kernel: Kernel, action: Operation): number {
    switch (action.op) {
      case 'add':
        return this.#add(kernel, action);
      case 'remove':
        return this.#remove(kernel, action.pick, action.offline);
      case 'state':
        kernel.unmovable = () => action.unmovable;
        return kernel.blocks.has(action.block) ? stateStore(kernel, action.block, action.text) : 0;
      case 'online':
        return kernel.blocks.has(action.block) ? onlineStore(kernel, action.block, action.text) : 0;
      case 'auto':
        return autoOnlineBlocksStore(kernel, action.text);
      case 'map':
        return this.#map(kernel, action.start, action.start + action.size, action.altmap);
      case 'unmap':
        return this.#unmap(kernel, action.pick);
      case 'policy': {
        const onlinePolicy = action.auto ? 'auto-movable' : 'contig-zones';
        kernel.params = { ...kernel.params, onlinePolicy, autoMovableRatio: action.ratio };
        return 0;
      }
    }
  }

  #add(kernel: Kernel, action: Extract<Operation, { op: 'add' }>): number {
    let group = -1;
    if (action.group === 'static') group = registerStaticMemoryGroup(kernel, action.nid, action.size / 4096);
    if (action.group === 'dynamic') group = registerDynamicMemoryGroup(kernel, action.nid, kernel.blockPages);
    const flags = { memmapOnMemory: action.memmap, mergeResource: action.merge, nidIsMgid: group >= 0 };
    const where = group >= 0 ? group : action.nid;
    const error = action.managed
      ? addMemoryDriverManaged(kernel, where, action.start, action.size, 'System RAM (kmem)', flags)
      : addMemory(kernel, where, action.start, action.size, flags);
    if (error === 0) this.added.push({ start: action.start, size: action.size, group });
    else if (group >= 0) unregisterMemoryGroup(kernel, group);
    return error;
  }

  #remove(kernel: Kernel, pick: number, offline: boolean): number {
    if (this.added.length === 0) return 0;
    const index = pick % this.added.length;
    const { start, size: bytes, group } = this.added[index] as (typeof this.added)[number];
    kernel.unmovable = () => pick % 3 === 0;
    const error = offline ? offlineAndRemoveMemory(kernel, start, bytes) : removeMemory(kernel, start, bytes);
    if (error !== 0) return error;
    this.added.splice(index, 1);
    if (group >= 0) unregisterMemoryGroup(kernel, group);
    return 0;
  }

  // Drivers reserve a range before they map it.
  #map(kernel: Kernel, start: number, end: number, altmap: boolean): number {
    if (start >= end) return 0;
    const claim = requestRegion(kernel.iomem, start, end, 'namespace0.0', 0);
    if (!claim.ok) return -16;
    kernel.iomem = claim.tree;
    const pages = (end - start) / 4096;
    const id = memremapPages(kernel, {
      type: 'fs-dax',
      owner: 'namespace0.0',
      ranges: [{ start, end }],
      // As libnvdimm sizes it: info block first, then room for the memmap up to a 2 MiB boundary.
      altmap: altmap ? makeAltmap(start / 4096, 2, alignUp(2 + Math.ceil(pages / 64) + 512, 512) - 2) : undefined,
      vmemmapShift: 0,
      nid: 0,
    });
    if (id > 0) this.mapped.push({ id, start, end });
    else kernel.iomem = releaseRegion(kernel.iomem, start, end) ?? kernel.iomem;
    return Math.min(id, 0);
  }

  #unmap(kernel: Kernel, pick: number): number {
    if (this.mapped.length === 0) return 0;
    const [gone] = this.mapped.splice(pick % this.mapped.length, 1) as [(typeof this.mapped)[number]];
    memunmapPages(kernel, gone.id);
    kernel.iomem = releaseRegion(kernel.iomem, gone.start, gone.end) ?? kernel.iomem;
    return 0;
  }

  /** Gives everything back. */
  destroyAll(kernel: Kernel): void {
    while (this.mapped.length > 0) this.#unmap(kernel, 0);
    kernel.unmovable = () => false;
    for (const { start, size: bytes, group } of this.added.splice(0)) {
      offlineAndRemoveMemory(kernel, start, bytes);
      if (group >= 0) unregisterMemoryGroup(kernel, group);
    }
  }
}

