/** Nearest legal requests: accepted by the model, and one step nearer not. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAccepted } from '../../src/advise/nearest/ask.ts';
import { searchNearest } from '../../src/advise/nearest/nearest.ts';
import { promptedText, type TypedLine } from '../../src/advise/nearest/suggestion.ts';
import type { MachineDescription } from '../../src/drivers/machine-description.ts';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { machineOf, randomRequest, type, type Request } from './random-refusals.ts';

/** What a machine made anew says to the lines. */
function verdict(request: Request, lines: readonly TypedLine[], boot: Partial<MachineDescription> = {}): string {
  const machine = machineOf({ ...request, description: { ...request.description, ...boot } });
  let open = false;
  for (const line of lines) {
    const result = type(machine, line);
    if (!isAccepted(line, result)) return 'refused';
    open ||= result.depends.length > 0;
  }
  return open ? 'open' : 'accepted';
}

const kernels = fc.constantFrom('5.0', '6.1', '6.12');

test('what is suggested is accepted, and one of its own steps nearer is not', () => {
  let found = 0;
  fc.assert(
    fc.property(fc.nat(), kernels, (seed, kernel) => {
      const request = randomRequest(seed, kernel);
      const machine = machineOf(request);
      const { suggestions, cutShort } = searchNearest(machine, request.line, { history: request.history, boots: false });
      expect(cutShort).toBe(false);
      for (const one of suggestions) {
        const said = `${promptedText(request.line)} -> ${one.lines.map(promptedText).join('; ')}`;
        const asked = verdict(request, [request.line]);
        expect(asked, said).not.toBe('accepted');
        expect(verdict(request, one.lines, one.boot), said).toBe(one.depends.length > 0 ? 'open' : 'accepted');
        // What may work is suggested for what surely does not.
        if (one.depends.length > 0) expect(asked, said).toBe('refused');
        if (one.direction === 'other') continue;
        found++;
        expect(one.step, said).toBeGreaterThan(0);
        const nearer = one.nearer === undefined ? asked : verdict(request, one.nearer, one.nearerBoot);
        expect(one.depends.length > 0 ? ['refused'] : ['refused', 'open'], said).toContain(nearer);
      }
    }),
    { numRuns: 60, seed: 5 },
  );
  expect(found).toBeGreaterThan(30);
}, 60_000);

test('asking leaves the machine as it was', () => {
  fc.assert(
    fc.property(fc.nat(), kernels, (seed, kernel) => {
      const request = randomRequest(seed, kernel);
      const machine = machineOf(request);
      const before = machine.snapshot();
      searchNearest(machine, request.line, { history: request.history, work: 100, boots: 'last' });
      const after = machine.snapshot();
      expect(after.devices).toBe(before.devices);
      expect(after.kernel.fields).toEqual(before.kernel.fields);
    }),
    { numRuns: 25, seed: 6 },
  );
}, 60_000);

test('an address and a size both wrong: another size, wherever QEMU puts it', () => {
  const machine = buildMachine({ kernel: '6.12', memory: '1G,slots=4,maxmem=8G', cmdline: '', qemu: [] });
  runMonitor(machine, 'object_add memory-backend-ram,id=m1,size=192M');
  const { suggestions } = searchNearest(machine, '(qemu) device_add pc-dimm,id=d1,memdev=m1,addr=0x144000000', { boots: false });
  expect(suggestions.map(({ to, changed }) => [to, changed])).toEqual([['128M', [1, 2]], ['256M', [1, 2]]]);
});
