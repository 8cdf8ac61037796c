import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { addHistory, HISTORY_LIMIT, historyFile, readHistory } from '../../src/cli/shell-history.ts';
import { ShellLoop } from '../../src/cli/shell-loop.ts';
import { startShell } from '../../src/cli/shell-machine.ts';
import { parseMapRange } from '../../src/cli/shell-map-range.ts';
import { playFile } from '../../src/cli/play-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'memhp-shell-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Typed {
  readonly loop: ShellLoop;
  /** Types lines and returns what came of them. */
  type(...lines: string[]): { out: string[]; aside: string[]; codes: string[] };
}

async function shellOn(on: string, runbook?: string): Promise<Typed> {
  const { start } = await startShell(runbook, { on });
  let out: string[] = [];
  let aside: string[] = [];
  let codes: string[] = [];
  const outlet = {
    terminal: { width: 80, color: false, unicode: false },
    out: (lines: readonly string[]) => void out.push(...lines),
    aside: (lines: readonly string[]) => void aside.push(...lines),
    complain: (found: readonly { code: string }[]) => void codes.push(...found.map(({ code }) => code)),
  };
  const loop = new ShellLoop(start!, outlet, true);
  return {
    loop,
    type: (...lines) => {
      out = [];
      aside = [];
      codes = [];
      for (const line of lines) loop.line(line);
      return { out, aside, codes };
    },
  };
}

const DIMM = '6.12,memory=1G,slots=2,maxmem=4G';

test('a refusal says why, undo takes it back, and the map shows both ways', async () => {
  const { loop, type } = await shellOn(DIMM);
  type('(qemu) object_add memory-backend-ram,id=m,size=256M');
  const added = type('(qemu) device_add pc-dimm,id=d,memdev=m');
  expect(added.aside.some((line) => /^\+ 32-33 0x100000000 .*256M System RAM/.test(line))).toBe(true);
  const undone = type('undo');
  expect(undone.out).toEqual(['now after command 1, 1 to redo: object_add memory-backend-ram,id=m,size=256M']);
  expect(undone.aside.some((line) => /^- 32-33 .*256M System RAM/.test(line))).toBe(true);
  const refused = type('(qemu) device_add pc-dimm,id=d,memdev=nosuch');
  expect(refused.out).toEqual(["Error: Device 'nosuch' not found"]);
  expect(type('(qemu) object_add memory-backend-ram,id=b,size=192M', '(qemu) device_add pc-dimm,memdev=b').aside.join(' ')).toMatch(
    /check_hotplug_memory_range/,
  );
  expect(type('why').out.join('\n')).toMatch(/NO check_hotplug_memory_range: /);
  expect(loop.status).toBe(0);
});

test('at the monitor only words with a colon are ours', async () => {
  const { loop, type } = await shellOn(DIMM);
  type('(qemu)');
  expect(loop.inMonitor).toBe(true);
  expect(type('help').out[0]).toMatch(/^object_add /);
  expect(type('undo').out).toEqual(["unknown command: 'undo'"]);
  expect(type(':help').out.join('\n')).toMatch(/take back the last command/);
  expect(type('$ echo here').out).toEqual(['here']);
  type('(shell)');
  expect(type('echo there').out).toEqual(['there']);
});

test('what a shell would cut up goes to the shell, and so does a lone colon', async () => {
  const { loop, type } = await shellOn(DIMM);
  expect(type(': undo').aside).toEqual([]);
  expect(type('help | cat').codes).toEqual(['MHP0040']);
  expect(loop.status).toBe(2);
  expect(type('echo a\\', 'b').out).toEqual(['ab']);
  type('exit 7');
  expect([loop.ended, loop.status]).toEqual([true, 7]);
});

