/** Leaves out most lines that come to nothing: thrown blindly, two of three are refused, and each costs time on a guest. */

import { buildMachine } from '../drivers/build-machine.ts';
import { MachineDescriptionError } from '../drivers/machine-description.ts';
import type { Machine } from '../drivers/machine.ts';
import { runMonitor } from '../tools/monitor.ts';
import { runShell } from '../tools/shell.ts';
import { NotModelled } from '../tools/tool.ts';
import { scenarioOfCase, type FuzzCase } from './fuzz-case.ts';
import type { Dice } from './fuzz-dice.ts';
import { stateOfMachine } from './model-state.ts';
import type { Step } from './record.ts';
import { descriptionOfScenario } from './verify.ts';

/** Of the lines that are refused, so many stay: what is refused, and how, is half of what is compared. */
const REFUSED_KEPT = 0.3;
/** Lines of a run; a console types some hundred in the time of a boot, but reading the state takes as long as twenty. */
const LINES_KEPT = 26;

/**
 * The case with those lines that do something on the model, and a few of the others. `asked` is the kernel that the
 * model is asked about, whatever kernel the case is played on: the lines are to be the same on all.
 */
export function thinned(one: FuzzCase, dice: Dice, asked: string): FuzzCase {
  let machine: Machine;
  try {
    machine = buildMachine(descriptionOfScenario(scenarioOfCase(one, asked), asked, one.arch));
  } catch (error) {
    if (error instanceof MachineDescriptionError) return one;
    throw error;
  }
  const last = one.steps.length - 1;
  const kept: Step[] = [];
  for (const [index, step] of one.steps.entries()) {
    const does = doesSomething(machine, step);
    const stays = dice.chance(REFUSED_KEPT);
    if (index === last || (kept.length < LINES_KEPT && (does || stays))) kept.push(step);
  }
  return { ...one, steps: kept };
}

/** Whether a line succeeds, or fails after it has changed something. */
function doesSomething(machine: Machine, step: Step): boolean {
  if ('monitor' in step) return runMonitor(machine, step.monitor).output.length === 0;
  const before = JSON.stringify(stateOfMachine(machine));
  try {
    return runShell(machine, step.run).exit === 0 || JSON.stringify(stateOfMachine(machine)) !== before;
  } catch (error) {
    // What the model does not know is what a kernel should be asked.
    if (error instanceof NotModelled) return true;
    throw error;
  }
}
