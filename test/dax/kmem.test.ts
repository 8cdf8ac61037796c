/** kmem held to what live kernels did: the vectors of nvdimm-dax.md §6 and its golden scenario G3. */

import { describe, expect, test } from 'vitest';
import { ENODEV, EINVAL, EBUSY } from '../../src/kernel/errno.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';
import {
  addRegion, addStatic, daxMachine, device, DEVICE_DAX, files, iomem, KMEM, log, logLength, ranges, readAttr, writeAttr,
} from './dax-machine.ts';
import { devmCreateDevDax, removeDaxRegion } from '../../src/drivers/dax/dax-bus.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { physToTargetNode } from '../../src/kernel/memory-hotplug.ts';
import { stateStore } from '../../src/kernel/memory-block.ts';

/** What `daxctl reconfigure-device -m system-ram` writes. */
function toSystemRam(machine: Machine, name: string): number {
  const tree = files(machine);
  if (device(machine, name).binding !== undefined) tree.write(`${DEVICE_DAX}/unbind`, name);
  tree.write(`${KMEM}/new_id`, name);
  return device(machine, name).binding?.driver === 'kmem' ? 0 : tree.write(`${KMEM}/bind`, name);
}

describe.each(['6.1', '6.12'])('kmem on %s', (kernel) => {
  const modules = ['device_dax', 'kmem'];

  test('512M@1030M: the whole blocks are added, 126M are lost', () => {
    const machine = daxMachine({ kernel, cmdline: 'memmap=512M!1030M memhp_default_state=offline' }, modules);
    const name = addStatic(machine, { start: 0x40600000, end: 0x60600000, altmap: undefined }, 0x40800000);
    expect(device(machine, name).binding?.driver).toBe('device_dax');
    expect(iomem(machine, /dax/)).toEqual(['40800000-605fffff : dax0.0']);
    expect(toSystemRam(machine, name)).toBe(0);
    expect(iomem(machine, /dax|kmem/)).toEqual(['48000000-5fffffff : dax0.0', '48000000-5fffffff : System RAM (kmem)']);
    expect([9, 10, 11].map((id) => machine.kernel.blocks.get(id)?.group)).toEqual([0, 0, 0]);
  });

  test('a namespace of 1 GiB at 4 GiB: 896M of 1006M', () => {
    const machine = daxMachine({ kernel, cmdline: 'memhp_default_state=offline' }, modules);
    const pgmap = { start: 0x100000000, end: 0x140000000, altmap: { reserve: 2, free: 0x1200000 / 4096 - 2 } };
    const name = addStatic(machine, pgmap, 0x101200000);
    expect(toSystemRam(machine, name)).toBe(0);
    expect(iomem(machine, /dax/)).toEqual(['108000000-13fffffff : dax0.0']);
  });

  test('300M@1312M: one block of 300M', () => {
    const machine = daxMachine({ kernel, lastByte: 0xb7fdefff, cmdline: 'memmap=300M%1312M-1+0xefffffff' }, modules);
    const region = addRegion(machine, 0x52000000, 0x64c00000);
    const name = devmCreateDevDax(machine, region.key, { size: 0x12c00000 }) as string;
    expect(toSystemRam(machine, name)).toBe(0);
    expect(iomem(machine, /Soft|dax|kmem/)).toEqual([
      '52000000-64bfffff : Soft Reserved',
      '58000000-5fffffff : dax0.0',
      '58000000-5fffffff : System RAM (kmem)',
    ]);
  });

  test('a range without a whole block: message, −EINVAL, and the driver core says so', () => {
    const machine = daxMachine({ kernel }, modules);
    const name = addStatic(machine, { start: 0x100000000, end: 0x107e00000, altmap: undefined }, 0x100200000);
    const skip = logLength(machine);
    expect(toSystemRam(machine, name)).toBe(-EINVAL);
    const failed =
      kernel === '6.1' ? 'kmem: probe of dax0.0 failed with error -22' : 'kmem dax0.0: probe with driver kmem failed with error -22';
    const once = [
      'kmem dax0.0: mapping0: 0x100200000-0x107dfffff too small after alignment',
      'kmem dax0.0: rejecting DAX region without any memory after alignment',
      failed,
    ];
    // new_id probes what it matches, bind once more.
    expect(log(machine, skip)).toEqual([...once, ...once]);
    expect(machine.kernel.groups.size).toBe(0);
  });

  test('no node', () => {
    const machine = daxMachine({ kernel }, modules);
    const region = addRegion(machine, 4 * GiB, 5 * GiB, { targetNode: -1 });
    const name = devmCreateDevDax(machine, region.key, { size: GiB }) as string;
    const skip = logLength(machine);
    expect(toSystemRam(machine, name)).toBe(-EINVAL);
    expect(log(machine, skip)[0]).toBe('kmem dax0.0: rejecting DAX region with invalid node: -1');
    expect(() => readAttr(machine, name, 'target_node')).toThrow();
  });

  test('memory still online stays for good, with its reservation; the device lets go all the same', () => {
    const machine = daxMachine({ kernel, cmdline: 'memmap=512M!1030M memhp_default_state=online' }, modules);
    const name = addStatic(machine, { start: 0x40600000, end: 0x60600000, altmap: undefined }, 0x40800000);
    toSystemRam(machine, name);
    const skip = logLength(machine);
    expect(files(machine).write(`${KMEM}/unbind`, name)).toBe(0);
    expect(log(machine, skip)).toEqual([
      'removing memory fails, because memory [0x0000000048000000-0x000000004fffffff] is onlined',
      'kmem dax0.0: mapping0: 0x48000000-0x5fffffff cannot be hotremoved until the next reboot',
    ]);
    expect(device(machine, name).binding).toBeUndefined();
    expect(iomem(machine, /dax|kmem/)).toHaveLength(2);
    expect(machine.kernel.groups.size).toBe(1);
    const again = logLength(machine);
    expect(files(machine).write(`${KMEM}/bind`, name)).toBe(-EBUSY);
    expect(log(machine, again)[0]).toBe('kmem dax0.0: mapping0: 0x48000000-0x5fffffff could not reserve region');
  });

  test('offline memory goes, and everything is as before', () => {
    const machine = daxMachine({ kernel, cmdline: 'memmap=512M!1030M memhp_default_state=offline' }, modules);
    const name = addStatic(machine, { start: 0x40600000, end: 0x60600000, altmap: undefined }, 0x40800000);
    files(machine).write(`${DEVICE_DAX}/unbind`, name);
    const before = machine.kernel.iomem;
    files(machine).write(`${KMEM}/new_id`, `${name}\n`);
    for (const id of [9, 10, 11]) expect(stateStore(machine.kernel, id, 'online_movable\n')).toBe(0);
    for (const id of [9, 10, 11]) expect(stateStore(machine.kernel, id, 'offline\n')).toBe(0);
    expect(files(machine).write(`${KMEM}/unbind`, name)).toBe(0);
    expect(machine.kernel.iomem).toEqual(before);
    expect(machine.kernel.groups.size).toBe(0);
    expect(machine.kernel.blocks.has(9)).toBe(false);
    expect(files(machine).write(`${KMEM}/remove_id`, `${name}\n`)).toBe(0);
    expect(files(machine).write(`${KMEM}/bind`, name)).toBe(-ENODEV);
    expect(files(machine).write(`${DEVICE_DAX}/bind`, name)).toBe(0);
  });

  test('several ranges: those too small are told and skipped, and leave the group behind', () => {
    const machine = daxMachine({ kernel, cmdline: 'memhp_default_state=offline' }, modules);
    const region = addRegion(machine, 4 * GiB, 8 * GiB);
    const name = devmCreateDevDax(machine, region.key, { size: 0 }) as string;
    const tree = files(machine);
    for (const range of ['100000000-107ffffff', '108200000-10fffffff', '118000000-127ffffff']) {
      expect(writeAttr(machine, name, 'mapping', range), range).toBe(0);
    }
    expect(ranges(machine, name)).toHaveLength(3);
    const skip = logLength(machine);
    expect(tree.write(`${KMEM}/new_id`, name)).toBe(0);
    expect(log(machine, skip)).toEqual(['kmem dax0.0: mapping1: 0x108200000-0x10fffffff too small after alignment']);
    expect(iomem(machine, /dax/)).toEqual(['100000000-107ffffff : dax0.0', '118000000-127ffffff : dax0.0']);
    expect(machine.kernel.groups.get(0)?.maxPages).toBe((384 * MiB) / 4096);
    tree.write(`${KMEM}/unbind`, name);
    expect(iomem(machine, /dax|kmem/)).toEqual([]);
    expect(machine.kernel.groups.size).toBe(1);
  });

  test('removing the region takes its devices along', () => {
    const machine = daxMachine({ kernel, cmdline: 'memhp_default_state=offline' }, modules);
    const before = machine.kernel.iomem;
    const region = addRegion(machine, 4 * GiB, 5 * GiB);
    const name = devmCreateDevDax(machine, region.key, { size: GiB }) as string;
    toSystemRam(machine, name);
    removeDaxRegion(machine, region.key);
    expect(machine.devices.dax.devices).toEqual([]);
    expect(machine.kernel.iomem).toEqual(before);
  });
});

