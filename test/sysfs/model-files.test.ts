/** The files of the model's machine, and the order sysfs lists names in. */

import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { EACCES, EINVAL, EIO, EISDIR, ENOENT, ENOTDIR } from '../../src/kernel/errno.ts';
import { directory, link, readOnly, readWrite, UNKNOWN_FILE } from '../../src/sysfs/entries.ts';
import { EntryTree } from '../../src/sysfs/entry-tree.ts';
import { kernfsOrder } from '../../src/sysfs/kernfs-order.ts';
import { modelFiles } from '../../src/sysfs/model-files.ts';

const MEMORY = '/sys/devices/system/memory';
const NODE = '/sys/devices/system/node';
const PARAMETERS = '/sys/module/memory_hotplug/parameters';

function filesOf(kernel: string, cmdline = '', qemu: string[] = [], memory = '1G,slots=4,maxmem=8G') {
  const machine = buildMachine({ kernel, memory, cmdline, qemu });
  return { machine, files: modelFiles(machine) };
}

describe('an entry tree', () => {
  const written: string[] = [];
  const tree = new EntryTree(
    directory(
      {
        a: directory({ ro: readOnly(() => 'x\n'), rw: readWrite(() => 'y\n', (text) => (written.push(text), 0)), wo: { kind: 'file', write: () => 0 } }),
        l: link('a/ro'),
        u: UNKNOWN_FILE,
      },
      { complete: false, lacks: (name) => name === 'gone' },
    ),
  );

  test('answers with the errors a kernel has', () => {
    expect(tree.read('/a/ro')).toBe('x\n');
    expect(tree.read('/a')).toBe(-EISDIR);
    expect(tree.read('/a/none')).toBe(-ENOENT);
    expect(tree.read('/a/ro/below')).toBe(-ENOTDIR);
    expect(tree.read('/a/wo')).toBe(-EACCES);
    expect(tree.write('/a/ro', 'z')).toBe(-EACCES);
    expect(tree.write('/a/rw', '')).toBe(0);
    expect(tree.write('/a/rw', 'z')).toBe(0);
    expect(written).toEqual(['z']);
    expect(tree.list('/')).toEqual(['a', 'l', 'u']);
    expect(tree.list('/a/ro')).toBe(-ENOTDIR);
    expect(tree.readlink('/l')).toBe('a/ro');
    expect(tree.readlink('/a/ro')).toBe(-EINVAL);
    expect(tree.kind('/constructor')).toBeUndefined();
    expect(tree.kind(`/${'a/'.repeat(100_000)}`)).toBeUndefined();
  });

  test('says where it knows everything', () => {
    expect(tree.covers('/a/none')).toBe(true);
    expect(tree.covers('/a/ro/below')).toBe(true);
    expect(tree.covers('/none')).toBe(false);
    expect(tree.covers('/gone')).toBe(true);
    expect(tree.covers('/')).toBe(false);
    expect(tree.covers('/u')).toBe(false);
  });
});

