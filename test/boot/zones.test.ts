/** Zones, nodes and struct pages against figures noted from real kernels (core reference, sections 3.5 and 15). */

import { describe, expect, test } from 'vitest';
import { boot } from '../../src/kernel/boot/boot.ts';
import type { BootInput, E820Entry, SratMemory } from '../../src/kernel/boot/boot-map.ts';
import { resolveProfile } from '../../src/kernel/profile/profile.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';

/** The map QEMU's q35 gives a guest with less than 2 GiB. */
function q35(end: number): E820Entry[] {
  return [
    { start: 0, end: 0x9fc00, type: 'ram' },
    { start: 0x9fc00, end: 0xa0000, type: 'reserved' },
    { start: MiB, end, type: 'ram' },
    { start: end, end: 2 * GiB, type: 'reserved' },
  ];
}

function node(nid: number, start: number, end: number, hotplug = false): SratMemory {
  return { start, end, nid, pxm: nid, hotplug, nonVolatile: false };
}

function bootWith(input: Partial<BootInput>, kernel = '6.12') {
  return boot({ e820: q35(0x7ffdf000), cmdline: '', srat: [], hypervisor: true, ...input }, resolveProfile(kernel));
}

const lines = (map: ReturnType<typeof bootWith>, pattern: RegExp) =>
  map.log.map((line) => line.text).filter((text) => pattern.test(text));

test('gaps belong to the zone above them, absent sections are not counted', () => {
  const map = bootWith({ cmdline: 'memmap=6M!0x46000000 memmap=200M!0x4f000000' });
  expect(lines(map, /unavailable/).map((line) => Number(/: (\d+) pages/.exec(line)?.[1]))).toEqual([1, 97, 1536, 18432, 33]);
  expect(map.pageLinks).toEqual([
    { startPfn: 0, endPfn: 0x1000, nid: 0, zone: 0 },
    { startPfn: 0x1000, endPfn: 0x50000, nid: 0, zone: 1 },
    { startPfn: 0x58000, endPfn: 0x80000, nid: 0, zone: 1 },
  ]);
});

describe('ZONE_MOVABLE', () => {
  const twoNodes = [node(0, 0, 0xa0000), node(0, MiB, 1000 * MiB), node(1, 1000 * MiB, 2 * GiB)];

  test('movablecore= spreads over two nodes', () => {
    const map = bootWith({ srat: twoNodes, cmdline: 'movablecore=512M memmap=6M!0x41000000' });
    expect(lines(map, /^ {2}Node/)).toEqual(['  Node 0: 0x0000000030000000', '  Node 1: 0x000000006ec00000']);
    expect(lines(map, /unavailable/).at(-1)).toBe('On node 1, zone Movable: 33 pages in unavailable ranges');
  });

  test.each([
    ['movablecore=0', []],
    ['movablecore=99T', []],
    ['kernelcore=99T', []],
    ['kernelcore=100%', []],
    ['kernelcore=mirror movablecore=1G', []],
    ['movablecore=50%', ['  Node 0: 0x0000000040000000']],
    ['kernelcore=1G movablecore=1536M', ['  Node 0: 0x0000000040400000']],
  ])('%s', (cmdline, expected) => expect(lines(bootWith({ cmdline }), /^ {2}Node/)).toEqual(expected));

  test('movable_node takes hot-pluggable memory of nodes without the kernel', () => {
    const srat = [node(0, 0, GiB, true), node(1, GiB, 2 * GiB, true)];
    const map = bootWith({ srat, cmdline: 'movable_node kernelcore=10%' });
    expect(lines(map, /^ {2}Node/)).toEqual(['  Node 1: 0x0000000040000000']);
    expect(map.options.movableNode).toBe(true);
    expect(map.nodes[1]?.zones[3]?.present).toBe(0x7ffdf - 0x40000);
  });
});

