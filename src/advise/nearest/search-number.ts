/** The nearest number the model accepts, found by trying: nearest multiples of each step first, then halving. */

import { alignDown, alignUp } from '../../kernel/units.ts';
import type { Accepted, Questions, Trial } from './ask.ts';

/** A number in a request that may be another. */
export interface NumberKnob {
  readonly value: number;
  /** Distances tried, ascending; the first is the smallest the request can be changed by. */
  readonly steps: readonly number[];
  readonly least: number;
  readonly most: number;
  /** The request with another number; undefined for one that makes no sense. */
  request(value: number): Trial | undefined;
}

/** An accepted number, and how near to the refused one it is known to be. */
export interface FoundNumber {
  readonly value: number;
  readonly accepted: Accepted;
  /** The next number towards the refused one at this distance is refused; undefined when work ran out before. */
  readonly step: number | undefined;
}

/** Multiples of the largest step tried beyond the nearest one. */
const FAR = 3;
/** Doublings or halvings tried where nothing near is accepted. */
const REACH = 8;

/** The nearest accepted number below (−1) or above (1) the refused one. */
export function searchNumber(asker: Questions, knob: NumberKnob, sign: -1 | 1): FoundNumber | undefined {
  const found = firstAccepted(asker, knob, sign);
  return found === undefined ? undefined : closeIn(asker, knob, sign, found);
}

interface Found {
  readonly value: number;
  readonly accepted: Accepted;
}

function firstAccepted(asker: Questions, knob: NumberKnob, sign: -1 | 1): Found | undefined {
  for (const value of candidates(knob, sign)) {
    const accepted = askFor(asker, knob, value);
    if (accepted === undefined) return undefined;
    if (accepted !== false) return { value, accepted };
  }
  return undefined;
}

/** Numbers worth trying on one side, nearest first. */
function candidates({ value, steps, least, most }: NumberKnob, sign: -1 | 1): number[] {
  const found = new Set<number>();
  for (const step of steps) {
    const near = sign < 0 ? alignDown(value - 1, step) : alignUp(value + 1, step);
    found.add(near);
    if (step === steps.at(-1)) for (let n = 1; n <= FAR; n++) found.add(near + sign * n * step);
  }
  const coarse = steps[Math.floor(steps.length / 2)] as number;
  let far = value;
  for (let n = 0; n < REACH; n++) {
    far = sign < 0 ? alignDown(Math.floor(far / 2), coarse) : alignUp(far * 2, coarse);
    found.add(far);
  }
  found.add(sign < 0 ? least : most);
  const inside = [...found].filter((each) => each >= least && each <= most && (each - value) * sign > 0);
  return inside.sort((a, b) => Math.abs(a - value) - Math.abs(b - value));
}

/** Halves the distance on ever finer steps, until one step nearer is refused. */
function closeIn(asker: Questions, knob: NumberKnob, sign: -1 | 1, found: Found): FoundNumber {
  const finest = knob.steps[0] as number;
  let best = found;
  let refused = knob.value;
  for (const step of [...knob.steps].reverse()) {
    for (;;) {
      // Grid points strictly between what is refused and what is accepted, seen from the latter.
      const room = Math.ceil(Math.abs(best.value - refused) / step) - 1;
      if (room < 1) break;
      const value = best.value - sign * step * Math.ceil(room / 2);
      const accepted = askFor(asker, knob, value);
      if (accepted === undefined) return { ...best, step: undefined };
      if (accepted === false) refused = value;
      else best = { value, accepted };
    }
  }
  const next = best.value - sign * finest;
  const passed = (next - knob.value) * sign <= 0;
  if (!passed && next !== refused) {
    const accepted = askFor(asker, knob, next);
    if (accepted !== false) return { ...best, step: undefined };
  }
  return { ...best, step: finest };
}

function askFor(asker: Questions, knob: NumberKnob, value: number): Accepted | false | undefined {
  const trial = knob.request(value);
  return trial === undefined ? false : asker.ask(trial);
}
