/** Random runbooks: that a seed repeats them, that shrinking ends, and what a campaign does with what it finds. */

import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { fuzz, caseOfRun } from '../../src/realkernel/fuzz-campaign.ts';
import { runbookOfCase, scenarioOfCase, type FuzzCase } from '../../src/realkernel/fuzz-case.ts';
import { Dice, seedInBatch, seedOfRun } from '../../src/realkernel/fuzz-dice.ts';
import { FAMILY_NAMES, fuzzCase } from '../../src/realkernel/fuzz-families.ts';
import type { FuzzRun } from '../../src/realkernel/fuzz-outcome.ts';
import type { FuzzPlayer, Sitting } from '../../src/realkernel/fuzz-play.ts';
import { shrink, smallerCases } from '../../src/realkernel/fuzz-shrink.ts';
import { GuestError } from '../../src/realkernel/guest-error.ts';
import type { Scenario } from '../../src/realkernel/record.ts';
import type { Verification } from '../../src/realkernel/verify.ts';
import { KERNEL, modelVerification, playModel } from './model-player.ts';

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
    for (const perBoot of [1, 3]) {
      const plan = { seed: 9, families: ['dimm', 'kmem'] as const, perBoot };
      const fifth = caseOfRun(plan, 3 + (perBoot - 1));
      expect(fifth.family).toBe('kmem');
      expect(caseOfRun({ seed: fifth.seed, families: ['kmem'], perBoot }, 0)).toEqual(fifth);
    }
  });

  test('seeds of one batch throw one machine and different lines', () => {
    for (const family of FAMILY_NAMES.filter((name) => name !== 'bootmap')) {
      const [first, ...others] = [0, 1, 15].map((n) => fuzzCase(family, seedInBatch(0xfffffffa, n)));
      for (const { memory, cmdline, qemu, steps } of others) {
        expect({ memory, cmdline, qemu }).toEqual({ memory: first!.memory, cmdline: first!.cmdline, qemu: first!.qemu });
        expect(steps).not.toEqual(first!.steps);
      }
    }
  });

  test('every runbook parses to what was thrown', () => {
    for (const family of FAMILY_NAMES) {
      for (let seed = 0; seed < 40; seed += 10) {
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
      for (let seed = 0; seed < 2; seed++) playModel(scenarioOfCase(fuzzCase(family, seed), '6.12'));
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
  const plan = { seed: 4, families: ['dimm'] as const, kernels: [KERNEL], runs: 3, perBoot: 1, jobs: 2, tries: 8 };

  test('agrees with a kernel that does what the model does', async () => {
    const runs = await campaign({ verify: async (scenario) => modelVerification(scenario) });
    expect(runs.map(({ outcome }) => outcome.kind)).toEqual(['agrees', 'agrees', 'agrees']);
  });

  test('makes a disagreement smaller', async () => {
    // A kernel that says something else whenever lsmem runs.
    const verify = async (scenario: Scenario): Promise<Verification> =>
      modelVerification(scenario, (step) => (step.run?.startsWith('lsmem') ? { ...step, output: ['?'] } : step));
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
    expect(await campaign({ verify: () => Promise.reject(new Error('never')) }, { over: () => true })).toEqual([]);
  });

  test('what differs only after other cases is played alone, and counts as it comes out there', async () => {
    const asked: string[] = [];
    const spoilt = (scenario: Scenario): Verification => modelVerification(scenario, (step) => ({ ...step, output: ['?'] }));
    const sitting = (): Sitting => {
      let first = true;
      return {
        play: async (scenario) => {
          const alone = first;
          first = false;
          return { verification: alone ? modelVerification(scenario) : spoilt(scenario), alone };
        },
        end: async () => void asked.push('end'),
      };
    };
    const verify = async (scenario: Scenario): Promise<Verification> => {
      asked.push(scenario.name);
      return modelVerification(scenario);
    };
    const runs = await campaign({ verify, sitting }, { perBoot: 3 });
    expect(runs.map(({ outcome }) => outcome.kind)).toEqual(['agrees', 'agrees', 'agrees']);
    expect(runs.map(({ index }) => index)).toEqual([0, 1, 2]);
    // The first needs no guest of its own; the batch is ended.
    expect(asked).toEqual(['dimm-5', 'dimm-6', 'end']);
  });

  interface Changes {
    readonly over?: () => boolean;
    readonly perBoot?: number;
  }

  async function campaign(player: Omit<FuzzPlayer, 'over'>, { over = () => false, perBoot = 1 }: Changes = {}): Promise<FuzzRun[]> {
    const runs: FuzzRun[] = [];
    await fuzz({ ...plan, perBoot }, { over, onRun: (run) => void runs.push(run), playerOf: () => player });
    return runs;
  }
});
