/** What holds of a dax region whatever is typed at it. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { devmCreateDevDax, removeDaxRegion, type DaxRegion } from '../../src/drivers/dax/dax-bus.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { violations } from '../../src/kernel/invariants.ts';
import { stateStore } from '../../src/kernel/memory-block.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';
import { addRegion, daxMachine, DEVICE_DAX, files, KMEM, readRegion, writeAttr, writeRegion } from './dax-machine.ts';

const START = 4 * GiB;
const END = 5 * GiB;
const name = fc.integer({ min: 0, max: 4 }).map((id) => `dax0.${id}`);
const driver = fc.constantFrom(DEVICE_DAX, KMEM);

type Step = (machine: Machine, region: DaxRegion) => void;

const onDevice = (device: string, step: (machine: Machine) => void): Step => (machine) => {
  if (machine.devices.dax.devices.some((each) => each.name === device)) step(machine);
};

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>((machine, region) => void writeRegion(machine, region, 'create', 1)),
  name.map<Step>((device) => (machine, region) => void writeRegion(machine, region, 'delete', device)),
  fc
    .tuple(name, fc.integer({ min: 0, max: 520 }))
    .map(([device, units]) => onDevice(device, (machine) => writeAttr(machine, device, 'size', units * 2 * MiB))),
  fc
    .tuple(name, fc.integer({ min: 0, max: 511 }), fc.integer({ min: 1, max: 128 }))
    .map(([device, at, units]) =>
      onDevice(device, (machine) => {
        const from = START + at * 2 * MiB;
        writeAttr(machine, device, 'mapping', `${from.toString(16)}-${(from + units * 2 * MiB - 1).toString(16)}`);
      }),
    ),
  fc
    .tuple(name, fc.constantFrom(4096, 2 * MiB, GiB))
    .map(([device, align]) => onDevice(device, (machine) => writeAttr(machine, device, 'align', align))),
  fc.tuple(driver, name).map<Step>(([path, device]) => (machine) => void files(machine).write(`${path}/bind`, device)),
  fc.tuple(driver, name).map<Step>(([path, device]) => (machine) => void files(machine).write(`${path}/unbind`, device)),
  fc.tuple(driver, name).map<Step>(([path, device]) => (machine) => void files(machine).write(`${path}/new_id`, device)),
  fc.tuple(driver, name).map<Step>(([path, device]) => (machine) => void files(machine).write(`${path}/remove_id`, device)),
);

test.each(['6.1', '6.12'])('%s: every byte has one owner, and destroying everything leaves what boot left', (kernel) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const machine = daxMachine({ kernel, cmdline: 'memhp_default_state=offline' }, ['device_dax', 'kmem']);
      const before = { iomem: machine.kernel.iomem, sections: machine.kernel.sections.runs() };
      const region = addRegion(machine, START, END);
      devmCreateDevDax(machine, region.key, { size: 256 * MiB });
      for (const play of steps) {
        play(machine, region);
        const all = machine.devices.dax.devices.flatMap((device) => device.ranges).sort((a, b) => a.start - b.start);
        const used = all.reduce((sum, range) => sum + range.end - range.start, 0);
        expect(Number(readRegion(machine, region, 'available_size'))).toBe(END - START - used);
        for (const [i, range] of all.entries()) {
          expect(range.start).toBeGreaterThanOrEqual(all[i - 1]?.end ?? START);
          expect(range.end).toBeLessThanOrEqual(END);
        }
      }
      expect(violations(machine.kernel)).toEqual([]);
      // kmem leaves behind what is online: none of it is here.
      for (const id of machine.kernel.blocks.ids()) if (id >= 32) stateStore(machine.kernel, id, 'offline');
      removeDaxRegion(machine, region.key);
      expect(machine.devices.dax.devices).toEqual([]);
      expect(machine.kernel.iomem).toEqual(before.iomem);
      expect(machine.kernel.pgmaps.size).toBe(0);
      expect(machine.kernel.sections.runs()).toEqual(before.sections);
    }),
    { numRuns: 150, seed: 20190319 },
  );
});
