/** A plan: the best layout found, what to type for it, and why there is no better one. */

import { failureSentence } from '../why/why.ts';
import { hex } from '../../kernel/units.ts';
import { sizeWord } from './move.ts';
import { preparation } from './plan-machine.ts';
import { compareCosts, type PlanCost, type PlanProblem, type Wish } from './plan-problem.ts';
import { searchLayouts, type Layout, type RefusedMove, type SearchOptions, type SearchResult } from './search.ts';

/** The best layout found, what to type for it, and why nothing better was. */
export interface Plan extends SearchResult {
  readonly problem: PlanProblem;
  /** What to type, or to tell firmware; undefined when no machine boots. */
  readonly doing: PlanActions | undefined;
  /** Why nothing costs less. */
  readonly because: readonly string[];
}

export interface PlanActions {
  /** What firmware has to be set to. */
  readonly firmware: readonly string[];
  /** Arguments of the virtual machine. */
  readonly qemu: readonly string[];
  /** Words of the kernel command line. */
  readonly cmdline: string;
  /** Lines to type, prompts in front, in order. */
  readonly lines: readonly string[];
}

/** Refused candidates that are told. */
const MOST_TOLD = 4;

/** Searches, and puts the result in words. */
export function planLayout(problem: PlanProblem, options: SearchOptions = {}): Plan {
  const result = searchLayouts(problem, options);
  const { best } = result;
  return { ...result, problem, doing: best === undefined ? undefined : actions(problem, best), because: reasons(result, problem) };
}

function actions(problem: PlanProblem, { choice, placed }: Layout): PlanActions {
  const { memory, qemu, cmdline } = choice.description;
  const regions = problem.regions.map(({ sizeBytes, ways }) => `a region of ${sizeWord(sizeBytes)} over ${ways} DIMM${ways === 1 ? '' : 's'}`);
  const windows = choice.windows.map(({ start, end }) => `a window of ${sizeWord(end - start)} at ${hex(start)}`);
  const prompted = (line: string): string => (line.startsWith('(qemu) ') ? line : `$ ${line}`);
  return {
    firmware: [...regions, ...windows],
    qemu: ['-m', memory, ...qemu],
    cmdline,
    lines: [...preparation(problem), ...placed.flatMap(({ commands }) => commands)].map(prompted),
  };
}

function reasons({ best, next, refused, tried, machines, complete }: SearchResult, problem: PlanProblem): string[] {
  if (best === undefined) return [];
  const lines: string[] = [];
  const perfect = best.cost.missingBytes === 0 && best.cost.lostBytes === 0 && best.placed.length === problem.wishes.length;
  const looked = `${tried} candidate${tried === 1 ? '' : 's'} on ${machines} machine${machines === 1 ? '' : 's'}`;
  if (perfect) lines.push(`Nothing is lost, and every wish has one device: no layout can be better. Tried: ${looked}.`);
  else if (complete) lines.push(`Every other layout in steps of whole units costs as much or more: all were tried or ruled out by what they cost at least. Tried: ${looked}.`);
  else lines.push(`The search ended before all was tried: ${looked}. A better layout may exist; --most N looks longer.`);
  // Candidates that one check stops are told once, with the first of them.
  const stopped = new Map<string, { first: RefusedMove; count: number }>();
  for (const one of [...refused].sort((a, b) => compareCosts(a.atLeast, b.atLeast))) {
    const key = one.decidedBy === undefined ? one.says : `${one.decidedBy.fn} ${one.decidedBy.condition}`;
    const known = stopped.get(key);
    stopped.set(key, known === undefined ? { first: one, count: 1 } : { ...known, count: known.count + 1 });
  }
  for (const { first, count } of [...stopped.values()].slice(0, MOST_TOLD)) {
    const why = first.decidedBy === undefined ? first.says : failureSentence(first.decidedBy);
    lines.push(`${first.what}${count > 1 ? ` (and ${count - 1} more)` : ''}: ${why}`);
  }
  if (!perfect && next !== undefined) lines.push(`Next best: ${placedText(next)}, ${costText(next.cost)}.`);
  return lines;
}

function placedText({ choice, placed }: Layout): string {
  const at = choice.windows.map(({ start }) => `window at ${hex(start)}`);
  const what = [...at, ...placed.map((each) => each.what)];
  return what.length === 0 ? 'nothing placed' : what.join(', ');
}

/** `1G lost, nothing missing`. */
export function costText({ lostBytes, missingBytes }: PlanCost): string {
  if (lostBytes === 0) return 'nothing lost';
  const missing = missingBytes === 0 ? 'nothing missing' : `${sizeWord(missingBytes)} of it missing`;
  return `${sizeWord(lostBytes)} lost, ${missing}`;
}

/** A wish as it is written. */
export function wishText(wish: Wish): string {
  return `${wish.kind} ${sizeWord(wish.sizeBytes)}`;
}

/** 1 when something wished is missing or no machine boots, 64 when the search was cut short, else 0. */
export function planStatus({ best, complete }: Plan): 0 | 1 | 64 {
  if (best === undefined || best.cost.missingBytes > 0) return 1;
  return complete ? 0 : 64;
}
