/** Info blocks: what a new one says, and what becomes of one that is there (device reference, 3 and 18). */

import { describe, expect, test } from 'vitest';
import { newPfnLayout } from '../../src/drivers/nvdimm/pfn-init.ts';
import { readMedia, writeMedia } from '../../src/drivers/nvdimm/media.ts';
import { readNdPfnSb, writeNdPfnSb, type NdPfnSb } from '../../src/drivers/nvdimm/nd-pfn-bytes.ts';
import { GiB, KiB, MiB } from '../../src/kernel/units.ts';
import { nvdimmMachine, testUuid, type NdMachine } from './nd-machine.ts';

const NULL = '00000000-0000-0000-0000-000000000000';

describe('new layout', () => {
  const rows: readonly [start: number, size: number, align: number, map: 'PMEM' | 'RAM', dataoff: number, trunc: number, data: number][] = [
    [4 * GiB, 512 * MiB, 2 * MiB, 'PMEM', 0xa00000, 0, 526385152],
    [4 * GiB, 512 * MiB, 2 * MiB, 'RAM', 0x200000, 0, 534773760],
    [4 * GiB, 256 * MiB + 8 * KiB, 4 * KiB, 'PMEM', 0x600000, 8192, 262144000],
    [4 * GiB, GiB + 8 * KiB, 4 * KiB, 'PMEM', 0x1200000, 8192, 1054867456],
    [4 * GiB, 3 * GiB, GiB, 'PMEM', 0x40000000, 0, 2 * GiB],
    [4 * GiB, 3 * GiB, GiB, 'RAM', 0x40000000, 0, 2 * GiB],
    [0x141000000, 2 * GiB, GiB, 'PMEM', 0x3f000000, 0x1000000, GiB],
    [0x141000000, 2 * GiB, 2 * MiB, 'PMEM', 0x2200000, 0, 2111832064],
    [0x141000000, 2 * GiB, 4 * KiB, 'PMEM', 0x2200000, 0, 2111832064],
    [4 * GiB, 16 * MiB, 2 * MiB, 'PMEM', 0x200000, 0, 14680064],
    [4 * GiB, 18 * MiB, 2 * MiB, 'PMEM', 0x200000, 0, 16777216],
    [0x40000000, 201 * MiB, 4 * KiB, 'PMEM', 0x400000, 0x100000, 205520896],
  ];
  test.each(rows)('%d bytes at, %d long, align %d, map %s', (start, size, align, map, dataoff, trunc, data) => {
    const layout = newPfnLayout({ start, size, align, onDevice: map === 'PMEM', compatAlign: 2 * MiB });
    expect(layout).toEqual({ dataoff, startPad: 0, endTrunc: trunc, npfns: data / 4096 });
    expect(size - layout.dataoff - layout.endTrunc).toBe(data);
  });
});

/** A namespace of 256 MiB at 4 GiB without labels, with this block on it. */
function withBlock(patch: Partial<NdPfnSb>, kernel: string): NdMachine {
  const nd = nvdimmMachine('256M', { kernel });
  nd.unbind('nd_pmem', 'namespace0.0');
  const block: NdPfnSb = {
    kind: 'pfn', uuid: testUuid(), parentUuid: NULL, flags: 0, versionMajor: 1, versionMinor: 4, dataoff: 0x600000,
    npfns: 64000, mode: 2, startPad: 0, endTrunc: 0, align: 2 * MiB, pageSize: 4096, pageStructSize: 64, ...patch,
  };
  writeMedia(nd.machine, 4 * GiB + 4096, writeNdPfnSb(block));
  nd.log();
  return nd;
}

