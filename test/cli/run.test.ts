import { describe, expect, test } from 'vitest';
import { runDocument } from '../../src/cli/run-json.ts';
import { EXAMPLES } from '../../src/runbook/examples.ts';
import { runMain } from './run-main.ts';

const OFFLINE_6 = 'echo offline > /sys/devices/system/memory/memory6/state';

describe('memhp run', () => {
  test.each(Object.keys(EXAMPLES))('example %s comes out as it says', async (name) => {
    const { status, stdout, stderr } = await runMain(80, 'run', `examples/${name}.md`);
    expect(stderr).toBe('');
    // The first three show the form; the others only have to hold.
    if (['blocks', 'dimm', 'thread'].includes(name)) expect(stdout).toMatchSnapshot();
    expect(status, stdout).toBe(0);
  });

  test('a refusal: exit status 1, the kernel’s line, the deciding check', async () => {
    const { status, stdout } = await runMain(
      80,
      'run',
      '--map',
      'none',
      '-c',
      'modprobe nd_e820',
      '-c',
      OFFLINE_6,
      '--on',
      'thread',
    );
    expect(status).toBe(1);
    expect(stdout).toMatch(/^refused {2}\$ echo offline/m);
    expect(stdout).toContain('sh: write error: Invalid argument');
    expect(stdout).toMatch(/\[kernel, debug\] memory offlining .* failed due to memory holes/);
    expect(stdout).toMatch(/why {2}The kernel refuses this unless every page of the range is System/);
  });

  test('piped text is the coloured text without its escapes', async () => {
    const plain = await runMain(100, 'run', 'examples/thread.md');
    const painted = await runMain(100, 'run', '--color', 'always', 'examples/thread.md');
    expect(painted.stdout).toContain('\x1b[');
    expect(painted.stdout.replace(/\x1b\[[\d;]*m/g, '')).toBe(plain.stdout);
  });

  test('--json is what its schema says', async () => {
    const { stdout } = await runMain(80, 'run', '--json', 'examples/thread.md', 'examples/dimm.md');
    const document = runDocument.parse(JSON.parse(stdout));
    expect(document.runbooks.map((one) => one.status)).toEqual([0, 0]);
  });

  test('lines end within the width, output of tools aside', async () => {
    for (const width of [60, 80, 120]) {
      const { stdout } = await runMain(width, 'run', 'examples/thread.md');
      const long = stdout
        .split('\n')
        .filter((line) => line.length > width && !/^ {11}|^\w+ +(\$|\(qemu\)) /.test(line));
      expect(long).toEqual([]);
    }
  });
});

describe('help', () => {
  test.each([[], ['--help'], ['run', '--help'], ['help', 'run'], ['demo', '-h'], ['codes'], ['--version']])(
    'memhp %s %s',
    async (...args) => {
      const { status, stdout, stderr } = await runMain(80, ...args);
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout.replace(/\d+\.\d+\.\d+/g, 'N.N.N')).toMatchSnapshot();
    },
  );
});
