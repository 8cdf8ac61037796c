/** Branch and bound over layouts, with the model as the judge of every step. */

import type { Machine } from '../../drivers/machine.ts';
import type { CheckStep } from '../../kernel/explain.ts';
import { namespaceMoves, windowMoves } from './device-moves.ts';
import type { Move, MoveOptions } from './move.ts';
import { buildChoice, machineChoices, typeAt, type MachineChoice } from './plan-machine.ts';
import { compareCosts, NO_COST, type PlanCost, type PlanProblem, type Wish } from './plan-problem.ts';
import { dimmMoves, nvdimmMoves, virtioMemMoves } from './qemu-moves.ts';

/** A device as it was placed. */
export interface Placed {
  /** Index of the wish. */
  readonly wish: number;
  readonly what: string;
  readonly commands: readonly string[];
  readonly givenBytes: number;
  readonly usableBytes: number;
}

export interface Layout {
  readonly choice: MachineChoice;
  readonly placed: readonly Placed[];
  readonly cost: PlanCost;
}

/** A candidate that the model refused. */
export interface RefusedMove {
  readonly what: string;
  readonly command: string;
  readonly decidedBy: CheckStep | undefined;
  /** What was said last, where no check decided. */
  readonly says: string;
  /** The least it would have made the whole layout cost. */
  readonly atLeast: PlanCost;
}

export interface SearchResult {
  readonly best: Layout | undefined;
  /** A different layout that costs no less. */
  readonly next: Layout | undefined;
  readonly refused: readonly RefusedMove[];
  /** Candidates tried on the model. */
  readonly tried: number;
  readonly machines: number;
  /** Whether every candidate was tried or shown to cost no less. */
  readonly complete: boolean;
  /** Machines that do not boot, with what is said of the first. */
  readonly broken: readonly string[];
}

export interface SearchOptions extends MoveOptions {
  /** Candidates tried before the search ends. */
  readonly most?: number;
  /** Tries every candidate, whatever it costs: to check the search with. */
  readonly everything?: boolean;
}

/** Candidates tried when nobody says how many: some seconds. */
export const MOST_TRIED = 5000;
const MOST_REFUSED = 200;

/** Moves for one wish. */
export function movesFor(machine: Machine, wish: Wish, nth: number, options: MoveOptions): Move[] {
  switch (wish.kind) {
    case 'dimm':
      return dimmMoves(machine, wish, nth, options);
    case 'nvdimm':
      return nvdimmMoves(machine, wish, nth, options);
    case 'virtio-mem':
      return virtioMemMoves(machine, wish, nth, options);
    case 'namespace':
      return namespaceMoves(machine, wish, nth, options);
    case 'window':
      return windowMoves(machine, wish, nth, options);
  }
}

/** What is left to place, with the index each wish had at first. */
export interface Open {
  readonly index: number;
  readonly wish: Wish;
  /** Bytes given to it so far that do not serve it. */
  readonly wastedBytes: number;
}

export function openWishes({ wishes }: PlanProblem): Open[] {
  return wishes.map((wish, index) => ({ index, wish, wastedBytes: 0 }));
}

/**
 * Plays a move: what it gave, or the command that was refused. What a tool or the kernel says on the way does not
 * count where something usable comes of it. The machine is as the commands left it.
 */
export function tryMove(machine: Machine, move: Move): { readonly usable: number } | RefusedMove {
  const before = move.replaces === true ? 0 : move.measure(machine);
  let last: RefusedMove | undefined;
  for (const command of move.commands) {
    const run = typeAt(machine, command);
    if (run.verdict === 'ok' || run.verdict === 'depends') continue;
    const says = run.log.at(-1)?.text ?? run.output.at(-1) ?? '';
    last = { what: move.what, command, decidedBy: run.decidedBy, says, atLeast: NO_COST };
    if (run.exit !== 0) return last;
  }
  const usable = move.measure(machine) - before;
  return usable <= 0 && last !== undefined ? last : { usable };
}

/** What placing a move adds to the cost, and what is then left of its wish. */
export function afterMove(open: Open, move: Move, usable: number): { added: PlanCost; rest: Open | undefined } {
  const useful = Math.max(0, Math.min(usable, open.wish.sizeBytes));
  const rest = move.rest(useful);
  const missingBytes = rest === undefined ? open.wish.sizeBytes - useful : 0;
  const wasted = move.givenBytes - useful;
  const wastedBytes = open.wastedBytes + wasted;
  return {
    added: { missingBytes, lostBytes: wasted + Math.max(0, missingBytes - wastedBytes), devices: 1 },
    rest: rest === undefined ? undefined : { index: open.index, wish: rest, wastedBytes },
  };
}

export function addCosts(a: PlanCost, b: PlanCost): PlanCost {
  return {
    lostBytes: a.lostBytes + b.lostBytes,
    missingBytes: a.missingBytes + b.missingBytes,
    devices: a.devices + b.devices,
  };
}

