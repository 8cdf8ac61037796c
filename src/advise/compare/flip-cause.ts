/** Which change makes a command come out otherwise: found by taking single changes in and out and asking the model. */

import { CHANGES } from '../../kernel/profile/changes.ts';
import { resolveProfile, type KernelProfile } from '../../kernel/profile/profile.ts';
import type { CommandRun } from '../../runbook/verdict.ts';
import { outcomeKey, type Depth } from './outcome.ts';
import type { Replays } from './play-variant.ts';
import { allSets, profileDelta, releasesBetween, type ProfileStep } from './profile-delta.ts';
import type { Variant } from './variant.ts';

/** A change that flips an outcome, with its title where it is one. */
export interface FlipChange {
  readonly change: ProfileStep['change'];
  readonly way: ProfileStep['way'];
  readonly subject: string;
  readonly release?: string;
}

/** Why an outcome is another one on a later kernel. */
export interface FlipCause {
  /** The neighbouring kernels between which it flips for good. */
  readonly from: string;
  readonly to: string;
  /** The changes that, laid over `from` alone, give the outcome of `to`; empty when none was found. */
  readonly changes: readonly FlipChange[];
  /**
   * `alone`: each of the changes by itself is enough. `together`: all are needed. `unknown`: none of the changes the
   * profiles know makes the difference, or the search was cut short.
   */
  readonly how: 'alone' | 'together' | 'unknown';
}

/**
 * Finds what flipped the outcome of a command between two variants that differ in their kernel alone. Walks the
 * releases between them to the last step at which it flips; there, lays each change over the older kernel and asks
 * the model; where no single one is enough, reduces all of them to a smallest sufficient set.
 */
export function flipCause(replays: Replays, index: number, depth: Depth, a: Variant, b: Variant): FlipCause {
  const keyOf = (runs: readonly CommandRun[] | undefined): string | undefined => {
    const run = runs?.[index];
    return run === undefined ? undefined : outcomeKey(run, depth);
  };
  const [fromName, toName] = [a.kernel!, b.kernel!];
  const target = keyOf(replays.runs(b));
  const way = releasesBetween(fromName, toName);
  const keys = way.map((kernel) => keyOf(replays.runs({ ...b, kernel })));
  const last = keys.findLastIndex((key) => key !== target);
  const [from, to] = [way[Math.max(0, last)]!, way[Math.min(way.length - 1, last + 1)]!];
  const steps = profileDelta(profileOf({ ...b, kernel: from }), profileOf({ ...b, kernel: to }));
  const base = { ...b, kernel: from };
  const flips = (chosen: readonly ProfileStep[]): boolean => keyOf(replays.runs(base, allSets(chosen))) === target;
  const single = steps.filter((step) => flips([step]));
  if (single.length > 0) return { from, to, changes: single.map(named), how: 'alone' };
  if (!flips(steps)) return { from, to, changes: [], how: 'unknown' };
  const needed = smallestSet(steps, flips);
  return { from, to, changes: needed.map(named), how: needed.length === 1 ? 'alone' : 'together' };
}

/** Takes away whatever is not needed, one at a time: what is left is needed to the last. */
function smallestSet<T>(all: readonly T[], holds: (chosen: readonly T[]) => boolean): T[] {
  let chosen = [...all];
  for (const candidate of all) {
    const without = chosen.filter((each) => each !== candidate);
    if (without.length > 0 && holds(without)) chosen = without;
  }
  return chosen;
}

function profileOf({ kernel, arch, policy }: Variant): KernelProfile {
  return resolveProfile(kernel!, arch ?? 'x86_64', policy === undefined ? undefined : { policy: policy as 'pad' });
}

function named({ change, way, sets }: ProfileStep): FlipChange {
  if (change === 'configuration') return { change, way, subject: `built with another ${Object.keys(sets).join(', ')}` };
  const { subject, release } = CHANGES[change];
  return { change, way, subject, release };
}
