/** What lies between two kernels: the behaviours that differ, grouped by the change that made them differ. */

import type { BehaviourName, Behaviours } from '../../kernel/profile/behaviours.ts';
import type { ChangeId } from '../../kernel/profile/changes.ts';
import type { KernelProfile } from '../../kernel/profile/profile.ts';
import { RELEASES } from '../../kernel/profile/releases.ts';

/** One change between two kernels, or the configuration they are built with. */
export interface ProfileStep {
  readonly change: ChangeId | 'configuration';
  /** Whether the change came with the second kernel, or went with the first. */
  readonly way: 'came' | 'went';
  /** What to lay over the first kernel so that it does in this as the second. */
  readonly sets: Partial<Behaviours>;
}

/** Every step from one profile to another. Applied all together they leave no difference. */
export function profileDelta(from: KernelProfile, to: KernelProfile): ProfileStep[] {
  const steps = new Map<string, ProfileStep>();
  for (const name of Object.keys(to.does) as BehaviourName[]) {
    if (from.does[name] === to.does[name]) continue;
    const came = to.provenance[name];
    const went = from.provenance[name];
    const byChange = came !== went;
    const way = byChange && came === undefined ? 'went' : 'came';
    const change = byChange ? ((came ?? went) as ChangeId) : 'configuration';
    const key = `${way} ${change}`;
    steps.set(key, { change, way, sets: { ...steps.get(key)?.sets, [name]: to.does[name] } });
  }
  return [...steps.values()];
}

/** What several steps set. */
export function allSets(steps: readonly ProfileStep[]): Partial<Behaviours> {
  return Object.assign({}, ...steps.map((step) => step.sets)) as Partial<Behaviours>;
}

/**
 * Kernels to look at on the way from one to another, both included: the releases the later one builds on, as far as
 * they are newer than what both have in common. Backwards when the first is the later one.
 */
export function releasesBetween(from: string, to: string): string[] {
  const [a, b] = [lineage(from), lineage(to)];
  const common = a.filter((name) => b.includes(name)).at(-1);
  const after = (line: readonly string[]): string[] => line.slice(line.indexOf(common ?? '') + 1);
  const back = after(a).toReversed();
  const forth = after(b);
  // A distribution's kernel beside the line: the way leads over the common release only when one of them is it.
  const through = back.length === 0 || forth.length === 0 ? [common ?? from] : [];
  return back.length > 0 && forth.length > 0 ? [from, ...forth] : [...back, ...through, ...forth];
}

function lineage(name: string): string[] {
  const line: string[] = [];
  for (let at: string | undefined = name; at !== undefined; at = RELEASES[at]?.after) line.unshift(at);
  return line;
}
