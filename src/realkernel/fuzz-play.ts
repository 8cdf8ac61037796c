/** Plays random cases on the model and on one real kernel, and makes smaller what disagrees. */

import { MachineDescriptionError } from '../drivers/machine-description.ts';
import { agreementOf } from './agreement.ts';
import { scenarioOfCase, type FuzzCase } from './fuzz-case.ts';
import type { FuzzOutcome, ShrunkCase } from './fuzz-outcome.ts';
import { shrink } from './fuzz-shrink.ts';
import { GuestError } from './guest-error.ts';
import type { Scenario } from './record.ts';
import type { Comparison } from './replay.ts';
import type { Verification } from './verify.ts';

/** A guest that cases of one machine are played in, one after another. */
export interface Sitting {
  /** `alone`: nothing else had been played since boot. */
  play(scenario: Scenario): Promise<{ readonly verification: Verification; readonly alone: boolean }>;
  end(): Promise<void>;
}

/** What playing needs from outside: guests, and whether time is up. */
export interface FuzzPlayer {
  /** Plays one in a guest of its own. */
  readonly verify: (scenario: Scenario) => Promise<Verification>;
  /** Absent: each in a guest of its own. */
  readonly sitting?: (scenarios: readonly Scenario[]) => Sitting;
  /** Whether time is up: nothing new is begun then. */
  readonly over: () => boolean;
}

/** Plays cases, those of one machine together; `tell` hears of each as it is done. `tries`: guests spent on one disagreement. */
export async function playCases(
  cases: readonly FuzzCase[],
  kernelName: string,
  tries: number,
  player: FuzzPlayer,
  tell: (played: FuzzCase, outcome: FuzzOutcome) => void,
): Promise<void> {
  const scenario = (one: FuzzCase): Scenario => scenarioOfCase(one, kernelName);
  const alone = (one: FuzzCase): Promise<Verification> => player.verify(scenario(one));
  const sitting = cases.length > 1 && haveOneMachine(cases) ? player.sitting?.(cases.map(scenario)) : undefined;
  const play = async (one: FuzzCase): Promise<Verification> => {
    if (sitting === undefined) return alone(one);
    const played = await sitting.play(scenario(one));
    // What only shows after other cases may be theirs: the case's own guest decides.
    return played.alone || firstWrong(played.verification) === undefined ? played.verification : alone(one);
  };
  try {
    for (const one of cases) {
      if (player.over()) return;
      tell(one, await outcomeOf(one, tries, play, alone, player.over));
    }
  } finally {
    await sitting?.end();
  }
}

function haveOneMachine(cases: readonly FuzzCase[]): boolean {
  const machines = cases.map(({ memory, cmdline, qemu }) => JSON.stringify([memory, cmdline, qemu]));
  return new Set(machines).size === 1;
}

async function outcomeOf(
  played: FuzzCase,
  tries: number,
  play: (one: FuzzCase) => Promise<Verification>,
  alone: (one: FuzzCase) => Promise<Verification>,
  over: () => boolean,
): Promise<FuzzOutcome> {
  let verification: Verification;
  try {
    verification = await play(played);
  } catch (error) {
    if (error instanceof GuestError) return { kind: 'guest', error };
    if (error instanceof MachineDescriptionError) return { kind: 'refused', error };
    if (isOutside(error)) throw error;
    return { kind: 'fault', error };
  }
  const agreement = agreementOf(verification);
  const wrong = firstWrong(verification);
  if (wrong === undefined) return { kind: 'agrees', agreement, verification };
  return { kind: 'differs', agreement, verification, shrunk: await shrunkCase(played, wrong, tries, alone, over) };
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
  alone: (one: FuzzCase) => Promise<Verification>,
  over: () => boolean,
): Promise<ShrunkCase | undefined> {
  if (limit < 1) return undefined;
  let wrong = found;
  const stillFails = async (smaller: FuzzCase): Promise<boolean> => {
    if (over()) return false;
    try {
      const again = (await alone(smaller)).replay.comparisons.find((each) => !each.agrees && each.facet === found.facet);
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
