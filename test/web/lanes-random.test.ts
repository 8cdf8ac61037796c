/** Lanes of random machines: at any frame they say what the kernel's own predicates say; changes are where two differ. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MEM_ONLINE } from '../../src/kernel/block-table.ts';
import { pfnToOnlinePage, pfnValid } from '../../src/kernel/pfn.ts';
import { GlyphBook } from '../../src/view/owner.ts';
import { pictureOfKernel } from '../../src/view/picture-of-kernel.ts';
import { changesOf, lanesOf } from '../../src/web/map/machine-lanes.ts';
import type { Lane } from '../../src/web/map/lane.ts';
import { bootSpec, Drivers, machineSpec, operation } from '../kernel/random-machine.ts';

function lanes(kernel: Parameters<typeof lanesOf>[0]): readonly Lane[] {
  const picture = pictureOfKernel(kernel);
  return lanesOf(kernel, picture, new GlyphBook([picture]));
}

test('pfn_valid, pfn_to_online_page, blocks and flags at any frame; changes between two states', () =>
  fc.assert(
    fc.property(
      machineSpec,
      fc.array(operation, { maxLength: 6 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 }),
      (spec, operations, places) => {
        const kernel = bootSpec(spec);
        const drivers = new Drivers();
        const before = lanes(kernel);
        for (const action of operations) drivers.apply(kernel, action);
        const after = lanes(kernel);
        const find = (id: string): Lane => after.find((one) => one.id === id)!;
        const end = kernel.maxPfn * 1.2 + 65536;
        for (const place of places) {
          const pfn = Math.floor(place * end);
          const address = pfn * 4096;
          expect(find('valid').runAt(address) !== undefined, `pfn_valid ${pfn}`).toBe(pfnValid(kernel.sections, pfn));
          expect(find('online').runAt(address) !== undefined, `online ${pfn}`).toBe(pfnToOnlinePage(kernel, pfn));
          const block = kernel.blocks.get(Math.floor(pfn / kernel.blockPages));
          const run = find('block').runAt(address);
          expect(run !== undefined).toBe(block !== undefined);
          if (block !== undefined) expect(find('block').values[run!.code]!.letter).toBe(block.state === MEM_ONLINE ? 'on' : 'off');
          for (const [index, lane] of after.entries()) {
            const was = before[index]!;
            const saidBefore = was.runAt(address);
            const said = lane.runAt(address);
            const words = (one: Lane, at: typeof said): string => (at === undefined ? '' : `${one.values[at.code]!.label}|${at.name ?? ''}`);
            const isChanged = changesOf(was, lane).some((change) => change.start <= address && address < change.end);
            expect(isChanged, `${lane.id} at ${pfn}`).toBe(words(was, saidBefore) !== words(lane, said));
          }
        }
      },
    ),
    { numRuns: 25 },
  ));
