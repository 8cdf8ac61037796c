/** Device-dax held to nvdimm-dax.md §5 and its golden scenarios G12 and G14, and to daxctl-create.sh of ndctl's tests. */

import { describe, expect, test } from 'vitest';
import { devmCreateDevDax, allocDaxRegion, type DaxRegion } from '../../src/drivers/dax/dax-bus.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { loadModule, unloadModule } from '../../src/drivers/modules.ts';
import { EBUSY, EINVAL, ENODEV, ENOMEM, ENOSPC, ENXIO, EOPNOTSUPP } from '../../src/kernel/errno.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';
import {
  addRegion, addStatic, daxMachine, device, DEVICE_DAX, files, iomem, KMEM, log, logLength, ranges, readAttr, readRegion,
  writeAttr, writeRegion,
} from './dax-machine.ts';

/** The upper GiB of RAM, but its end, for dax_hmem. */
const SOFT_RESERVED = 'memmap=0x3ff00000%1G-1+0xefffffff';

/** Creates a device and gives it a size, as daxctl does with the region's seed. */
function create(machine: Machine, region: DaxRegion, size: number): string {
  expect(writeRegion(machine, region, 'create', 1)).toBe(0);
  const name = readRegion(machine, region, 'create');
  expect(writeAttr(machine, name, 'size', size)).toBe(0);
  return name;
}

