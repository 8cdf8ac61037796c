/** Invariants and the thread's claims (P1 to P9), over random machines and random operations. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dumpKernel } from '../../src/kernel/dump.ts';
import { violations } from '../../src/kernel/invariants.ts';
import { pfnSectionValid, pfnToOnlinePage, pfnValid, validSection } from '../../src/kernel/pfn.ts';
import { SECTION_IS_EARLY, SECTION_TAINT_ZONE_DEVICE } from '../../src/kernel/section-table.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { bootSpec, Drivers, machineSpec, operation } from './random-machine.ts';

/** 1,000 machines with 100 operations each: at least 100,000 operations in every test run. */
const MACHINES = 1000;
const OPERATIONS = 100;
const SEED = 20190328;

const sequence = fc.array(operation, { minLength: OPERATIONS, maxLength: OPERATIONS });

function flaggedSections(kernel: Kernel, flag: number): Set<number> {
  const found = new Set<number>();
  for (const run of kernel.sections.runs()) {
    if ((run.flags & flag) === 0) continue;
    for (let nr = run.first; nr <= run.last; nr++) found.add(nr);
  }
  return found;
}

/** Frames around every boundary of the state: where predicates change their minds. */
function interestingPfns(kernel: Kernel): number[] {
  const pfns = new Set<number>();
  for (const run of kernel.sections.runs()) {
    for (const nr of [run.first, run.last, run.last + 1]) {
      const start = nr * kernel.sections.pagesPerSection;
      for (const delta of [-1, 0, 511, 512, 16384, 32767]) if (start + delta >= 0) pfns.add(start + delta);
    }
  }
  return [...pfns];
}

describe('random machines, random operations', () => {
  test(`the map stays sound over ${MACHINES * OPERATIONS} operations`, { timeout: 600_000 }, () => {
    let operations = 0;
    const outcomes = new Map<string, number>();
    fc.assert(
      fc.property(machineSpec, sequence, (spec, actions) => {
        const kernel = bootSpec(spec);
        expect(violations(kernel)).toEqual([]);
        const drivers = new Drivers();
        const bootEarly = flaggedSections(kernel, SECTION_IS_EARLY);
        let maxPfn = kernel.maxPfn;
        for (const action of actions) {
          const result = drivers.apply(kernel, action);
          operations++;
          const outcome = `${action.op} ${result}`;
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          expect(violations(kernel), JSON.stringify(action)).toEqual([]);
          expect(kernel.maxPfn).toBeGreaterThanOrEqual(maxPfn);
          ({ maxPfn } = kernel);
        }
        // P1: what boot made early stays early, and nothing else becomes it. Nobody here removes boot memory.
        expect(flaggedSections(kernel, SECTION_IS_EARLY)).toEqual(bootEarly);
      }),
      { numRuns: MACHINES, seed: SEED },
    );
    expect(operations).toBeGreaterThanOrEqual(100_000);
    // The operations are worth something only if they reach every outcome that users see.
    for (const wanted of ['add 0', 'add -17', 'add -22', 'remove 0', 'remove -16', 'state 0', 'state -16', 'map 0', 'map -16', 'map -22', 'unmap 0']) {
      expect(outcomes.get(wanted), `${wanted} never happened: ${[...outcomes.keys()].join(', ')}`).toBeGreaterThan(0);
    }
  });

  test('snapshots restore exactly, in any order', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(machineSpec, fc.array(operation, { maxLength: 40 }), fc.array(operation, { maxLength: 40 }), (spec, first, second) => {
        const kernel = bootSpec(spec);
        const drivers = new Drivers();
        for (const action of first) drivers.apply(kernel, action);
        const snapshot = kernel.snapshot();
        const before = structuredClone(dumpKernel(kernel));
        for (const action of second) drivers.apply(kernel, action);
        const later = kernel.snapshot();
        const after = structuredClone(dumpKernel(kernel));
        kernel.restore(snapshot);
        expect(dumpKernel(kernel)).toEqual(before);
        kernel.restore(later);
        expect(dumpKernel(kernel)).toEqual(after);
        kernel.restore(snapshot);
        expect(dumpKernel(kernel)).toEqual(before);
      }),
      { numRuns: 200, seed: SEED },
    );
  });

  test('a listener changes nothing', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(machineSpec, fc.array(operation, { maxLength: 40 }), (spec, actions) => {
        const quiet = bootSpec(spec);
        const heard = bootSpec(spec);
        let steps = 0;
        heard.explain = () => steps++;
        const [a, b] = [new Drivers(), new Drivers()];
        for (const action of actions) expect(a.apply(quiet, action)).toBe(b.apply(heard, action));
        expect(dumpKernel(heard)).toEqual(dumpKernel(quiet));
        expect(steps).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 100, seed: SEED },
    );
  });
});

