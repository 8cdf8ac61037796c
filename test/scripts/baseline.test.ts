/** pfnValid against another implementation: bench/baseline.c answers the same questions about the same machine. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { madeUpMachine, WALK } from '../../bench/made-up-machine.ts';
import { pfnValid } from '../../src/kernel/pfn.ts';
import { SECTION_HAS_MEM_MAP, SECTION_IS_EARLY, SECTION_MARKED_PRESENT } from '../../src/kernel/section-table.ts';

const scratch = mkdtempSync(join(tmpdir(), 'memhp-baseline-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const baseline = join(scratch, 'baseline');
const source = join(import.meta.dirname, '../../bench/baseline.c');
const compiled = spawnSync('gcc', ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', '-o', baseline, source], { encoding: 'utf8' });
const noCompiler = compiled.error !== undefined;
if (noCompiler) console.warn('SKIPPED: pfnValid is not compared with C, for there is no gcc');

describe.skipIf(noCompiler)('pfnValid and C', () => {
  test('the C side compiles without a warning', () => expect(compiled.stderr).toBe(''));

  test.each([
    ['ours', 64],
    ['kernel', 64],
    // Page frames beyond 2^32.
    ['ours', 32768],
  ])('agree with the layout "%s" on %i GiB', (layout, sizeGiB) => {
    const { sections, pages, questions } = madeUpMachine(sizeGiB);
    const ask = (mode: string): number => {
      const run = spawnSync(baseline, [layout, String(sizeGiB), mode, '1'], { encoding: 'utf8' });
      return (JSON.parse(run.stdout) as { checksum: number }).checksum;
    };
    let random = 0;
    for (const pfn of questions) random += +pfnValid(sections, pfn);
    expect(random).toBe(ask('random'));
    let sequential = 0;
    for (let pfn = pages / 4; pfn < pages / 4 + WALK; pfn++) sequential += +pfnValid(sections, pfn);
    expect(sequential).toBe(ask('sequential'));
  });
});

test('a frame beyond every section is not valid', () => {
  const { sections } = madeUpMachine(64);
  sections.setFlags(0, SECTION_MARKED_PRESENT + SECTION_HAS_MEM_MAP + SECTION_IS_EARLY);
  expect(pfnValid(sections, 0)).toBe(true);
  // 2^47 is frame 0 of section 2^32: section 0 to whoever truncates to 32 bits.
  for (const pfn of [2 ** 34, 2 ** 40, 2 ** 46, 2 ** 47, 2 ** 47 + 1, 2 ** 52, -1]) expect(pfnValid(sections, pfn)).toBe(false);
});
