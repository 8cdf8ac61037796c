/** Agreement with recorded kernels as a Markdown page: kernel by family by facet. No date, so that it is stable. */

import { FACETS, type Facet } from '../realkernel/compare.ts';
import { familyOf } from '../realkernel/recording.ts';
import { countFacets, type FacetCount, type Replay } from '../realkernel/replay.ts';

/** A replay and the kernel that was recorded. */
export interface ReplayOfKernel {
  /** As `uname -r` prints it. */
  readonly release: string;
  readonly replay: Replay;
}

/** Disagreements listed one by one. */
const MOST_LISTED = 100;

/** The page, with a line feed at its end. The order of the recordings does not matter. */
export function agreementMarkdown(replays: readonly ReplayOfKernel[]): string {
  const groups = new Map<string, ReplayOfKernel[]>();
  for (const each of replays) {
    const key = `${each.release} ${familyOf(each.replay.name)}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  // Facets that no recording holds have no column.
  const counts = countFacets(replays.map(({ replay }) => replay), FACETS);
  const facets = FACETS.filter((facet) => counts[facet].total > 0);
  const header = ['kernel', 'family', 'recordings', 'steps', ...facets];
  const rows = [...groups.values()]
    .map((group) => {
      const { release, replay } = group[0] as ReplayOfKernel;
      return row(release, familyOf(replay.name), group, facets);
    })
    .sort((a, b) => compareCells(a, b, 0) || compareCells(a, b, 1));
  const settled = replays.reduce((sum, { replay }) => sum + replay.settled.length, 0);
  return [
    '# Agreement with recorded kernels',
    '',
    'Written by `memhp replay --markdown RECORDING... > docs/agreement.md`; do not edit.',
    '',
    'Each recording is one run of a real kernel. The model boots the machine from the firmware map in its boot log, is',
    'told the same commands, and is compared after boot and after every step: `agree/compared`. `exit` is compared for',
    'shell lines only, output and log for steps, the state also after boot; [verify.md](verify.md) tells what is left out.',
    '',
    `| ${header.join(' | ')} |`,
    `|---|---|${header.slice(2).map(() => '---:').join('|')}|`,
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    `| ${row('all', '', replays, facets).join(' | ')} |`,
    '',
    `Outcomes that hang on what pages hold: ${settled}. There the model says "depends" and follows the recording.`,
    '',
    '## Disagreements',
    '',
    ...disagreements(replays),
    '',
  ].join('\n');
}

function row(kernel: string, family: string, group: readonly ReplayOfKernel[], facets: readonly Facet[]): string[] {
  const own = group.map(({ replay }) => replay);
  const counts = countFacets(own, facets);
  const steps = own.reduce((sum, replay) => sum + replay.steps, 0);
  const cell = ({ agree, total }: FacetCount): string => {
    if (total === 0) return '';
    return agree === total ? `${agree}/${total}` : `**${agree}/${total}**`;
  };
  return [kernel, family, String(own.length), String(steps), ...facets.map((facet) => cell(counts[facet]))];
}

// 6.1 before 6.12: numbers within a name count as numbers.
function compareCells(a: readonly string[], b: readonly string[], column: number): number {
  return (a[column] as string).localeCompare(b[column] as string, 'en', { numeric: true });
}

function disagreements(replays: readonly ReplayOfKernel[]): string[] {
  const lines = replays.flatMap(({ replay }) =>
    replay.comparisons
      .filter(({ agrees }) => !agrees)
      .map(({ step, facet }) => `- ${replay.name} step ${step}: ${facet}`),
  );
  if (lines.length === 0) return ['None.'];
  const rest = lines.length - MOST_LISTED;
  const listed = lines.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).slice(0, MOST_LISTED);
  return rest > 0 ? [...listed, `- and ${rest} more`] : listed;
}
