/** What comes of one case on one kernel. */

import { MachineDescriptionError } from '../drivers/machine-description.ts';
import type { Agreement } from './agreement.ts';
import type { FuzzCase } from './fuzz-case.ts';
import type { GuestError } from './guest-error.ts';
import type { Comparison } from './replay.ts';
import type { Verification } from './verify.ts';

export type FuzzOutcome =
  | {
      readonly kind: 'agrees';
      readonly agreement: Agreement;
      /** Absent when it was played elsewhere: only numbers travel. */
      readonly verification: Verification | undefined;
    }
  | {
      readonly kind: 'differs';
      readonly agreement: Agreement;
      /** Absent when its recording was too large to travel. */
      readonly verification: Verification | undefined;
      readonly shrunk: ShrunkCase | undefined;
    }
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
  /** Where they first differ. */
  readonly wrong: Pick<Comparison, 'facet' | 'step'>;
}

/** The kernel of a run; it need not be at hand here. */
export interface KernelName {
  readonly name: string;
  readonly release: string;
  /** As `uname -m` says. */
  readonly arch: string;
}

export interface FuzzRun {
  readonly index: number;
  readonly played: FuzzCase;
  readonly kernel: KernelName;
  readonly outcome: FuzzOutcome;
}