test('6.12: a node that has only kmem memory is of a lower tier', () => {
  const srat = [
    { start: 0, end: 0x80000000, nid: 0, pxm: 0, hotplug: false, nonVolatile: false },
    { start: 4 * GiB, end: 8 * GiB, nid: 1, pxm: 1, hotplug: true, nonVolatile: false },
  ];
  const machine = daxMachine({ kernel: '6.12', cmdline: 'memhp_default_state=online_movable', srat }, ['kmem']);
  expect([0x40000000, 5 * GiB, 9 * GiB].map((at) => physToTargetNode(machine.kernel, at))).toEqual([0, 1, -1]);
  const region = addRegion(machine, 4 * GiB, 5 * GiB, { targetNode: 1, kmemDefault: true });
  const skip = logLength(machine);
  devmCreateDevDax(machine, region.key, { size: GiB });
  expect(log(machine, skip)).toEqual([
    'Demotion targets for Node 0: preferred: 1, fallback: 1',
    'Demotion targets for Node 1: null',
  ]);
  for (let id = 32; id < 40; id++) stateStore(machine.kernel, id, 'offline');
  removeDaxRegion(machine, region.key);
  expect(log(machine, skip).slice(2)).toEqual(['Demotion targets for Node 0: null']);
  expect(machine.kernel.slowNodes.size).toBe(0);
});

test.each([
  // Whole blocks of 128 MiB; what is lost is counted by hand.
  { size: 300 * MiB, warned: ['kmem dax0.0: DAX region truncated by 44.0 MiB due to alignment'] },
  { size: 256 * MiB, warned: [] },
  { size: 130 * MiB, warned: ['kmem dax0.0: DAX region truncated by 2.00 MiB due to alignment'] },
  { size: 254 * MiB, warned: ['kmem dax0.0: DAX region truncated by 126 MiB due to alignment'] },
])('since 6.16 the kernel says what $size bytes lose to whole blocks', ({ size, warned }) => {
  for (const kernel of ['6.12', '7.2']) {
    const machine = daxMachine({ kernel, cmdline: 'memhp_default_state=offline' }, ['kmem']);
    const region = addRegion(machine, 4 * GiB, 5 * GiB, { kmemDefault: true });
    const skip = logLength(machine);
    devmCreateDevDax(machine, region.key, { size });
    expect(log(machine, skip).filter((line) => line.includes('truncated'))).toEqual(kernel === '6.12' ? [] : warned);
  }
});