test('what is saved is a runbook that holds', async () => {
  const { type } = await shellOn('thread');
  const file = join(folder, 'a.runbook');
  type('# both regions', 'modprobe nd_e820; modprobe nd_pmem', 'lsblk', 'cat /proc/iomem', 'nosuch', ':snapshot x', 'true', 'back x');
  expect(type(`save ${file}`).out).toEqual([`3 commands written; memhp run ${file} plays them`]);
  expect(readFileSync(file, 'utf8')).toMatch(/\n# both regions\n\$ modprobe nd_e820; modprobe nd_pmem\n/);
  expect((await playFile(file, {})).status).toBe(0);
  expect(type(`save ${file}`).aside[0]).toMatch(/exists; save -f/);
  expect(type(`save -f ${file}`).aside).toEqual([]);
  expect(type('save /nonexistent/x').aside[0]).toMatch(/ENOENT/);
  const again = await shellOn('thread', file);
  expect(again.type('history').out).toHaveLength(3);
});

test('a saved runbook names a capture below it from its own folder', async () => {
  const capture = join(folder, 'iomem');
  writeFileSync(capture, '00001000-3fffffff : System RAM\n');
  const { type } = await shellOn(capture);
  type('lsmem', `save ${join(folder, 'b.runbook')}`);
  expect(readFileSync(join(folder, 'b.runbook'), 'utf8')).toContain('machine: "iomem"\n');
  expect((await playFile(join(folder, 'b.runbook'), {})).status).toBe(0);
});

test('own words that are mistyped say what they take', async () => {
  const { type } = await shellOn(DIMM);
  for (const line of ['undo x', 'undo 0', 'redo', 'back', 'back nowhere', 'back 99', 'why', 'why 3', 'snapshot 3', 'map x', 'save', 'exit x', ':nope']) {
    const { out, aside } = type(line);
    expect([out, aside.length], line).toEqual([[], 1]);
  }
});

test.each([
  ['0x30000000-0x38000000', 0x30000000, 0x38000000],
  ['4G-8G', 2 ** 32, 2 ** 33],
  ['4G+512M', 2 ** 32, 2 ** 32 + 2 ** 29],
  ['0x30000000', 0x30000000, 0x30000001],
  ['memory6-9', 6 * 2 ** 27, 10 * 2 ** 27],
  ['memory6', 6 * 2 ** 27, 7 * 2 ** 27],
])('the range %s', (text, from, to) => expect(parseMapRange(text, 2 ** 27)).toEqual({ from, to }));

test.each(['', '-', '8G-4G', 'memory', 'memory9-6', '4G+0', '4X', '1-2-3'])('%s is no range', (text) =>
  expect(parseMapRange(text, 2 ** 27)).toBeUndefined(),
);

test('the history keeps the newest lines of every shell, and nothing that could harm a terminal', () => {
  const file = historyFile({ XDG_STATE_HOME: join(folder, 'state') });
  expect(readHistory(file)).toEqual([]);
  expect(addHistory(file, ['one', 'one', '', 'x\x1b[2J', 'y'.repeat(5000), 'two'])).toBe(true);
  expect(addHistory(file, ['three'])).toBe(true);
  expect(readHistory(file)).toEqual(['one', 'two', 'three']);
  addHistory(file, Array.from({ length: HISTORY_LIMIT + 5 }, (_, index) => `line ${index}`));
  expect(readHistory(file)).toHaveLength(HISTORY_LIMIT);
  expect(statSync(join(folder, 'state/memhp')).mode % 0o1000).toBe(0o700);
  writeFileSync(join(folder, 'plain'), '');
  expect(addHistory(join(folder, 'plain/memhp/history'), ['x'])).toBe(false);
  expect(historyFile({ XDG_STATE_HOME: 'relative', HOME: '/h' })).toBe('/h/.local/state/memhp/history');
});

test('no line breaks the loop, and completion offers lines that begin as typed', async () => {
  const { loop, type } = await shellOn(DIMM);
  const word = fc.oneof(
    fc.constantFrom('undo', 'redo', ':back', 'x', 'snapshot', 'map', 'why', 'history', '(qemu)', '(shell)', '$', 'echo', '\\', '#', '4G', '-f', '1', '2'),
    fc.string({ maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), (words) => {
      const line = words.join(' ').replace(/[\r\n]/g, ' ');
      const { from, words: next } = loop.complete(line);
      const typed = line.slice(from).replace(/["'\\]/g, '');
      expect(next.every((each) => each.startsWith(typed))).toBe(true);
      if (!line.trim().startsWith('save')) type(line);
    }),
    { numRuns: 200, seed: 5 },
  );
  expect(existsSync('-f')).toBe(false);
});
