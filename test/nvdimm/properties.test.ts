/** What holds for any namespace and any sequence of commands. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { violations } from '../../src/kernel/invariants.ts';
import { printIomem } from '../../src/kernel/resource-query.ts';
import { GiB, isAligned, KiB, MiB } from '../../src/kernel/units.ts';
import { allocatedDpa, dpaAlign, ndLabelGenId, ndPmemAvailableDpa, ndPmemMaxContiguousDpa, scanAllocate, scanFree } from '../../src/drivers/nvdimm/dpa.ts';
import { newPfnLayout } from '../../src/drivers/nvdimm/pfn-init.ts';
import { childName, type DpaResource, type NdRegion } from '../../src/drivers/nvdimm/state.ts';
import { e820Machine, nvdimmMachine, testUuid, type NdMachine } from './nd-machine.ts';

const pageAligns = fc.constantFrom(4 * KiB, 2 * MiB, GiB);

test('a new layout leaves data, aligned and inside, or nothing at all', () => {
  const units = fc.record({
    start: fc.integer({ min: 2048, max: 1_000_000 }), size: fc.integer({ min: 16 * 256, max: 4 * 262144 }), align: pageAligns, onDevice: fc.boolean(),
  });
  fc.assert(fc.property(units, ({ start: startUnits, size: pages, align, onDevice }) => {
    const start = startUnits * 2 * MiB;
    const size = pages * 4096;
    const { dataoff, endTrunc, npfns, startPad } = newPfnLayout({ start, size, align, onDevice, compatAlign: 2 * MiB });
    expect(startPad).toBe(0);
    expect(isAligned(start + dataoff, align)).toBe(true);
    expect(isAligned(start + size - endTrunc, 2 * MiB)).toBe(true);
    expect(endTrunc).toBeLessThan(Math.max(align, 2 * MiB));
    if (dataoff >= size - endTrunc) return;
    expect(npfns * 4096 + dataoff + endTrunc).toBe(size);
    // The memmap of the data fits between info block and data.
    if (onDevice) expect(dataoff - 8192).toBeGreaterThanOrEqual(npfns * 64);
  }));
});

test('allocations stay disjoint, inside, in one piece each, and all come back', () => {
  const steps = fc.array(fc.record({ who: fc.integer({ min: 0, max: 4 }), units: fc.integer({ min: -8, max: 8 }) }), { maxLength: 40 });
  fc.assert(fc.property(steps, fc.constantFrom(4 * KiB, 2 * MiB, 16 * MiB), (commands, align) => {
    const mapping = { dimm: 0, start: 0, size: 640 * MiB - 2 * MiB, position: 0 };
    let dpa: readonly DpaResource[] = [];
    for (const { who, units } of commands) {
      const id = ndLabelGenId(`${who}`);
      const before = allocatedDpa(dpa, id);
      const bytes = Math.abs(units) * align;
      if (units <= 0) dpa = scanFree(dpa, id, bytes);
      else if (bytes <= ndPmemMaxContiguousDpa(dpa, mapping, align)) {
        const { dpa: after, rest } = scanAllocate(dpa, mapping, align, id, bytes);
        // A first allocation of what is said to be free always finds its place.
        if (before === 0) expect(rest).toBe(0);
        dpa = after;
        expect(allocatedDpa(dpa, id)).toBe(before + bytes - rest);
      }
      for (const [i, each] of dpa.entries()) {
        expect(each.end).toBeGreaterThan(each.start);
        expect(each.start).toBeGreaterThanOrEqual(dpa[i - 1]?.end ?? 0);
        expect(each.end).toBeLessThanOrEqual(mapping.size);
      }
      expect(new Set(dpa.map(({ name }) => name)).size).toBe(dpa.length);
      expect(ndPmemMaxContiguousDpa(dpa, mapping, align)).toBeLessThanOrEqual(ndPmemAvailableDpa(dpa, mapping, align));
    }
    for (let who = 0; who <= 4; who++) dpa = scanFree(dpa, ndLabelGenId(`${who}`), mapping.size);
    expect(dpa).toEqual([]);
  }));
});

const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('create' as const), units: fc.integer({ min: 1, max: 12 }), mode: fc.constantFrom('raw', 'pfn', 'dax'), map: fc.constantFrom('pmem', 'ram'), align: fc.constantFrom(4096, 2097152) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('disable' as const), nth: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('enable' as const), nth: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('destroy' as const), nth: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('align' as const), align: fc.constantFrom('4096', '2097152', '16777216') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cycle' as const) }) },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

function region(nd: NdMachine): NdRegion {
  return nd.machine.devices.nvdimm.regions[0] as NdRegion;
}

function namespaces(nd: NdMachine): string[] {
  return region(nd).children.filter((each) => each.kind === 'namespace').map((each) => childName(region(nd), each));
}

function disable(nd: NdMachine, namespace: string): void {
  const holder = String(nd.read(namespace, 'holder'));
  nd.unbind('nd_pmem', namespace);
  if (holder === '') return;
  nd.unbind(holder.startsWith('dax') ? 'dax_pmem' : 'nd_pmem', holder);
  nd.write(holder, 'namespace', '');
}

function play(nd: NdMachine, each: Command): void {
  const pick = (nth: number): string => namespaces(nd)[nth % namespaces(nd).length] as string;
  if (each.do === 'create') {
    const align = dpaAlign(region(nd));
    nd.create(Math.max(align, 2 * MiB) * each.units, each.mode as 'raw', { align: each.align, map: each.map as 'ram' });
  } else if (each.do === 'disable') disable(nd, pick(each.nth));
  else if (each.do === 'enable') nd.bind('nd_pmem', pick(each.nth));
  else if (each.do === 'align') nd.write('region0', 'align', each.align);
  else if (each.do === 'cycle') {
    nd.unbind('nd_region', 'region0');
    nd.bind('nd_region', 'region0');
  } else {
    const namespace = pick(each.nth);
    disable(nd, namespace);
    nd.write(namespace, 'size', '0');
  }
}

function holds(nd: NdMachine): void {
  const { machine } = nd;
  expect(violations(machine.kernel)).toEqual([]);
  const { children } = region(nd);
  for (const child of children) {
    const name = childName(region(nd), child);
    if (child.kind === 'namespace') {
      if (child.claim !== undefined) expect(nd.read(child.claim, 'namespace')).toBe(name);
      if (child.driver !== undefined) expect(child.claim).toBeUndefined();
    } else if (child.namespace !== undefined) expect(nd.read(child.namespace, 'holder')).toBe(name);
    expect(child.attachment === undefined).toBe(child.driver === undefined);
  }
  const dpa = machine.devices.nvdimm.dimms[0]?.ndd?.dpa ?? [];
  const sizes = children.reduce((sum, child) => sum + (child.kind === 'namespace' ? child.size : 0), 0);
  // While the region is off its labels keep what its namespaces had.
  if (region(nd).bound) expect(dpa.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(sizes);
}

test('namespaces come and go; when all are gone the machine is as it was', { timeout: 60_000 }, () => {
  fc.assert(fc.property(fc.array(command, { maxLength: 25 }), (commands) => {
    const nd = nvdimmMachine('600M', { labelSize: '128K' });
    nd.initLabels();
    const boot = printIomem(nd.machine.kernel.iomem);
    const start = { sections: nd.machine.kernel.sections.runs().map(({ first, last, subsections }) => [first, last, `${subsections}`]) };
    for (const each of commands) {
      play(nd, each);
      holds(nd);
    }
    for (const namespace of namespaces(nd)) {
      disable(nd, namespace);
      if (nd.read(namespace, 'size') !== '0') expect(nd.write(namespace, 'size', '0')).toBe(0);
    }
    expect(printIomem(nd.machine.kernel.iomem)).toEqual(boot);
    expect(nd.machine.kernel.pgmaps.size).toBe(0);
    expect(nd.machine.kernel.sections.runs().map(({ first, last, subsections }) => [first, last, `${subsections}`])).toEqual(start.sections);
    const { ndd } = nd.machine.devices.nvdimm.dimms[0] ?? {};
    expect([ndd?.dpa, ndd?.labels]).toEqual([[], []]);
    nd.write('region0', 'align', '16777216');
    expect(nd.available()).toBe(Math.floor(region(nd).size / (16 * MiB)) * 16 * MiB);
  }), { numRuns: 15 });
});

test('any text written to any attribute is answered, and never breaks what holds', { timeout: 60_000 }, () => {
  const words = fc.oneof(
    fc.constantFrom('', '0', '1', '4096', '16777216', '0x1000000', 'pmem', 'ram', 'none', 'namespace0.0', 'namespace0.1', 'btt', 'pfn', 'dax', '-1', '99999999999999999999', '1e9', testUuid()),
    fc.string({ maxLength: 80 }),
  );
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(40), words), { maxLength: 40 }), (writes) => {
    const nd = nvdimmMachine('300M', { labelSize: '128K' });
    nd.initLabels();
    for (const [device, attribute, text] of writes) {
      const names = ['region0', ...region(nd).children.map((each) => childName(region(nd), each))];
      const name = names[device % names.length] as string;
      const files = nd.list(name);
      const result = nd.write(name, files[attribute % Math.max(1, files.length)] ?? 'size', text);
      expect(result).toBeLessThanOrEqual(0);
      holds(nd);
    }
  }), { numRuns: 20 });
});

test('what is created on legacy memory is found again', { timeout: 60_000 }, () => {
  const any = fc.record({
    at: fc.integer({ min: 160, max: 200 }), units: fc.integer({ min: 8, max: 60 }), kind: fc.constantFrom('pfn' as const, 'dax' as const),
    map: fc.constantFrom('pmem' as const, 'ram' as const), align: fc.constantFrom(4096, 2097152),
  });
  fc.assert(fc.property(any, ({ at, units, kind, map, align }) => {
    const nd = e820Machine(`memmap=${units * 2}M!${at * 2}M`, { memory: '1G' });
    nd.unbind('nd_pmem', 'namespace0.0');
    const empty = printIomem(nd.machine.kernel.iomem);
    if (nd.enable('namespace0.0', kind, { map, align }) !== 0) return;
    const before = [nd.read(`${kind}0.0`, 'resource'), nd.read(`${kind}0.0`, 'size')];
    disable(nd, 'namespace0.0');
    expect(printIomem(nd.machine.kernel.iomem)).toEqual(empty);
    expect(nd.bind('nd_pmem', 'namespace0.0')).toBe(-6);
    const holder = String(nd.read('namespace0.0', 'holder'));
    expect(holder.startsWith(kind)).toBe(true);
    expect([nd.read(holder, 'resource'), nd.read(holder, 'size')]).toEqual(before);
    expect(violations(nd.machine.kernel)).toEqual([]);
  }), { numRuns: 15 });
});
