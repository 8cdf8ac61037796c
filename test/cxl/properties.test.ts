/** Whatever is typed at CXL: no two regions share an address, and all destroyed is as it began. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Machine } from '../../src/drivers/machine.ts';
import { printIomem } from '../../src/kernel/resource-query.ts';
import { runShell } from '../../src/tools/shell.ts';
import { machineOf, readJson, type RecordedSession } from '../daxctl/recorded-session.ts';

const recorded = readJson<RecordedSession>(import.meta.url, 'recorded/four-cards-6.1.json');

const memdevs = fc.subarray(['mem0', 'mem1', 'mem2', 'mem3'], { minLength: 1 }).chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));
const command = fc.oneof(
  fc.tuple(fc.constantFrom('decoder0.0', 'decoder0.1'), fc.constantFrom('', '-s 256M', '-s 512M', '-s 1G', '-s 100M'), memdevs)
    .map(([decoder, size, list]) => `cxl create-region -m -d ${decoder} ${size} ${list.join(' ')}`),
  fc.constantFrom('cxl disable-region all', 'cxl enable-region all', 'cxl destroy-region all', 'cxl destroy-region -f region0', 'cxl destroy-region -f region1'),
  fc.tuple(fc.constantFrom('decoder0.0', 'decoder0.1'), fc.nat(4)).map(([root, id]) => `echo region${id} > /sys/bus/cxl/devices/${root}/create_pmem_region`),
  fc.tuple(fc.nat(4), fc.constantFrom('size', 'interleave_ways', 'interleave_granularity', 'commit', 'target0'), fc.constantFrom('0', '1', '2', '256', '0x10000000', '0x20000000', 'decoder3.0', ''))
    .map(([id, file, value]) => `echo ${value} > /sys/bus/cxl/devices/region${id}/${file}`),
  fc.tuple(fc.constantFrom(3, 4, 5, 6), fc.constantFrom('mode', 'dpa_size'), fc.constantFrom('pmem', 'ram', '0', '0x10000000', '0x20000000'))
    .map(([port, file, value]) => `echo ${value} > /sys/bus/cxl/devices/decoder${port}.0/${file}`),
);

function checkRegions(machine: Machine): void {
  const placed = machine.devices.cxl.regions.flatMap(({ resource }) => resource ?? []).sort((a, b) => a.start - b.start);
  for (const [i, range] of placed.entries()) expect(range.start).toBeGreaterThanOrEqual(placed[i - 1]?.end ?? 0);
  const targets = machine.devices.cxl.regions.flatMap((region) => region.targets.filter((name) => name !== undefined));
  expect(new Set(targets).size).toBe(targets.length);
}

test('any sequence', () => {
  const machine = machineOf(recorded);
  const start = machine.snapshot();
  const iomem = printIomem(machine.kernel.iomem);
  fc.assert(
    fc.property(fc.array(command, { maxLength: 10 }), (lines) => {
      machine.restore(start);
      for (const line of lines) {
        runShell(machine, line);
        checkRegions(machine);
      }
      for (const root of ['decoder0.0', 'decoder0.1']) {
        for (const { id } of machine.devices.cxl.regions) runShell(machine, `echo region${id} > /sys/bus/cxl/devices/${root}/delete_region`);
      }
      expect(machine.devices.cxl.regions).toEqual([]);
      expect(printIomem(machine.kernel.iomem)).toEqual(iomem);
      expect(machine.devices.nvdimm.regions).toEqual(start.devices.nvdimm.regions);
      expect(machine.devices.cxl.roots.map(({ regionId }) => regionId).sort()).toEqual([0, 1]);
    }),
    { numRuns: 60 },
  );
});
