/** Agreement with real kernels as a Markdown page: kernel by architecture by facet. No date, so that it is stable. */

import { FACETS, type Facet } from '../realkernel/compare.ts';
import { totalsOf } from '../realkernel/agreement.ts';
import type { CampaignResult } from '../realkernel/campaign-result.ts';
import { familyOf } from '../realkernel/recording.ts';
import type { Replay } from '../realkernel/replay.ts';

/** A replay and the kernel that was recorded. */
export interface ReplayOfKernel {
  /** As `uname -r` and `uname -m` print them. */
  readonly release: string;
  readonly arch: string;
  readonly replay: Replay;
}

/** What was kept of a runbook that was played, when its recording was not. */
export type KeptResult = Pick<CampaignResult, 'name' | 'family' | 'kernel' | 'arch' | 'steps' | 'settled' | 'facets'>;

/** One runbook that a kernel and the model played. */
interface Entry {
  readonly name: string;
  readonly kernel: string;
  readonly arch: string;
  readonly family: string;
  /** Whether its recording was replayed now; else its numbers are what was kept when it was played. */
  readonly replayed: boolean;
  readonly steps: number;
  readonly settled: number;
  readonly facets: CampaignResult['facets'];
}

/** Disagreements listed one by one. */
const MOST_LISTED = 100;

/** The page, with a line feed at its end. The order of what is given does not matter; what is given twice counts once. */
export function agreementMarkdown(replays: readonly ReplayOfKernel[], results: readonly KeptResult[] = []): string {
  const entries = entriesOf(replays, results);
  // Facets that nothing holds have no column.
  const facets = FACETS.filter((facet) => entries.some((each) => (each.facets[facet]?.[1] ?? 0) > 0));
  const settled = entries.reduce((sum, each) => sum + each.settled, 0);
  return [
    '# Agreement with real kernels',
    '',
    'Written by `npx tsx scripts/agreement-doc.ts`; do not edit. `memhp replay --markdown RECORDING... RESULTS...` prints',
    'such a page of any recordings and results.',
    '',
    'A runbook here is a machine and lines that a real kernel and the model played; they are compared after boot and',
    'after every step: `agree/compared`. `exit` is compared for shell lines only, output and log for steps, the state',
    'also after boot; [verify.md](verify.md) tells what is left out. *Replayed* ones were recorded once: this page',
    'compares them with the model as it is. Of the *others* the numbers were kept when they were played: random ones of',
    'campaigns ([fuzz.md](fuzz.md)), and the reports of users ([reports.md](reports.md)).',
    '',
    ...table(entries, facets, ['kernel', 'architecture'], ({ kernel, arch }) => [kernel, arch]),
    '',
    `Outcomes that hang on what pages hold: ${settled}. There the model says "depends" and follows the kernel.`,
    '',
    '## By family',
    '',
    ...table(entries, facets, ['kernel', 'architecture', 'family'], ({ kernel, arch, family }) => [kernel, arch, family]),
    '',
    '## Disagreements',
    '',
    ...disagreements(replays, entries),
    '',
  ].join('\n');
}

function entriesOf(replays: readonly ReplayOfKernel[], results: readonly KeptResult[]): Entry[] {
  const entries = new Map<string, Entry>();
  const names = new Set<string>();
  for (const { release, arch, replay } of replays) {
    const { name, steps, settled } = replay;
    names.add(`${name} ${release}`);
    const facets: Entry['facets'] = {};
    for (const { facet, agrees } of replay.comparisons) {
      const [agree, total] = facets[facet] ?? [0, 0];
      facets[facet] = [agree + (agrees ? 1 : 0), total + 1];
    }
    const one = { name, kernel: release, arch, family: familyOf(name), replayed: true, steps, settled: settled.length, facets };
    entries.set(`${name} ${release} ${arch}`, one);
  }
  // A campaign names a saved recording after the case and the kernel.
  const isReplayed = ({ name, kernel }: KeptResult): boolean =>
    [...names].some((each) => each.startsWith(`${name}-`) && each.endsWith(` ${kernel}`));
  for (const result of results) {
    const { name, kernel, arch, family, steps, settled, facets } = result;
    if (!isReplayed(result)) entries.set(`${name} ${kernel} ${arch}`, { name, kernel, arch, family, replayed: false, steps, settled, facets });
  }
  return [...entries.values()];
}

/** Rows by what `keyOf` says, and one for all. */
function table(entries: readonly Entry[], facets: readonly Facet[], keys: readonly string[], keyOf: (one: Entry) => string[]): string[] {
  const groups = new Map<string, Entry[]>();
  for (const each of entries) {
    const key = JSON.stringify(keyOf(each));
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const rows = [...groups.values()]
    .map((group) => [...keyOf(group[0] as Entry), ...counts(group, facets)])
    .sort((a, b) => keys.reduce((order, _, column) => order || compareCells(a, b, column), 0));
  const header = [...keys, 'runbooks', 'replayed', 'others', 'steps', ...facets];
  const all = ['all', ...keys.slice(1).map(() => ''), ...counts(entries, facets)];
  return [
    `| ${header.join(' | ')} |`,
    `|${keys.map(() => '---|').join('')}${header.slice(keys.length).map(() => '---:').join('|')}|`,
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    `| ${all.join(' | ')} |`,
  ];
}

function counts(group: readonly Entry[], facets: readonly Facet[]): string[] {
  const replayed = group.filter((each) => each.replayed).length;
  const steps = group.reduce((sum, each) => sum + each.steps, 0);
  const cells = facets.map((facet) => {
    const agree = group.reduce((sum, each) => sum + (each.facets[facet]?.[0] ?? 0), 0);
    const total = group.reduce((sum, each) => sum + (each.facets[facet]?.[1] ?? 0), 0);
    if (total === 0) return '';
    return agree === total ? `${agree}/${total}` : `**${agree}/${total}**`;
  });
  return [String(group.length), String(replayed), String(group.length - replayed), String(steps), ...cells];
}

// 6.1 before 6.12: numbers within a name count as numbers.
function compareCells(a: readonly string[], b: readonly string[], column: number): number {
  return compareNames(a[column] as string, b[column] as string);
}

function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function disagreements(replays: readonly ReplayOfKernel[], entries: readonly Entry[]): string[] {
  const here = replays.flatMap(({ replay }) =>
    replay.comparisons.filter(({ agrees }) => !agrees).map(({ step, facet }) => `- ${replay.name} step ${step}: ${facet}`),
  );
  const kept = entries.flatMap(({ name, kernel, replayed, facets }) => {
    const { agree, total } = totalsOf({ facets });
    if (replayed || agree === total) return [];
    const wrong = FACETS.filter((facet) => facets[facet] !== undefined && facets[facet][0] < facets[facet][1]);
    return [`- ${name} on ${kernel}, as kept: ${wrong.join(', ')}`];
  });
  const lines = [...new Set([...here, ...kept])];
  if (lines.length === 0) return ['None.'];
  const rest = lines.length - MOST_LISTED;
  const listed = lines.sort(compareNames).slice(0, MOST_LISTED);
  return rest > 0 ? [...listed, `- and ${rest} more`] : listed;
}
