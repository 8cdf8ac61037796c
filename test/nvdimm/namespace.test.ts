/** Namespaces through their attributes: sizes, places, seeds and errors as recorded on real kernels (device reference, 1, 2, 13, 18). */

import { describe, expect, test } from 'vitest';
import { GiB, KiB, MiB } from '../../src/kernel/units.ts';
import { nvdimmMachine, testUuid, type NdMachine } from './nd-machine.ts';

const ENXIO = -6;
const EBUSY = -16;
const EINVAL = -22;
const ENOSPC = -28;

/** 5 GiB less labels, initialised: 5366611968 bytes at 4 GiB. */
function labelled(kernel = '6.12'): NdMachine {
  const nd = nvdimmMachine('5G', { kernel, labelSize: '128K' });
  nd.initLabels();
  nd.log();
  return nd;
}

function destroy(nd: NdMachine, namespace: string, holder?: string): void {
  if (holder !== undefined) {
    nd.unbind(holder.startsWith('dax') ? 'dax_pmem' : 'nd_pmem', holder);
    nd.write(holder, 'namespace', '');
  }
  nd.unbind('nd_pmem', namespace);
  expect(nd.write(namespace, 'size', '0')).toBe(0);
}

test('a label area before and after its first index', () => {
  const nd = nvdimmMachine('5G', { labelSize: '128K' });
  expect(nd.read('region0', 'nstype')).toBe('4');
  expect(nd.read('namespace0.0', 'size')).toBe('5366611968');
  nd.initLabels();
  expect(nd.read('region0', 'nstype')).toBe('5');
  expect(nd.read('region0', 'size')).toBe('5366611968');
  expect(nd.available()).toBe(5351931904);
  expect(nd.read('region0', 'max_available_extent')).toBe('5351931904');
  expect(nd.read('region0', 'set_cookie')).toBe('0x2468ac00123456');
  expect(nd.read('namespace0.0', 'size')).toBe('0');
  expect(nd.read('namespace0.0', 'resource')).toBe(ENXIO);
  expect(nd.read('namespace0.0', 'sector_size')).toBe('512 4096 ');
});

test.each(['6.1', '6.12'])('align.sh on %s: free space, addresses and seeds on the way', (kernel) => {
  const nd = labelled(kernel);
  expect([nd.seed('namespace'), nd.seed('pfn')]).toEqual(['namespace0.0', 'pfn0.0']);
  nd.write('region0', 'align', '4096');
  expect(nd.create(GiB + 8 * KiB, 'pfn', { align: 4096 })).toBe(0);
  expect(nd.available()).toBe(4292861952);
  expect([nd.seed('namespace'), nd.seed('pfn')]).toEqual(['namespace0.1', 'pfn0.1']);
  expect(nd.read('pfn0.0', 'size')).toBe('1054867456');
  nd.log();
  expect(nd.create(GiB + 8 * KiB, 'pfn', { align: 4096 })).toBe(EINVAL);
  const failed = kernel === '6.12'
    ? 'nd_pmem pfn0.1: probe with driver nd_pmem failed with error -22'
    : 'nd_pmem: probe of pfn0.1 failed with error -22';
  expect(nd.log()).toEqual(['nd_pmem pfn0.1: namespace0.1: start 0x0000000140002000 misaligned to 0x200000', failed]);
  expect([nd.seed('namespace'), nd.seed('pfn')]).toEqual(['namespace0.1', 'pfn0.1']);
  nd.write('pfn0.1', 'namespace', '');
  expect(nd.bind('nd_pmem', 'namespace0.1')).toBe(0);
  expect(nd.available()).toBe(3219111936);
  expect([nd.seed('namespace'), nd.seed('pfn')]).toEqual(['namespace0.2', 'pfn0.1']);
  destroy(nd, 'namespace0.1');
  expect(nd.available()).toBe(4292861952);
  nd.write('region0', 'align', '0x1000000');
  expect(nd.available()).toBe(4261412864);
  expect(nd.create(2 * GiB, 'pfn', { align: GiB })).toBe(0);
  expect(nd.read('namespace0.2', 'resource')).toBe('0x141000000');
  expect([nd.seed('namespace'), nd.seed('pfn')]).toEqual(['namespace0.1', 'pfn0.2']);
  expect(nd.available()).toBe(2113929216);
  destroy(nd, 'namespace0.2', 'pfn0.1');
  destroy(nd, 'namespace0.0', 'pfn0.0');
  expect(nd.available()).toBe(5351931904);
});

