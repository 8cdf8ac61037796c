/** Runbooks verified on real kernels. */

import type { StoredKernel } from '../realkernel/kernel-store.ts';
import type { Verification } from '../realkernel/verify.ts';

/** One runbook on one kernel: what came of it. */
export interface Verified {
  readonly file: string;
  readonly kernel: Pick<StoredKernel, 'release'>;
  readonly outcome: Verification | { readonly trouble: readonly string[] };
}

/** Whether every facet of every step agrees; a guest that failed agrees with nothing. */
export function allAgree(all: readonly Verified[]): boolean {
  return all.every(({ outcome }) => 'replay' in outcome && outcome.replay.comparisons.every((each) => each.agrees));
}
