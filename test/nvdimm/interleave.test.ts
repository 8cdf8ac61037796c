/** Regions over several DIMMs: alignment, shares and labels. From the reference's rules; no recording has such a machine. */

import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { loadModule } from '../../src/drivers/modules.ts';
import { nvdimmCreate } from '../../src/drivers/nvdimm/dimm.ts';
import { interleaveSetCookies } from '../../src/drivers/nvdimm/interleave-cookie.ts';
import { labelStore } from '../../src/drivers/nvdimm/media.ts';
import { bindRegion, nvdimmBusRegister } from '../../src/drivers/nvdimm/nd-bus.ts';
import { initLabelArea } from '../../src/drivers/nvdimm/nd-label-store.ts';
import { ndRegionCreate } from '../../src/drivers/nvdimm/region.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';
import { NdMachine, NFIT } from './nd-machine.ts';

const LABELS = 128 * 1024;

function interleaved(ways: number, share = GiB): NdMachine {
  const machine = buildMachine({ kernel: '6.12', memory: '1G,slots=2,maxmem=16G', cmdline: '', qemu: [] });
  for (const name of ['libnvdimm', 'nd_pmem', 'dax_pmem', 'device_dax']) loadModule(machine, name);
  const bus = nvdimmBusRegister(machine, 'ACPI.NFIT', NFIT);
  const members = Array.from({ length: ways }, (_, i) => ({ regionOffset: i * 4096, serial: i + 1, vendor: 0x8086 }));
  const mappings = members.map(({ serial, vendor }, position) => {
    const labelArea = `dimm${position}`;
    initLabelArea(labelStore(machine, labelArea, LABELS), 256);
    const dimm = nvdimmCreate(machine, { bus, labelArea, labelSize: LABELS, handle: serial, serial, vendor });
    return { dimm, start: 0, size: share, position };
  });
  const spec = { bus, start: 4 * GiB, size: ways * share, numaNode: 0, targetNode: 0, mappings };
  bindRegion(machine, ndRegionCreate(machine, { ...spec, interleaveSet: interleaveSetCookies(members) }));
  return new NdMachine(machine, NFIT);
}

test.each([[1, '0x1000000'], [2, '0x1000000'], [3, '0x3000000'], [4, '0x1000000'], [6, '0x6000000']])(
  '%d ways: alignment %s', (ways, align) => expect(interleaved(ways).read('region0', 'align')).toBe(align));

describe('two ways', () => {
  test('each DIMM gives its share, and both labels bring the namespace back', () => {
    const nd = interleaved(2);
    expect(nd.available()).toBe(2 * GiB);
    expect(nd.create(64 * MiB, 'pfn')).toBe(0);
    expect(nd.create(32 * MiB, 'raw')).toBe(0);
    expect(nd.read('namespace0.1', 'resource')).toBe('0x104000000');
    expect(nd.machine.devices.nvdimm.dimms.map(({ ndd }) => ndd?.dpa.map(({ start, end }) => [start, end]))).toEqual([
      [[0, 32 * MiB], [32 * MiB, 48 * MiB]], [[0, 32 * MiB], [32 * MiB, 48 * MiB]],
    ]);
    expect(nd.machine.devices.nvdimm.dimms.map(({ ndd }) => ndd?.labels.map(({ position, nlabel }) => [position, nlabel]))).toEqual([
      [[0, 2], [0, 2]], [[1, 2], [1, 2]],
    ]);
    nd.unbind('nd_region', 'region0');
    expect(nd.bind('nd_region', 'region0')).toBe(0);
    expect([0, 1].map((i) => [nd.read(`namespace0.${i}`, 'resource'), nd.read(`namespace0.${i}`, 'size')])).toEqual([
      ['0x100000000', `${64 * MiB}`], ['0x104000000', `${32 * MiB}`],
    ]);
  });

  test('a label missing on one DIMM fails the region', () => {
    const nd = interleaved(2);
    const uuid = '00000000-0000-4000-8000-0000000000aa';
    nd.create(64 * MiB, 'raw', { uuid });
    nd.unbind('nd_region', 'region0');
    nd.unbind('nvdimm', 'nmem1');
    initLabelArea(labelStore(nd.machine, 'dimm1', LABELS), 256);
    nd.bind('nvdimm', 'nmem1');
    nd.log();
    expect(nd.bind('nd_region', 'region0')).toBe(-19);
    expect(nd.log()).toEqual([`nd_region region0: nmem1 missing label for ${uuid}`]);
  });
});

test('six ways: 100 MiB are no multiple of 96 MiB', () => {
  const nd = interleaved(6);
  expect(nd.create(100 * MiB, 'raw')).toBe(-22);
  // The uuid that is set stays until a label was written.
  expect(nd.write('namespace0.0', 'uuid', '00000000-0000-4000-8000-0000000000bb')).toBe(-16);
  expect(nd.write('namespace0.0', 'size', `${96 * MiB}`)).toBe(0);
  expect(nd.read('namespace0.0', 'size')).toBe(`${96 * MiB}`);
});
