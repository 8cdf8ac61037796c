/** What real 6.1 and 6.12 kernels did, from the boot-verified vectors of the kernel reference (§15) and its §2 to §8. */

import { describe, expect, test } from 'vitest';
import { Machine } from '../../src/drivers/machine.ts';
import { loadModule, unloadModule } from '../../src/drivers/modules.ts';
import { NO_DEVICES } from '../../src/drivers/no-devices.ts';
import { ZONE_DEVICE, ZONE_MOVABLE, ZONE_NORMAL } from '../../src/kernel/boot/boot-map.ts';
import { EEXIST, EINVAL, E2BIG } from '../../src/kernel/errno.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { logLines } from '../../src/kernel/log.ts';
import { onlineStore, stateStore, validZones } from '../../src/kernel/memory-block.ts';
import { registerStaticMemoryGroup } from '../../src/kernel/memory-group.ts';
import { addMemory } from '../../src/kernel/memory-hotplug.ts';
import { offlineAndRemoveMemory, removeMemory } from '../../src/kernel/memory-remove.ts';
import { memremapPages } from '../../src/kernel/memremap.ts';
import { pfnToOnlinePage, pfnValid } from '../../src/kernel/pfn.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';
import { violations } from '../../src/kernel/invariants.ts';
import { bootSmall, sectionText } from './small-machine.ts';

function machineOf(kernel: Kernel): Machine {
  return new Machine(kernel, NO_DEVICES);
}

function said(kernel: Kernel, skip: number): string[] {
  return logLines(kernel.log, skip).map((line) => line.text);
}

