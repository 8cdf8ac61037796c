/** `memhp replay`: plays recordings of real kernels on the model and counts agreement. */

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Option, type Command } from 'commander';
import { MachineDescriptionError } from '../drivers/machine-description.ts';
import { CampaignResultError, parseCampaignResults, type CampaignResult } from '../realkernel/campaign-result.ts';
import { familyOf, parseRecording, RecordingError } from '../realkernel/recording.ts';
import { type Comparison, countFacets, type FacetCount, type Replay, replayRecording } from '../realkernel/replay.ts';
import { renderTable } from '../view/table.ts';
import { printJson } from './output.ts';
import { comparedFacets, REPLAY_SCHEMA, replayJson } from './replay-json.ts';
import { agreementMarkdown, type ReplayOfKernel } from './replay-markdown.ts';

interface ReplayOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly diffs: string;
}

const HELP = `
Examples:
  memhp replay traces/dimm-*.json          agreement per facet and family
  memhp replay --json traces/*.json        the same for programs
  memhp replay --diffs 20 traces/*.json    more of the disagreements
  memhp replay --markdown traces/*.json campaigns/*.jsonl
                                           a page with every kernel, architecture, family and facet

Exit status: 0 if every facet of every step agrees, 1 if not, 2 for a file that is no recording.
`;

export function registerReplay(program: Command): void {
  program
    .command('replay')
    .description('play recordings of real kernels on the model and count where they agree')
    .argument('<trace...>', 'recordings (JSON); with --markdown also results of `memhp fuzz --results` (.jsonl)')
    .option('--json', `print one JSON document (schema ${REPLAY_SCHEMA})`)
    .addOption(new Option('--markdown', 'print a Markdown page by kernel, architecture, family and facet').conflicts('json'))
    .option('--diffs <n>', 'how many disagreements to show', '5')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: ReplayOptions) => {
      process.exitCode = await replay(files, options);
    });
}

async function replay(files: readonly string[], options: ReplayOptions): Promise<number> {
  const played: ReplayOfKernel[] = [];
  const results: CampaignResult[] = [];
  let unread = false;
  for (const file of files) {
    try {
      const text = await readFile(file, 'utf8');
      if (file.endsWith('.jsonl')) {
        results.push(...resultsOf(text, file, options));
        continue;
      }
      const recording = parseRecording(text, file);
      const { release, arch } = recording.kernel;
      played.push({ release, arch, replay: replayRecording(recording) });
    } catch (error) {
      const trouble = troubleOf(file, error);
      if (trouble === undefined) throw error;
      process.stderr.write(`error: ${trouble}\n`);
      unread = true;
    }
  }
  if (played.length === 0 && results.length === 0) return 2;
  const replays = played.map(({ replay }) => replay);
  const disagreements = replays.flatMap((each) =>
    each.comparisons.filter((one) => !one.agrees).map((one) => ({ trace: each.name, ...one })),
  );
  if (options.markdown === true) {
    process.stdout.write(agreementMarkdown(played, results));
  } else if (options.json === true) {
    printJson(replayJson(replays));
  } else {
    process.stdout.write(agreementTable(replays));
    for (const one of disagreements.slice(0, Number(options.diffs) || 0)) process.stdout.write(diffText(one));
    if (disagreements.length > Number(options.diffs)) {
      process.stdout.write(`… ${disagreements.length - Number(options.diffs)} more disagreements (--diffs)\n`);
    }
  }
  if (unread) return 2;
  return disagreements.length === 0 ? 0 : 1;
}

/** @throws CampaignResultError */
function resultsOf(text: string, file: string, options: ReplayOptions): CampaignResult[] {
  if (options.markdown === true) return parseCampaignResults(text, file);
  throw new CampaignResultError(`${file}: a campaign's results hold no recordings to replay: --markdown counts them`);
}

/** What is wrong with a file that cannot be replayed, or undefined when we are. */
function troubleOf(file: string, error: unknown): string | undefined {
  if (error instanceof RecordingError || error instanceof CampaignResultError) return error.message;
  if (error instanceof MachineDescriptionError) return `${file}: the recorded machine: ${error.message}`;
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? undefined : `cannot read ${file}: ${message}`;
}

/** Families as rows, facets as columns, each cell `agree/total`. */
function agreementTable(replays: readonly Replay[]): string {
  const families = groupByFamily(replays);
  const facets = comparedFacets(replays);
  const cell = ({ agree, total }: FacetCount): string => (total === 0 ? '-' : `${agree}/${total}`);
  const row = (name: string, group: readonly Replay[]): string[] => {
    const counts = countFacets(group, facets);
    const all = facets.reduce(
      (sum, facet) => ({ agree: sum.agree + counts[facet].agree, total: sum.total + counts[facet].total }),
      { agree: 0, total: 0 },
    );
    const percent = all.total === 0 ? '-' : `${((100 * all.agree) / all.total).toFixed(all.agree === all.total ? 0 : 1)} %`;
    return [name, String(group.length), ...facets.map((facet) => cell(counts[facet])), percent];
  };
  const rows = [...families].map(([family, group]) => row(family, group));
  if (rows.length > 1) rows.push(row('all', replays));
  const header = ['family', 'traces', ...facets, 'agreement'];
  const lines = renderTable([header, ...rows], ['left', ...header.slice(1).map(() => 'right' as const)]);
  const settled = replays.reduce((sum, each) => sum + each.settled.length, 0);
  const note =
    settled === 0 ? '' : `${settled} outcomes hung on what pages held; the model says "depends" and followed the recording.\n`;
  return `${lines.join('\n')}\n${note}`;
}

function groupByFamily(replays: readonly Replay[]): Map<string, Replay[]> {
  const groups = new Map<string, Replay[]>();
  for (const each of replays) {
    const family = familyOf(each.name);
    groups.set(family, [...(groups.get(family) ?? []), each]);
  }
  return groups;
}

function diffText(one: Comparison & { trace: string }): string {
  const expected = new Set(one.expected);
  const actual = new Set(one.actual);
  const gone = one.expected.filter((line) => !actual.has(line)).map((line) => `  - ${line}`);
  const fresh = one.actual.filter((line) => !expected.has(line)).map((line) => `  + ${line}`);
  const order = gone.length + fresh.length === 0 ? ['  the same lines in another order'] : [];
  const head = `${basename(one.trace)} step ${one.step} ${one.facet}: ${one.command}`;
  return [``, head, '  (- the kernel, + the model)', ...gone, ...fresh, ...order, ''].join('\n');
}

