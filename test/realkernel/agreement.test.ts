import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { agreementMarkdown, type ReplayOfKernel } from '../../src/cli/replay-markdown.ts';
import type { Facet } from '../../src/realkernel/compare.ts';
import { familyOf, parseRecording } from '../../src/realkernel/recording.ts';

const TRACES = fileURLToPath(new URL('../../../shared/traces/', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/agreement.md', import.meta.url));

function made(release: string, name: string, outcomes: readonly [facet: Facet, agrees: boolean][]): ReplayOfKernel {
  const comparisons = outcomes.map(([facet, agrees], step) => ({
    step, command: 'lsmem', facet, agrees, expected: [], actual: [],
  }));
  return { release, replay: { name, steps: outcomes.length, comparisons, settled: [] } };
}

test('the page shows what disagrees, sorted, whatever the order of the recordings', () => {
  const replays = [
    made('6.12.1', 'dimm-00-6.12', [['iomem', true], ['zones', false]]),
    made('6.1.9', 'dimm-00-6.1', [['iomem', true]]),
    made('6.1.9', 'blocks-01-6.1', [['iomem', true]]),
  ];
  const page = agreementMarkdown(replays);
  expect(page).toBe(agreementMarkdown(replays.toReversed()));
  expect(page.split('\n').filter((line) => line.startsWith('|') || line.startsWith('-'))).toEqual([
    '| kernel | family | recordings | steps | iomem | zones |',
    '|---|---|---:|---:|---:|---:|',
    '| 6.1.9 | blocks | 1 | 1 | 1/1 |  |',
    '| 6.1.9 | dimm | 1 | 1 | 1/1 |  |',
    '| 6.12.1 | dimm | 1 | 2 | 1/1 | **0/1** |',
    '| all |  | 3 | 4 | 3/3 | **0/1** |',
    '- dimm-00-6.12 step 1: zones',
  ]);
});

const here = existsSync(TRACES);
if (!here) console.warn('SKIPPED: ../shared/traces is not here, so docs/agreement.md is not compared with it');

test.skipIf(!here)('docs/agreement.md counts the recordings that are there', () => {
  const counts = new Map<string, { recordings: number; steps: number }>();
  for (const name of readdirSync(TRACES).filter((each) => each.endsWith('.json'))) {
    const recording = parseRecording(readFileSync(TRACES + name, 'utf8'), name);
    const key = `${recording.kernel.release} | ${familyOf(recording.name)}`;
    const { recordings, steps } = counts.get(key) ?? { recordings: 0, steps: 0 };
    counts.set(key, { recordings: recordings + 1, steps: steps + recording.steps.length });
  }
  const page = readFileSync(PAGE, 'utf8');
  const rows = page.split('\n').filter((line) => /^\| \d/.test(line)).map((line) => line.split(' | ').slice(0, 4).join(' | '));
  const wanted = [...counts].map(([key, { recordings, steps }]) => `| ${key} | ${recordings} | ${steps}`);
  expect(rows.toSorted(), 'write it anew: memhp replay --markdown ../shared/traces/*.json').toEqual(wanted.toSorted());
});
