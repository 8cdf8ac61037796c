/** Why a command ended as it did: the checks that were made, and the one that decided in a sentence. */

import type { CheckStep } from '../../kernel/explain.ts';
import type { CommandRun } from '../../runbook/verdict.ts';
import { placeOf, whoChecks } from './place.ts';
import { valuesAsWords } from './value-words.ts';

/** A verdict, unfolded. The shape every explanation of memhp has. */
export interface Explanation {
  /** The decisive check in plain words, or what was checked when nothing failed. */
  readonly sentence: string;
  /** Every check, in the order it was made; of very many the first. */
  readonly steps: readonly CheckStep[];
  /** Index of the check that decided; −1 when none did. */
  readonly failed: number;
  /** Checks that were made and are not in `steps`. */
  readonly dropped: number;
}

/** Unfolds what a played command did. */
export function whyOf(run: CommandRun): Explanation {
  const { steps, decidedBy, stepsDropped: dropped } = run;
  if (decidedBy === undefined) return { sentence: passedSentence(run), steps, failed: -1, dropped };
  const failed = steps.indexOf(decidedBy);
  const all = failed < 0 ? [...steps, decidedBy] : steps;
  return { sentence: failureSentence(decidedBy), steps: all, failed: failed < 0 ? steps.length : failed, dropped };
}

/**
 * A failed check in plain English, its place behind it:
 * `The kernel refuses this unless start and size are multiples of the memory block size; here start is …, size is 192M
 * (mm/memory_hotplug.c: check_hotplug_memory_range).`
 */
export function failureSentence(step: CheckStep): string {
  const { says } = step.values;
  if (says !== undefined) return `${whoChecks(step)} refuses this and says: ${says} (${placeOf(step)}).`;
  const values = valuesAsWords(step);
  const here = values === '' ? '' : `; here ${values}`;
  return `${whoChecks(step)} refuses this unless ${step.condition}${here} (${placeOf(step)}).`;
}

function passedSentence({ verdict, steps, stepsDropped }: CommandRun): string {
  if (verdict === 'not-modelled') return 'memhp does not model this, so that nothing was checked.';
  const made = steps.length + stepsDropped;
  if (made === 0) return 'Nothing on the way of this command asks for more than that it is typed rightly.';
  const passed = steps.filter((step) => step.passed).length + stepsDropped;
  const aside = made - passed;
  const checks = `${made} check${made === 1 ? '' : 's'}`;
  if (aside === 0) return `${checks} made, all passed.`;
  return `${checks} made, ${passed} passed; the ${aside === 1 ? 'other one does' : `other ${aside} do`} not decide.`;
}