describe.each(['6.1', '6.12'])('device_dax on %s', (kernel) => {
  test('a static device: page map over the metadata too, data reserved under its name', () => {
    const machine = daxMachine({ kernel, cmdline: 'memmap=512M!1030M' });
    const name = addStatic(machine, { start: 0x40600000, end: 0x60600000, altmap: undefined }, 0x40800000);
    expect(device(machine, name).binding).toBeUndefined();
    loadModule(machine, 'device_dax');
    expect(iomem(machine, /Legacy|dax/i)).toEqual([
      '40600000-605fffff : Persistent Memory (legacy)',
      '40800000-605fffff : dax0.0',
    ]);
    expect([...machine.kernel.pgmaps.values()].map(({ type, ranges: all }) => [type, all])).toEqual([
      ['generic', [{ start: 0x40600000, end: 0x60600000 }]],
    ]);
    unloadModule(machine, 'device_dax');
    expect(iomem(machine, /dax/)).toEqual([]);
    expect(machine.kernel.pgmaps.size).toBe(0);
  });

  test('a static device has fixed size and align, and no mapping to write', () => {
    const machine = daxMachine({ kernel }, ['device_dax']);
    const name = addStatic(machine, { start: 4 * GiB, end: 5 * GiB, altmap: undefined }, 4 * GiB + 2 * MiB);
    expect(() => writeAttr(machine, name, 'size', 0)).toThrow();
    expect(() => writeAttr(machine, name, 'align', 4096)).toThrow();
    expect(() => writeAttr(machine, name, 'mapping', '0-1')).toThrow();
    const region = machine.devices.dax.regions.get(device(machine, name).region) as DaxRegion;
    for (const absent of ['available_size', 'create', 'seed', 'delete']) {
      expect(() => readRegion(machine, region, absent), absent).toThrow();
    }
    expect(readAttr(machine, name, 'resource')).toBe('0x100200000');
  });

  test('a range that is taken', () => {
    const machine = daxMachine({ kernel }, ['device_dax']);
    addStatic(machine, { start: 4 * GiB, end: 5 * GiB, altmap: undefined }, 4 * GiB + 2 * MiB);
    const region = addRegion(machine, 5 * GiB - 128 * MiB, 6 * GiB, { id: 1 });
    const skip = logLength(machine);
    expect(devmCreateDevDax(machine, region.key, { size: GiB })).toBe('dax1.0');
    expect(device(machine, 'dax1.0').binding).toBeUndefined();
    expect(log(machine, skip)).toEqual([
      'device_dax dax1.0: mapping0: 0x138000000-0x177ffffff could not reserve range',
      kernel === '6.1'
        ? 'device_dax: probe of dax1.0 failed with error -16'
        : 'device_dax dax1.0: probe with driver device_dax failed with error -16',
    ]);
    expect(files(machine).write(`${DEVICE_DAX}/bind`, 'dax1.0')).toBe(-EBUSY);
  });

  test('a region that is not aligned is none', () => {
    const machine = daxMachine({ kernel });
    const request = { id: 0, align: 2 * MiB, targetNode: 0, numaNode: 0, isStatic: false, kmemDefault: true, sysfsParent: '/x' };
    expect(allocDaxRegion(machine, { ...request, start: 1025 * MiB, end: 1126 * MiB })).toBe(-ENOMEM);
    expect(allocDaxRegion(machine, { ...request, start: 1024 * MiB, end: 1125 * MiB })).toBe(-ENOMEM);
    expect(allocDaxRegion(machine, { ...request, start: 1024 * MiB, end: 1126 * MiB })).toMatchObject({ key: '/x' });
  });

  test('G12: a dynamic region cut into devices', () => {
    const machine = daxMachine({ kernel, cmdline: SOFT_RESERVED }, ['device_dax']);
    const region = addRegion(machine, GiB, GiB + 512 * MiB);
    devmCreateDevDax(machine, region.key, { size: 512 * MiB });
    expect(writeAttr(machine, 'dax0.0', 'size', 0)).toBe(-EBUSY);
    files(machine).write(`${DEVICE_DAX}/unbind`, 'dax0.0\n');
    expect(writeAttr(machine, 'dax0.0', 'size', 0)).toBe(0);
    expect(readRegion(machine, region, 'available_size')).toBe('536870912');
    expect(writeRegion(machine, region, 'create', 1)).toBe(0);
    expect(readRegion(machine, region, 'seed')).toBe('dax0.1');
    expect(writeAttr(machine, 'dax0.1', 'size', 127 * MiB)).toBe(-EINVAL);
    expect(writeAttr(machine, 'dax0.1', 'size', 128 * MiB)).toBe(0);
    expect(ranges(machine, 'dax0.1')).toEqual(['40000000-47ffffff']);
    const second = create(machine, region, 130 * MiB);
    expect(ranges(machine, second)).toEqual(['48000000-501fffff']);
    const third = create(machine, region, 0);
    expect(writeAttr(machine, third, 'align', 4096)).toBe(0);
    expect(writeAttr(machine, third, 'size', 3 * MiB)).toBe(-EINVAL);
    expect(writeAttr(machine, third, 'size', 64 * MiB)).toBe(0);
    expect(ranges(machine, third)).toEqual(['50200000-541fffff']);
    const fourth = create(machine, region, 0);
    expect(writeAttr(machine, fourth, 'align', GiB)).toBe(0);
    expect(writeAttr(machine, fourth, 'size', 64 * MiB)).toBe(-EINVAL);
    expect(writeAttr(machine, fourth, 'size', GiB)).toBe(-ENOSPC);
    expect([second, third, fourth]).toEqual(['dax0.2', 'dax0.3', 'dax0.4']);
  });

  test('the seed is the first device never bound; number 0 is never deleted', () => {
    const machine = daxMachine({ kernel, cmdline: SOFT_RESERVED }, ['device_dax']);
    const region = addRegion(machine, GiB, 2 * GiB);
    devmCreateDevDax(machine, region.key, { size: 0 });
    for (const bad of ['2', '0', 'x', '']) expect(writeRegion(machine, region, 'create', bad), bad).toBe(-EINVAL);
    writeRegion(machine, region, 'create', 1);
    writeRegion(machine, region, 'create', 1);
    expect([readRegion(machine, region, 'seed'), readRegion(machine, region, 'create')]).toEqual(['dax0.1', 'dax0.2']);
    expect(files(machine).write(`${DEVICE_DAX}/bind`, 'dax0.1')).toBe(-ENXIO);
    writeAttr(machine, 'dax0.1', 'size', 2 * MiB);
    expect(files(machine).write(`${DEVICE_DAX}/bind`, 'dax0.1')).toBe(0);
    expect(readRegion(machine, region, 'seed')).toBe('');
    writeRegion(machine, region, 'create', 1);
    expect(readRegion(machine, region, 'seed')).toBe('dax0.3');
    expect(writeRegion(machine, region, 'delete', 'dax0.9')).toBe(-ENXIO);
    expect(writeRegion(machine, region, 'delete', 'dax0.1')).toBe(-EBUSY);
    expect(writeRegion(machine, region, 'delete', 'dax0.0')).toBe(-EBUSY);
    expect(writeRegion(machine, region, 'delete', 'dax0.2')).toBe(0);
    // The lowest free number comes back.
    writeRegion(machine, region, 'create', 1);
    expect(readRegion(machine, region, 'create')).toBe('dax0.2');
  });

  test('a hole and the end: two mappings; towards the front too; towards the back one', () => {
    const machine = daxMachine({ kernel });
    const quarter = 128 * MiB;
    const region = addRegion(machine, GiB, GiB + 4 * quarter);
    devmCreateDevDax(machine, region.key, { size: 0 });
    const names = [0, 1, 2, 3].map(() => create(machine, region, quarter));
    expect(names).toEqual(['dax0.1', 'dax0.2', 'dax0.3', 'dax0.4']);
    for (const name of ['dax0.1', 'dax0.3']) writeAttr(machine, name, 'size', 0);
    const wide = create(machine, region, 2 * quarter);
    expect(ranges(machine, wide)).toEqual(['40000000-47ffffff', '50000000-57ffffff']);
    expect(readAttr(machine, wide, 'resource')).toBe('0x40000000');
    writeAttr(machine, wide, 'size', 0);
    // In front of the device: another range. Behind it: a longer one.
    expect(writeAttr(machine, 'dax0.2', 'size', 3 * quarter)).toBe(0);
    expect(ranges(machine, 'dax0.2')).toEqual(['48000000-4fffffff', '40000000-47ffffff', '50000000-57ffffff']);
    expect(writeAttr(machine, 'dax0.2', 'size', quarter)).toBe(0);
    expect(ranges(machine, 'dax0.2')).toEqual(['48000000-4fffffff']);
    writeAttr(machine, 'dax0.4', 'size', 0);
    writeAttr(machine, 'dax0.1', 'size', quarter);
    expect(writeAttr(machine, 'dax0.2', 'size', 2 * quarter)).toBe(0);
    expect(ranges(machine, 'dax0.2')).toEqual(['48000000-57ffffff']);
  });

  test('two devices grow in turns: four mappings each', () => {
    const machine = daxMachine({ kernel });
    const step = 64 * MiB;
    const region = addRegion(machine, GiB, GiB + 8 * step);
    const [a, b] = [create(machine, region, step), create(machine, region, step)];
    for (let i = 2; i <= 4; i++) for (const name of [a, b]) expect(writeAttr(machine, name, 'size', i * step)).toBe(0);
    expect([a, b].map((name) => ranges(machine, name).length)).toEqual([4, 4]);
    expect(readRegion(machine, region, 'available_size')).toBe('0');
    expect(writeRegion(machine, region, 'create', 1)).toBe(-ENOSPC);
  });

  test('align: what is no number is −ENXIO, what is no size of a page −EINVAL', () => {
    const machine = daxMachine({ kernel, cmdline: SOFT_RESERVED }, ['device_dax']);
    const region = addRegion(machine, GiB, 2 * GiB);
    const name = create(machine, region, 6 * MiB);
    expect(['x', '1G', '-1'].map((text) => writeAttr(machine, name, 'align', text))).toEqual([-ENXIO, -ENXIO, -ENXIO]);
    expect([0, 8192, 16 * MiB].map((align) => writeAttr(machine, name, 'align', align))).toEqual([-EINVAL, -EINVAL, -EINVAL]);
    expect(writeAttr(machine, name, 'align', GiB)).toBe(-EINVAL);
    expect(writeAttr(machine, name, 'align', '0x1000')).toBe(0);
    files(machine).write(`${DEVICE_DAX}/bind`, name);
    expect(writeAttr(machine, name, 'align', 4096)).toBe(-EBUSY);
  });

  test('mapping: ranges by hand', () => {
    const machine = daxMachine({ kernel });
    const region = addRegion(machine, GiB, 2 * GiB);
    const name = create(machine, region, 0);
    expect(writeAttr(machine, name, 'mapping', '40400000')).toBe(-EINVAL);
    expect(writeAttr(machine, name, 'mapping', '40400000-407fffff')).toBe(0);
    expect(writeAttr(machine, name, 'mapping', '0x40000000-0x401fffff')).toBe(0);
    expect(writeAttr(machine, name, 'mapping', '40600000-409fffff')).toBe(-ENOMEM);
    expect(writeAttr(machine, name, 'mapping', '3fe00000-3fffffff')).toBe(-ENOMEM);
    expect(writeAttr(machine, name, 'mapping', '40a00000-40afffff')).toBe(kernel === '6.1' ? -ENXIO : 0);
    expect(ranges(machine, name)).toEqual(['40400000-407fffff', '40000000-401fffff']);
    expect(readAttr(machine, name, 'size')).toBe(String(6 * MiB));
  });
});

