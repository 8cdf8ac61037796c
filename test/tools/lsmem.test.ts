/** lsmem and chmem against recordings of util-linux, and against the real lsmem where there is one. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { WritableFileTree } from '../../src/sysfs/file-tree.ts';
import { chmem } from '../../src/tools/chmem.ts';
import { lsmem, type LsmemLayout } from '../../src/tools/lsmem.ts';
import { diskTree } from './disk-tree.ts';
import { layInMemory, layOnDisk } from './lay-tree.ts';
import { Dice, randomLsmemArgs, randomTree, type TreeSpec } from './random-trees.ts';
import type { RecordedTree } from './record.ts';

const SHARED = join(import.meta.dirname, '../../../shared');

function recorded(name: string): RecordedTree[] {
  return JSON.parse(readFileSync(new URL(`recorded/${name}`, import.meta.url), 'utf8')) as RecordedTree[];
}

interface Run {
  exit: number;
  stdout: string;
  stderr: string;
}

function runLsmem(tree: WritableFileTree, args: readonly string[], layout?: LsmemLayout): Run {
  const run = { stdout: '', stderr: '' };
  const exit = lsmem(tree, args, { stdout: (text) => (run.stdout += text), stderr: (text) => (run.stderr += text) }, layout);
  return { exit, ...run };
}

test('lsmem prints what the recorded one printed', () => {
  let runs = 0;
  for (const { tree, runs: recordedRuns } of recorded('lsmem.json')) {
    const files = layInMemory(tree);
    for (const { args, exit, stdout, stderr } of recordedRuns) {
      // The recording read the tree below a folder; its name is in the one message that holds the path.
      expect(runLsmem(files, args), args.join(' ')).toEqual({ exit, stdout, stderr: stderr.replaceAll('ROOT', '') });
      runs++;
    }
  }
  expect(runs).toBeGreaterThan(300);
});

test('chmem prints, writes and returns what the recorded one did', () => {
  let runs = 0;
  for (const { tree, runs: recordedRuns } of recorded('chmem.json')) {
    for (const { args, exit, stdout, stderr, writes } of recordedRuns) {
      const written: string[] = [];
      const run = { stdout: '', stderr: '' };
      const out = { stdout: (text: string) => (run.stdout += text), stderr: (text: string) => (run.stderr += text) };
      const status = chmem(layInMemory(tree, written), args, out);
      const sorted = (list: readonly string[]): string[] => [...list].sort();
      expect({ exit: status, ...run, writes: sorted(written) }, args.join(' ')).toEqual({
        exit,
        stdout,
        stderr,
        writes: sorted(writes ?? []),
      });
      runs++;
    }
  }
  expect(runs).toBeGreaterThan(250);
});

const version = spawnSync('lsmem', ['--version'], { encoding: 'utf8' }).stdout ?? '';
const hasLsmem = version.includes('2.38.1');
if (!hasLsmem) console.warn('SKIPPED: comparison with the real lsmem: util-linux 2.38.1 is not installed here');

test.skipIf(!hasLsmem)('lsmem agrees with the real one over random trees', () => {
  const root = mkdtempSync(join(tmpdir(), 'memhp-lsmem-'));
  const seed = 7;
  const dice = new Dice(seed);
  try {
    for (let i = 0; i < 25; i++) {
      layOnDisk(root, randomTree(dice));
      for (let j = 0; j < 6; j++) {
        const args = ['-s', root, ...randomLsmemArgs(dice)];
        const real = spawnSync('lsmem', args, { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } });
        const want = { exit: real.status, stdout: real.stdout, stderr: real.stderr };
        expect(runLsmem(diskTree(''), args), `seed ${seed}: ${args.join(' ')}`).toEqual(want);
      }
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});

const EXPECTED = join(SHARED, 'hosts/util-linux');
const hasExpected = existsSync(EXPECTED);
if (!hasExpected) console.warn(`SKIPPED: util-linux's own expected outputs are not here (${EXPECTED})`);

describe.skipIf(!hasExpected)("util-linux's own trees", () => {
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));
  const files = hasExpected ? readdirSync(EXPECTED).filter((file) => file.endsWith('.expected')) : [];
  test.each(files)('%s', (file) => {
    const folder = mkdtempSync(join(tmpdir(), 'memhp-util-linux-'));
    folders.push(folder);
    const name = file.slice(0, -'.expected'.length);
    execFileSync('tar', ['xjf', join(EXPECTED, `${name}.tar.bz2`), '-C', folder]);
    const tree = diskTree(join(folder, name));
    const sections = readFileSync(join(EXPECTED, file), 'utf8').split(/^---\n\n/m).filter((text) => text.startsWith('$ '));
    expect(sections.length).toBeGreaterThan(5);
    for (const section of sections) {
      const [command = '', ...output] = section.split('\n');
      const args = command.slice('$ lsmem'.length).split(' ').filter((word) => word !== '');
      const { stdout } = runLsmem(tree, args, 'later');
      expect(stdout.trimEnd(), command).toBe(output.join('\n').trimEnd());
    }
  });
});

const TRACES = join(SHARED, 'traces');
const hasTraces = existsSync(TRACES);
if (!hasTraces) console.warn(`SKIPPED: recordings of real kernels are not here (${TRACES})`);

interface BlocksFacet {
  first: number;
  last: number;
  state: string;
  valid_zones: string;
}

/** The blocks of a recorded state as a tree; nodes are not part of it. */
function treeOf(blockSize: number, blocks: readonly BlocksFacet[], removable: string): TreeSpec {
  const spec = blocks.flatMap(({ first, last, state, valid_zones }) =>
    Array.from({ length: last - first + 1 }, (_, i) => ({
      id: first + i,
      files: { state, removable, valid_zones: valid_zones.replaceAll(',', ' ') },
      nodes: [],
    })),
  );
  return { blockSize: blockSize.toString(16), blocks: spec };
}

test.skipIf(!hasTraces)('lsmem prints what it printed on the recorded kernels', () => {
  let compared = 0;
  for (const file of readdirSync(TRACES).filter((name) => name.endsWith('.json'))) {
    const trace = JSON.parse(readFileSync(join(TRACES, file), 'utf8')) as {
      kernel: { release: string; block_size_bytes: number };
      boot_state: { blocks: BlocksFacet[] };
      steps: { run?: string; output: string[]; changed: { blocks?: BlocksFacet[] } }[];
    };
    // What `removable` and the node links said was not recorded: kernels that compute the one, commands that ask for the other.
    if (trace.kernel.release.startsWith('5.0')) continue;
    let { blocks } = trace.boot_state;
    for (const step of trace.steps) {
      blocks = step.changed.blocks ?? blocks;
      if (step.run === undefined || !step.run.startsWith('lsmem') || step.run.includes('NODE')) continue;
      const tree = layInMemory(treeOf(trace.kernel.block_size_bytes, blocks, '1'));
      const args = step.run.split(' ').slice(1);
      expect(runLsmem(tree, args).stdout, `${file}: ${step.run}`).toBe(step.output.map((line) => `${line}\n`).join(''));
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(20);
});
