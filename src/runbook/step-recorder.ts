/** Keeps the checks one command makes, in the kernel's order. */

import type { CheckStep, Explain } from '../kernel/explain.ts';

/** Checks kept per command: a terabyte of DIMM makes tens of thousands, and the first of a loop tell what the rest do. */
const STEP_LIMIT = 2000;

/** Hears checks and keeps them; past the limit only failures, each with its place in the order. */
export class StepRecorder {
  readonly steps: CheckStep[] = [];
  /** Checks heard and not kept. */
  dropped = 0;
  /** The check that decided so far: of failures in a row the first, as callers report what they called. */
  decidedBy: CheckStep | undefined;
  #lastPassed = true;
  #failuresKept = 0;

  readonly hear: Explain = (point, passed, values) => {
    const decides = !passed && this.#lastPassed;
    this.#lastPassed = passed;
    const full = this.steps.length >= STEP_LIMIT;
    // A loop may fail without end, too: what decides is kept apart.
    if (full && (passed || this.#failuresKept >= STEP_LIMIT)) {
      this.dropped++;
      if (decides) this.decidedBy = { ...point, passed, values };
      return;
    }
    const step: CheckStep = { ...point, passed, values };
    this.steps.push(step);
    if (full) this.#failuresKept++;
    if (decides) this.decidedBy = step;
  };
}