describe('which driver takes what', () => {
  test('6.12: kmem takes what is meant as RAM, device_dax the rest; new_id overrides', () => {
    const machine = daxMachine({ kernel: '6.12', cmdline: 'memhp_default_state=offline' }, ['device_dax']);
    const ram = addRegion(machine, 4 * GiB, 5 * GiB, { kmemDefault: true });
    const other = addRegion(machine, 5 * GiB, 6 * GiB);
    for (const region of [ram, other]) devmCreateDevDax(machine, region.key, { size: GiB });
    expect(['dax0.0', 'dax1.0'].map((name) => device(machine, name).binding?.driver)).toEqual([undefined, 'device_dax']);
    loadModule(machine, 'kmem');
    expect(device(machine, 'dax0.0').binding?.driver).toBe('kmem');
    expect(files(machine).write(`${DEVICE_DAX}/bind`, 'dax0.0')).toBe(-ENODEV);
    files(machine).write(`${KMEM}/unbind`, 'dax0.0');
    expect(files(machine).write(`${DEVICE_DAX}/bind`, 'dax0.0')).toBe(-ENODEV);
    expect(files(machine).write(`${DEVICE_DAX}/new_id`, 'dax0.0')).toBe(0);
    expect(device(machine, 'dax0.0').binding?.driver).toBe('device_dax');
  });

  test('6.1: device_dax takes everything, kmem what it was told', () => {
    const machine = daxMachine({ kernel: '6.1', cmdline: 'memhp_default_state=offline' }, ['kmem']);
    const region = addRegion(machine, 4 * GiB, 5 * GiB, { kmemDefault: true });
    devmCreateDevDax(machine, region.key, { size: GiB });
    expect(device(machine, 'dax0.0').binding).toBeUndefined();
    loadModule(machine, 'device_dax');
    expect(device(machine, 'dax0.0').binding?.driver).toBe('device_dax');
    expect(files(machine).write(`${KMEM}/bind`, 'dax0.0')).toBe(-ENODEV);
    files(machine).write(`${KMEM}/new_id`, 'dax0.0');
    expect(files(machine).write(`${KMEM}/bind`, 'dax0.0')).toBe(-EBUSY);
    expect(files(machine).write(`${KMEM}/unbind`, 'dax0.0')).toBe(-ENODEV);
    for (const bad of ['dax0', 'dax00.0', 'dax0.0 ', 'mem0']) expect(files(machine).write(`${KMEM}/new_id`, bad)).toBe(-EINVAL);
  });
});

