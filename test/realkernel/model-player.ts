/** A stand-in for real kernels: a kernel that does what the model does, unless a test falsifies it. */

import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { StoredKernel } from '../../src/realkernel/kernel-store.ts';
import { stateOfMachine } from '../../src/realkernel/model-state.ts';
import type { Scenario } from '../../src/realkernel/record.ts';
import type { RecordedStep, Recording } from '../../src/realkernel/recording.ts';
import { replayRecording } from '../../src/realkernel/replay.ts';
import { descriptionOfScenario, type Verification } from '../../src/realkernel/verify.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';

export const KERNEL: StoredKernel = { name: '6.12', release: '6.12.117+deb12-amd64', image: '', origin: 'test' };

/** Plays a scenario on the model and records it as a kernel would be recorded. */
export function playModel(scenario: Scenario): Recording {
  const machine = buildMachine(descriptionOfScenario(scenario, KERNEL.release));
  const boot = stateOfMachine(machine);
  const steps = scenario.steps.map((step): RecordedStep => {
    const result = 'run' in step ? runShell(machine, step.run) : runMonitor(machine, step.monitor);
    const dmesg = result.log.filter(({ level }) => level < 7).map(({ text }) => text);
    const said = { ...step, output: [...result.output], dmesg, changed: stateOfMachine(machine) };
    return 'run' in step ? { ...said, exit: result.exit } : said;
  });
  return {
    name: scenario.name,
    kernel: { release: KERNEL.release, arch: 'x86_64', block_size_bytes: 0x8000000 },
    qemu: [...scenario.qemu],
    cmdline: scenario.cmdline,
    boot_dmesg: [],
    boot_state: boot,
    steps,
  };
}

export function modelVerification(scenario: Scenario, falsify: (step: RecordedStep) => RecordedStep = (step) => step): Verification {
  const played = playModel(scenario);
  const recording = { ...played, steps: played.steps.map(falsify) };
  const replay = replayRecording(recording, buildMachine(descriptionOfScenario(scenario, KERNEL.release)));
  return { recording, replay, kernelSeconds: 0, modelSeconds: 0 };
}