describe("the thread's claims", () => {
  const afterOperations = (check: (kernel: Kernel, drivers: Drivers) => void, numRuns = 150): void => {
    fc.assert(
      fc.property(machineSpec, fc.array(operation, { maxLength: 60 }), (spec, actions) => {
        const kernel = bootSpec(spec);
        const drivers = new Drivers();
        for (const action of actions) drivers.apply(kernel, action);
        check(kernel, drivers);
      }),
      { numRuns, seed: SEED },
    );
  };

  test('P2: pfn_valid is valid_section for early sections, and the sub-section bit for others', () => {
    afterOperations((kernel) => {
      const { sections } = kernel;
      for (const pfn of interestingPfns(kernel)) {
        const early = (sections.flags(sections.sectionNr(pfn)) & SECTION_IS_EARLY) !== 0;
        const expected = validSection(sections, pfn) && (early || pfnSectionValid(sections, pfn));
        expect(pfnValid(sections, pfn), `pfn ${pfn}`).toBe(expected);
        if (pfnToOnlinePage(kernel, pfn)) expect(pfnValid(sections, pfn), `online pfn ${pfn}`).toBe(true);
      }
    });
  });

  test('P3: device memory is added in sub-sections, System RAM only in whole sections', () => {
    let partial = 0;
    afterOperations((kernel, drivers) => {
      for (const { start, end } of drivers.mapped) if ((end - start) % (128 * 2 ** 20) !== 0) partial++;
      for (const { start, size } of drivers.added) {
        expect(start % (128 * 2 ** 20)).toBe(0);
        expect(size % (128 * 2 ** 20)).toBe(0);
      }
      expect(kernel.memoryBlockSizeBytes).toBe(128 * 2 ** 20);
    });
    expect(partial).toBeGreaterThan(0);
  });

  test('P4: mapping device memory never makes or changes a memory block', () => {
    fc.assert(
      fc.property(machineSpec, fc.array(operation, { maxLength: 60 }), (spec, actions) => {
        const kernel = bootSpec(spec);
        const drivers = new Drivers();
        for (const action of actions) {
          const before = action.op === 'map' || action.op === 'unmap' ? kernel.blocks.runs() : undefined;
          drivers.apply(kernel, action);
          if (before !== undefined) expect(kernel.blocks.runs()).toEqual(before);
        }
      }),
      { numRuns: 150, seed: SEED },
    );
  });

  test('P5: RAM and device memory share sections; a hot-added block has one owner', () => {
    let shared = 0;
    afterOperations((kernel, drivers) => {
      shared += flaggedSections(kernel, SECTION_TAINT_ZONE_DEVICE).size;
      for (const { start, size } of drivers.added) {
        const pgmap = kernel.pgmapAt.overlapping(start / 4096, (start + size) / 4096);
        expect(pgmap).toEqual([]);
      }
    });
    expect(shared).toBeGreaterThan(0);
  });

  test('P6: a mapping aligned to 2 MiB loses nothing: exactly its sub-sections are in use', () => {
    afterOperations((kernel, drivers) => {
      for (const { start, end } of drivers.mapped) {
        for (let pfn = start / 4096; pfn < end / 4096; pfn += 512) {
          expect(pfnSectionValid(kernel.sections, pfn)).toBe(true);
          expect(pfnToOnlinePage(kernel, pfn)).toBe(false);
        }
      }
    });
  });

  test('P7: a section costs 8 bytes of sub-section map', () => {
    afterOperations((kernel) => {
      expect(kernel.sections.words * 4).toBe(8);
      for (const [, root] of kernel.sections.roots()) {
        // As in the kernel's own entry, the map lies beside what else is kept of the section.
        expect(root.entries.byteLength).toBe(16 * kernel.sections.sectionsPerRoot);
      }
    }, 20);
  });

  test('P8: the last sub-section takes the section with it; giving all back leaves what boot made', () => {
    fc.assert(
      fc.property(machineSpec, fc.array(operation, { maxLength: 60 }), (spec, actions) => {
        const kernel = bootSpec(spec);
        const atBoot = new Map(kernel.sections.runs().flatMap((run) => expand(run)));
        const iomem = kernel.iomem;
        const drivers = new Drivers();
        for (const action of actions) drivers.apply(kernel, action);
        drivers.destroyAll(kernel);
        const now = new Map(kernel.sections.runs().flatMap((run) => expand(run)));
        expect([...now.keys()]).toEqual([...atBoot.keys()]);
        for (const [nr, words] of atBoot) expect(now.get(nr), `section ${nr}`).toEqual(words);
        expect(kernel.iomem).toEqual(iomem);
        expect(kernel.nrMemmapPages).toBe(0);
      }),
      { numRuns: 300, seed: SEED },
    );
  });

  test('P9: a mapping that moves by any multiple of 2 MiB between boots still maps', () => {
    fc.assert(
      fc.property(machineSpec, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 40 }), (spec, shift, units) => {
        const subsection = 2 * 2 ** 20;
        const kernel = bootSpec(spec);
        const start = 64 * 2 ** 30 + shift * subsection;
        const drivers = new Drivers();
        expect(drivers.apply(kernel, { op: 'map', start, size: units * subsection, altmap: false })).toBe(0);
        const moved = { op: 'map', start: start + 4096, size: units * subsection, altmap: false } as const;
        const other = bootSpec(spec);
        expect(new Drivers().apply(other, moved)).toBe(-22);
      }),
      { numRuns: 100, seed: SEED },
    );
  });
});

function expand(run: { first: number; last: number; subsections: readonly number[] }): [number, readonly number[]][] {
  return Array.from({ length: run.last - run.first + 1 }, (_, i) => [run.first + i, run.subsections]);
}
