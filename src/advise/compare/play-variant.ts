/** Plays a runbook on a variant's machine, each time from the start, and keeps what it saw. */

import type { Machine } from '../../drivers/machine.ts';
import type { Behaviours } from '../../kernel/profile/behaviours.ts';
import { ModelFault } from '../../runbook/model-fault.ts';
import type { Diagnostic } from '../../runbook/diagnostic.ts';
import { playRunbook } from '../../runbook/play.ts';
import type { Runbook } from '../../runbook/runbook.ts';
import type { CommandRun } from '../../runbook/verdict.ts';
import type { BuildVariant, Variant } from './variant.ts';

/** A variant played to its end. */
export interface PlayedVariant {
  readonly variant: Variant;
  readonly machine: Machine;
  readonly runs: readonly CommandRun[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The runbook without what it expects: that is of its own machine only. */
export function withoutExpectations(book: Runbook): Runbook {
  return { ...book, commands: book.commands.map((command) => ({ ...command, expected: [], exit: undefined })) };
}

/** Boots and plays; diagnostics when there is no such machine. */
export function playVariant(
  book: Runbook,
  build: BuildVariant,
  variant: Variant,
  behaviours?: Partial<Behaviours>,
): PlayedVariant | readonly Diagnostic[] {
  const machine = build(variant, behaviours);
  if (!('kernel' in machine)) return machine;
  const { runs, diagnostics } = playRunbook(book, machine);
  return { variant, machine, runs, diagnostics };
}

/**
 * Outcomes on kernels between the real ones, each played once. `undefined` where no machine comes of it, or where a
 * mix of behaviours that no kernel ever had breaks the model.
 */
export class Replays {
  readonly #book: Runbook;
  readonly #build: BuildVariant;
  readonly #most: number;
  readonly #seen = new Map<string, readonly CommandRun[] | undefined>();

  constructor(book: Runbook, build: BuildVariant, most: number) {
    this.#book = book;
    this.#build = build;
    this.#most = most;
  }

  /** Runbooks played so far. */
  get count(): number {
    return this.#seen.size;
  }

  /** Whether no more will be played. */
  get exhausted(): boolean {
    return this.#seen.size >= this.#most;
  }

  runs(variant: Variant, behaviours: Partial<Behaviours> = {}): readonly CommandRun[] | undefined {
    const key = JSON.stringify([variant, Object.entries(behaviours).sort(([a], [b]) => (a < b ? -1 : 1))]);
    if (this.#seen.has(key)) return this.#seen.get(key);
    if (this.exhausted) return undefined;
    const runs = this.#play(variant, behaviours);
    this.#seen.set(key, runs);
    return runs;
  }

  #play(variant: Variant, behaviours: Partial<Behaviours>): readonly CommandRun[] | undefined {
    const none = Object.keys(behaviours).length === 0;
    try {
      const played = playVariant(this.#book, this.#build, variant, none ? undefined : behaviours);
      return 'runs' in played ? played.runs : undefined;
    } catch (error) {
      if (error instanceof ModelFault && !none) return undefined;
      throw error;
    }
  }
}
