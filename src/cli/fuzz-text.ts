/** What `memhp fuzz` says. */

import { totalsOf, type Agreement } from '../realkernel/agreement.ts';
import { nameOfCase, runbookOfCase } from '../realkernel/fuzz-case.ts';
import type { FuzzRun } from '../realkernel/fuzz-outcome.ts';
import { troubleLines } from './missing-here.ts';
import type { Style } from './style.ts';
import { verifyLines } from './verify-text.ts';

/** A campaign so far. */
export interface FuzzTally {
  readonly seed: number;
  runs: number;
  /** Runs in which the model disagrees, or threw. */
  wrong: number;
  guestFailures: number;
  refused: number;
  facets: number;
  steps: number;
  /** By kernel and family. */
  readonly table: Map<string, { runs: number; wrong: number }>;
  readonly found: { readonly name: string; readonly kernel: string; readonly facet: string; readonly step: number; readonly command: string; readonly again: string }[];
}

export function newTally(seed: number): FuzzTally {
  return { seed, runs: 0, wrong: 0, guestFailures: 0, refused: 0, facets: 0, steps: 0, table: new Map(), found: [] };
}

export function tallyRun(tally: FuzzTally, run: FuzzRun): void {
  const { outcome, played, kernel } = run;
  if (outcome.kind === 'refused') return void tally.refused++;
  if (outcome.kind === 'guest') return void tally.guestFailures++;
  tally.runs++;
  const key = `${kernel.name} ${played.family}`;
  const row = tally.table.get(key) ?? { runs: 0, wrong: 0 };
  tally.table.set(key, row);
  row.runs++;
  if (outcome.kind !== 'fault') tally.facets += totalsOf(outcome.agreement).total;
  tally.steps += played.steps.length;
  if (outcome.kind === 'agrees') return;
  tally.wrong++;
  row.wrong++;
  const first = outcome.kind === 'fault' ? undefined : outcome.verification?.replay.comparisons.find((each) => !each.agrees);
  tally.found.push({
    name: nameOfCase(played),
    kernel: kernel.name,
    facet: first?.facet ?? firstWrongFacet(outcome),
    step: first?.step ?? 0,
    command: first?.command ?? '',
    again: againLine(run),
  });
}

/** Of a run whose recording did not come along: facets in their order, not steps. */
function firstWrongFacet(outcome: FuzzRun['outcome']): string {
  if (outcome.kind !== 'differs') return 'fault';
  const wrong = Object.entries(outcome.agreement.facets).find(([, [agree, total]]) => agree < total);
  return wrong?.[0] ?? 'fault';
}

/** The line that plays a run again. */
export function againLine({ played, kernel }: Pick<FuzzRun, 'played' | 'kernel'>): string {
  return `memhp fuzz --seed ${played.seed} --family ${played.family} --kernel ${kernel.name} --runs 1`;
}

/** One run. */
export function fuzzLines(run: FuzzRun, width: number, style: Style, diffs = 3): string[] {
  const { outcome, played, kernel } = run;
  const name = nameOfCase(played);
  switch (outcome.kind) {
    case 'agrees':
    case 'differs': {
      const { agreement, verification } = outcome;
      const lines =
        verification === undefined
          ? [numbersLine(`${name} on ${kernel.release}`, agreement, style)]
          : verifyLines({ file: name, kernel, outcome: verification }, width, style, diffs);
      if (outcome.kind === 'agrees') return lines;
      return [...lines, ...shrunkLines(run), `  again: ${againLine(run)}`];
    }
    case 'guest':
      return [`${style.open('failed')}   ${name} on ${kernel.release}`, ...(troubleLines(outcome.error) ?? []).slice(0, 12), `  again: ${againLine(run)}`];
    case 'refused':
      return [`${style.open('refused')}  ${name}: ${outcome.error.message}`];
    case 'fault':
      return [`${style.bad('fault')}    ${name} on ${kernel.release}: ${faultText(outcome.error)}`, `  again: ${againLine(run)}`];
  }
}

/** Of a case that was played elsewhere, from where only the numbers came. */
function numbersLine(head: string, agreement: Agreement, style: Style): string {
  const { agree, total } = totalsOf(agreement);
  const verdict = agree === total ? `${style.good('agrees')} ` : style.bad('differs');
  const { steps, kernelSeconds, modelSeconds } = agreement;
  const times = style.faint(`kernel ${kernelSeconds.toFixed(1)} s, model ${(modelSeconds * 1000).toFixed(0)} ms`);
  return `${verdict}  ${head}: ${agree} of ${total} facets, ${steps} steps; ${times}`;
}

function faultText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function shrunkLines({ outcome, kernel }: FuzzRun): string[] {
  if (outcome.kind !== 'differs') return [];
  if (outcome.shrunk === undefined) return [];
  const { smallest, tries, wrong } = outcome.shrunk;
  return [`  smallest of ${tries} tries, differs in ${wrong.facet}:`, ...runbookOfCase(smallest, kernel.name).split('\n').map((line) => `    ${line}`)];
}

/** All of a disagreement, for a file. */
export function disagreementText(run: FuzzRun): string[] {
  const plain: Style = { bold: String, faint: String, good: String, bad: String, open: String } as unknown as Style;
  return fuzzLines(run, 200, plain, 1000);
}

/** The end of a campaign. */
export function fuzzSummary(tally: FuzzTally): string[] {
  const rows = [...tally.table].sort(([a], [b]) => (a < b ? -1 : 1));
  const failed = tally.guestFailures === 0 ? '' : `, ${tally.guestFailures} guests failed`;
  const refused = tally.refused === 0 ? '' : `, ${tally.refused} machines the model does not boot`;
  return [
    '',
    `seed ${tally.seed}: ${tally.runs} runs, ${tally.steps} steps, ${tally.facets} facets compared; ${tally.wrong} runs disagree${failed}${refused}`,
    ...rows.map(([key, { runs, wrong }]) => `  ${key.padEnd(18)} ${String(runs).padStart(4)} runs, ${runs - wrong} agree`),
    ...tally.found.map(({ name, kernel, facet, step, command }) => `  ${name} on ${kernel}: ${facet} at step ${step} ${command}`),
  ];
}