/** What it costs to leave a wish. */
export function leaving({ wish, wastedBytes }: Open): PlanCost {
  return { missingBytes: wish.sizeBytes, lostBytes: Math.max(0, wish.sizeBytes - wastedBytes), devices: 0 };
}

/** Finds the cheapest layout. Of equal ones the first found stands: machines and wishes in the order given. */
export function searchLayouts(problem: PlanProblem, options: SearchOptions = {}): SearchResult {
  const search = new Search(problem, options);
  let machines = 0;
  for (const choice of machineChoices(problem)) {
    if (search.done) break;
    const machine = buildChoice(choice, problem);
    machines++;
    if ('field' in machine) search.broken.push(machine.message);
    else search.place(machine, choice, openWishes(problem), [], NO_COST);
  }
  return { ...search.result(), machines };
}

class Search {
  readonly broken: string[] = [];
  readonly #options: SearchOptions;
  readonly #most: number;
  readonly #floor: PlanCost;
  readonly #refused = new Map<string, RefusedMove>();
  #best: Layout | undefined;
  #next: Layout | undefined;
  #tried = 0;
  #cut = false;

  constructor(problem: PlanProblem, options: SearchOptions) {
    this.#options = options;
    this.#most = options.most ?? MOST_TRIED;
    // No layout is better than one that gives exactly what is wished, a device for each wish.
    this.#floor = { ...NO_COST, devices: problem.wishes.filter(({ sizeBytes }) => sizeBytes > 0).length };
  }

  /** Whether nothing better can come. */
  get done(): boolean {
    if (this.#cut) return true;
    return this.#options.everything !== true && this.#best !== undefined && compareCosts(this.#best.cost, this.#floor) <= 0;
  }

  result(): Omit<SearchResult, 'machines'> {
    const best = this.#best;
    const refused = [...this.#refused.values()].filter(
      ({ atLeast }) => best === undefined || compareCosts(atLeast, best.cost) <= 0,
    );
    return { best, next: this.#next, refused, tried: this.#tried, complete: !this.#cut, broken: this.broken };
  }

  place(machine: Machine, choice: MachineChoice, open: readonly Open[], placed: readonly Placed[], cost: PlanCost): void {
    if (open.length === 0) {
      this.#keep({ choice, placed, cost });
      return;
    }
    const before = machine.snapshot();
    for (const next of distinct(open)) {
      const others = open.filter((each) => each !== next);
      for (const move of this.#ordered(movesFor(machine, next.wish, placed.length, this.#options), next)) {
        const least = addCosts(cost, afterMove(next, move, move.givenBytes).added);
        if (this.done || this.#prunes(least)) continue;
        if (this.#tried >= this.#most) {
          this.#cut = true;
          return;
        }
        this.#tried++;
        const outcome = tryMove(machine, move);
        if ('usable' in outcome) {
          const { added, rest } = afterMove(next, move, outcome.usable);
          const entry = {
            wish: next.index, what: move.what, commands: move.commands, givenBytes: move.givenBytes, usableBytes: outcome.usable,
          };
          // What was given and serves nobody is never placed: leaving the wish costs less.
          if (outcome.usable > 0) {
            const left = rest === undefined ? others : [rest, ...others];
            this.place(machine, choice, left, [...placed, entry], addCosts(cost, added));
          }
        } else if (this.#refused.size < MOST_REFUSED) {
          const key = `${outcome.what} ${outcome.says}`;
          if (!this.#refused.has(key)) this.#refused.set(key, { ...outcome, atLeast: least });
        }
        machine.restore(before);
      }
      if (this.#cut) return;
    }
    const least = open.reduce((sum, each) => addCosts(sum, leaving(each)), cost);
    if (!this.done && !this.#prunes(least)) this.#keep({ choice, placed, cost: least });
  }

  #ordered(moves: readonly Move[], open: Open): Move[] {
    const cost = (move: Move): PlanCost => afterMove(open, move, move.givenBytes).added;
    return moves.map((move, at) => ({ move, at })).sort((a, b) => compareCosts(cost(a.move), cost(b.move)) || a.at - b.at).map(({ move }) => move);
  }

  /** Whether a layout that costs at least this cannot become the best. */
  #prunes(least: PlanCost): boolean {
    return this.#options.everything !== true && this.#best !== undefined && compareCosts(least, this.#best.cost) >= 0;
  }

  #keep(layout: Layout): void {
    if (this.#best !== undefined && compareCosts(layout.cost, this.#best.cost) >= 0) {
      if (this.#next === undefined || compareCosts(layout.cost, this.#next.cost) < 0) this.#next = layout;
      return;
    }
    this.#next = this.#best;
    this.#best = layout;
  }
}

/** Wishes that are alike are placed in their order: any other order comes to the same. */
function distinct(open: readonly Open[]): Open[] {
  const seen = new Set<string>();
  return open.filter(({ wish }) => {
    const key = JSON.stringify(wish);
    return !seen.has(key) && seen.add(key);
  });
}
