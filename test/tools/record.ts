/**
 * Records what the real lsmem, chmem (util-linux 2.38.1) and busybox sh say, for the tests to hold the model to.
 *
 *     npx tsx test/tools/record.ts        # as root on Debian 12, for chmem's chroot
 *
 * chmem would change the machine it runs on: it is only ever run in a chroot whose /sys is a folder of ours.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { layOnDisk } from './lay-tree.ts';
import { Dice, randomChmemArgs, randomLsmemArgs, randomTree, type TreeSpec } from './random-trees.ts';

const HERE = import.meta.dirname;
const ENV = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' };

export interface RecordedRun {
  readonly args: readonly string[];
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** chmem: blocks whose state was written, with what. */
  readonly writes?: readonly string[];
}

export interface RecordedTree {
  readonly tree: TreeSpec;
  readonly runs: readonly RecordedRun[];
}

function recordLsmem(root: string): RecordedTree[] {
  const dice = new Dice(20261122);
  return Array.from({ length: 60 }, () => {
    const tree = randomTree(dice);
    layOnDisk(root, tree);
    const runs = Array.from({ length: 6 }, (_, i) => {
      const args = i === 0 ? ['--output-all'] : randomLsmemArgs(dice);
      const { status, stdout, stderr } = spawnSync('lsmem', ['-s', root, ...args], { encoding: 'utf8', env: ENV });
      return { args, exit: status ?? -1, stdout, stderr: stderr.replaceAll(root, 'ROOT') };
    });
    return { tree, runs };
  });
}

/** A folder with chmem and its libraries, and nothing of the real machine. */
function makeJail(): string {
  const jail = mkdtempSync(join(tmpdir(), 'memhp-chmem-'));
  const program = '/usr/sbin/chmem';
  const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/[^ ]+/g) ?? [];
  for (const file of [program, ...libraries]) {
    if (!existsSync(file)) continue;
    mkdirSync(dirname(jail + file), { recursive: true });
    copyFileSync(file, jail + file);
  }
  return jail;
}

function statesOf(root: string, tree: TreeSpec): (string | undefined)[] {
  return tree.blocks.map(({ id }) => {
    const path = `${root}/sys/devices/system/memory/memory${id}/state`;
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  });
}

/** What was written over the start of a longer file. */
function writtenText(now: string): string {
  return ['online_movable', 'online_kernel', 'online', 'offline'].find((text) => now.startsWith(text)) ?? now;
}

function recordChmem(): RecordedTree[] {
  const jail = makeJail();
  const dice = new Dice(1122);
  const recorded = Array.from({ length: 60 }, () => {
    const tree = { ...randomTree(dice), blockSize: dice.pick(['8000000', '8000000', '80000000']) };
    const runs = Array.from({ length: 6 }, (): RecordedRun => {
      const args = randomChmemArgs(dice);
      layOnDisk(jail, tree);
      const before = statesOf(jail, tree);
      const { status, stdout, stderr } = spawnSync('chroot', [jail, '/usr/sbin/chmem', ...args], { encoding: 'utf8', env: ENV });
      const writes = statesOf(jail, tree).flatMap((now, i) =>
        now === undefined || now === before[i] ? [] : [`memory${tree.blocks[i]?.id}/state ${writtenText(now)}`],
      );
      return { args, exit: status ?? -1, stdout, stderr: stderr.replaceAll('/usr/sbin/chmem:', 'chmem:'), writes };
    });
    // A crash has no message to agree with.
    return { tree, runs: runs.filter((run) => run.exit >= 0 && run.exit < 128) };
  });
  rmSync(jail, { recursive: true });
  return recorded;
}

function recordShell(): { line: string; exit: number; output: string }[] {
  const bin = mkdtempSync(join(tmpdir(), 'memhp-sh-'));
  for (const name of ['sh', 'cat', 'ls', 'grep', 'head', 'tail', 'wc', 'sleep', 'seq', 'sort', 'uniq', 'cut', 'tr', 'tee']) {
    execFileSync('ln', ['-s', '/usr/bin/busybox', join(bin, name)]);
  }
  const lines = readFileSync(join(HERE, 'shell-lines.txt'), 'utf8').split('\n').filter((line) => line !== '');
  const screen = join(bin, 'screen');
  const recorded = lines.map((line) => {
    // One file for both streams keeps their order.
    const fd = openSync(screen, 'w');
    const options = { env: { PATH: bin }, cwd: '/sys', stdio: ['ignore', fd, fd] as ['ignore', number, number] };
    const { status } = spawnSync('/usr/bin/busybox', ['sh', '-c', line], options);
    closeSync(fd);
    return { line, exit: status ?? -1, output: readFileSync(screen, 'utf8') };
  });
  rmSync(bin, { recursive: true });
  return recorded;
}

/** JSON with one run to a line. */
function save(name: string, data: unknown): void {
  mkdirSync(join(HERE, 'recorded'), { recursive: true });
  const text = JSON.stringify(data, null, 1).replace(/\n {3,}/g, ' ');
  writeFileSync(join(HERE, 'recorded', name), `${text}\n`);
}

if (process.argv[1] === import.meta.filename) {
  const root = mkdtempSync(join(tmpdir(), 'memhp-lsmem-'));
  save('lsmem.json', recordLsmem(root));
  rmSync(root, { recursive: true });
  save('chmem.json', recordChmem());
  save('shell.json', recordShell());
}
