/**
 * A check that never fails shows nothing. Each deliberate fault of the list is put into a copy of the sources, and
 * `memhp replay` of a few recordings must notice it in the facet the list names.
 */

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { MUTATIONS, type Mutation } from './mutations.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TRACES = fileURLToPath(new URL('../../../shared/traces/', import.meta.url));
const OWN = fileURLToPath(new URL('recorded/', import.meta.url));

/** A replay is over in a second or two; a fault that makes the model loop is stopped. */
const TIME_LIMIT_MS = 40_000;

function fileOf(recording: string): string {
  const own = `${OWN}${recording}.json`;
  return existsSync(own) ? own : `${TRACES}${recording}.json`;
}

const missing = !existsSync(TRACES);
if (missing) {
  console.warn('SKIPPED: ../shared/traces is not here, so faults that its recordings notice are not tried');
}

/** A recording that should be there and is not fails its test; only a missing folder skips. */
function isHere(recordings: readonly string[]): boolean {
  return !missing || recordings.every((each) => existsSync(fileOf(each)));
}

const folder = mkdtempSync(join(tmpdir(), 'memhp-mutations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// All copies are of one moment, however long the tests take.
const pristine = join(folder, 'pristine');
cpSync(join(ROOT, 'src'), join(pristine, 'src'), { recursive: true });
for (const name of ['package.json', 'tsconfig.json']) cpSync(join(ROOT, name), join(pristine, name));

let copies = 0;

/** Copies the sources; with a fault, one line in one file is wrong. */
function copyOfSources(fault?: Mutation): string {
  const copy = join(folder, `copy-${copies++}`);
  cpSync(pristine, copy, { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  if (fault === undefined) return copy;
  const path = join(copy, 'src', fault.file);
  const source = readFileSync(path, 'utf8');
  expect(source.split(fault.text).length - 1, `src/${fault.file} holds once: ${fault.text}`).toBe(1);
  writeFileSync(path, source.replace(fault.text, () => fault.replacement));
  return copy;
}

interface Outcome {
  readonly status: number;
  readonly disagreements: readonly { readonly trace: string; readonly step: number; readonly facet: string }[];
}

// Two replays at a time: as many as the smallest machines have processors.
const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
let turn = 0;

function replayIn(copy: string, recordings: readonly string[]): Promise<Outcome> {
  const lane = turn++ % lanes.length;
  const outcome = (lanes[lane] as Promise<unknown>).then(() => replayNow(copy, recordings));
  lanes[lane] = outcome.catch(() => undefined);
  return outcome;
}

async function replayNow(copy: string, recordings: readonly string[]): Promise<Outcome> {
  const args = ['--import', 'tsx', 'src/cli/main.ts', 'replay', '--json', ...recordings.map(fileOf)];
  type Ended = { status: number; stdout: string; stderr: string };
  const { status, stdout, stderr } = await new Promise<Ended>((resolve) => {
    const options = { cwd: copy, timeout: TIME_LIMIT_MS, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, args, options, (error, out, err) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), stdout: out, stderr: err });
    });
  });
  // A crash would be noticed too, but says nothing about the comparison.
  expect(status === 0 || status === 1, `exit status ${status}: ${stderr.slice(0, 2000)}`).toBe(true);
  return { status, disagreements: (JSON.parse(stdout) as Outcome).disagreements };
}

// The kernel removes whatever lies there, so that a mapped namespace loses its sections and its line in /proc/iomem.
test('a DIMM whose memory was in use takes it along when it is ejected', async () => {
  const { disagreements } = await replayIn(copyOfSources(), ['dimm-in-the-way-ejected-6.12']);
  expect(disagreements).toEqual([]);
});

describe('faults of the model', () => {
  const used = [...new Set(MUTATIONS.flatMap(({ recordings }) => recordings))].sort();

  test('the list names faults, each once', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
    expect(MUTATIONS.filter(({ text, replacement }) => text === replacement)).toEqual([]);
    expect(MUTATIONS.filter(({ recordings }) => recordings.length === 0)).toEqual([]);
  });

  if (missing) test.skip('../shared/traces is not here', () => undefined);

  // Each waits for those before it in its lane.
  describe.concurrent('replayed', { timeout: 4 * TIME_LIMIT_MS }, () => {
    test('without a fault every recording used agrees', async ({ expect: check }) => {
      const outcome = await replayIn(copyOfSources(), used.filter((each) => isHere([each])));
      check(outcome).toEqual({ status: 0, disagreements: [] });
    });

    for (const fault of MUTATIONS) {
      const title = `${fault.name} (${fault.file}): ${fault.facet}`;
      test.skipIf(!isHere(fault.recordings))(title, async ({ expect: check }) => {
        const { status, disagreements } = await replayIn(copyOfSources(fault), fault.recordings);
        check(status).toBe(1);
        for (const trace of fault.recordings) {
          const noticed = disagreements.filter((one) => one.trace === trace && one.facet === fault.facet);
          check(noticed.length, `${trace}: disagreements in ${fault.facet}`).toBeGreaterThan(0);
        }
      });
    }
  });
});
