/** Loops of the kernel, folded: the same check over and over is one line and a count. */

import type { CheckStep } from '../../kernel/explain.ts';

/** A check, and how often it was made with that answer. */
export interface FoldedStep {
  readonly step: CheckStep;
  readonly times: number;
  /** Whether this is the check that decided. */
  readonly decided: boolean;
}

/** The steps in the order they were first made; those of one place with one answer are one. */
export function foldSteps(steps: readonly CheckStep[], failed: number): FoldedStep[] {
  const folded = new Map<string, { step: CheckStep; times: number; decided: boolean }>();
  steps.forEach((step, index) => {
    const decided = index === failed;
    const key = `${decided} ${step.passed} ${step.file} ${step.fn} ${step.condition}`;
    const known = folded.get(key);
    if (known === undefined) folded.set(key, { step, times: 1, decided });
    else known.times++;
  });
  return [...folded.values()];
}
