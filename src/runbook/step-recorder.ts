/** Keeps the checks one command makes, in the kernel's order. */

import type { CheckStep, Explain } from '../kernel/explain.ts';

/** Checks kept per command: a terabyte of DIMM makes tens of thousands, and the first of a loop tell what the rest do. */
const STEP_LIMIT = 2000;

/** A failed check that may have decided, and how many lines the kernel had logged by then. */
interface Cause {
  readonly step: CheckStep;
  readonly logged: number;
}

/** Hears checks and keeps them; past the limit only those that may have decided. */
export class StepRecorder {
  readonly steps: CheckStep[] = [];
  /** Checks heard and not kept. */
  dropped = 0;
  readonly #logged: () => number;
  readonly #causes: Cause[] = [];
  #lastPassed = true;
  #lastIsVague = false;

  /** `logged` counts the lines of the kernel's log. */
  constructor(logged: () => number) {
    this.#logged = logged;
  }

  readonly hear: Explain = (point, passed, values) => {
    const step: CheckStep = { ...point, passed, values };
    const keeps = this.steps.length < STEP_LIMIT;
    if (keeps) this.steps.push(step);
    else this.dropped++;
    if (point.decides === 'never') return;
    // Callers report the failure of what they called: of failures in a row, the first is the cause.
    if (!passed && (this.#lastPassed || this.#lastIsVague)) {
      if (this.#causes.length >= STEP_LIMIT) this.#causes.pop();
      this.#causes.push({ step, logged: this.#logged() });
    }
    this.#lastPassed = passed;
    this.#lastIsVague = point.decides === 'if-nothing-else';
  };

  /**
   * The check that decided a refusal: the last cause; for what the kernel logged while the command went well, the
   * last one before that line.
   */
  decidedBy(refusedAtLine?: number): CheckStep | undefined {
    const isBefore = ({ logged }: Cause): boolean => refusedAtLine === undefined || logged <= refusedAtLine;
    const causes = this.#causes.filter(isBefore);
    const telling = causes.findLast(({ step }) => step.decides === undefined);
    return (telling ?? causes.at(-1) ?? this.#causes.at(-1))?.step;
  }
}
