/** Plays random runbooks on real kernels and on the model, until time or runs are used up. */

import { MachineDescriptionError } from '../drivers/machine-description.ts';
import { fuzzCase, type Family } from './fuzz-families.ts';
import { scenarioOfCase, type FuzzCase } from './fuzz-case.ts';
import { seedOfRun } from './fuzz-dice.ts';
import { shrink } from './fuzz-shrink.ts';
import { GuestError } from './guest-error.ts';
import type { StoredKernel } from './kernel-store.ts';
import type { Scenario } from './record.ts';
import type { Comparison } from './replay.ts';
import { verifyScenario, type Verification } from './verify.ts';

export interface FuzzPlan {
  readonly seed: number;
  readonly families: readonly Family[];
  readonly kernels: readonly StoredKernel[];
  /** Cases at most, each played on all kernels. */
  readonly runs: number;
  /** Guests at once. */
  readonly jobs: number;
  /** Guests that may be spent on making one disagreement smaller. */
  readonly tries: number;
}

/** What came of one case on one kernel. */
export type FuzzOutcome =
  | { readonly kind: 'agrees'; readonly verification: Verification }
  | { readonly kind: 'differs'; readonly verification: Verification; readonly shrunk: ShrunkCase | undefined }
  /** The model threw: a fault of ours whatever the kernel does. */
  | { readonly kind: 'fault'; readonly error: unknown }
  /** The guest did not answer, or QEMU refused the machine. */
  | { readonly kind: 'guest'; readonly error: GuestError }
  /** The model cannot boot such a machine; the kernel was not asked. */
  | { readonly kind: 'refused'; readonly error: MachineDescriptionError };

/** The smallest case found that disagrees in the same facet. */
export interface ShrunkCase {
  readonly smallest: FuzzCase;
  readonly tries: number;
  /** The first facet in which they differ. */
  readonly wrong: Comparison;
}

export interface FuzzRun {
  readonly index: number;
  readonly played: FuzzCase;
  readonly kernel: StoredKernel;
  readonly outcome: FuzzOutcome;
}

/** What a campaign needs from outside: guests, time, and someone to tell. */
export interface FuzzWorld {
  readonly verify: (kernel: StoredKernel, scenario: Scenario) => Promise<Verification>;
  /** Whether time is up: nothing new is begun then. */
  readonly over: () => boolean;
  readonly onRun: (run: FuzzRun) => void;
}

/** The n-th case of a campaign: families take turns, so that a short one sees all of them. */
export function caseOfRun(plan: Pick<FuzzPlan, 'seed' | 'families'>, index: number): FuzzCase {
  return fuzzCase(plan.families[index % plan.families.length] as Family, seedOfRun(plan.seed, index));
}

/** Plays a campaign. Runs that have begun when the time is up are played to their end. */
export async function fuzz(plan: FuzzPlan, world: FuzzWorld): Promise<void> {
  let next = 0;
  const total = plan.runs * plan.kernels.length;
  const lane = async (): Promise<void> => {
    while (next < total && !world.over()) {
      const job = next++;
      const index = Math.floor(job / plan.kernels.length);
      const kernel = plan.kernels[job % plan.kernels.length] as StoredKernel;
      const played = caseOfRun(plan, index);
      world.onRun({ index, played, kernel, outcome: await outcomeOf(played, kernel, plan.tries, world) });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.max(1, plan.jobs) }, lane));
  const failed = lanes.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function outcomeOf(played: FuzzCase, kernel: StoredKernel, tries: number, world: FuzzWorld): Promise<FuzzOutcome> {
  const verify = (one: FuzzCase): Promise<Verification> => world.verify(kernel, scenarioOfCase(one, kernel.name));
  let verification: Verification;
  try {
    verification = await verify(played);
  } catch (error) {
    if (error instanceof GuestError) return { kind: 'guest', error };
    if (error instanceof MachineDescriptionError) return { kind: 'refused', error };
    if (isOutside(error)) throw error;
    return { kind: 'fault', error };
  }
  const wrong = firstWrong(verification);
  if (wrong === undefined) return { kind: 'agrees', verification };
  return { kind: 'differs', verification, shrunk: await shrunkCase(played, wrong, tries, verify, world) };
}

/** Something is missing here: no run can be played. */
function isOutside(error: unknown): boolean {
  return error instanceof Error && error.name === 'MissingHere';
}

function firstWrong(verification: Verification): Comparison | undefined {
  return verification.replay.comparisons.find((each) => !each.agrees);
}

/** Undefined when it was not to be tried, or could not be shown a second time. */
async function shrunkCase(
  played: FuzzCase,
  found: Comparison,
  limit: number,
  verify: (one: FuzzCase) => Promise<Verification>,
  world: FuzzWorld,
): Promise<ShrunkCase | undefined> {
  if (limit < 1) return undefined;
  let wrong = found;
  const stillFails = async (smaller: FuzzCase): Promise<boolean> => {
    if (world.over()) return false;
    try {
      const again = (await verify(smaller)).replay.comparisons.find((each) => !each.agrees && each.facet === found.facet);
      if (again !== undefined) wrong = again;
      return again !== undefined;
    } catch (error) {
      if (error instanceof GuestError || error instanceof MachineDescriptionError) return false;
      throw error;
    }
  };
  // What comes after the step that showed it is left out first; this also tells whether it can be shown again.
  const cut = { ...played, steps: played.steps.slice(0, found.step) };
  if (!(await stillFails(cut))) return undefined;
  const { smallest, tries } = await shrink(cut, stillFails, limit - 1);
  return { smallest, tries: tries + 1, wrong };
}

/** How a campaign's guests are played when nobody says otherwise. */
export const playGuest: FuzzWorld['verify'] = (kernel, scenario) => verifyScenario(kernel, scenario, { patience: PATIENCE });

/** A guest of random words that does not answer is given up sooner than one that a person waits for. */
const PATIENCE = { boot: 240_000, command: 90_000, monitor: 60_000 } as const;
