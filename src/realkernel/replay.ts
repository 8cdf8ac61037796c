/** Replays a recording on the model and counts where they agree. */

import type { Machine } from '../drivers/machine.ts';
import type { CommandResult } from '../tools/command-result.ts';
import { runMonitor } from '../tools/monitor.ts';
import { runShell } from '../tools/shell.ts';
import { NotModelled } from '../tools/tool.ts';
import {
  comparableLog,
  comparableOutputs,
  facetLines,
  type Facet,
  sameLines,
  STATE_FACETS,
} from './compare.ts';
import { machineOfRecording } from './machine-of-recording.ts';
import { stateOfMachine } from './model-state.ts';
import type { RecordedState, RecordedStep, Recording } from './recording.ts';
import { settleFromRecording } from './settle.ts';

/** One facet of one step, compared. Step 0 is boot. */
export interface Comparison {
  readonly step: number;
  readonly command: string;
  readonly facet: Facet;
  readonly agrees: boolean;
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}

/** A replayed recording: every facet of every step, compared. */
export interface Replay {
  readonly name: string;
  readonly steps: number;
  readonly comparisons: readonly Comparison[];
  /** What depended on more than the map, and was taken from the recording. */
  readonly settled: readonly string[];
}

/** Boots the recorded machine on the model (or takes one that has booted), types its commands, compares every facet. */
export function replayRecording(recording: Recording, machine: Machine = machineOfRecording(recording)): Replay {
  const comparisons: Comparison[] = [];
  const settled: string[] = [];
  let state = recording.boot_state;
  const boot = { kernel: state, model: stateOfMachine(machine, state.devices !== undefined) };
  compareState(machine, state, boot, 0, 'boot', comparisons);
  for (const [index, step] of recording.steps.entries()) {
    const number = index + 1;
    const command = step.run ?? `(qemu) ${step.monitor ?? ''}`;
    const before = state;
    state = { ...state, ...withoutUndefined(step.changed) };
    settleFromRecording(machine, step, before, state, settled);
    const result = play(machine, step);
    compareResult(result, step, number, command, comparisons);
    compareState(machine, state, boot, number, command, comparisons);
  }
  return { name: recording.name, steps: recording.steps.length, comparisons, settled };
}

function withoutUndefined(changed: RecordedStep['changed']): Partial<RecordedState> {
  return Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
}

function play(machine: Machine, step: RecordedStep): CommandResult {
  try {
    return step.run === undefined ? runMonitor(machine, step.monitor ?? '') : runShell(machine, step.run);
  } catch (error) {
    if (!(error instanceof NotModelled)) throw error;
    return { exit: -1, output: [`not modelled: ${error.message}`], log: [], depends: [] };
  }
}

function compareResult(
  result: CommandResult,
  step: RecordedStep,
  number: number,
  command: string,
  comparisons: Comparison[],
): void {
  const add = (facet: Facet, expected: readonly string[], actual: readonly string[]): void => {
    comparisons.push({ step: number, command, facet, agrees: sameLines(expected, actual), expected, actual });
  };
  if (step.exit !== undefined && step.exit !== null) add('exit', [String(step.exit)], [String(result.exit)]);
  add('output', ...comparableOutputs(step.output, result.output));
  // Debug lines reach the log only where someone turned them on.
  const log = result.log.filter((line) => line.level < 7).map((line) => line.text);
  add('dmesg', comparableLog(step.dmesg), comparableLog(log));
}

function compareState(
  machine: Machine,
  expected: RecordedState,
  boot: { readonly kernel: RecordedState; readonly model: RecordedState },
  step: number,
  command: string,
  comparisons: Comparison[],
): void {
  const actual = stateOfMachine(machine, expected.devices !== undefined);
  for (const facet of STATE_FACETS) {
    if (expected[facet] === undefined) continue;
    const wanted = facetLines(expected, facet, boot.kernel);
    const got = facetLines(actual, facet, boot.model);
    comparisons.push({ step, command, facet, agrees: sameLines(wanted, got), expected: wanted, actual: got });
  }
}

export interface FacetCount {
  readonly agree: number;
  readonly total: number;
}

/** Agreement per facet over any number of replays; facets without a comparison are there with zeros. */
export function countFacets(replays: readonly Replay[], facets: readonly Facet[]): Record<Facet, FacetCount> {
  const counts = Object.fromEntries(facets.map((facet) => [facet, { agree: 0, total: 0 }])) as Record<
    Facet,
    { agree: number; total: number }
  >;
  for (const replay of replays) {
    for (const { facet, agrees } of replay.comparisons) {
      counts[facet].total++;
      if (agrees) counts[facet].agree++;
    }
  }
  return counts;
}