describe('NUMA', () => {
  const srat = [node(0, 0, GiB), node(1, GiB, 2 * GiB), node(1, 4 * GiB, 8 * GiB, true)];

  test('nodes, possible nodes and the ranges without memory', () => {
    const map = bootWith({ srat, cpuNodes: [0, 1, 5] });
    expect(map.nodes.map((one) => [one.nid, one.startPfn, one.endPfn])).toEqual([[0, 1, 0x40000], [1, 0x40000, 0x7ffdf]]);
    expect(map.possibleNodes).toEqual([0, 1, 5]);
    expect(map.numaReservedMemblks).toContainEqual({ start: 4 * GiB, end: 8 * GiB, nid: 1 });
    expect(lines(map, /Initmem.*memoryless/)).toEqual(['Initmem setup node 5 as memoryless']);
  });

  test.each(['numa=off', 'numa=noacpi', 'acpi=off'])('%s leaves one node', (cmdline) => {
    const map = bootWith({ srat, cmdline });
    expect(map.nodes.map((one) => one.nid)).toEqual([0]);
    expect(lines(map, /^Faking a node|^No NUMA|^NUMA turned/)).toHaveLength(2);
  });

  test('two nodes that overlap, or too much memory in none, reject the table', () => {
    const overlapping = bootWith({ srat: [node(0, 0, GiB), node(1, GiB - MiB, 2 * GiB)] });
    expect(lines(overlapping, /overlaps with node/)).toHaveLength(1);
    expect(overlapping.nodes).toHaveLength(1);
    const uncovered = bootWith({ srat: [node(0, 0, GiB)] });
    expect(lines(uncovered, /no nodes coverage/)).toEqual(['NUMA: no nodes coverage for 1023MB of 2047MB RAM']);
    const older = bootWith({ srat: [node(0, 0, GiB)] }, '6.1');
    expect(lines(older, /only cover/)).toEqual(['NUMA: nodes only cover 1023MB of your 2047MB e820 RAM. Not used.']);
  });

  test('numa=fake= makes nodes up', () => {
    expect(bootWith({ cmdline: 'numa=fake=2' }).nodes.map((one) => one.startPfn)).toEqual([1, 0x40001]);
    expect(bootWith({ cmdline: 'numa=fake=512M' }).nodes).toHaveLength(3);
    expect(bootWith({ cmdline: 'numa=fake=4U' }).nodes).toHaveLength(4);
    expect(bootWith({ cmdline: 'numa=fake=0' }).nodes).toHaveLength(1);
    expect(bootWith({ cmdline: 'numa=fake=100' }).nodes).toHaveLength(1);
  });
});

test('a kernel without ZONE_DMA', () => {
  const profile = resolveProfile('6.12');
  const built = { ...profile, does: { ...profile.does, zoneDma: false } };
  const map = boot({ e820: q35(0x7ffdf000), cmdline: '', srat: [], hypervisor: true }, built);
  expect(lines(map, /^ {2}(DMA|DMA32) /)).toEqual(['  DMA32    [mem 0x0000000000001000-0x000000007ffdefff]']);
  expect(map.nodes[0]?.zones[0]).toEqual({ startPfn: 0, spanned: 0, present: 0 });
});

describe('memory block size', () => {
  const big = (end: number): E820Entry[] => [
    { start: 0, end: 0x9fc00, type: 'ram' },
    { start: MiB, end, type: 'ram' },
  ];
  test.each([
    ['6.12', 63 * GiB, true, 128],
    ['6.12', 64 * GiB, true, 2048],
    ['6.12', 65 * GiB, true, 1024],
    ['6.12', 65 * GiB, false, 2048],
    ['6.12', 64 * GiB + 16 * MiB, true, 128],
    ['6.15', 65 * GiB, true, 1024],
    ['6.15', 64 * GiB + 16 * MiB, false, 2048],
    ['5.3', 65 * GiB, false, 1024],
    ['5.3', 64 * GiB + 16 * MiB, false, 128],
  ])('%s, RAM up to %d, hypervisor %s', (kernel, end, hypervisor, mib) => {
    expect(bootWith({ e820: big(end), hypervisor }, kernel).memoryBlockSizeBytes).toBe(mib * MiB);
  });

  test('advice, where it is taken', () => {
    const input = { e820: big(66 * GiB), hypervisor: false, advisedBlockSizeBytes: 256 * MiB };
    expect(bootWith(input, '6.15').memoryBlockSizeBytes).toBe(256 * MiB);
    expect(bootWith(input, '6.12').memoryBlockSizeBytes).toBe(2 * GiB);
  });
});
