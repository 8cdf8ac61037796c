/** Random runbooks: that a seed repeats them, that shrinking ends, and what a campaign does with what it finds. */

import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { fuzz, caseOfRun, type FuzzRun, type FuzzWorld } from '../../src/realkernel/fuzz-campaign.ts';
import { runbookOfCase, scenarioOfCase, type FuzzCase } from '../../src/realkernel/fuzz-case.ts';
import { Dice, seedOfRun } from '../../src/realkernel/fuzz-dice.ts';
import { FAMILY_NAMES, fuzzCase } from '../../src/realkernel/fuzz-families.ts';
import { shrink, smallerCases } from '../../src/realkernel/fuzz-shrink.ts';
import { GuestError } from '../../src/realkernel/guest-error.ts';
import type { StoredKernel } from '../../src/realkernel/kernel-store.ts';
import { stateOfMachine } from '../../src/realkernel/model-state.ts';
import type { Scenario } from '../../src/realkernel/record.ts';
import type { RecordedStep, Recording } from '../../src/realkernel/recording.ts';
import { replayRecording } from '../../src/realkernel/replay.ts';
import { descriptionOfScenario, type Verification } from '../../src/realkernel/verify.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';

const KERNEL: StoredKernel = { name: '6.12', release: '6.12.117+deb12-amd64', image: '', origin: 'test' };

describe('the generator', () => {
  test('the same seed is the same case, another is another', () => {
    for (const family of FAMILY_NAMES) {
      expect(fuzzCase(family, 5)).toEqual(fuzzCase(family, 5));
      expect(fuzzCase(family, 6)).not.toEqual(fuzzCase(family, 5));
    }
  });

  test('what a seed throws stays: recorded once', () => {
    const dice = new Dice(1);
    expect(dice.times(3, () => dice.word())).toEqual([1580013426, 350525680, 3524174333]);
    expect([0, 1, 2].map((n) => seedOfRun(7, n))).toEqual([7, 3804821765, 2417604344]);
  });

  test('each run of a campaign can be played alone', () => {
    const plan = { seed: 9, families: ['dimm', 'kmem'] as const };
    const third = caseOfRun(plan, 3);
    expect(third.family).toBe('kmem');
    expect(caseOfRun({ seed: third.seed, families: ['kmem'] }, 0)).toEqual(third);
  });

  test('every runbook parses to what was thrown', () => {
    for (const family of FAMILY_NAMES) {
      for (let seed = 0; seed < 20; seed++) {
        const one = fuzzCase(family, seed);
        const { book, diagnostics } = parseRunbook(runbookOfCase(one, '6.1', ["it's a: note"]), 'test');
        expect(diagnostics).toEqual([]);
        expect(book.commands.map(({ text }) => text)).toEqual(one.steps.map((s) => ('run' in s ? s.run : s.monitor)));
        expect(book.header.cmdline?.value ?? '').toBe(one.cmdline.join(' '));
        expect(book.header.qemu.map(({ value }) => value)).toEqual(one.qemu.flat());
      }
    }
  });

  test('the model boots every machine and knows every line', () => {
    for (const family of FAMILY_NAMES) {
      for (let seed = 0; seed < 4; seed++) playModel(scenarioOfCase(fuzzCase(family, seed), '6.12'));
    }
  }, 60_000);
});

describe('shrinking', () => {
  const found = fuzzCase('legacy', 3);

  test('ends at the line and the option that matter', async () => {
    const guilty = found.steps[4]!;
    const { smallest } = await shrink(found, async ({ steps }) => steps.includes(guilty), 500);
    expect(smallest.steps).toContain(guilty);
    expect(smallest.steps.length).toBeLessThanOrEqual(2);
    expect(smallest.cmdline).toEqual([]);
  });

  test('never tries more often than it may, and never the same twice', async () => {
    const seen = new Set<string>();
    const { tries } = await shrink(found, async (one) => {
      expect(seen.has(JSON.stringify(one))).toBe(false);
      seen.add(JSON.stringify(one));
      return false;
    }, 7);
    expect(tries).toBe(7);
    expect(seen.size).toBe(7);
  });

  test('rounds addresses and sizes down', () => {
    const one: FuzzCase = { family: 'legacy', seed: 0, memory: '1G', cmdline: ['memmap=66M!0x20201000'], qemu: [], steps: [{ run: 'true' }] };
    const words = [...smallerCases(one)].flatMap(({ cmdline }) => cmdline);
    expect(words).toContain('memmap=66M!0x20000000');
    expect(words).toContain('memmap=66M!0x20200000');
    expect(words).toContain('memmap=64M!0x20201000');
  });
});

describe('a campaign', () => {
  const plan = { seed: 4, families: ['dimm'] as const, kernels: [KERNEL], runs: 3, jobs: 2, tries: 8 };

  test('agrees with a kernel that does what the model does', async () => {
    const runs = await campaign({ verify: async (_, scenario) => verification(scenario) });
    expect(runs.map(({ outcome }) => outcome.kind)).toEqual(['agrees', 'agrees', 'agrees']);
  });

  test('makes a disagreement smaller', async () => {
    // A kernel that says something else whenever lsmem runs.
    const verify = async (_: unknown, scenario: Scenario): Promise<Verification> =>
      verification(scenario, (step) => (step.run?.startsWith('lsmem') ? { ...step, output: ['?'] } : step));
    const runs = await campaign({ verify });
    for (const { outcome } of runs) {
      expect(outcome.kind).toBe('differs');
      if (outcome.kind !== 'differs') continue;
      expect(outcome.shrunk?.wrong.facet).toBe('output');
      expect(outcome.shrunk?.smallest.steps).toHaveLength(1);
      expect(outcome.shrunk?.tries).toBeLessThanOrEqual(8);
    }
  });

  test('tells a failed guest from a fault of the model', async () => {
    let calls = 0;
    const verify = async (): Promise<Verification> => {
      if (calls++ === 0) throw new GuestError('does not answer', []);
      throw new TypeError('x is undefined');
    };
    const kinds = (await campaign({ verify })).map(({ outcome }) => outcome.kind);
    expect(kinds.sort()).toEqual(['fault', 'fault', 'guest']);
  });

  test('begins nothing when the time is up', async () => {
    expect(await campaign({ verify: () => Promise.reject(new Error('never')), over: () => true })).toEqual([]);
  });

  async function campaign(world: Partial<FuzzWorld> & Pick<FuzzWorld, 'verify'>): Promise<FuzzRun[]> {
    const runs: FuzzRun[] = [];
    await fuzz(plan, { over: () => false, onRun: (run) => runs.push(run), ...world });
    return runs;
  }
});

/** Plays a scenario on the model and records it as a kernel would be recorded. */
function playModel(scenario: Scenario): Recording {
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

function verification(scenario: Scenario, falsify: (step: RecordedStep) => RecordedStep = (step) => step): Verification {
  const played = playModel(scenario);
  const recording = { ...played, steps: played.steps.map(falsify) };
  const replay = replayRecording(recording, buildMachine(descriptionOfScenario(scenario, KERNEL.release)));
  return { recording, replay, kernelSeconds: 0, modelSeconds: 0 };
}
