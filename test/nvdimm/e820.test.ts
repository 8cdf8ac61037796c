/** Legacy persistent memory: what maps by itself, and the ways it goes wrong (device reference, 1.4 and 18). */

import { describe, expect, test } from 'vitest';
import { logLines } from '../../src/kernel/log.ts';
import { MiB } from '../../src/kernel/units.ts';
import { e820Machine } from './nd-machine.ts';

describe('both ends misaligned (memmap=200M!1025M)', () => {
  test.each([
    ['6.12', 'nd_pmem namespace0.0: probe with driver nd_pmem failed with error -95'],
    ['6.1', 'nd_pmem: probe of namespace0.0 failed with error -95'],
  ])('on %s', (kernel, failed) => {
    const nd = e820Machine('memmap=200M!1025M', { kernel });
    const log = logLines(nd.machine.kernel.log).map((line) => line.text);
    expect(log.slice(-2)).toEqual([
      'nd_pmem namespace0.0: [mem 0x40100000-0x4c8fffff flags 0x200] misaligned, unable to map', failed,
    ]);
    expect(nd.read('region0', 'align')).toBe('0x1000000');
    expect(nd.read('region0', 'size')).toBe('209715200');
    expect(nd.iomem()).toEqual(['40100000-4c8fffff : Persistent Memory (legacy)']);
    expect(nd.read('namespace0.0', 'mode')).toBe('memory');
    nd.write('namespace0.0', 'force_raw', '1');
    expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(0);
    expect(nd.read('namespace0.0', 'mode')).toBe('raw');
    expect(nd.machine.kernel.pgmaps.size).toBe(0);
  });
});

test('the one-way trap: created, and never enabled again (memmap=201M!1024M)', () => {
  const nd = e820Machine('memmap=201M!1024M');
  expect(nd.write('region0', 'align', '4096')).toBe(0);
  expect(nd.enable('namespace0.0', 'pfn', { align: 4096 })).toBe(0);
  expect(nd.read('pfn0.0', 'size')).toBe('205520896');
  nd.unbind('nd_pmem', 'pfn0.0');
  nd.write('pfn0.0', 'namespace', '');
  nd.log();
  expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(-95);
  expect(nd.log()[0]).toBe('nd_pmem namespace0.0: [mem 0x40000000-0x4c8fffff flags 0x200] misaligned, unable to map');
});

test.each([
  ['pfn', 'pmem', 526385152],
  ['pfn', 'ram', 534773760],
  ['dax', 'pmem', 526385152],
  ['dax', 'ram', 534773760],
] as const)('memmap=512M!1026M: %s with its map in %s', (kind, map, size) => {
  const nd = e820Machine('memmap=512M!1026M');
  nd.unbind('nd_pmem', 'namespace0.0');
  expect(nd.enable('namespace0.0', kind, { map })).toBe(0);
  expect(nd.read(`${kind}0.0`, 'size')).toBe(`${size}`);
});

test('a BTT on it', () => {
  const nd = e820Machine('memmap=512M!1026M');
  nd.unbind('nd_pmem', 'namespace0.0');
  nd.log();
  nd.write('btt0.0', 'uuid', '00000000-0000-4000-8000-000000000001');
  nd.write('btt0.0', 'sector_size', '4096');
  nd.write('btt0.0', 'namespace', 'namespace0.0');
  expect(nd.bind('nd_pmem', 'btt0.0')).toBe(0);
  expect(nd.log()).toEqual(['nd_pmem btt0.0: No existing arenas']);
  expect(nd.read('btt0.0', 'size')).toBe('535265280');
  expect(nd.read('namespace0.0', 'mode')).toBe('safe');
  nd.unbind('nd_pmem', 'btt0.0');
  nd.write('btt0.0', 'namespace', '');
  expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(-6);
  expect(nd.read('namespace0.0', 'holder')).toBe('btt0.0');
  expect(nd.read('btt0.0', 'size')).toBe('535265280');
  expect(nd.log()).toEqual([]);
});

test('device-dax on it (memmap=512M!1030M): metadata and data in /proc/iomem', () => {
  const nd = e820Machine('memmap=512M!1030M');
  nd.unbind('nd_pmem', 'namespace0.0');
  expect(nd.enable('namespace0.0', 'dax', { map: 'ram' })).toBe(0);
  expect(nd.iomem()).toEqual([
    '40600000-605fffff : Persistent Memory (legacy)',
    '  40600000-407fffff : namespace0.0',
    '  40800000-605fffff : dax0.0',
  ]);
  nd.unbind('dax_pmem', 'dax0.0');
  expect(nd.iomem()).toEqual(['40600000-605fffff : Persistent Memory (legacy)']);
});

test('less than 16 MiB: page-sized alignment, native', () => {
  const nd = e820Machine('memmap=12M!1G');
  expect(nd.read('region0', 'align')).toBe('0x1000');
  expect(nd.machine.devices.nvdimm.regions[0]?.children[0]?.attachment?.disk?.sizeBytes).toBe(12 * MiB);
});