describe.each(['6.1', '6.12'])('vectors on %s', (version) => {
  test('V1: persistent ranges beside RAM, bound, unbound, bound again', () => {
    const cmdline = 'memmap=6M!0x46000000 memmap=200M!0x4f000000 memmap=5M!0x60100000 memmap=4M!0x60800000';
    const kernel = bootSmall({ kernel: version, cmdline });
    const machine = machineOf(kernel);
    const before = {
      8: '0f fff8ffffffffffff',
      9: '0f 00ffffffffffffff',
      10: '00 0000000000000000',
      11: '0f fffffffff0000000',
      12: '0f ffffffffffffffc9',
    };
    const after = {
      8: '1f ffffffffffffffff',
      9: '1f ffffffffffffffff',
      10: '03 ffffffffffffffff',
      11: '1f ffffffffffffffff',
      12: '1f fffffffffffffff9',
    };
    const look = (): Record<number, string> =>
      Object.fromEntries([8, 9, 10, 11, 12].map((nr) => [nr, sectionText(kernel, nr)]));
    expect(look()).toEqual(before);
    const lines = kernel.log?.length ?? 0;
    loadModule(machine, 'nd_e820');
    loadModule(machine, 'nd_pmem');
    expect(look()).toEqual(after);
    expect(said(kernel, lines)).toContain(
      'nd_pmem namespace2.0: [mem 0x60100000-0x605fffff flags 0x200] misaligned, unable to map',
    );
    const device = kernel.nodes.get(0)?.zones[ZONE_DEVICE];
    expect(device).toMatchObject({ spanned: 109568, present: 0 });
    expect(kernel.nrMemmapPages).toBe(512);
    expect(violations(kernel)).toEqual([]);

    unloadModule(machine, 'nd_pmem');
    expect(look()).toEqual({
      8: '1f fff8ffffffffffff',
      9: '1f 00ffffffffffffff',
      10: '00 0000000000000000',
      11: '1f fffffffff0000000',
      12: '1f ffffffffffffffc9',
    });
    expect(kernel.nodes.get(0)?.zones[ZONE_DEVICE]).toMatchObject({ spanned: 109568 });
    expect(kernel.nrMemmapPages).toBe(0);
    loadModule(machine, 'nd_pmem');
    expect(look()).toEqual(after);
  });

  test('V2: device memory above RAM is not early; its tail taints', () => {
    const kernel = bootSmall({ kernel: version, cmdline: 'memmap=160M!0x70000000 memmap=0x5fdf000$0x7a000000' });
    const machine = machineOf(kernel);
    loadModule(machine, 'nd_e820');
    loadModule(machine, 'nd_pmem');
    expect(sectionText(kernel, 14)).toBe('03 ffffffffffffffff');
    expect(sectionText(kernel, 15)).toBe('13 000000000000ffff');
    expect(kernel.nrMemmapPages).toBe(640);
    expect(kernel.nodes.get(0)?.zones[ZONE_DEVICE]).toMatchObject({ spanned: 40960 });
    expect(kernel.maxPfn).toBe(0x70000);
  });

  test('V3: a 256 MiB DIMM, default online type, and states that refuse', () => {
    const kernel = bootSmall({ kernel: version });
    expect(addMemory(kernel, 0, 4 * GiB, 256 * MiB, {})).toBe(0);
    if (version === '6.12') {
      expect(validZones(kernel, 32)).toBe('Normal');
    } else {
      expect(validZones(kernel, 32)).toBe('Normal Movable');
      expect(stateStore(kernel, 32, 'online')).toBe(0);
    }
    expect(stateStore(kernel, 15, 'offline'), 'the last boot block has a hole').toBe(-EINVAL);
    expect(stateStore(kernel, 0, 'offline'), 'memory0 has no single zone').toBe(-EINVAL);
    expect(validZones(kernel, 0)).toBe('none');
    expect(stateStore(kernel, 32, 'online')).toBe(-EINVAL);
    expect(onlineStore(kernel, 32, '1')).toBe(0);
  });

  test('V4: memmap_on_memory=1 with DIMMs of 256 and 128 MiB', () => {
    const kernel = bootSmall({ kernel: version, cmdline: 'memory_hotplug.memmap_on_memory=1' });
    const plug = (start: number, size: number): number =>
      addMemory(kernel, 0, start, size, { memmapOnMemory: version === '6.12' || size === 128 * MiB });
    expect(plug(4 * GiB, 256 * MiB)).toBe(0);
    expect(plug(4 * GiB + 256 * MiB, 128 * MiB)).toBe(0);
    const selfHosted = [32, 33, 34].map((id) => kernel.blocks.get(id)?.memmapPages);
    expect(selfHosted).toEqual(version === '6.12' ? [512, 512, 512] : [0, 0, 512]);
    for (const id of [32, 33, 34]) if (version === '6.1') stateStore(kernel, id, 'online');
    expect(kernel.nodes.get(0)?.zones[ZONE_NORMAL]?.present).toBe(98304);
  });

  test('V5: auto-movable puts all three blocks into Movable with 2 GiB of boot RAM', () => {
    const cmdline = 'memory_hotplug.online_policy=auto-movable memhp_default_state=online';
    const kernel = bootSmall({ kernel: version, cmdline });
    for (const [start, size] of [[4 * GiB, 256 * MiB], [4 * GiB + 256 * MiB, 128 * MiB]] as const) {
      const group = registerStaticMemoryGroup(kernel, 0, size / 4096);
      expect(addMemory(kernel, group, start, size, { nidIsMgid: true })).toBe(0);
    }
    expect([32, 33, 34].map((id) => kernel.blocks.get(id)?.zone)).toEqual([3, 3, 3]);
  });

  test('V6: an online type written to an online block is refused, and served later', () => {
    const kernel = bootSmall({ kernel: version, cmdline: 'memhp_default_state=online_movable' });
    addMemory(kernel, 0, 4 * GiB, 128 * MiB, {});
    expect(stateStore(kernel, 32, 'online_kernel')).toBe(-EINVAL);
    expect(stateStore(kernel, 32, 'offline')).toBe(0);
    // The last block left Movable empty, so the default is Normal again.
    expect(onlineStore(kernel, 32, '1')).toBe(0);
    expect(kernel.blocks.get(32)?.zone).toBe(ZONE_NORMAL);
  });

  test('V7: unplug of Movable blocks leaves nothing', () => {
    const kernel = bootSmall({ kernel: version, cmdline: 'memhp_default_state=online_movable' });
    const { iomem } = kernel;
    addMemory(kernel, 0, 4 * GiB, 384 * MiB, {});
    expect(removeMemory(kernel, 4 * GiB, 384 * MiB)).toBe(-16);
    expect(said(kernel, 0).at(-1)).toBe(
      'removing memory fails, because memory [0x0000000100000000-0x0000000107ffffff] is onlined',
    );
    expect(offlineAndRemoveMemory(kernel, 4 * GiB, 384 * MiB)).toBe(0);
    expect(kernel.nodes.get(0)?.zones[ZONE_MOVABLE]).toEqual({ startPfn: 0, spanned: 0, present: 0, presentEarly: 0 });
    expect(kernel.iomem).toEqual(iomem);
    expect(sectionText(kernel, 32)).toBe('00 0000000000000000');
    expect(kernel.nrMemmapPages).toBe(0);
  });

  test('V9: two nodes, movablecore=512M and a persistent hole', () => {
    const srat = [
      { nid: 0, pxm: 0, start: 0, end: 1000 * MiB, hotplug: false, nonVolatile: false },
      { nid: 1, pxm: 1, start: 1000 * MiB, end: 2048 * MiB, hotplug: false, nonVolatile: false },
    ];
    const kernel = bootSmall({ kernel: version, cmdline: 'movablecore=512M memmap=6M!0x41000000', srat });
    expect(kernel.nodes.get(0)?.zones[ZONE_MOVABLE]?.startPfn).toBe(0x30000);
    expect(kernel.nodes.get(1)?.zones[ZONE_MOVABLE]?.startPfn).toBe(0x6ec00);
    expect(validZones(kernel, 6)).toBe('Movable');
    expect(kernel.blocks.nodesOf(7)).toEqual([0, 1]);
    expect(validZones(kernel, 7)).toBe('none');
    expect(kernel.blocks.nodesOf(8)).toEqual([1]);
    expect(validZones(kernel, 8)).toBe('DMA32');
    expect(validZones(kernel, 13)).toBe('none');
    expect(stateStore(kernel, 6, 'offline')).toBe(0);
    for (const id of [7, 8, 13]) expect(stateStore(kernel, id, 'offline'), `memory${id}`).toBe(-EINVAL);
  });

  test('§4: what the predicates answer in a mixed section', () => {
    const kernel = bootSmall({ kernel: version, cmdline: 'memmap=6M!0x46000000' });
    const machine = machineOf(kernel);
    const [ram, hole] = [0x45000, 0x46000];
    const answers = (): unknown[] =>
      [ram, hole].map((pfn) => [pfnValid(kernel.sections, pfn), pfnToOnlinePage(kernel, pfn)]);
    expect(answers()).toEqual([[true, true], [true, false]]);
    loadModule(machine, 'nd_e820');
    loadModule(machine, 'nd_pmem');
    expect(answers()).toEqual([[true, true], [true, false]]);
    unloadModule(machine, 'nd_pmem');
    expect(answers()).toEqual([[true, true], [true, false]]);
  });

  test('§7.3: −E2BIG before −EEXIST before −EINVAL', () => {
    const kernel = bootSmall({ kernel: version });
    const lines = kernel.log?.length ?? 0;
    expect(addMemory(kernel, 0, 2 ** 46, 2 ** 27 + 1, {})).toBe(-E2BIG);
    expect(said(kernel, lines)).toEqual([
      'Hotplug memory [0x400000000000-0x400008000001] exceeds maximum addressable range [0x0-0x3fffffffffff]',
    ]);
    expect(addMemory(kernel, 0, 0x40000000 + 1, 2 ** 27, {})).toBe(-EEXIST);
    expect(addMemory(kernel, 0, 4 * GiB + 64 * MiB, 128 * MiB, {})).toBe(-EINVAL);
    expect(said(kernel, lines).at(-1)).toBe(
      'Block size [0x8000000] unaligned hotplug range: start 0x104000000, size 0x8000000',
    );
  });

  test('§6.1: a misaligned span, in each kernel’s words', () => {
    const kernel = bootSmall({ kernel: version });
    const request = { type: 'pci-p2pdma', owner: 'p2p', altmap: undefined, vmemmapShift: 0, nid: 0 } as const;
    const lines = kernel.log?.length ?? 0;
    const ranges = [{ start: 0xe0200000, end: 0xe0204000 }];
    expect(memremapPages(kernel, { ...request, ranges })).toBe(-EINVAL);
    const end = version === '6.12' ? '0xe0203' : '#e0203';
    expect(said(kernel, lines)[0]).toBe(`Misaligned __add_pages start: 0xe0200 end: ${end}`);
  });

  test('§6.2: what was added before a collision stays', () => {
    const kernel = bootSmall({ kernel: version });
    const request = { type: 'generic', altmap: undefined, vmemmapShift: 0, nid: 0 } as const;
    const inner = [{ start: 8 * GiB + 192 * MiB, end: 8 * GiB + 194 * MiB }];
    expect(memremapPages(kernel, { ...request, owner: 'inner', ranges: inner })).toBeGreaterThan(0);
    // The ends of the new range are free, so only the sections see the collision.
    const outer = [{ start: 8 * GiB, end: 8 * GiB + 384 * MiB }];
    expect(memremapPages(kernel, { ...request, owner: 'outer', ranges: outer })).toBe(-EEXIST);
    expect(sectionText(kernel, 64)).toBe('03 ffffffffffffffff');
    expect(sectionText(kernel, 66)).toBe('00 0000000000000000');
  });
});
