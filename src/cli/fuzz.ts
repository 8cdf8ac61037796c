/** `memhp fuzz`: random machines and lines, on the model and on real kernels. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { caseOfRun, fuzz, playGuest, type FuzzPlan, type FuzzRun } from '../realkernel/fuzz-campaign.ts';
import { nameOfCase, runbookOfCase } from '../realkernel/fuzz-case.ts';
import { SEED_LIMIT } from '../realkernel/fuzz-dice.ts';
import { FAMILY_NAMES, USUAL_FAMILIES, type Family } from '../realkernel/fuzz-families.ts';
import { findKernel } from '../realkernel/kernel-store.ts';
import { guestPrograms } from '../realkernel/missing.ts';
import { EXIT_DIFFERS, EXIT_OK, EXIT_PARTLY, EXIT_USAGE } from './exit-status.ts';
import { fuzzJson, fuzzLines, fuzzSummary, disagreementText, type FuzzTally, newTally, tallyRun } from './fuzz-text.ts';
import { reportTrouble } from './missing-here.ts';
import { printErrors, printJson, printLines } from './output.ts';
import { progressOn } from './progress.ts';
import { kernelNames } from './real-kernel-input.ts';
import { styleOf } from './style.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';

interface FuzzOptions {
  readonly kernel: string;
  readonly minutes?: number;
  readonly runs?: number;
  readonly seed?: number;
  readonly family: readonly Family[];
  readonly jobs?: number;
  readonly tries: number;
  readonly out: string;
  readonly keep?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly color: ColorChoice;
}

const EXAMPLES = `Examples:
  memhp fuzz --minutes 30                              every family on 6.1 and 6.12
  memhp fuzz --family dimm,numa --kernel 6.12 --runs 5
  memhp fuzz --seed 17 --family legacy --runs 1        the same run again
  memhp fuzz --seed 17 --runs 3 --dry-run              the runbooks, no kernel
`;

const MORE = `
Each disagreement is made smaller and saved: the runbook, the difference, and the recording (which replay reads).
Exit status: 0 if all agree, 1 if any run disagrees, 2 bad input, 3 something is missing here, 64 if all that were
played agree and some guest failed.`;

export function registerFuzz(program: Command): void {
  program
    .command('fuzz')
    .description('Plays random runbooks on the model and on real kernels in QEMU, and looks for disagreements.')
    .option('--kernel <names>', 'kernels of `memhp kernels`, separated by commas', '6.1,6.12')
    .option('--minutes <n>', 'begin nothing new after so many minutes; 10 unless --runs is given', whole)
    .option('--runs <n>', 'so many cases, each on every kernel', whole)
    .option('--seed <n>', 'what all chance comes from; drawn and printed when absent', seed)
    .option('--family <names>', `of ${FAMILY_NAMES.join(', ')}, separated by commas; all but bigblock when absent`, families, USUAL_FAMILIES)
    .option('--jobs <n>', 'guests at once; as many as there are processors when absent', whole)
    .option('--tries <n>', 'guests spent on making a disagreement smaller; 0 leaves it as it is', whole, 12)
    .option('--out <dir>', 'where disagreements are saved', 'fuzz-out')
    .option('--keep', 'save the recording of every run')
    .option('--dry-run', 'print the runbooks and play none')
    .option('--json', 'print one JSON document (schema memhp/fuzz/1)')
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', MORE)
    .action(async (options: FuzzOptions) => {
      process.exitCode = await runFuzz(options);
    });
}

function whole(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number.');
}

function seed(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) < SEED_LIMIT) return Number(text);
  throw new InvalidArgumentError(`It is a number below ${SEED_LIMIT}.`);
}

function families(text: string): Family[] {
  const names = kernelNames(text);
  const unknown = names.find((name) => !(FAMILY_NAMES as string[]).includes(name));
  if (unknown === undefined && names.length > 0) return names as Family[];
  throw new InvalidArgumentError(`Families are ${FAMILY_NAMES.join(', ')}.`);
}

async function runFuzz(options: FuzzOptions): Promise<number> {
  const drawn = options.seed ?? Math.floor(Math.random() * SEED_LIMIT);
  const minutes = options.minutes ?? (options.runs === undefined ? 10 : undefined);
  const runs = options.runs ?? (options.dryRun === true ? 1 : 1_000_000);
  if (options.dryRun === true) {
    const kernel = kernelNames(options.kernel)[0] ?? '6.12';
    for (let index = 0; index < runs; index++) {
      printLines([runbookOfCase(caseOfRun({ seed: drawn, families: options.family }, index), kernel)]);
    }
    return EXIT_OK;
  }
  let plan: FuzzPlan;
  try {
    guestPrograms();
    const kernels = kernelNames(options.kernel).map((name) => findKernel(name));
    plan = { seed: drawn, families: options.family, kernels, runs, jobs: options.jobs || cpus().length, tries: options.tries };
  } catch (error) {
    return reportTrouble(error);
  }
  if (plan.kernels.length === 0) {
    printErrors(['error: --kernel names no kernel']);
    return EXIT_USAGE;
  }
  const tally = newTally(drawn);
  printErrors([`seed ${drawn}`]);
  // The guests end with this process: each has a watchdog.
  const interrupted = (): void => {
    finish(tally, options);
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  try {
    await playPlan(plan, minutes, tally, options);
  } catch (error) {
    return reportTrouble(error);
  } finally {
    process.removeListener('SIGINT', interrupted);
  }
  finish(tally, options);
  return tally.wrong > 0 ? EXIT_DIFFERS : tally.guestFailures > 0 ? EXIT_PARTLY : EXIT_OK;
}

async function playPlan(plan: FuzzPlan, minutes: number | undefined, tally: FuzzTally, options: FuzzOptions): Promise<void> {
  const end = minutes === undefined ? Infinity : performance.now() + minutes * 60_000;
  const terminal = terminalOf(process.stdout, options.color);
  const style = styleOf(terminal.color);
  const progress = progressOn(process.stderr);
  const tell = (): void => progress.show(`${tally.runs} runs, ${tally.wrong} disagree`);
  tell();
  await fuzz(plan, {
    verify: playGuest,
    over: () => performance.now() > end,
    onRun: (run) => {
      tallyRun(tally, run);
      save(run, options);
      progress.clear();
      if (options.json !== true) printLines(fuzzLines(run, terminal.width, style));
      tell();
    },
  });
  progress.clear();
}

function finish(tally: FuzzTally, options: FuzzOptions): void {
  if (options.json === true) printJson(fuzzJson(tally));
  else printLines(fuzzSummary(tally));
}

/** Writes what a person needs to see a disagreement again: without a kernel, with one, and smaller. */
function save(run: FuzzRun, options: FuzzOptions): void {
  const { outcome, played, kernel } = run;
  const stem = join(options.out, `${nameOfCase(played)}-${kernel.name}`);
  const files: [string, string][] = [];
  if ('verification' in outcome && (outcome.kind === 'differs' || options.keep === true)) {
    files.push([`${stem}.json`, `${JSON.stringify({ ...outcome.verification.recording, name: `${nameOfCase(played)}-${kernel.name}` }, null, 1)}\n`]);
  }
  if (outcome.kind !== 'agrees') {
    files.push([`${stem}.md`, runbookOfCase(played, kernel.name)], [`${stem}.diff`, `${disagreementText(run).join('\n')}\n`]);
  }
  if (outcome.kind === 'differs' && outcome.shrunk !== undefined) {
    const { smallest, wrong } = outcome.shrunk;
    files.push([`${stem}-small.md`, runbookOfCase(smallest, kernel.name, [`differs in ${wrong.facet} at step ${wrong.step}`])]);
  }
  if (files.length === 0) return;
  mkdirSync(options.out, { recursive: true });
  for (const [path, text] of files) writeFileSync(path, text);
}