test.each(['6.1', '6.12'])('sub-section packing on %s: ten namespaces of 16 MiB side by side', (kernel) => {
  const nd = labelled(kernel);
  for (let i = 0; i < 10; i++) {
    const [namespace, pfn] = [nd.seed('namespace'), nd.seed('pfn')];
    expect(nd.create(16 * MiB, 'pfn')).toBe(0);
    expect(nd.read(namespace, 'resource')).toBe(`0x${(4 * GiB + i * 16 * MiB).toString(16)}`);
    expect(nd.read(pfn, 'size')).toBe('14680064');
    expect(nd.list(`${pfn}`)).toContain('block');
    expect(nd.machine.devices.nvdimm.regions[0]?.children.find((each) => each.kind === 'pfn' && each.id === i)?.attachment?.disk?.name)
      .toBe(i === 0 ? 'pmem0' : `pmem0.${i}`);
  }
  expect(nd.available()).toBe(5184159744);
  expect(nd.log()).toEqual([]);
});

test('after the region was off, namespaces are numbered by the bytes of their start', () => {
  const nd = labelled();
  for (let i = 0; i < 3; i++) expect(nd.create(2 * GiB - 32 * MiB - i * 512 * MiB, 'raw')).toBe(0);
  const places = (): (string | number)[] => [0, 1, 2].map((i) => nd.read(`namespace0.${i}`, 'resource'));
  const before = places();
  nd.unbind('nd_region', 'region0');
  expect(nd.read('region0', 'namespace_seed')).toBe('');
  expect(nd.bind('nd_region', 'region0')).toBe(0);
  expect([...places()].sort()).toEqual([...before].sort());
});

test('the recorded case: 0x100000000, 0x200000000, 0x180000000', () => {
  const nd = labelled();
  nd.write('region0', 'align', '4096');
  for (const size of [2 * GiB, 2 * GiB, 512 * MiB]) expect(nd.create(size, 'raw')).toBe(0);
  nd.unbind('nd_region', 'region0');
  nd.bind('nd_region', 'region0');
  expect([0, 1, 2].map((i) => nd.read(`namespace0.${i}`, 'resource'))).toEqual(['0x100000000', '0x200000000', '0x180000000']);
});

describe('size', () => {
  test('is refused in the order of the checks', () => {
    const nd = labelled();
    expect(nd.write('namespace0.0', 'size', 'x')).toBe(EINVAL);
    expect(nd.write('namespace0.0', 'size', '16777216')).toBe(ENXIO);
    expect(nd.write('namespace0.0', 'uuid', testUuid())).toBe(0);
    expect(nd.write('namespace0.0', 'size', '99999999999999')).toBe(EINVAL);
    expect(nd.write('namespace0.0', 'size', `${2 ** 50}`)).toBe(ENOSPC);
    expect(nd.write('namespace0.0', 'size', '16777216')).toBe(0);
    nd.bind('nd_pmem', 'namespace0.0');
    expect(nd.write('namespace0.0', 'size', '33554432')).toBe(EBUSY);
    expect(nd.write('namespace0.0', 'uuid', testUuid())).toBe(EBUSY);
  });

  test('growing where something is in the way warns once', () => {
    const nd = labelled();
    nd.write('region0', 'align', '4096');
    for (const size of [64 * MiB, 128 * MiB, 64 * MiB + 4 * KiB, 32 * MiB]) nd.create(size, 'raw');
    for (let i = 0; i < 4; i++) nd.unbind('nd_pmem', `namespace0.${i}`);
    expect(nd.write('namespace0.0', 'size', '0')).toBe(0);
    expect(nd.write('namespace0.1', 'size', `${160 * MiB}`)).toBe(0);
    expect(nd.read('namespace0.1', 'resource')).toBe('0x102000000');
    expect(nd.write('namespace0.1', 'size', `${192 * MiB}`)).toBe(0);
    expect(nd.read('namespace0.1', 'resource')).toBe('0x100000000');
    nd.log();
    expect(nd.write('namespace0.2', 'size', `${96 * MiB}`)).toBe(ENXIO);
    expect(nd.log()).toEqual(['nd_region region0: allocation underrun: 0x0 of 0x1fff000 bytes']);
    expect(nd.write('namespace0.2', 'size', `${96 * MiB}`)).toBe(ENXIO);
    expect(nd.log()).toEqual([]);
  });

  test('0 deletes: the first namespace stays, others go unless they are the seed', () => {
    const nd = labelled();
    nd.create(64 * MiB, 'raw');
    nd.create(64 * MiB, 'raw');
    destroy(nd, 'namespace0.0');
    destroy(nd, 'namespace0.1');
    expect(nd.read('namespace0.0', 'size')).toBe('0');
    expect(nd.read('namespace0.0', 'uuid')).toBe('');
    expect(nd.list('region0').filter((name) => name.startsWith('namespace'))).toEqual(['namespace0.0', 'namespace0.2', 'namespace_seed']);
    expect(nd.available()).toBe(5351931904);
  });
});

