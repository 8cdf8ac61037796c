/** Real kernels in QEMU: runbooks verified, a recording made once more, and nothing left behind. */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { comparableLog, comparableOutput, facetLines, LATER_FACETS, STATE_FACETS } from '../../src/realkernel/compare.ts';
import { Guest } from '../../src/realkernel/guest.ts';
import { record, type Step } from '../../src/realkernel/record.ts';
import { parseRecording, type RecordedState, type Recording } from '../../src/realkernel/recording.ts';
import { scenarioOfRunbook, verifyScenario } from '../../src/realkernel/verify.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { readShared, sharedFiles } from '../boot/shared-data.ts';
import { kernelAtHand } from './at-hand.ts';

const LIVE = 600_000;
const newer = kernelAtHand('6.12');
const older = kernelAtHand('6.1');
const traces = sharedFiles('traces', '.json');

/** Everything of a recording that the map decides, in lines. */
function facetsOf(recording: Recording): string[][] {
  let state: RecordedState = recording.boot_state;
  const facets = (): string[][] => STATE_FACETS.filter((facet) => !LATER_FACETS.includes(facet)).map((facet) => [facet, ...facetLines(state, facet, recording.boot_state)]);
  return [
    ['kernel', recording.kernel.release.split('.').slice(0, 2).join('.'), `${recording.kernel.block_size_bytes}`],
    ...facets(),
    ...recording.steps.flatMap((step) => {
      state = { ...state, ...(step.changed as Partial<RecordedState>) };
      return [
        [`${step.run ?? step.monitor}`, `exit ${step.exit ?? ''}`, ...comparableOutput(step.output)],
        comparableLog(step.dmesg),
        ...facets(),
      ];
    }),
  ];
}

describe.skipIf(newer.kernel === undefined)(`Linux 6.12 ${newer.why}`, () => {
  test('a runbook agrees in every facet of every step', { timeout: LIVE }, async () => {
    const path = join(import.meta.dirname, 'runbooks/one-section.md');
    const { book } = parseRunbook(readFileSync(path, 'utf8'), path);
    const { replay, recording } = await verifyScenario(newer.kernel!, scenarioOfRunbook(book, 'one-section'));
    expect(replay.comparisons.filter((each) => !each.agrees)).toEqual([]);
    expect(replay.comparisons.length).toBeGreaterThan(80);
    expect(recording.steps.at(-1)?.exit).toBe(0);
  });
});

describe.skipIf(older.kernel === undefined || traces === undefined)(`Linux 6.1 ${older.why}`, () => {
  test('a recording made once more is the same', { timeout: LIVE }, async () => {
    const before = parseRecording(readShared('traces', 'dimm-03-6.1.json'), 'dimm-03-6.1.json');
    const steps = before.steps.map(({ run, monitor = '' }): Step => (run === undefined ? { monitor } : { run }));
    const again = await record(older.kernel!, { name: before.name, qemu: before.qemu, cmdline: before.cmdline, steps });
    expect(facetsOf(parseRecording(JSON.stringify(again), 'again'))).toEqual(facetsOf(before));
  });
});

describe.skipIf(newer.kernel === undefined)('a guest', () => {
  test('that QEMU refuses fails in QEMU’s words', { timeout: LIVE }, async () => {
    const machine = { qemu: ['-M', 'q35', '-m', '1G', '-device', 'no-such-device'], cmdline: '' };
    await expect(Guest.boot(newer.kernel!, machine)).rejects.toThrow(/'no-such-device' is not a valid device model name/);
  });

  test('whose kernel panics fails with its last words', { timeout: LIVE }, async () => {
    const machine = { qemu: ['-M', 'q35', '-cpu', 'max', '-m', '1G'], cmdline: 'init=/nowhere rdinit=/nowhere' };
    const failure = await Guest.boot(newer.kernel!, machine).catch((error: unknown) => error as { heard: string[] });
    expect((failure as { heard: string[] }).heard.join('\n')).toContain('Kernel panic');
  });

  test('is gone when its owner is killed', { timeout: LIVE }, async () => {
    const source = `
      import { findKernel } from ${JSON.stringify(join(import.meta.dirname, '../../src/realkernel/kernel-store.ts'))};
      import { Guest } from ${JSON.stringify(join(import.meta.dirname, '../../src/realkernel/guest.ts'))};
      await Guest.boot(findKernel('6.12'), { qemu: ['-M', 'q35', '-cpu', 'max', '-m', '512M', '-name', 'memhp-orphan-${process.pid}'], cmdline: '' });`;
    const tsx = join(import.meta.dirname, '../../node_modules/tsx/dist/loader.mjs');
    const owner = spawn(process.execPath, ['--import', tsx, '--input-type=module', '-e', source], { stdio: 'ignore' });
    const guest = await eventually(() => processNamed(`memhp-orphan-${process.pid}`));
    const folder = readlinkSync(`/proc/${guest}/cwd`);
    owner.kill('SIGKILL');
    await eventually(() => (existsSync(folder) || processNamed(`memhp-orphan-${process.pid}`) ? undefined : 'gone'));
  });
});

/** The process with a word among its arguments that is no interpreter of ours. */
function processNamed(word: string): string | undefined {
  return readdirSync('/proc').find((id) => {
    if (!/^\d+$/.test(id)) return false;
    try {
      const words = readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0');
      return words[0]!.includes('qemu-system') && words.includes(word);
    } catch {
      return false;
    }
  });
}

async function eventually<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 600; i++) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not happen within a minute');
}
