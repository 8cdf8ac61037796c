/** Plays steps on a real kernel and records what it did. */

import { memoryLines } from './boot-log-filter.ts';
import { STATE_FACETS } from './compare.ts';
import { GuestError } from './guest-error.ts';
import { GuestStateReader, type GuestReading } from './guest-state.ts';
import { Guest, type GuestMachine, type Patience } from './guest.ts';
import type { StoredKernel } from './kernel-store.ts';
import type { RecordedState, RecordedStep, Recording } from './recording.ts';

/** A line for the guest's shell, or for QEMU's monitor. */
export type Step = { readonly run: string } | { readonly monitor: string };

/** What is to be played: a machine and the lines typed at it. */
export interface Scenario extends GuestMachine {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface RecordOptions {
  readonly patience?: Patience;
  /** Whether attributes of devices are read too, which the first recordings lack. */
  readonly devices?: boolean;
  /** Whether all page frames are read again at the end, to see that none changed unseen; true when absent. */
  readonly checkPages?: boolean;
  /** Told after boot (step 0) and after each step. */
  readonly onStep?: (step: number, of: number) => void;
}

/** Quiet times, in ms: after a shell line, after a monitor line that the guest hears of, and after one it does not. */
const AFTER_RUN = 200;
const AFTER_PLUG = 1500;
const AFTER_TALK = 200;
/** A plugged device is looked at this often until nothing changes; this long at most, and while blocks come or go. */
const LOOK_EVERY = 500;
const SETTLE_LIMIT = 4000;
const BUSY_LIMIT = 30_000;

/** Boots the kernel, types the steps, and reads log and state after boot and after each. The guest is gone afterwards. */
export async function record(kernel: StoredKernel, scenario: Scenario, options: RecordOptions = {}): Promise<Recording> {
  const recorder = await Recorder.boot(kernel, scenario, options);
  try {
    options.onStep?.(0, scenario.steps.length);
    const steps = await recorder.type(scenario.steps, options.onStep);
    if (options.checkPages !== false) await recorder.assertPages();
    return recorder.recording(scenario, steps);
  } finally {
    await recorder.stop();
  }
}

/** A guest whose log and state are read after boot and after each line. */
export class Recorder {
  /** After the last line. */
  state: RecordedState;
  readonly #guest: Guest;
  readonly #reader: GuestStateReader;
  readonly #boot: GuestReading;
  readonly #kernel: Recording['kernel'];

  private constructor(guest: Guest, reader: GuestStateReader, boot: GuestReading, kernel: Recording['kernel']) {
    this.#guest = guest;
    this.#reader = reader;
    this.#boot = boot;
    this.#kernel = kernel;
    this.state = boot.state;
  }

  /** @throws GuestError, MissingHere */
  static async boot(kernel: StoredKernel, machine: GuestMachine, options: RecordOptions): Promise<Recorder> {
    const guest = await Guest.boot(kernel, machine, options.patience);
    try {
      const reader = await GuestStateReader.of(guest, options.devices);
      const blockSize = (await guest.fetch('cat /sys/devices/system/memory/block_size_bytes')).output[0] ?? '';
      const [release = '', arch = ''] = ((await guest.fetch('uname -rm')).output[0] ?? '').split(' ');
      const boot = await reader.read();
      return new Recorder(guest, reader, boot, { release, arch, block_size_bytes: parseInt(blockSize, 16) });
    } catch (error) {
      await guest.stop();
      throw error;
    }
  }

  /** Types lines; `onStep` hears of each, counted from one. */
  async type(steps: readonly Step[], onStep?: RecordOptions['onStep']): Promise<RecordedStep[]> {
    const recordedSteps: RecordedStep[] = [];
    for (const [index, step] of steps.entries()) {
      const { recorded, after } = await recordStep(this.#guest, this.#reader, step, this.state);
      recordedSteps.push(recorded);
      this.state = after;
      onStep?.(index + 1, steps.length);
    }
    return recordedSteps;
  }

  /** Page frames were read where something changed; that nothing changed elsewhere is looked at once, at the end. */
  async assertPages(): Promise<void> {
    const { online_pfns: seen } = this.state;
    const { online_pfns: all } = (await this.#reader.read(true)).state;
    if (JSON.stringify(all) === JSON.stringify(seen)) return;
    throw new GuestError('page frames changed unseen while recording', [...seen, 'and at the end:', ...all]);
  }

  /** The recording of what was typed since boot. */
  recording(scenario: Scenario, steps: readonly RecordedStep[]): Recording {
    return {
      name: scenario.name,
      kernel: this.#kernel,
      qemu: [...scenario.qemu],
      cmdline: scenario.cmdline,
      boot_dmesg: memoryLines(this.#boot.log),
      boot_state: this.#boot.state,
      steps: [...steps],
    };
  }

  async stop(): Promise<void> {
    await this.#guest.stop();
  }
}

async function recordStep(
  guest: Guest,
  reader: GuestStateReader,
  step: Step,
  before: RecordedState,
): Promise<{ recorded: RecordedStep; after: RecordedState }> {
  if ('run' in step) {
    const { exit, output } = await guest.run(step.run);
    await pause(AFTER_RUN);
    const { log, state } = await reader.read();
    const said = { run: step.run, exit, output: withoutEmptyEnd(output), dmesg: [...log] };
    return { recorded: { ...said, changed: changes(before, state) }, after: state };
  }
  const output = await guest.monitor(step.monitor);
  const { log, state } = await settled(reader, step.monitor);
  const said = { monitor: step.monitor, output: withoutEmptyEnd(output), dmesg: [...log] };
  return { recorded: { ...said, changed: changes(before, state) }, after: state };
}

/** Waits until the kernel has done with what the monitor line set in motion. */
async function settled(reader: GuestStateReader, line: string): Promise<GuestReading> {
  if (!/^\s*(device_add|device_del|qom-set)\b/.test(line)) {
    await pause(AFTER_TALK);
    return reader.read();
  }
  const started = Date.now();
  await pause(AFTER_PLUG);
  const log: string[] = [];
  let last = await reader.read();
  log.push(...last.log);
  for (;;) {
    await pause(LOOK_EVERY);
    const next = await reader.read();
    log.push(...next.log);
    const moving = JSON.stringify(next.state) !== JSON.stringify(last.state);
    last = next;
    const quiet = next.log.length === 0 && !moving;
    const elapsed = Date.now() - started;
    if (quiet || elapsed > BUSY_LIMIT || (elapsed > SETTLE_LIMIT && !moving)) return { log, state: last.state };
  }
}

function changes(before: RecordedState, after: RecordedState): Partial<RecordedState> {
  const changed = STATE_FACETS.filter((facet) => JSON.stringify(before[facet]) !== JSON.stringify(after[facet]));
  return Object.fromEntries(changed.map((facet) => [facet, after[facet]]));
}

function withoutEmptyEnd(lines: readonly string[]): string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