describe('claims', () => {
  test('are refused in the order of the checks', () => {
    const nd = labelled();
    nd.write('region0', 'align', '4096');
    nd.create(8 * MiB, 'raw');
    nd.unbind('nd_pmem', 'namespace0.0');
    expect(nd.write('pfn0.0', 'namespace', 'region0')).toBe(EINVAL);
    expect(nd.write('pfn0.0', 'namespace', 'namespace0.7')).toBe(-19);
    expect(nd.write('pfn0.0', 'namespace', 'namespace0.0')).toBe(ENXIO);
    nd.write('namespace0.0', 'size', `${32 * MiB}`);
    nd.write('namespace0.0', 'holder_class', 'dax');
    expect(nd.write('pfn0.0', 'namespace', 'namespace0.0')).toBe(EBUSY);
    nd.write('namespace0.0', 'holder_class', '');
    expect(nd.write('pfn0.0', 'namespace', 'namespace0.0')).toBe(0);
    expect(nd.write('pfn0.0', 'namespace', 'namespace0.0')).toBe(EBUSY);
    expect(nd.write('dax0.0', 'namespace', 'namespace0.0')).toBe(EBUSY);
    expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(ENXIO);
    expect(nd.bind('nd_pmem', 'pfn0.0')).toBe(-19);
    nd.write('pfn0.0', 'uuid', testUuid());
    expect(nd.bind('nd_pmem', 'pfn0.0')).toBe(ENXIO);
    expect(nd.write('pfn0.0', 'align', '16777216')).toBe(EINVAL);
    expect(nd.write('pfn0.0', 'mode', 'ram')).toBe(0);
    expect(nd.bind('nd_pmem', 'pfn0.0')).toBe(0);
    expect(nd.bind('nd_pmem', 'pfn0.0')).toBe(EBUSY);
    expect(nd.write('pfn0.0', 'align', '4096')).toBe(EBUSY);
    expect(nd.read('pfn0.0', 'supported_alignments')).toBe('4096 2097152 1073741824 ');
  });

  test('a seed given back keeps its alignment, others go', () => {
    const nd = labelled();
    nd.create(32 * MiB, 'raw');
    nd.unbind('nd_pmem', 'namespace0.0');
    nd.write('pfn0.0', 'align', '4096');
    nd.write('pfn0.0', 'namespace', 'namespace0.0');
    nd.write('pfn0.0', 'uuid', testUuid());
    nd.write('pfn0.0', 'namespace', '');
    expect([nd.read('pfn0.0', 'align'), nd.read('pfn0.0', 'uuid'), nd.read('pfn0.0', 'mode')]).toEqual(['4096', '', 'none']);
    expect(nd.enable('namespace0.0', 'pfn')).toBe(0);
    nd.unbind('nd_pmem', 'pfn0.0');
    expect(nd.write('pfn0.0', 'namespace', '')).toBe(0);
    expect(nd.list('region0')).not.toContain('pfn0.0');
    expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(ENXIO);
    expect(nd.read('namespace0.0', 'holder')).toBe('pfn0.0');
  });
});

test.each([
  ['0', EINVAL], ['3', EINVAL], ['0x800', EINVAL], ['12288', EINVAL], ['0x3000', EINVAL], ['1G', EINVAL],
  ['6442450944', EINVAL], ['99999999999', EINVAL], ['4096', 0], ['8192', 0], ['2097152', 0], ['16777216', 0], ['4294967296', 0],
])('region align %s', (text, expected) => {
  const nd = labelled();
  expect(nd.write('region0', 'align', text)).toBe(expected);
});

test('a DIMM with labels that is off keeps its region off', () => {
  const nd = labelled();
  nd.unbind('nd_region', 'region0');
  expect(nd.read('nmem0', 'state')).toBe('idle');
  nd.unbind('nvdimm', 'nmem0');
  expect(nd.bind('nd_region', 'region0')).toBe(ENXIO);
  expect(nd.log()).toEqual(['nd_region region0: nmem0: is disabled, failing probe']);
  nd.bind('nvdimm', 'nmem0');
  expect(nd.bind('nd_region', 'region0')).toBe(0);
  expect(nd.read('nmem0', 'state')).toBe('active');
});

test('a uuid may change while labels were written, and once only', () => {
  const nd = labelled();
  nd.create(32 * MiB, 'raw');
  nd.unbind('nd_pmem', 'namespace0.0');
  const uuid = testUuid();
  const slots = nd.read('nmem0', 'available_slots');
  expect(nd.write('namespace0.0', 'uuid', uuid)).toBe(0);
  expect(nd.read('nmem0', 'available_slots')).toBe(slots);
  expect(nd.write('namespace0.1', 'uuid', uuid)).toBe(EINVAL);
  nd.unbind('nd_region', 'region0');
  nd.bind('nd_region', 'region0');
  expect(nd.read('namespace0.0', 'uuid')).toBe(uuid);
  expect(nd.read('namespace0.0', 'size')).toBe(`${32 * MiB}`);
});
