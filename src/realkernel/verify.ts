/** Plays a runbook on the model and on a real kernel, and compares every facet. */

import { buildMachine } from '../drivers/build-machine.ts';
import type { MachineDescription } from '../drivers/machine-description.ts';
import { splitMemoryArgument } from '../drivers/qemu-args.ts';
import { profileOfRelease } from '../kernel/profile/profile-of-release.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { StoredKernel } from './kernel-store.ts';
import { record, type RecordOptions, type Scenario } from './record.ts';
import type { Recording } from './recording.ts';
import { replayRecording, type Replay } from './replay.ts';

/** A runbook played on both. */
export interface Verification {
  readonly recording: Recording;
  readonly replay: Replay;
  /** Seconds the real kernel took, boot included, and the model. */
  readonly kernelSeconds: number;
  readonly modelSeconds: number;
}

/** What is typed before the machine's own arguments, when these do not choose: as the model takes it. */
const MACHINE_DEFAULTS = [
  ['-M', '-machine', 'q35,nvdimm=on'],
  ['-cpu', '-cpu', 'max'],
] as const;

/** The machine and the lines of a runbook, for a real kernel. */
export function scenarioOfRunbook(book: Runbook, name: string): Scenario {
  const { header, commands } = book;
  const words = header.qemu.map(({ value }) => value);
  const defaults = MACHINE_DEFAULTS.flatMap(([option, alias, value]) =>
    words.some((word) => [option, alias, `-${option}`, `-${alias}`].includes(word)) ? [] : [option, value],
  );
  const memory = header.memory === undefined ? [] : ['-m', header.memory.value];
  return {
    name,
    qemu: [...defaults, ...memory, ...words],
    cmdline: header.cmdline?.value ?? '',
    steps: commands.map(({ prompt, text }) => (prompt === 'shell' ? { run: text } : { monitor: text })),
  };
}

/** The description the model boots from: the scenario's own, its kernel the nearest profile of the release. */
export function descriptionOfScenario(scenario: Scenario, release: string): MachineDescription {
  const { memory, rest } = splitMemoryArgument(scenario.qemu);
  return { kernel: profileOfRelease(release).profile.name, memory, cmdline: scenario.cmdline, qemu: rest };
}

/**
 * Plays a scenario on a kernel, then on the model, from the scenario's words alone: the model's firmware is its own.
 * @throws GuestError, MissingHere; MachineDescriptionError when the model cannot boot it
 */
export async function verifyScenario(kernel: StoredKernel, scenario: Scenario, options: RecordOptions = {}): Promise<Verification> {
  const description = descriptionOfScenario(scenario, kernel.release);
  // A machine the model refuses is known before the kernel is started.
  buildMachine(description);
  const started = performance.now();
  const recording = await record(kernel, scenario, { devices: true, ...options });
  const recorded = performance.now();
  const replay = replayRecording(recording, buildMachine(description));
  const replayed = performance.now();
  return {
    recording,
    replay,
    kernelSeconds: (recorded - started) / 1000,
    modelSeconds: (replayed - recorded) / 1000,
  };
}
