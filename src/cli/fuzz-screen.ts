/** What is common to campaigns played here and on a queue: options, counting, saving, showing. */

import type { Family } from '../realkernel/fuzz-families.ts';
import type { FuzzRun } from '../realkernel/fuzz-outcome.ts';
import { EXIT_DIFFERS, EXIT_OK, EXIT_PARTLY } from './exit-status.ts';
import { fuzzJson } from './fuzz-document.ts';
import { type ResultsFile, saveRun } from './fuzz-save.ts';
import { fuzzLines, fuzzSummary, type FuzzTally, tallyRun } from './fuzz-text.ts';
import { printErrors, printJson, printLines } from './output.ts';
import { progressOn } from './progress.ts';
import { styleOf } from './style.ts';
import { terminalOf, type ColorChoice } from './terminal.ts';

export interface FuzzOptions {
  readonly kernel: string;
  readonly minutes?: number;
  readonly runs?: number;
  readonly seed?: number;
  readonly family: readonly Family[];
  readonly jobs?: number;
  readonly perBoot: number;
  readonly tries: number;
  readonly queue?: string;
  readonly campaign?: string;
  readonly results?: string;
  readonly out: string;
  readonly keep?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly color: ColorChoice;
}

/** Runs without an end when only time ends them. */
export function runsOf({ runs }: FuzzOptions): number {
  return runs ?? 999_999;
}

export function minutesOf({ minutes, runs }: FuzzOptions): number | undefined {
  return minutes ?? (runs === undefined ? 10 : undefined);
}

export function overAfter(minutes: number | undefined): () => boolean {
  const end = minutes === undefined ? Infinity : performance.now() + minutes * 60_000;
  return () => performance.now() > end;
}

/** Counts, saves and shows each run. */
export function campaignScreen(
  tally: FuzzTally,
  options: FuzzOptions,
  results: ResultsFile | undefined,
): { readonly onRun: (run: FuzzRun) => void; readonly note: (lines: readonly string[]) => void; readonly clear: () => void } {
  const terminal = terminalOf(process.stdout, options.color);
  const style = styleOf(terminal.color);
  const progress = progressOn(process.stderr);
  const tell = (): void => progress.show(`${tally.runs} runs, ${tally.wrong} disagree`);
  tell();
  return {
    onRun: (run) => {
      tallyRun(tally, run);
      results?.add(run);
      saveRun(run, options.out, options.keep === true);
      progress.clear();
      if (options.json !== true) printLines(fuzzLines(run, terminal.width, style));
      tell();
    },
    note: (lines) => {
      progress.clear();
      printErrors(lines);
      tell();
    },
    clear: () => progress.clear(),
  };
}

export function finish(tally: FuzzTally, options: FuzzOptions): void {
  if (options.json === true) printJson(fuzzJson(tally));
  else printLines(fuzzSummary(tally));
}

export function exitOf(tally: FuzzTally): number {
  return tally.wrong > 0 ? EXIT_DIFFERS : tally.guestFailures > 0 ? EXIT_PARTLY : EXIT_OK;
}