describe('G14: what the memmap of 3 GiB costs on 6.12', () => {
  const memmap = (align: number, altmap?: { reserve: number; free: number }): number => {
    const machine = daxMachine({ kernel: '6.12' }, ['device_dax']);
    const before = machine.kernel.nrMemmapPages;
    const start = 4 * GiB;
    const name = addStatic(machine, { start, end: 7 * GiB, altmap }, start + Math.max(align, 64 * MiB), align);
    expect(device(machine, name).binding?.driver).toBe('device_dax');
    return machine.kernel.nrMemmapPages - before;
  };
  test.each([
    [4096, 12288],
    [2 * MiB, 3072],
    [GiB, 6],
  ])('align %i in RAM: %i pages', (align, pages) => expect(memmap(align)).toBe(pages));
  test.each([4096, 2 * MiB, GiB])('align %i on the device: 12288 pages', (align) =>
    expect(memmap(align, { reserve: 2, free: (align === GiB ? GiB : 64 * MiB) / 4096 - 2 })).toBe(12288),
  );
});

describe('memmap_on_memory', () => {
  test('is not there on 6.1', () => {
    const machine = daxMachine({ kernel: '6.1' });
    const name = create(machine, addRegion(machine, GiB, 2 * GiB), 0);
    expect(() => readAttr(machine, name, 'memmap_on_memory')).toThrow();
  });

  test('6.12: refused while the kernel does not do it; each block gives its first 2 MiB', () => {
    const off = daxMachine({ kernel: '6.12' });
    const unused = create(off, addRegion(off, GiB, 2 * GiB), 0);
    expect(writeAttr(off, unused, 'memmap_on_memory', 1)).toBe(-EOPNOTSUPP);
    expect(writeAttr(off, unused, 'memmap_on_memory', 0)).toBe(0);
    expect(writeAttr(off, unused, 'memmap_on_memory', 'x')).toBe(-EINVAL);
    const added = (memmapOnMemory: number): number => {
      const cmdline = 'memory_hotplug.memmap_on_memory=Y memhp_default_state=online';
      const machine = daxMachine({ kernel: '6.12', cmdline }, ['kmem']);
      const region = addRegion(machine, 0x101200000, 0x140000000);
      const name = create(machine, region, 0x3ee00000);
      expect(writeAttr(machine, name, 'memmap_on_memory', memmapOnMemory)).toBe(0);
      expect(files(machine).write(`${KMEM}/new_id`, name)).toBe(0);
      expect(writeAttr(machine, name, 'memmap_on_memory', 1 - memmapOnMemory)).toBe(-EBUSY);
      const ids = [...machine.kernel.blocks.ids()].filter((id) => id >= 33);
      expect(ids).toHaveLength(7);
      return ids.reduce((sum, id) => sum + machine.kernel.blockPages - (machine.kernel.blocks.get(id)?.memmapPages ?? 0), 0);
    };
    // 14336 kB less, as MemTotal showed it.
    expect((added(0) - added(1)) * 4).toBe(14336);
  });
});
