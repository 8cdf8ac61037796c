/** Plays random runbooks on real kernels and on the model, until time or runs are used up. */

import type { QemuArch } from '../drivers/qemu/platform.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { fuzzCase, type Family } from './fuzz-families.ts';
import { seedInBatch, seedOfRun } from './fuzz-dice.ts';
import type { FuzzOutcome, FuzzRun } from './fuzz-outcome.ts';
import { playCases, type FuzzPlayer } from './fuzz-play.ts';
import { archOfKernel, type StoredKernel } from './kernel-store.ts';
import { GuestSitting } from './sitting.ts';
import { verifyScenario } from './verify.ts';

/** What is thrown. */
export interface FuzzThrow {
  readonly seed: number;
  readonly families: readonly Family[];
  /** Of all its kernels; x86_64 when absent. */
  readonly arch?: QemuArch | undefined;
  /** Cases at most, each played on all kernels. */
  readonly runs: number;
  /** Cases of one machine, played in one guest where its state allows. */
  readonly perBoot: number;
}

export interface FuzzPlan extends FuzzThrow {
  readonly kernels: readonly StoredKernel[];
  /** Guests at once. */
  readonly jobs: number;
  /** Guests that may be spent on making one disagreement smaller. */
  readonly tries: number;
}

/** What a campaign needs from outside: guests, time, and someone to tell. */
export interface FuzzWorld extends Pick<FuzzPlayer, 'over'> {
  readonly playerOf: (kernel: StoredKernel) => Omit<FuzzPlayer, 'over'>;
  readonly onRun: (run: FuzzRun) => void;
}

/**
 * The n-th case of a campaign. Families take turns, so that a short one sees all of them; with several cases to a boot
 * the machine changes with every batch.
 */
export function caseOfRun(plan: Pick<FuzzThrow, 'seed' | 'families' | 'arch' | 'perBoot'>, index: number): FuzzCase {
  const batch = Math.floor(index / plan.perBoot);
  const family = plan.families[batch % plan.families.length] as Family;
  return fuzzCase(family, seedInBatch(seedOfRun(plan.seed, batch), index % plan.perBoot), plan.arch);
}

/** How many batches a campaign has. */
export function batchCount({ runs, perBoot }: FuzzThrow): number {
  return Math.ceil(runs / perBoot);
}

/** The indexes of a batch's cases. */
export function indexesOfBatch({ runs, perBoot }: FuzzThrow, batch: number): number[] {
  const first = batch * perBoot;
  return Array.from({ length: Math.min(perBoot, runs - first) }, (_, n) => first + n);
}

/** Plays a campaign. Cases that have begun when the time is up are played to their end. */
export async function fuzz(plan: FuzzPlan, world: FuzzWorld): Promise<void> {
  let next = 0;
  const total = batchCount(plan) * plan.kernels.length;
  const lane = async (): Promise<void> => {
    while (next < total && !world.over()) {
      const job = next++;
      const kernel = plan.kernels[job % plan.kernels.length] as StoredKernel;
      const indexes = indexesOfBatch(plan, Math.floor(job / plan.kernels.length));
      const cases = indexes.map((index) => caseOfRun(plan, index));
      const player = { ...world.playerOf(kernel), over: world.over };
      const named = { name: kernel.name, release: kernel.release, arch: archOfKernel(kernel).uname };
      const tell = (played: FuzzCase, outcome: FuzzOutcome): void => {
        world.onRun({ index: indexes[cases.indexOf(played)] as number, played, kernel: named, outcome });
      };
      await playCases(cases, kernel.name, plan.tries, player, tell);
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.max(1, plan.jobs) }, lane));
  const failed = lanes.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** How a campaign's guests are played when nobody says otherwise. */
export function guestPlayer(kernel: StoredKernel): Omit<FuzzPlayer, 'over'> {
  const options = { patience: PATIENCE };
  return {
    verify: (scenario) => verifyScenario(kernel, scenario, options),
    sitting: (scenarios) => new GuestSitting(kernel, scenarios, options),
  };
}

/** A guest of random words that does not answer is given up sooner than one that a person waits for. */
const PATIENCE = { boot: 240_000, command: 90_000, monitor: 60_000 } as const;
