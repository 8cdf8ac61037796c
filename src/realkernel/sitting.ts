/** Cases of one machine played in one guest: after each, the machine is taken back to where the case began. */

import { buildMachine } from '../drivers/build-machine.ts';
import type { MachineDescription } from '../drivers/machine-description.ts';
import type { Sitting } from './fuzz-play.ts';
import { beginningOf, undo, type Beginning } from './fuzz-undo.ts';
import { GuestError } from './guest-error.ts';
import { archOfKernel, type StoredKernel } from './kernel-store.ts';
import { Recorder, type RecordOptions, type Scenario, type Step } from './record.ts';
import type { RecordedState, RecordedStep } from './recording.ts';
import { replayRecording } from './replay.ts';
import { descriptionOfScenario, type Verification } from './verify.ts';

/** A guest in the state in which its cases begin: after boot and the lines that all of them have in common. */
interface Ready {
  readonly recorder: Recorder;
  readonly common: readonly RecordedStep[];
  readonly state: RecordedState;
  /** Where the model is then; undefined when it does not agree so far. */
  readonly model: Beginning | undefined;
}

/**
 * Plays scenarios of one machine one after another. A case is played in the guest of the one before it when that one
 * agreed, its lines could be undone on the model, and the kernel's state is then what it was; else in a new guest.
 */
export class GuestSitting implements Sitting {
  readonly #kernel: StoredKernel;
  readonly #options: RecordOptions;
  readonly #common: readonly Step[];
  #left: number;
  #ready: Ready | undefined;

  constructor(kernel: StoredKernel, scenarios: readonly Scenario[], options: RecordOptions) {
    this.#kernel = kernel;
    this.#options = { devices: true, ...options };
    this.#common = commonSteps(scenarios);
    this.#left = scenarios.length;
  }

  async play(scenario: Scenario): Promise<{ verification: Verification; alone: boolean }> {
    const description = descriptionOfScenario(scenario, this.#kernel.release, archOfKernel(this.#kernel).name);
    // A machine the model refuses is known before the kernel is started.
    buildMachine(description);
    const started = performance.now();
    const alone = this.#ready === undefined;
    this.#left--;
    const ready = this.#ready ?? (await this.#boot(scenario, description));
    this.#ready = undefined;
    let kept = false;
    try {
      const own = await ready.recorder.type(scenario.steps.slice(this.#common.length));
      await ready.recorder.assertPages();
      const recording = ready.recorder.recording(scenario, [...ready.common, ...own]);
      const recorded = performance.now();
      const machine = buildMachine(description);
      const replay = replayRecording(recording, machine);
      const replayed = performance.now();
      const agrees = replay.comparisons.every((each) => each.agrees);
      if (agrees && this.#left > 0 && ready.model !== undefined) {
        const lines = undo(machine, ready.model);
        kept = lines !== undefined && (await isBack(ready, lines));
      }
      if (kept) this.#ready = ready;
      const kernelSeconds = (recorded - started) / 1000;
      return { verification: { recording, replay, kernelSeconds, modelSeconds: (replayed - recorded) / 1000 }, alone };
    } finally {
      if (!kept) await ready.recorder.stop();
    }
  }

  async end(): Promise<void> {
    await this.#ready?.recorder.stop();
    this.#ready = undefined;
  }

  async #boot(scenario: Scenario, description: MachineDescription): Promise<Ready> {
    const recorder = await Recorder.boot(this.#kernel, scenario, this.#options);
    try {
      const common = await recorder.type(this.#common);
      const machine = buildMachine(description);
      const { comparisons } = replayRecording(recorder.recording(scenario, common), machine);
      const model = comparisons.every((each) => each.agrees) ? beginningOf(machine) : undefined;
      return { recorder, common, state: recorder.state, model };
    } catch (error) {
      await recorder.stop();
      throw error;
    }
  }
}

/** Whether the kernel, too, is where the case began once the lines are typed. */
async function isBack({ recorder, state }: Ready, lines: readonly Step[]): Promise<boolean> {
  try {
    await recorder.type(lines);
    return JSON.stringify(recorder.state) === JSON.stringify(state);
  } catch (error) {
    // The next case has a guest of its own.
    if (error instanceof GuestError) return false;
    throw error;
  }
}

/** The lines with which all scenarios begin. */
function commonSteps(scenarios: readonly Scenario[]): Step[] {
  const [first, ...others] = scenarios;
  const steps = first?.steps ?? [];
  const differs = steps.findIndex((step, at) => others.some((each) => JSON.stringify(each.steps[at]) !== JSON.stringify(step)));
  return steps.slice(0, differs < 0 ? steps.length : differs);
}
