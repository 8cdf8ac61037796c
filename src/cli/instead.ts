/** What would work in place of a command that was refused. */

import { FULL_WORK, QUICK_WORK, searchNearest } from '../advise/nearest/nearest.ts';
import { promptedText, type NearestAnswer, type Suggestion, type TypedLine } from '../advise/nearest/suggestion.ts';
import type { Machine, MachineSnapshot } from '../drivers/machine.ts';
import type { CommandRun } from '../runbook/verdict.ts';

const NOTHING: NearestAnswer = { suggestions: [], asked: 0, cutShort: false };
/** Suggestions shown unless all are asked for. */
const SHOWN = 3;

/** Asks the machine as it was before the command; it is left as the command left it. */
export function insteadOf(
  run: CommandRun, machine: Machine, before: MachineSnapshot, history: readonly TypedLine[], all: boolean,
): NearestAnswer {
  if (run.decidedBy === undefined && run.verdict !== 'depends') return NOTHING;
  const after = machine.snapshot();
  machine.restore(before);
  try {
    const { prompt, text } = run.command;
    const work = all ? FULL_WORK : QUICK_WORK;
    return searchNearest(machine, { prompt, text }, { history: [...history], work, boots: all ? true : 'last' });
  } finally {
    machine.restore(after);
  }
}

/** One suggestion for people: what to type or boot with, and what comes of it. */
export interface InsteadText {
  readonly text: string;
  readonly costs: string;
}

/** The suggestions to show: all of them, or the nearest three. */
export function insteadTexts({ suggestions }: NearestAnswer, all: boolean): InsteadText[] {
  return suggestions.slice(0, all ? undefined : SHOWN).map((one) => ({
    text: insteadText(one, all),
    costs: [...one.costs, ...one.depends.map((reason) => `open: ${reason}`)].join(', '),
  }));
}

function insteadText({ lines, changed, boot }: Suggestion, all: boolean): string {
  if (boot !== undefined) return Object.entries(boot).map(([field, value]) => `boot with ${field}: ${String(value)}`).join(', ');
  return (all ? lines : changed.map((index) => lines[index] as TypedLine)).map(promptedText).join('\n');
}
