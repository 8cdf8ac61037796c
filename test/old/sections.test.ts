/** Whole sections only: what 5.0 does where 5.3 and later go by sub-sections. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MEM_OFFLINE, MEM_ONLINE } from '../../src/kernel/block-table.ts';
import { ZONE_MOVABLE, ZONE_NORMAL } from '../../src/kernel/boot/boot-map.ts';
import { EINVAL, ENOMEM, ENXIO } from '../../src/kernel/errno.ts';
import { violations } from '../../src/kernel/invariants.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { kpageflagsRuns } from '../../src/kernel/kpageflags.ts';
import { logLines } from '../../src/kernel/log.ts';
import { autoOnlineBlocksStore, stateStore, validZones } from '../../src/kernel/memory-block.ts';
import { addMemory } from '../../src/kernel/memory-hotplug.ts';
import { removeMemory } from '../../src/kernel/memory-remove.ts';
import { memremapPages, memunmapPages } from '../../src/kernel/memremap.ts';
import { isRemovable } from '../../src/kernel/removable.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';
import { bootSmall } from '../kernel/small-machine.ts';

const boot = (): Kernel => bootSmall({ kernel: '5.0' });

function map(kernel: Kernel, start: number, size: number, device = 'nd_pmem namespace0.0'): number {
  const owner = device.split(' ')[1] as string;
  const ranges = [{ start, end: start + size }];
  return memremapPages(kernel, { type: 'fs-dax', owner, device, ranges, altmap: undefined, vmemmapShift: 0, nid: 0 });
}

function said(kernel: Kernel, skip: number): string[] {
  return logLines(kernel.log, skip).map(({ text }) => text);
}

describe('mapping device memory', () => {
  test('RAM anywhere in the sections it touches: refused, and said once', () => {
    const kernel = bootSmall({ kernel: '5.0', cmdline: 'memmap=32M!0x31000000' });
    const before = kernel.log?.length ?? 0;
    expect(map(kernel, 0x31000000, 32 * MiB)).toBe(-ENXIO);
    expect(map(kernel, 0x31000000, 32 * MiB)).toBe(-ENXIO);
    expect(said(kernel, before)).toEqual([
      'devm_memremap_pages attempted on mixed region [mem 0x31000000-0x32ffffff flags 0x200]',
    ]);
  });

  test('another mapping at the end of its sections: refused, the device is named', () => {
    const kernel = boot();
    const before = kernel.log?.length ?? 0;
    expect(map(kernel, 4 * GiB, 132 * MiB)).toBeGreaterThan(0);
    expect(map(kernel, 4 * GiB + 132 * MiB, 132 * MiB, 'nd_pmem pfn0.1')).toBe(-ENOMEM);
    expect(said(kernel, before)).toEqual(['nd_pmem pfn0.1: Conflicting mapping in same section']);
  });

  test('another mapping in the middle of a section is not seen, and goes when either goes', () => {
    const kernel = boot();
    const first = map(kernel, 4 * GiB + 16 * MiB, 16 * MiB);
    const second = map(kernel, 4 * GiB + 64 * MiB, 16 * MiB, 'nd_pmem namespace1.0');
    expect([first > 0, second > 0]).toEqual([true, true]);
    memunmapPages(kernel, first);
    expect(kernel.sections.flags(32)).toBe(0);
    memunmapPages(kernel, second);
    expect(kernel.sections.flags(32)).toBe(0);
  });

  test('no section is early or tainted, none has a map of its own, and max_pfn rises', () => {
    const kernel = boot();
    map(kernel, 4 * GiB + 16 * MiB, 16 * MiB);
    const flags = kernel.sections.runs().map((run) => [run.first, run.last, run.flags]);
    expect(flags).toEqual([[0, 15, 7], [32, 32, 3]]);
    expect(kernel.maxPfn).toBe((4 * GiB + 128 * MiB) / 4096);
    expect(kpageflagsRuns(kernel)).toEqual([
      { startPfn: 0, endPfn: 0x80000 }, { startPfn: 0x100000, endPfn: 0x108000 },
    ]);
  });

  test.each(['5.3', '6.12'])('%s maps all of these', (version) => {
    const kernel = bootSmall({ kernel: version, cmdline: 'memmap=32M!0x31000000' });
    expect(map(kernel, 0x31000000, 32 * MiB)).toBeGreaterThan(0);
    expect(map(kernel, 4 * GiB, 132 * MiB)).toBeGreaterThan(0);
    expect(map(kernel, 4 * GiB + 132 * MiB, 132 * MiB)).toBeGreaterThan(0);
  });
});

test('5.3 shows early sections whole in /proc/kpageflags, and of others what is in use', () => {
  const kernel = bootSmall({ kernel: '5.3', cmdline: 'memmap=32M!0x31000000' });
  map(kernel, 4 * GiB, 132 * MiB);
  expect(kpageflagsRuns(kernel)).toEqual([
    { startPfn: 0, endPfn: 0x80000 }, { startPfn: 0x100000, endPfn: 0x108400 },
  ]);
});

describe('RAM that comes and goes', () => {
  const online = (kernel: Kernel, id: number, how: string): number => stateStore(kernel, id, how);

  test('zones shrink when memory is removed, not when it goes offline', () => {
    const kernel = boot();
    expect(addMemory(kernel, 0, 4 * GiB, 512 * MiB, {})).toBe(0);
    for (const id of [32, 33, 34, 35]) expect(online(kernel, id, 'online_kernel')).toBe(0);
    kernel.unmovable = () => false;
    const normal = (): (number | undefined)[] => {
      const zone = kernel.nodes.get(0)?.zones[ZONE_NORMAL];
      return [zone?.startPfn, zone?.spanned, zone?.present];
    };
    expect(normal()).toEqual([0x100000, 4 * 32768, 4 * 32768]);
    expect(online(kernel, 35, 'offline')).toBe(0);
    expect(normal()).toEqual([0x100000, 4 * 32768, 3 * 32768]);
    for (const id of [32, 33, 34]) expect(online(kernel, id, 'offline')).toBe(0);
    expect(removeMemory(kernel, 4 * GiB, 512 * MiB)).toBe(0);
    expect(normal()).toEqual([0, 0, 0]);
  });

  test('all sections leave the zone of the first page: another zone keeps its span', () => {
    const kernel = boot();
    addMemory(kernel, 0, 4 * GiB, 256 * MiB, {});
    online(kernel, 32, 'online_kernel');
    online(kernel, 33, 'online_movable');
    kernel.unmovable = () => false;
    for (const id of [32, 33]) online(kernel, id, 'offline');
    removeMemory(kernel, 4 * GiB, 256 * MiB);
    const zones = kernel.nodes.get(0)?.zones ?? [];
    expect([zones[ZONE_NORMAL]?.spanned, zones[ZONE_MOVABLE]?.spanned]).toEqual([0, 32768]);
    expect([zones[ZONE_NORMAL]?.present, zones[ZONE_MOVABLE]?.present]).toEqual([0, 0]);
  });

  test('offline memory is told at level info, in pages', () => {
    const kernel = boot();
    addMemory(kernel, 0, 4 * GiB, 128 * MiB, {});
    online(kernel, 32, 'online_movable');
    const before = kernel.log?.length ?? 0;
    expect(online(kernel, 32, 'offline')).toBe(0);
    expect(logLines(kernel.log, before)).toEqual([{ level: 6, text: 'Offlined Pages 32768' }]);
  });

  test('the default online type is online or offline, nothing else', () => {
    const kernel = bootSmall({ kernel: '5.0', cmdline: 'memhp_default_state=online_movable' });
    expect(kernel.params.defaultOnlineType).toBe(0);
    expect(autoOnlineBlocksStore(kernel, 'online_kernel')).toBe(-EINVAL);
    expect(autoOnlineBlocksStore(kernel, 'online')).toBe(0);
    addMemory(kernel, 0, 4 * GiB, 128 * MiB, {});
    expect(kernel.blocks.state(32)).toBe(MEM_ONLINE);
  });

  test('a section with a memmap of its own counts as added', () => {
    const kernel = boot();
    const pgmap = map(kernel, 4 * GiB, 128 * MiB);
    expect(pgmap).toBeGreaterThan(0);
    // Nobody reserved it in /proc/iomem, so that RAM gets past the only check there is.
    expect(addMemory(kernel, 0, 4 * GiB, 128 * MiB, {})).toBe(0);
  });
});

describe('boot memory', () => {
  test('a block of several zones, or that ends behind its zone, has none', () => {
    const kernel = bootSmall({ kernel: '5.0', lastByte: 0x3e7defff });
    expect([0, 6, 7].map((id) => validZones(kernel, id))).toEqual(['none', 'DMA32', 'none']);
    expect(stateStore(kernel, 7, 'offline')).toBe(-EINVAL);
  });

  test('holes: in a kernel zone they cannot be moved, in Movable nobody looks, and only RAM is counted', () => {
    const kernel = bootSmall({ kernel: '5.0', cmdline: 'movablecore=512M memmap=64M!0x72000000 memmap=64M!0x22000000' });
    expect(isRemovable(kernel, 4, kernel.blocks.get(4)!)).toBe(false);
    expect(isRemovable(kernel, 14, kernel.blocks.get(14)!)).toBe(true);
    const before = kernel.log?.length ?? 0;
    expect(validZones(kernel, 14)).toBe('Movable');
    expect(stateStore(kernel, 14, 'offline')).toBe(0);
    expect(said(kernel, before)).toEqual(['Offlined Pages 16384']);
    expect(kernel.blocks.state(14)).toBe(MEM_OFFLINE);
    const present = kernel.nodes.get(0)?.zones[ZONE_MOVABLE]?.present;
    expect(stateStore(kernel, 14, 'online_movable')).toBe(0);
    expect(kernel.nodes.get(0)?.zones[ZONE_MOVABLE]?.present).toBe((present ?? 0) + 16384);
  });
});

test('a mapping that shares a section leaves the rest behind when that section is gone', () => {
  const kernel = boot();
  const first = map(kernel, 4 * GiB + 16 * MiB, 16 * MiB);
  const second = map(kernel, 4 * GiB + 64 * MiB, 192 * MiB);
  memunmapPages(kernel, first);
  memunmapPages(kernel, second);
  expect(kernel.sections.runs().at(-1)).toMatchObject({ first: 33, last: 33, flags: 3 });
});

test('whatever is mapped and unmapped, sections are whole and nothing is left', () => {
  const step = fc.record({ start: fc.nat(200), size: fc.integer({ min: 1, max: 100 }), keep: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const kernel = boot();
      const live = new Map<number, [first: number, last: number]>();
      for (const { start, size, keep } of steps) {
        const from = 4 * GiB + start * 8 * MiB;
        const at: [number, number] = [Math.floor(from / (128 * MiB)), Math.ceil((from + size * 2 * MiB) / (128 * MiB)) - 1];
        // Two in one section may get past the check; then all bets are off.
        if ([...live.values()].some(([first, last]) => first <= at[1] && at[0] <= last)) continue;
        const id = map(kernel, from, size * 2 * MiB);
        expect(id).toBeGreaterThan(0);
        live.set(id, at);
        const [oldest] = live.keys();
        if (!keep && oldest !== undefined) {
          memunmapPages(kernel, oldest);
          live.delete(oldest);
        }
        for (const run of kernel.sections.runs()) expect(run.subsections.every((word) => word === 0xffffffff)).toBe(true);
      }
      for (const id of live.keys()) memunmapPages(kernel, id);
      expect(violations(kernel)).toEqual([]);
      expect(kernel.sections.runs().map(({ first, last }) => [first, last])).toEqual([[0, 15]]);
    }),
    { numRuns: 60 },
  );
});
