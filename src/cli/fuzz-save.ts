/** What a campaign leaves behind: files about each disagreement, and a line about each run. */

import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CampaignResultError, parseCampaignResults, resultKey, resultOf } from '../realkernel/campaign-result.ts';
import { nameOfCase, runbookOfCase } from '../realkernel/fuzz-case.ts';
import type { FuzzRun } from '../realkernel/fuzz-outcome.ts';
import { disagreementText } from './fuzz-text.ts';
import { version } from './version.ts';

/** Writes what a person needs to see a disagreement again: without a kernel, with one, and smaller. */
export function saveRun(run: FuzzRun, folder: string, keepAll: boolean): void {
  const { outcome, played, kernel } = run;
  const stem = join(folder, `${nameOfCase(played)}-${kernel.name}`);
  const files: [string, string][] = [];
  const recording = 'verification' in outcome ? outcome.verification?.recording : undefined;
  if (recording !== undefined && (outcome.kind === 'differs' || keepAll)) {
    files.push([`${stem}.json`, `${JSON.stringify({ ...recording, name: `${nameOfCase(played)}-${kernel.name}` }, null, 1)}\n`]);
  }
  if (outcome.kind !== 'agrees') {
    files.push([`${stem}.md`, runbookOfCase(played, kernel.name)], [`${stem}.diff`, `${disagreementText(run).join('\n')}\n`]);
  }
  if (outcome.kind === 'differs' && outcome.shrunk !== undefined) {
    const { smallest, wrong } = outcome.shrunk;
    files.push([`${stem}-small.md`, runbookOfCase(smallest, kernel.name, [`differs in ${wrong.facet} at step ${wrong.step}`])]);
  }
  if (files.length === 0) return;
  mkdirSync(folder, { recursive: true });
  for (const [path, text] of files) writeFileSync(path, text);
}

/** A file with a line for each run that was compared; a run that it has already is not written again. */
export class ResultsFile {
  readonly #path: string;
  readonly #known: Set<string>;

  private constructor(path: string, known: Set<string>) {
    this.#path = path;
    this.#known = known;
  }

  /** @throws CampaignResultError for a file that holds something else; an error with a code when it cannot be written */
  static open(path: string): ResultsFile {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const known = new Set(parseCampaignResults(text, path).map(resultKey));
    // A line cut short by a crash would have been no JSON; one without its line feed is whole.
    appendFileSync(path, text === '' || text.endsWith('\n') ? '' : '\n');
    return new ResultsFile(path, known);
  }

  add({ played, kernel, outcome }: FuzzRun): void {
    if (outcome.kind !== 'agrees' && outcome.kind !== 'differs') return;
    const result = resultOf(played, kernel, version(), outcome.agreement);
    if (this.#known.has(resultKey(result))) return;
    this.#known.add(resultKey(result));
    appendFileSync(this.#path, `${JSON.stringify(result)}\n`);
  }
}

/** Opens it, or says why not. */
export function openResults(path: string | undefined): ResultsFile | undefined | { readonly trouble: string } {
  if (path === undefined) return undefined;
  try {
    return ResultsFile.open(path);
  } catch (error) {
    if (error instanceof CampaignResultError) return { trouble: error.message };
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { trouble: `cannot write ${path}: ${code}` };
  }
}
