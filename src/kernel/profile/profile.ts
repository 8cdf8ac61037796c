/** Folds a release, its changes and an architecture into one frozen profile. */

import { ARCHITECTURES, type ArchConstants, type ArchName } from './arch.ts';
import type { BehaviourName, Behaviours } from './behaviours.ts';
import { CHANGES, type ChangeId } from './changes.ts';
import { POLICIES, type PolicyName } from './policies.ts';
import { RELEASES, BASE, type Release } from './releases.ts';

/** Everything that tells one kernel from another: release, architecture, behaviours and where each comes from. */
export interface KernelProfile {
  /** The name it was asked for by, e.g. `6.12`. */
  readonly name: string;
  /** What `uname -r` prints there. */
  readonly release: string;
  readonly arch: ArchConstants;
  readonly does: Behaviours;
  /** Which change gave each behaviour its value; absent where the base release did. */
  readonly provenance: Readonly<Partial<Record<BehaviourName, ChangeId>>>;
  /** Whether recordings of this very kernel hold the model to it. */
  readonly verified: boolean;
  /** What was laid over the release; absent on every real kernel. */
  readonly whatIf?: WhatIf;
}

/** What to lay over a release: no real kernel results, and the profile says so. */
export interface WhatIf {
  readonly policy?: PolicyName;
  /** Single behaviours, as when a change is taken out. They win over the policy. */
  readonly behaviours?: Partial<Behaviours>;
  /** Size of a memory block in place of the rule's: a power of two, of at least a section. */
  readonly memoryBlockSizeBytes?: number;
}

/** How Debian's kernels of other architectures are called. */
const FLAVOURS: Readonly<Partial<Record<ArchName, string>>> = { arm64: 'arm64', s390x: 's390x', ppc64le: 'powerpc64le' };

/** Names `resolveProfile` takes, newest last. */
export function profileNames(): string[] {
  return Object.keys(RELEASES);
}

/**
 * The profile of a named release on an architecture (see ARCHITECTURES for the names).
 * @throws RangeError for an unknown release or architecture; ask `profileNames()` first.
 */
export function resolveProfile(name: string, archName = 'x86_64', whatIf?: WhatIf): KernelProfile {
  const arch = Object.hasOwn(ARCHITECTURES, archName) ? ARCHITECTURES[archName] : undefined;
  if (arch === undefined) throw new RangeError(`unknown architecture ${archName}`);
  const lineage: Release[] = [];
  for (let at: string | undefined = name; at !== undefined; ) {
    const release: Release | undefined = Object.hasOwn(RELEASES, at) ? RELEASES[at] : undefined;
    if (release === undefined) throw new RangeError(`unknown kernel ${at}`);
    lineage.unshift(release);
    at = release.after;
  }
  const does: { -readonly [K in BehaviourName]: Behaviours[K] } = { ...BASE };
  const provenance: Partial<Record<BehaviourName, ChangeId>> = {};
  for (const release of lineage) {
    for (const id of release.changes) {
      const sets = CHANGES[id].sets;
      Object.assign(does, sets);
      for (const behaviour of Object.keys(sets) as BehaviourName[]) provenance[behaviour] = id;
    }
    Object.assign(does, release.config);
  }
  if (!arch.memmapOnMemory) does.memmapOnMemory = 'none';
  const own = RELEASES[name] as Release;
  // Debian's releases end in the architecture.
  const release = own.uname?.replace(/amd64$/, FLAVOURS[arch.name] ?? 'amd64') ?? name;
  const profile = { name, release, arch, does, provenance: Object.freeze(provenance), verified: own.verified ?? false };
  return Object.freeze(whatIf === undefined ? { ...profile, does: Object.freeze(does) } : laidOver(profile, whatIf));
}

function laidOver(profile: KernelProfile, whatIf: WhatIf): KernelProfile {
  const { policy, behaviours } = whatIf;
  const sets = policy === undefined ? {} : POLICIES[policy].sets;
  return {
    ...profile,
    release: `${profile.release}+${policy ?? 'what-if'}`,
    does: Object.freeze({ ...profile.does, ...sets, ...behaviours }),
    verified: false,
    whatIf,
  };
}
