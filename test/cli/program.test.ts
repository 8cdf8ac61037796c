/** The real program as its own process: what only a process shows. */

import { execFile, spawn } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ARGS = ['--import', 'tsx', join(ROOT, 'src/cli/main.ts')];
const folder = mkdtempSync(join(tmpdir(), 'memhp-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function memhp(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [...ARGS, ...args], { cwd: ROOT }, (error, stdout, stderr) => {
      done({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test('memhp demo exits 0 and shows verdicts, maps and what to try next', { timeout: 60_000 }, async () => {
  const { status, stdout, stderr } = await memhp('demo');
  expect([status, stderr]).toEqual([0, '']);
  for (const sign of ['before', 'after', 'ok       $ modprobe nd_pmem', 'refused  $', 'what to try next'])
    expect(stdout).toContain(sign);
});

test('a reader that leaves early is no error', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [...ARGS, 'run', '--json', 'examples/thread.md', 'examples/thread.md'], {
    cwd: ROOT,
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  child.stdout.once('data', () => child.stdout.destroy());
  const status = await new Promise((done) => child.on('close', done));
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('--update replaces the file whole, through a link, and leaves nothing behind', { timeout: 60_000 }, async () => {
  const file = join(folder, 'mine.runbook');
  const link = join(folder, 'link.runbook');
  writeFileSync(file, '---\nkernel: "6.12"\nmemory: 1G\n---\n# why\n$ echo hello\n\n$ false\n', { mode: 0o640 });
  symlinkSync('mine.runbook', link);
  expect((await memhp('run', '--map', 'none', link)).status).toBe(1);
  const updated = await memhp('run', '--map', 'none', '--update', link);
  expect([updated.status, updated.stderr]).toEqual([0, `updated ${link}\n`]);
  expect(readFileSync(file, 'utf8')).toBe(
    '---\nkernel: "6.12"\nmemory: 1G\n---\n# why\n$ echo hello\nhello\n\n$ false\n[1]\n',
  );
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(statSync(file).mode % 0o1000).toBe(0o640);
  expect(readdirSync(folder).sort()).toEqual(['link.runbook', 'mine.runbook']);
  expect((await memhp('run', '--map', 'none', link)).status).toBe(0);
});

test('a runbook may come through a pipe', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [...ARGS, 'run', '--map', 'none', '-'], { cwd: ROOT });
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stdin.end('---\nmemory: 1G\n---\n$ true\n');
  expect(await new Promise((done) => child.on('close', done))).toBe(0);
  expect(stdout).toContain('standard input');
});
