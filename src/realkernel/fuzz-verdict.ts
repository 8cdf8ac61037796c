/** Outcomes as they travel over a queue, and as they arrive. */

import { buildMachine } from '../drivers/build-machine.ts';
import { MachineDescriptionError } from '../drivers/machine-description.ts';
import { printable } from '../runbook/printable.ts';
import { scenarioOfCase, type FuzzCase } from './fuzz-case.ts';
import { RECORDING_LIMIT, type FuzzVerdict } from './fuzz-job.ts';
import type { FuzzOutcome, KernelName } from './fuzz-outcome.ts';
import { guestArchByName } from './guest-arch.ts';
import { GuestError } from './guest-error.ts';
import { parseRecording } from './recording.ts';
import { replayRecording } from './replay.ts';
import { descriptionOfScenario, type Verification } from './verify.ts';

/** What a worker sends of an outcome: numbers, and the recording of a disagreement. */
export function verdictOf(outcome: FuzzOutcome): FuzzVerdict {
  switch (outcome.kind) {
    case 'agrees':
      return { kind: 'agrees', agreement: outcome.agreement };
    case 'differs': {
      const { agreement, verification, shrunk } = outcome;
      const recording = JSON.stringify(verification?.recording);
      return {
        kind: 'differs',
        agreement,
        ...(recording !== undefined && recording.length <= RECORDING_LIMIT ? { recording } : {}),
        ...(shrunk === undefined ? {} : { shrunk: shrunkOf(shrunk) }),
      };
    }
    case 'fault':
      return { kind: 'fault', error: bounded(errorText(outcome.error), 20_000) };
    case 'guest':
      return { kind: 'guest', error: bounded(outcome.error.message), heard: outcome.error.heard.slice(-100).map((line) => bounded(line)) };
    case 'refused':
      return { kind: 'refused', error: bounded(outcome.error.message) };
  }
}

function shrunkOf({ smallest, tries, wrong: { facet, step } }: NonNullable<(FuzzOutcome & { kind: 'differs' })['shrunk']>) {
  const { family, seed, memory, cmdline, qemu, steps } = smallest;
  return {
    smallest: { family, seed, memory, cmdline: [...cmdline], qemu: qemu.map((words) => [...words]), steps: steps.map((step) => ({ ...step })) },
    tries,
    wrong: { facet, step },
  };
}

/**
 * The outcome of a verdict that arrived: a recording is compared again here, with the model that prints it.
 * @throws RecordingError
 */
export function outcomeOf(verdict: FuzzVerdict, played: FuzzCase, kernel: KernelName): FuzzOutcome {
  switch (verdict.kind) {
    case 'agrees':
      return { kind: 'agrees', agreement: verdict.agreement, verification: undefined };
    case 'differs': {
      const { agreement, recording, shrunk } = verdict;
      const verification = recording === undefined ? undefined : replayed(recording, played, kernel, agreement);
      return { kind: 'differs', agreement, verification, shrunk };
    }
    case 'fault':
      return { kind: 'fault', error: verdict.error.split('\n').map(printable).join('\n') };
    case 'guest':
      return { kind: 'guest', error: new GuestError(printable(verdict.error), verdict.heard) };
    case 'refused':
      return { kind: 'refused', error: new MachineDescriptionError({ message: printable(verdict.error), field: 'memory' }) };
  }
}

function replayed(text: string, played: FuzzCase, kernel: KernelName, times: Pick<Verification, 'kernelSeconds' | 'modelSeconds'>): Verification {
  const recording = parseRecording(text, 'a worker’s recording');
  const description = descriptionOfScenario(scenarioOfCase(played, kernel.name), kernel.release, guestArchByName(kernel.arch)?.name);
  const { kernelSeconds, modelSeconds } = times;
  return { recording, replay: replayRecording(recording, buildMachine(description)), kernelSeconds, modelSeconds };
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function bounded(text: string, limit = 2000): string {
  return text.slice(0, limit);
}
