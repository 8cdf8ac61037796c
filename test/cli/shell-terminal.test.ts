/** The shell as people meet it: through a pipe, and at a pseudo terminal (`script` of util-linux makes one). */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runDocument } from '../../src/cli/run-json.ts';

const root = join(import.meta.dirname, '../..');
const program = ['--import', 'tsx', 'src/cli/main.ts', 'shell'];
const state = mkdtempSync(join(tmpdir(), 'memhp-state-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

const env = { ...process.env, COLUMNS: '80', NO_COLOR: '1', LC_ALL: 'C', TERM: 'xterm', XDG_STATE_HOME: state };

function piped(input: string, ...args: string[]) {
  return spawnSync(process.execPath, [...program, ...args], { cwd: root, input, encoding: 'utf8', env });
}

test('through a pipe there is no prompt, an error does not stop it, and the status is the last command’s', () => {
  const { stdout, stderr, status } = piped('nosuch\necho one\r\nlsblk\n(qemu) info numa\necho two; false', '--on', '6.12,memory=1G');
  expect(stdout).toMatch(/^sh: nosuch: not found\none\n0 nodes\ntwo\n$/);
  expect(stderr).toMatch(/MHP0040/);
  expect(stdout + stderr).not.toContain('\x1b');
  expect(status).toBe(1);
}, 30_000);

test('what is no machine is bad input; a line without end is left out', () => {
  expect(piped('true\n', '--on', 'nosuch').status).toBe(2);
  const { status, stderr, stdout } = piped(`${'x'.repeat(3_000_000)}\necho after\n`, '--on', '6.12,memory=1G');
  expect([stdout, status]).toEqual(['after\n', 0]);
  expect(stderr).toMatch(/longer than 1048576/);
}, 30_000);

test('--json prints the commands done as a run’s document', () => {
  const { stdout, status } = piped('lsmem\necho x\nundo\nlsblk\n', '--json', '--on', 'thread');
  const { runbooks, schema } = runDocument.parse(JSON.parse(stdout));
  expect([schema, status]).toEqual(['memhp/run/1', 2]);
  expect(runbooks[0]!.commands.map(({ command }) => command)).toEqual(['lsmem']);
  expect(runbooks[0]!.diagnostics.map(({ source }) => source)).toEqual(['typed line 4']);
}, 30_000);

test('--json says of a refused line where it was typed and what would do instead', () => {
  const { stdout } = piped('\necho offline > /sys/devices/system/memory/memory6/state\n', '--json', '--on', 'thread');
  const [command] = runDocument.parse(JSON.parse(stdout)).runbooks[0]!.commands;
  expect(command!.line).toBe(2);
  expect(command!.instead.map(({ to }) => to)).toContain('memory5');
}, 30_000);

// It also wants /dev/pts, which a bare change of root does not have.
const hasScript = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
if (!hasScript) console.warn('SKIPPED: shell-terminal: `script` of util-linux makes no terminal here, the prompt is not tried');

/** Types keys at a prompt, each lot when the text before it has appeared; returns all that was seen. */
function atPrompt(keys: readonly (readonly [waitFor: string, keys: string])[], ...args: string[]): Promise<string> {
  const command = [process.execPath, ...program, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: root, env });
  let seen = '';
  let from = 0;
  const left = [...keys];
  const answer = (): void => {
    const next = left[0];
    if (next === undefined) return;
    const at = seen.indexOf(next[0], from);
    if (at < 0) return;
    from = at + next[0].length;
    left.shift();
    child.stdin.write(next[1]);
    answer();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    seen += String(chunk);
    answer();
  });
  const tooLong = setTimeout(() => child.kill(), 25_000);
  return new Promise((resolve) => {
    child.on('close', (status) => {
      clearTimeout(tooLong);
      resolve(`${seen}\nstatus ${status}`);
    });
  });
}

test.skipIf(!hasScript)('at a terminal: completion, Ctrl-C, the monitor, Ctrl-D, history of earlier shells', async () => {
  const seen = await atPrompt(
    [
      ['6.12 $ ', 'echo offl'],
      ['offl', '\t'],
      ['ine ', '\x03'],
      ['^C', '(qemu)\r'],
      ['(qemu) ', 'info num'],
      ['info num', '\t'],
      ['a ', '\r'],
      ['0 nodes', '\x04'],
      ['6.12 $ ', 'cat /sys/devices/system/memory/memory6/sta'],
      ['/sta', '\t'],
      ['te ', '\r'],
      ['online', 'exit 3\r'],
    ],
    '--on',
    '6.12,memory=1G',
  );
  expect(seen).toMatch(/Linux 6\.12 on x86_64, memory 1G, memory block 128M\r\n/);
  expect(seen).toMatch(/\r\nonline\r\n/);
  expect(seen).toMatch(/status 3$/);
  const file = join(state, 'memhp/history');
  expect(existsSync(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe('(qemu)\ninfo numa \ncat /sys/devices/system/memory/memory6/state \nexit 3\n');
  const again = await atPrompt([['6.12 $ ', '\x1b[A\x1b[A'], ['memory6/state', '\r'], ['online', '\x04']], '--on', '6.12,memory=1G');
  expect(again).toMatch(/\r\nonline\r\n/);
  expect(again).toMatch(/status 0$/);
}, 60_000);
