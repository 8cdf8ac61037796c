/** Undoing a run: the machine is where the run began, and the next run cannot tell it from a machine just booted. */

import { expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { seedInBatch, seedOfRun } from '../../src/realkernel/fuzz-dice.ts';
import { fuzzCase, type Family } from '../../src/realkernel/fuzz-families.ts';
import { scenarioOfCase } from '../../src/realkernel/fuzz-case.ts';
import { beginningOf, undo } from '../../src/realkernel/fuzz-undo.ts';
import { comparableOutput } from '../../src/realkernel/compare.ts';
import { stateOfMachine } from '../../src/realkernel/model-state.ts';
import type { Scenario } from '../../src/realkernel/record.ts';
import { descriptionOfScenario } from '../../src/realkernel/verify.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';

function booted(scenario: Scenario): Machine {
  const machine = buildMachine(descriptionOfScenario(scenario, '6.12'));
  machine.kernel.unmovable = () => false;
  return machine;
}

/** What can be seen of each line: its answer, and the state after it. */
function play(machine: Machine, steps: Scenario['steps']): unknown[] {
  machine.kernel.unmovable = () => false;
  return steps.map((step) => {
    const { output, log, ...rest } = 'run' in step ? runShell(machine, step.run) : runMonitor(machine, step.monitor);
    const { devices = [], ...state } = stateOfMachine(machine, true);
    return [step, comparableOutput(output), rest.exit, log.map(({ text }) => text), state, comparableOutput(devices)];
  });
}

// Not rare: it reads label areas byte by byte, and those that are written anew count from one again.
const FAMILIES: readonly Family[] = ['blocks', 'dimm', 'legacy', 'nvdimm', 'kmem', 'virtiomem', 'mixed', 'hmem', 'modules', 'autozone'];

test.each(FAMILIES)('%s: a second run goes as on a machine just booted', (family) => {
  let undone = 0;
  for (let batch = 0; undone === 0 && batch < 3; batch++) {
    const [first, second] = [0, 1].map((n) => scenarioOfCase(fuzzCase(family, seedInBatch(seedOfRun(77, batch), n)), '6.12'));
    const common = first!.steps.findIndex((step, at) => JSON.stringify(step) !== JSON.stringify(second!.steps[at]));
    const machine = booted(first!);
    play(machine, first!.steps.slice(0, common));
    const beginning = beginningOf(machine);
    play(machine, first!.steps.slice(common));
    if (undo(machine, beginning) === undefined) continue;
    undone++;
    expect(beginningOf(machine)).toEqual(beginning);
    const fresh = booted(second!);
    play(fresh, second!.steps.slice(0, common));
    expect(play(machine, second!.steps.slice(common))).toEqual(play(fresh, second!.steps.slice(common)));
  }
  expect(undone).toBe(1);
});

test('what changed nothing needs no lines; what cannot be undone says so', () => {
  const scenario = { name: 'x', qemu: ['-m', '1G,slots=2,maxmem=4G'], cmdline: 'memmap=64M!0x20000000', steps: [] };
  const machine = booted(scenario);
  const beginning = beginningOf(machine);
  runShell(machine, 'lsmem; echo bogus > /sys/devices/system/memory/memory1/state');
  expect(undo(machine, beginning)).toEqual([]);
  runMonitor(machine, 'object_add memory-backend-ram,id=m0,size=128M');
  runMonitor(machine, 'device_add pc-dimm,id=d0,memdev=m0');
  runShell(machine, 'echo online > /sys/devices/system/memory/memory32/state');
  expect(undo(machine, beginning)).toContainEqual({ monitor: 'device_del d0' });
  // The taint of a section that RAM shares stays when the device has gone.
  runShell(machine, 'modprobe nd_e820; modprobe nd_pmem');
  expect(undo(machine, beginning)).toBeUndefined();
});
