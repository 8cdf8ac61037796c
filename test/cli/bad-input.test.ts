import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runMain } from './run-main.ts';

// Wide, so that the length of the folder's name does not decide where lines break.
const WIDTH = 300;

const GOOD = '---\nkernel: "6.12"\nmemory: 1G\n---\n$ true\n';
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'memhp-'));
  const files: Record<string, string | Uint8Array> = {
    'good.runbook': GOOD,
    'latin1.runbook': Buffer.concat([
      Buffer.from('---\nkernel: "6.12"\ntitle: M'),
      Buffer.from([0xe9]),
      Buffer.from('\n---\n'),
    ]),
    'cut.runbook': Buffer.from([...Buffer.from('$ echo '), 0xe2, 0x82]),
    'binary.runbook': Uint8Array.from({ length: 4096 }, (_, at) => (at * 37) % 256),
    'large.runbook': 'x'.repeat(10_000_000),
    'long-line.runbook': `${GOOD}${'y'.repeat(3_000_000)}\n[x]\n`,
    'kernel.runbook': GOOD.replace('6.12', '2.6.32'),
    'arch.runbook': GOOD.replace('memory', 'arch: x86-64\nmemory'),
    'no-memory.runbook': '---\nkernel: "6.12"\n---\n$ true\n',
    'bare.runbook': '$ true\n',
    'negative.runbook': GOOD.replace('1G', '-1G'),
    'huge.runbook': GOOD.replace('1G', '0x123456789abcdef0123456'),
    'not-a-size.runbook': GOOD.replace('1G', 'plenty'),
    'qemu.runbook': GOOD.replace('---\n$', 'qemu:\n  - -smp 2\n  - -frobnicate\n---\n$'),
    'pipe.runbook': GOOD.replace('true', 'cat /proc/iomem | awk 1'),
    'subshell.runbook': GOOD.replace('true', '(uname -r)'),
    'background.runbook': GOOD.replace('true', 'sleep 9 &'),
    'machine.runbook': '---\nmachine: nowhere.tar\n---\n$ true\n',
    'loop.runbook': '---\nmachine: loop.runbook\n---\n$ true\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  symlinkSync('circle.runbook', join(folder, 'circle.runbook'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Command lines; `@` stands for the folder of the files above. */
const LINES: readonly (readonly string[])[] = [
  ['rnu'],
  ['run'],
  ['run', '--jsno'],
  ['run', '--color', 'purple', '@/good.runbook'],
  ['run', '--map', 'big', '@/good.runbook'],
  ['run', '-c'],
  ['run', '-c', 'true'],
  ['run', '-c', ' ', '--on', 'thread'],
  ['run', '-c', 'true', '@/good.runbook'],
  ['run', '-c', 'true', '--on', 'thread', '--update'],
  ['run', '-c', 'true', '--on', 'thraed'],
  ['run', '-c', 'true', '--on', ''],
  ['run', '-c', 'true', '--on', '6.12'],
  ['run', '-c', 'true', '--on', '6.12,memroy=1G'],
  ['run', '-c', 'true', '--on', '6.13,memory=1G'],
  ['run', '-c', 'true', '--on', '@'],
  ['run', '-c', 'cat /proc/iomem | awk', '--on', '6.12,memory=1G', '--map', 'none'],
  ['run', '--kernel', '6,12', '@/good.runbook'],
  ['run', '@/missing.runbook'],
  ['run', '@'],
  ['run', '/dev/zero'],
  ['run', '@/circle.runbook'],
  ['run', '@/latin1.runbook'],
  ['run', '@/cut.runbook'],
  ['run', '@/binary.runbook'],
  ['run', '@/large.runbook'],
  ['run', '@/long-line.runbook'],
  ['run', '@/kernel.runbook'],
  ['run', '@/arch.runbook'],
  ['run', '@/no-memory.runbook'],
  ['run', '@/bare.runbook'],
  ['run', '@/negative.runbook'],
  ['run', '@/huge.runbook'],
  ['run', '@/not-a-size.runbook'],
  ['run', '@/qemu.runbook'],
  ['run', '--map', 'none', '@/pipe.runbook'],
  ['run', '--map', 'none', '@/subshell.runbook'],
  ['run', '--map', 'none', '@/background.runbook'],
  ['run', '@/machine.runbook'],
  ['run', '@/loop.runbook'],
  ['demo', '--kernel', '9.9'],
  ['profiles', 'all'],
];

describe('bad input ends in a message, status 2, and no stack', () => {
  for (const line of LINES) {
    test(`memhp ${line.join(' ')}`, async () => {
      const began = performance.now();
      const { status, stdout, stderr } = await runMain(WIDTH, ...line.map((word) => word.replace('@', folder)));
      expect(performance.now() - began).toBeLessThan(5000);
      const text = `${stdout}${stderr}`
        .replaceAll(folder, '@')
        .replace(/kernels are [\d., ]+/g, 'kernels are ...')
        .replace(/nearest is `7\.\d+`/, 'nearest is `7...`');
      expect(text).not.toMatch(/^\s+at .*:\d+/m);
      expect(`\n${text}`).toMatchSnapshot();
      expect(status).toBe(2);
    });
  }
});

test('bad input with --json is one document, too', async () => {
  const { status, stdout } = await runMain(WIDTH, 'run', '--json', join(folder, 'kernel.runbook'));
  const document = JSON.parse(stdout) as { status: number; runbooks: { diagnostics: { code: string }[] }[] };
  expect([status, document.status]).toEqual([2, 2]);
  expect(document.runbooks[0]!.diagnostics[0]!.code).toBe('MHP0020');
});