describe('the model', () => {
  test('memory blocks', () => {
    const { files } = filesOf('6.12');
    expect(files.read(`${MEMORY}/block_size_bytes`)).toBe('8000000\n');
    expect(files.read(`${MEMORY}/auto_online_blocks`)).toBe('online\n');
    expect(files.read(`${MEMORY}/memory0/valid_zones`)).toBe('none\n');
    expect(files.read(`${MEMORY}/memory7/phys_index`)).toBe('00000007\n');
    expect(files.read(`${MEMORY}/memory7/removable`)).toBe('1\n');
    expect(files.readlink(`${MEMORY}/memory7/node0`)).toBe('../../node/node0');
    expect(files.readlink(`${NODE}/node0/memory7`)).toBe('../../memory/memory7');
    expect(files.readlink('/sys/bus/memory/devices/memory7')).toBe('../../../devices/system/memory/memory7');
    for (const name of ['memory8', 'memory07', 'memory', 'memory1e0', `memory${'9'.repeat(400)}`, 'memory-1']) {
      expect(files.kind(`${MEMORY}/${name}`), name).toBeUndefined();
    }
    expect(files.write(`${MEMORY}/memory6/state`, 'offline')).toBe(0);
    expect(files.read(`${MEMORY}/memory6/online`)).toBe('0\n');
    expect(files.write(`${MEMORY}/memory6/online`, '0\n')).toBe(0);
    expect(files.write(`${MEMORY}/memory6/state`, 'offline\n')).toBe(-EINVAL);
    expect(files.read(`${MEMORY}/memory6/valid_zones`)).toBe('DMA32 Movable\n');
  });

  test('/proc', () => {
    const { files } = filesOf('6.12', 'memmap=64M!0x32000000');
    expect(files.read('/proc/cmdline')).toMatch(/ memmap=64M!0x32000000\n$/);
    expect(files.read('/proc/iomem')).toContain('\n32000000-35ffffff : Persistent Memory (legacy)\n');
    expect(files.read('/proc/zoneinfo')).toContain('Node 0, zone      DMA\n        spanned  4095\n        present  3998\n  start_pfn:           1\n');
    expect(files.read('/proc/vmstat')).toMatch(/^nr_memmap_pages \d+\nnr_memmap_boot_pages \d+\n$/);
    expect(files.write('/proc/iomem', 'x')).toBe(-EIO);
    expect(files.covers?.('/proc/meminfo')).toBe(false);
  });

  test('what an older kernel lacks', () => {
    const { files } = filesOf('6.1');
    expect(files.read(`${MEMORY}/auto_online_blocks`)).toBe('offline\n');
    expect(files.covers?.('/proc/vmstat')).toBe(false);
    const before = filesOf('5.10').files;
    expect(before.kind(PARAMETERS)).toBeUndefined();
    expect(before.covers?.('/sys/module/memory_hotplug')).toBe(true);
    expect(filesOf('5.0').files.read(`${MEMORY}/memory0/removable`)).toBe('0\n');
  });

  test('nodes', () => {
    const qemu = ['-object', 'memory-backend-ram,id=n0,size=512M', '-object', 'memory-backend-ram,id=n1,size=512M'];
    const nodes = ['-numa', 'node,nodeid=0,memdev=n0,cpus=0', '-numa', 'node,nodeid=1,memdev=n1'];
    const { files } = filesOf('6.12', '', ['-smp', '1', ...qemu, ...nodes]);
    expect(files.read(`${NODE}/online`)).toBe('0-1\n');
    expect(files.read(`${NODE}/has_memory`)).toBe('0-1\n');
    expect(files.read(`${NODE}/has_cpu`)).toBe('0\n');
    expect(files.list(`${NODE}/node1`)).toEqual(['memory4', 'memory5', 'memory6', 'memory7']);
    expect(files.kind(`${NODE}/node2`)).toBeUndefined();
    expect(files.kind(`${NODE}/node1/memory1`)).toBeUndefined();
  });

  test('parameters of memory hotplug', () => {
    const { machine, files } = filesOf('6.12', 'memory_hotplug.memmap_on_memory=force');
    expect(files.read(`${PARAMETERS}/memmap_on_memory`)).toBe('force\n');
    expect(files.write(`${PARAMETERS}/memmap_on_memory`, 'N')).toBe(-EACCES);
    expect(files.write(`${PARAMETERS}/auto_movable_ratio`, '0x20\n')).toBe(0);
    expect(machine.kernel.params.autoMovableRatio).toBe(32);
    for (const bad of ['-1', 'x', '4294967296', '1 2', '08']) {
      expect(files.write(`${PARAMETERS}/auto_movable_ratio`, bad), bad).toBe(-EINVAL);
    }
    expect(files.write(`${PARAMETERS}/online_policy`, 'auto')).toBe(-EINVAL);
    expect(files.write(`${PARAMETERS}/online_policy`, 'auto-movable\n')).toBe(0);
    expect(files.read(`${PARAMETERS}/online_policy`)).toBe('auto-movable\n');
  });
});

test('kernfsOrder lists names as sysfs of a 6.18 kernel did', () => {
  const block = ['uevent', 'node0', 'power', 'online', 'phys_device', 'phys_index', 'valid_zones', 'subsystem', 'state', 'removable'];
  expect(kernfsOrder([...block].sort())).toEqual(block);
  expect(kernfsOrder(['memory121', 'memory188', 'memory3', 'memory32', 'memory60', 'memory99'])).toEqual([
    'memory188', 'memory99', 'memory121', 'memory32', 'memory60', 'memory3',
  ]);
});