describe('a block that is there', () => {
  const bad: readonly [string, Partial<NdPfnSb>, string][] = [
    ['page size', { pageSize: 16384 }, 'init failed, page size mismatch 16384'],
    ['struct page', { pageStructSize: 32 }, 'init failed, struct page size mismatch 32'],
    ['capacity', { align: GiB }, 'alignment: 40000000 exceeds capacity 10000000'],
    ['array', { dataoff: 256 * MiB }, 'pfn array size exceeds capacity of namespace0.0'],
    ['offset', { dataoff: 0x601000 }, 'bad offset: 0x601000 dax disabled align: 0x200000'],
    ['derived alignment', { versionMinor: 0, dataoff: 0x600000 + 0x1000 }, ''],
    ['start', { startPad: 0x1000, align: 4096 }, 'resource start misaligned'],
    ['end', { endTrunc: 0x1000, align: 4096 }, 'resource end misaligned'],
  ];
  test.each(bad.filter(([, , text]) => text !== ''))('%s', (_, patch, text) => {
    const nd = withBlock(patch, '6.12');
    expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(-95);
    expect(nd.log()).toEqual([` pfn0.1: ${text}`, 'nd_pmem namespace0.0: probe with driver nd_pmem failed with error -95']);
    expect(nd.read('namespace0.0', 'holder')).toBe('');
  });

  test('nothing left: refused since 6.6, accepted before', () => {
    const patch = { dataoff: 0x600000, endTrunc: 250 * MiB };
    const nd = withBlock(patch, '6.12');
    expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(-95);
    expect(nd.log()[0]).toBe(' pfn0.1: bad offset with small namespace');
    expect(withBlock(patch, '6.1').bind('nd_pmem', 'namespace0.0')).toBe(-6);
  });

  test('devdax with an alignment no page has', () => {
    const nd = withBlock({ kind: 'dax', align: 8192 }, '6.12');
    expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(-95);
    expect(nd.log()[0]).toBe(' dax0.1: init failed, alignment mismatch: 2097152:8192');
  });

  test('fsdax with such an alignment passes', () => {
    const nd = withBlock({ align: 8192 }, '6.12');
    expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(-6);
    expect(nd.read('namespace0.0', 'holder')).toBe('pfn0.1');
  });

  test('an unknown mode leaves the namespace raw', () => {
    const nd = withBlock({ mode: 3 }, '6.12');
    expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(0);
    expect(nd.log()).toEqual([]);
    expect(nd.read('namespace0.0', 'mode')).toBe('raw');
  });

  test('another parent, or a broken checksum, is no block', () => {
    const nd = withBlock({ parentUuid: testUuid() }, '6.12');
    expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(0);
    const broken = withBlock({}, '6.12');
    writeMedia(broken.machine, 4 * GiB + 4096 + 100, Uint8Array.of(1));
    expect(broken.bind('nd_pmem', 'namespace0.0')).toBe(0);
  });

  test('too many pages are cut, padding is honoured', () => {
    const nd = withBlock({ npfns: 99999999 }, '6.12');
    nd.bind('nd_pmem', 'namespace0.0');
    expect(nd.log()).toEqual(['nd_pmem pfn0.1: number of pfns truncated from 99999999 to 64000']);
    const padded = withBlock({ startPad: 2 * MiB, endTrunc: 2 * MiB }, '6.12');
    padded.bind('nd_pmem', 'namespace0.0');
    expect(padded.read('pfn0.1', 'resource')).toBe(`0x${(4 * GiB + 8 * MiB).toString(16)}`);
    expect(padded.read('pfn0.1', 'size')).toBe('257949696');
  });

  test('an altmap too small for its range fails with −ENOMEM', () => {
    const nd = withBlock({ dataoff: 2 * MiB }, '6.12');
    expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(-6);
    expect(nd.log().at(-1)).toBe('nd_pmem pfn0.1: probe with driver nd_pmem failed with error -12');
  });
});

test('what is written is what a namespace without label gets', () => {
  const nd = nvdimmMachine('512M');
  nd.unbind('nd_pmem', 'namespace0.0');
  expect(nd.enable('namespace0.0', 'dax', { map: 'pmem' })).toBe(0);
  const block = readNdPfnSb(readMedia(nd.machine, 4 * GiB + 4096, 4096), 'dax');
  expect(block).toMatchObject({
    checksumOk: true, parentUuid: NULL, versionMajor: 1, versionMinor: 4, dataoff: 0xa00000, npfns: 526385152 / 4096, mode: 2,
    startPad: 0, endTrunc: 0, align: 2 * MiB, pageSize: 4096, pageStructSize: 64,
  });
  expect(nd.iomem()).toEqual([
    '100000000-11fffffff : Persistent Memory',
    '  100000000-1009fffff : namespace0.0',
    '  100a00000-11fffffff : dax0.0',
  ]);
});
