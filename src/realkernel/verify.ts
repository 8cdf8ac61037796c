/** Plays a runbook on the model and on a real kernel, and compares every facet. */

import { buildMachine } from '../drivers/build-machine.ts';
import type { MachineDescription } from '../drivers/machine-description.ts';
import { splitMemoryArgument } from '../drivers/qemu/args.ts';
import { QEMU_PLATFORMS, type QemuArch } from '../drivers/qemu/platform.ts';
import { profileOfRelease } from '../kernel/profile/profile-of-release.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { GuestMachine } from './guest.ts';
import { archOfKernel, type StoredKernel } from './kernel-store.ts';
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

/** The machine and the lines of a runbook, for a real kernel. What the runbook does not choose is as the model takes it. */
export function scenarioOfRunbook(book: Runbook, name: string, arch: QemuArch = 'x86_64'): Scenario {
  const { header, commands } = book;
  const words = header.qemu.map(({ value }) => value);
  const { machine, cpu } = QEMU_PLATFORMS[arch];
  const choices = [['-M', '-machine', machine], ['-cpu', '-cpu', cpu]] as const;
  const defaults = choices.flatMap(([option, alias, value]) =>
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
export function descriptionOfScenario(scenario: GuestMachine, release: string, arch: QemuArch = 'x86_64'): MachineDescription {
  const { memory, rest } = splitMemoryArgument(scenario.qemu);
  const kernel = profileOfRelease(release).profile.name;
  // Of x86_64 the processor decides on five-level paging when nothing is said.
  return { kernel, ...(arch === 'x86_64' ? {} : { arch }), memory, cmdline: scenario.cmdline, qemu: rest };
}

/**
 * Plays a scenario on a kernel, then on the model, from the scenario's words alone: the model's firmware is its own.
 * @throws GuestError, MissingHere; MachineDescriptionError when the model cannot boot it
 */
export async function verifyScenario(kernel: StoredKernel, scenario: Scenario, options: RecordOptions = {}): Promise<Verification> {
  const description = descriptionOfScenario(scenario, kernel.release, archOfKernel(kernel).name);
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
