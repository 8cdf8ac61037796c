import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { keptResults, recordings, SHARED_TRACES } from '../../scripts/agreement-doc.ts';
import { agreementMarkdown, type ReplayOfKernel } from '../../src/cli/replay-markdown.ts';
import type { Facet } from '../../src/realkernel/compare.ts';
import { parseCampaignResults, type CampaignResult } from '../../src/realkernel/campaign-result.ts';
import { familyOf } from '../../src/realkernel/recording.ts';

const PAGE = fileURLToPath(new URL('../../docs/agreement.md', import.meta.url));

function made(release: string, name: string, outcomes: readonly [facet: Facet, agrees: boolean][]): ReplayOfKernel {
  const comparisons = outcomes.map(([facet, agrees], step) => ({
    step, command: 'lsmem', facet, agrees, expected: [], actual: [],
  }));
  return { release, arch: 'x86_64', replay: { name, steps: outcomes.length, comparisons, settled: [] } };
}

test('the page shows what disagrees, sorted, whatever the order of the recordings', () => {
  const replays = [
    made('6.12.1', 'dimm-00-6.12', [['iomem', true], ['zones', false]]),
    made('6.1.9', 'dimm-00-6.1', [['iomem', true]]),
    made('6.1.9', 'blocks-01-6.1', [['iomem', true]]),
  ];
  // The second is the recording of a case that is replayed.
  const results = [fuzzed('dimm-77', '6.1.9'), fuzzed('dimm-00', '6.1.9')];
  const page = agreementMarkdown(replays, results);
  expect(page).toBe(agreementMarkdown([...replays.toReversed(), replays[0]!], results.toReversed()));
  expect(page.split('\n').filter((line) => line.startsWith('|') || line.startsWith('-'))).toEqual([
    '| kernel | architecture | runbooks | replayed | others | steps | iomem | zones |',
    '|---|---|---:|---:|---:|---:|---:|---:|',
    '| 6.1.9 | x86_64 | 3 | 2 | 1 | 9 | 2/2 | **6/8** |',
    '| 6.12.1 | x86_64 | 1 | 1 | 0 | 2 | 1/1 | **0/1** |',
    '| all |  | 4 | 3 | 1 | 11 | 3/3 | **6/9** |',
    '| kernel | architecture | family | runbooks | replayed | others | steps | iomem | zones |',
    '|---|---|---|---:|---:|---:|---:|---:|---:|',
    '| 6.1.9 | x86_64 | blocks | 1 | 1 | 0 | 1 | 1/1 |  |',
    '| 6.1.9 | x86_64 | dimm | 2 | 1 | 1 | 8 | 1/1 | **6/8** |',
    '| 6.12.1 | x86_64 | dimm | 1 | 1 | 0 | 2 | 1/1 | **0/1** |',
    '| all |  |  | 4 | 3 | 1 | 11 | 3/3 | **6/9** |',
    '- dimm-00-6.12 step 1: zones',
    '- dimm-77 on 6.1.9, as kept: zones',
  ]);
});

test('a line of results that is none is refused with its place', () => {
  const line = JSON.stringify(fuzzed('dimm-1', '6.1.9'));
  expect(parseCampaignResults(`${line}\n\n${line}\n`, 'night.jsonl')).toEqual([fuzzed('dimm-1', '6.1.9')]);
  expect(() => parseCampaignResults(`${line}\n{`, 'night.jsonl')).toThrow(/^night\.jsonl:2: not JSON/);
  expect(() => parseCampaignResults(`${line.replace('"steps":7', '"steps":-7')}`, 'night.jsonl')).toThrow(/^night\.jsonl:1: steps: /);
});

function fuzzed(name: string, kernel: string): CampaignResult {
  const facets: CampaignResult['facets'] = { zones: [6, 8] };
  const seed = Number(/\d+$/.exec(name)![0]);
  return { schema: 'memhp/campaign/1', name, family: familyOf(name), seed, kernel, arch: 'x86_64', model: '0.1.0', steps: 7, settled: 0, facets };
}

const here = existsSync(SHARED_TRACES);
if (!here) console.warn('SKIPPED: ../shared/traces is not here, so docs/agreement.md is not compared with it');

test.skipIf(!here)('docs/agreement.md counts the recordings and results that are there', () => {
  const counts = new Map<string, { runbooks: Set<string>; steps: number }>();
  const add = (name: string, family: string, release: string, arch: string, steps: number): void => {
    const key = `${release} | ${arch} | ${family}`;
    const row = counts.get(key) ?? { runbooks: new Set<string>(), steps: 0 };
    if (!row.runbooks.has(name)) row.steps += steps;
    row.runbooks.add(name);
    counts.set(key, row);
  };
  for (const { name, kernel, steps } of recordings()) add(name, familyOf(name), kernel.release, kernel.arch, steps.length);
  for (const { name, family, kernel, arch, steps } of keptResults()) add(name, family, kernel, arch, steps);
  const page = readFileSync(PAGE, 'utf8').split('## By family')[1] ?? '';
  const rows = page.split('\n').filter((line) => /^\| \d/.test(line)).map((line) => {
    const [kernel, arch, family, runbooks, , , steps] = line.slice(2).split(' | ');
    return `${kernel} | ${arch} | ${family} | ${runbooks} | ${steps}`;
  });
  const wanted = [...counts].map(([key, { runbooks, steps }]) => `${key} | ${runbooks.size} | ${steps}`);
  expect(rows.toSorted(), 'write it anew: npx tsx scripts/agreement-doc.ts').toEqual(wanted.toSorted());
});
