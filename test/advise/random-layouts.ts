/** Layouts put together at random, for the same machines, wishes and judge as `memhp plan`. */

import type { MachineSnapshot, Machine } from '../../src/drivers/machine.ts';
import type { Move } from '../../src/advise/plan/move.ts';
import { buildChoice, machineChoices, type MachineChoice } from '../../src/advise/plan/plan-machine.ts';
import { compareCosts, NO_COST, type PlanCost, type PlanProblem } from '../../src/advise/plan/plan-problem.ts';
import { addCosts, afterMove, leaving, movesFor, openWishes, tryMove, type Open } from '../../src/advise/plan/search.ts';

/** Numbers in [0, 1) from a seed: mulberry32, whose whole state is one 32-bit word. */
export function diceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Refused devices before a wish is given up. */
const ATTEMPTS = 4;

export class RandomLayouts {
  readonly #problem: PlanProblem;
  readonly #granules: readonly (number | undefined)[];
  readonly #dice: () => number;
  readonly #choices: MachineChoice[];
  readonly #machines = new Map<number, { machine: Machine; start: MachineSnapshot } | undefined>();

  /** Sizes are drawn from what the plan would try and from every multiple of each granule. */
  constructor(problem: PlanProblem, seed: number, granules: readonly number[]) {
    this.#problem = problem;
    this.#granules = [undefined, ...granules];
    this.#dice = diceOf(seed);
    this.#choices = [...machineChoices(problem)];
  }

  /** The cheapest of so many layouts. */
  best(count: number): PlanCost {
    let best: PlanCost | undefined;
    for (let i = 0; i < count; i++) {
      const cost = this.#one();
      if (cost !== undefined && (best === undefined || compareCosts(cost, best) < 0)) best = cost;
    }
    return best!;
  }

  #pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#dice() * of.length)]!;
  }

  #machine(index: number): { machine: Machine; start: MachineSnapshot } | undefined {
    if (!this.#machines.has(index)) {
      const built = buildChoice(this.#choices[index]!, this.#problem);
      this.#machines.set(index, 'field' in built ? undefined : { machine: built, start: built.snapshot() });
    }
    return this.#machines.get(index);
  }

  #one(): PlanCost | undefined {
    const found = this.#machine(Math.floor(this.#dice() * this.#choices.length));
    if (found === undefined) return undefined;
    const { machine, start } = found;
    machine.restore(start);
    let cost: PlanCost = NO_COST;
    const open: Open[] = openWishes(this.#problem);
    for (let nth = 0; open.length > 0; ) {
      const at = Math.floor(this.#dice() * open.length);
      const [next] = open.splice(at, 1) as [Open];
      const placed = this.#place(machine, next, nth);
      if (placed === undefined) {
        cost = addCosts(cost, leaving(next));
        continue;
      }
      nth++;
      const { added, rest } = afterMove(next, placed.move, placed.usable);
      cost = addCosts(cost, added);
      if (rest !== undefined) open.push(rest);
    }
    return cost;
  }

  #place(machine: Machine, open: Open, nth: number): { move: Move; usable: number } | undefined {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const granuleBytes = this.#pick(this.#granules);
      const moves = movesFor(machine, open.wish, nth, granuleBytes === undefined ? {} : { granuleBytes });
      // To leave a wish is a choice too.
      if (moves.length === 0 || this.#dice() < 0.05) return undefined;
      const before = machine.snapshot();
      const move = this.#pick(moves);
      const outcome = tryMove(machine, move);
      if ('usable' in outcome && outcome.usable > 0) return { move, usable: outcome.usable };
      machine.restore(before);
    }
    return undefined;
  }
}
