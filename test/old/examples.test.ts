/** The reports behind the series: on 5.0 they fail as they were reported, on today's kernel they do not. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook, type RunResult } from '../../src/runbook/play.ts';

const folder = new URL('../../examples/', import.meta.url);

function play(name: string): RunResult {
  const { book, diagnostics } = parseRunbook(readFileSync(new URL(name, folder), 'utf8'), name);
  expect(diagnostics).toEqual([]);
  const { machine } = buildFromHeader(book.source, book.header);
  if (machine === undefined) throw new Error(`${name} describes no machine`);
  return playRunbook(book, machine);
}

test.each(['moyer-before.md', 'moyer-after.md', 'issue-76-before.md', 'issue-76-after.md'])('%s comes out as it says', (name) => {
  const { runs } = play(name);
  expect(runs.filter(({ unexpected }) => unexpected).map(({ command }) => command.text)).toEqual([]);
});

test('the second namespace of February 2019 is refused by the check that was reported', () => {
  const refused = play('moyer-before.md').runs.filter(({ verdict }) => verdict === 'refused');
  expect(refused.map(({ decidedBy }) => decidedBy?.fn)).toEqual(['devm_memremap_pages', 'devm_memremap_pages']);
  for (const { log } of refused) {
    expect(log.map(({ text }) => text)).toContain('nd_pmem pfn0.1: Conflicting mapping in same section');
  }
});
