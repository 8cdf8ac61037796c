/**
 * Writes docs/agreement.md from every recording and every campaign's results at hand: `npx tsx scripts/agreement-doc.ts`.
 * The same as `memhp replay --markdown` with all these files.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { agreementMarkdown, type KeptResult } from '../src/cli/replay-markdown.ts';
import { parseCampaignResults } from '../src/realkernel/campaign-result.ts';
import { parseRecording, type Recording } from '../src/realkernel/recording.ts';
import { replayRecording } from '../src/realkernel/replay.ts';
import { readResults } from './reports.ts';

const root = join(import.meta.dirname, '..');

/** Where recordings of real kernels are: the shared ones, beside the project, and its own. */
export const SHARED_TRACES = join(root, '../shared/traces');
const OWN = ['recordings', 'recorded', 'fuzzed'].map((folder) => join(root, 'test/realkernel', folder));
const CAMPAIGNS = join(root, 'test/realkernel/campaigns');

export function recordings(): Recording[] {
  return [SHARED_TRACES, ...OWN].flatMap((folder) => texts(folder, '.json').map(([path, text]) => parseRecording(text, path)));
}

/** What campaigns and the reports' runbooks came to on real kernels. */
export function keptResults(): KeptResult[] {
  const campaigns = texts(CAMPAIGNS, '.jsonl').flatMap(([path, text]) => parseCampaignResults(text, path));
  const reports = readResults().map((one) => ({ ...one, name: one.runbook.replace(/\.md$/, ''), family: 'reports' }));
  return [...campaigns, ...reports];
}

function texts(folder: string, end: string): [path: string, text: string][] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(end)).sort() : [];
  return names.map((name) => [join(folder, name), readFileSync(join(folder, name), 'utf8')]);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const replays = recordings().map((one) => ({ release: one.kernel.release, arch: one.kernel.arch, replay: replayRecording(one) }));
  writeFileSync(join(root, 'docs/agreement.md'), agreementMarkdown(replays, keptResults()));
}
