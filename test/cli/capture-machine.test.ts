/** Captured machines as machines to play on. */

import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runMain } from './run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'memhp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const IOMEM = `00000000-00000fff : Reserved
00001000-0009fbff : System RAM
00100000-30ffffff : System RAM
31000000-32ffffff : Persistent Memory (legacy)
33000000-3fffffff : System RAM
`;

/** A copied sysfs tree: eight blocks of 128 MiB, block 5 offline. */
function writeSysroot(): string {
  const root = join(folder, 'root');
  const memory = join(root, 'sys/devices/system/memory');
  for (let id = 0; id < 8; id++) {
    mkdirSync(join(memory, `memory${id}`), { recursive: true });
    writeFileSync(join(memory, `memory${id}/state`), id === 5 ? 'offline\n' : 'online\n');
    writeFileSync(join(memory, `memory${id}/phys_index`), `0000000${id}\n`);
    writeFileSync(join(memory, `memory${id}/removable`), '1\n');
  }
  writeFileSync(join(memory, 'block_size_bytes'), '8000000\n');
  mkdirSync(join(root, 'proc'));
  writeFileSync(join(root, 'proc/iomem'), IOMEM);
  return root;
}

test('a copied /proc/iomem: its ranges, and what was assumed', async () => {
  const file = join(folder, 'iomem.txt');
  writeFileSync(file, IOMEM);
  const lines = ['-c', 'modprobe nd_e820', '-c', 'modprobe nd_pmem', '-c', 'cat /proc/iomem'];
  const { status, stdout } = await runMain(200, 'run', '--json', '--on', file, ...lines);
  expect(status).toBe(0);
  const [run] = (
    JSON.parse(stdout) as {
      runbooks: { machine: { capture: string; assumed: string[] }; commands: { output: string[] }[] }[];
    }
  ).runbooks;
  expect(run!.machine.capture).toBe(file);
  expect(run!.machine.assumed.length).toBeGreaterThan(0);
  expect(run!.commands[2]!.output).toContain('  31000000-32ffffff : namespace0.0');
});

test('a copied tree: its block states, through --on and through `machine:`', async () => {
  const root = writeSysroot();
  const book = join(folder, 'on-it.runbook');
  writeFileSync(
    book,
    '---\nmachine: root\n---\n$ cat /sys/devices/system/memory/memory5/state\noffline\n$ lsmem --summary=only\n...\nTotal offline memory:    128M\n',
  );
  expect((await runMain(80, 'run', '--map', 'none', book)).stderr).toBe('');
  expect((await runMain(80, 'run', '--map', 'none', book)).status).toBe(0);
  const state = 'cat /sys/devices/system/memory/memory5/state';
  const { stdout } = await runMain(80, 'run', '--map', 'none', '--on', root, '--kernel', '6.1', '-c', state);
  expect(stdout).toMatch(/^Linux 6\.1 on x86_64/m);
  expect(stdout).toMatch(/^ {11}offline$/m);
});
