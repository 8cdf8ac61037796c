/** What verify, record and kernels say without a kernel, and about a made-up disagreement. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sideBySide } from '../../src/cli/side-by-side.ts';
import { styleOf } from '../../src/cli/style.ts';
import { allAgree, type Verified } from '../../src/cli/verified.ts';
import { verifyJson, verifyJunit } from '../../src/cli/verify-documents.ts';
import { verifyLines } from '../../src/cli/verify-text.ts';
import type { Recording } from '../../src/realkernel/recording.ts';
import { runMain } from './run-main.ts';

const state = { iomem: [], blocks: [], zones: [], online_pfns: [], sections: [] };
const recording: Recording = {
  name: 'x', kernel: { release: '6.12.1', arch: 'x86_64', block_size_bytes: 2 ** 27 }, qemu: [], cmdline: '',
  boot_dmesg: [], boot_state: state, steps: [],
};
const comparison = { step: 1, command: 'echo "<&>" \x07', facet: 'output' as const };
const verified = (expected: string[], actual: string[]): Verified => ({
  file: 'a.md',
  kernel: { release: '6.12.1' },
  outcome: {
    recording,
    replay: {
      name: 'x', steps: 1, settled: [],
      comparisons: [{ ...comparison, agrees: expected.join() === actual.join(), expected, actual }],
    },
    kernelSeconds: 12.5,
    modelSeconds: 0.013,
  },
});
const failed: Verified = { file: 'b.md', kernel: { release: '6.1.1' }, outcome: { trouble: ['error: the guest did not come up'] } };

describe('a verification', () => {
  test('that agrees is one line', () => {
    const one = verified(['same'], ['same']);
    expect(allAgree([one])).toBe(true);
    expect(verifyLines(one, 80, styleOf(false), 5)).toEqual([
      'agrees   a.md on 6.12.1: 1 of 1 facets, 1 steps; kernel 12.5 s, model 13 ms',
    ]);
  });

  test('that does not shows both sides', () => {
    const one = verified(['head', 'the kernel', 'tail'], ['head', 'the model', 'and more', 'tail']);
    expect(allAgree([verified(['a'], ['a']), one])).toBe(false);
    expect(verifyLines(one, 80, styleOf(false), 5)).toEqual([
      'differs  a.md on 6.12.1: 0 of 1 facets, 1 steps; kernel 12.5 s, model 13 ms',
      '',
      '  step 1  echo "<&>" \x07: output',
      '    — the kernel — | — the model —',
      '    head             head',
      '    the kernel     | the model',
      '                   > and more',
      '    tail             tail',
    ]);
    expect(verifyLines(one, 80, styleOf(false), 0)).toHaveLength(1);
  });

  test('of a guest that failed agrees with nothing', () => {
    expect(allAgree([failed])).toBe(false);
    expect(verifyLines(failed, 80, styleOf(false), 5)).toEqual(['failed   b.md on 6.1.1', '  error: the guest did not come up']);
  });

  test('as JSON', () => {
    const document = verifyJson([verified(['a'], ['b']), failed]);
    expect(document).toMatchObject({ schema: 'memhp/verify/1', agrees: false, facets: { output: { agree: 0, total: 1 } } });
    expect(document.runs[0]).toMatchObject({ disagreements: [{ ...comparison, kernel: ['a'], model: ['b'] }] });
  });

  test('as JUnit, whatever the lines hold', () => {
    const xml = verifyJunit([verified(['a]]>'], ['b']), failed]);
    expect(xml).toContain('<testsuite name="a.md on 6.12.1" tests="2" failures="1" time="12.500">');
    expect(xml).toContain('echo &#34;&#60;&#38;&#62;&#34; \ufffd');
    expect(xml).toContain('- a]]&#62;');
    expect(xml).toContain('<error message="error: the guest did not come up">');
  });
});

test('long lines go on in the next row', () => {
  const rows = sideBySide(['a'.repeat(30), 'x'], ['b'.repeat(30), 'x'], 43);
  expect(rows).toEqual([
    `${'a'.repeat(20)} | ${'b'.repeat(20)}`,
    `${'a'.repeat(10).padEnd(20)} | ${'b'.repeat(10)}`,
    `${'x'.padEnd(20)}   x`,
  ]);
});

describe('the commands', () => {
  let folder = '';
  const before = process.env['MEMHP_CACHE'];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'memhp-verify-'));
    process.env['MEMHP_CACHE'] = join(folder, 'cache');
    writeFileSync(join(folder, 'captured.md'), '---\nmachine: host.tar\n---\n$ true\n');
    writeFileSync(join(folder, 'unknown.md'), '---\nkernel: "9.9"\nmemory: 1G\n---\n$ true\n');
    writeFileSync(join(folder, 'good.md'), '---\nkernel: "6.12"\nmemory: 1G\n---\n$ true\n');
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    if (before === undefined) delete process.env['MEMHP_CACHE'];
    else process.env['MEMHP_CACHE'] = before;
  });

  test.each([
    [2, ['verify'], 'missing required argument'],
    [2, ['verify', '@/captured.md'], 'a captured machine cannot be booted'],
    [2, ['verify', '@/unknown.md'], 'memhp has no kernel'],
    [2, ['verify', '@/nowhere.md'], 'no such file'],
    [2, ['verify', '--jobs', 'x', '@/good.md'], 'It is a number'],
    [3, ['verify', '--kernel', 'no-such', '@/good.md'], 'to bring it: '],
    [2, ['record', '@/captured.md'], 'a captured machine cannot be booted'],
    [3, ['record', '--kernel', 'no-such', '@/good.md'], 'to bring it: '],
    [2, ['kernels', 'fetch', 'all'], 'is no kernel series'],
    [2, ['kernels', 'add', 'x'], "required option '--image"],
    [2, ['kernels', 'add', 'x', '--image', '@/good.md'], 'is no x86 kernel image'],
    [2, ['kernels', 'add', 'x', '--image', '@/none'], 'ENOENT'],
  ])('%i: memhp %j', async (status, args, words) => {
    const run = await runMain(300, ...args.map((word) => word.replace('@', folder)));
    expect(run.stderr).toContain(words);
    expect(run.status).toBe(status);
  });
});
