/** `memhp fuzz`: random machines and lines, on the model and on real kernels. */

import { cpus } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { caseOfRun, fuzz, guestPlayer, type FuzzPlan } from '../realkernel/fuzz-campaign.ts';
import { runbookOfCase } from '../realkernel/fuzz-case.ts';
import { SEED_LIMIT, SEEDS_OF_MACHINE } from '../realkernel/fuzz-dice.ts';
import { campaignArch } from '../realkernel/fuzz-arch.ts';
import { FAMILY_NAMES, USUAL_FAMILIES, type Family } from '../realkernel/fuzz-families.ts';
import { archOfKernel, findKernel, parseSeries } from '../realkernel/kernel-store.ts';
import { guestPrograms } from '../realkernel/missing.ts';
import { EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { FUZZ_SCHEMA } from './fuzz-document.ts';
import { openResults } from './fuzz-save.ts';
import { campaignScreen, exitOf, finish, minutesOf, overAfter, runsOf, type FuzzOptions } from './fuzz-screen.ts';
import { newTally } from './fuzz-text.ts';
import { reportTrouble } from './missing-here.ts';
import { printErrors, printLines } from './output.ts';
import { kernelNames } from './real-kernel-input.ts';
import { colorOption } from './terminal.ts';

const EXAMPLES = `Examples:
  memhp fuzz --minutes 30                              every family on 6.1 and 6.12
  memhp fuzz --family dimm,numa --kernel 6.12 --runs 5
  memhp fuzz --kernel 6.12-arm64 --per-boot 6          another architecture, by its own families
  memhp fuzz --seed 17 --family legacy --runs 1        the same run again
  memhp fuzz --seed 17 --runs 3 --dry-run              the runbooks, no kernel
  memhp fuzz --queue redis://host:6379 --runs 600      played by every \`memhp worker\` on that queue
`;

const MORE = `
Each disagreement is made smaller and saved: the runbook, the difference, and the recording (which replay reads).
Exit status: 0 if all agree, 1 if any run disagrees, 2 bad input, 3 something is missing here, 64 if all that were
played agree and some guest failed.`;

/** The machine is half of what is thrown: more cases to a boot see fewer machines. */
const PER_BOOT = 3;

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
    .option('--per-boot <n>', `runbooks of one machine played in one guest, where its state allows; at most ${SEEDS_OF_MACHINE}`, perBoot, PER_BOOT)
    .option('--tries <n>', 'guests spent on making a disagreement smaller; 0 leaves it as it is', whole, 12)
    .option('--out <dir>', 'where disagreements are saved', 'fuzz-out')
    .option('--keep', 'save the recording of every run played here')
    .option('--results <file>', 'add a line of JSON for each run: what agreed, without the recording')
    .option('--queue <address>', 'let workers play: redis://HOST:PORT, see `memhp worker`')
    .option('--campaign <name>', 'name of a campaign on the queue; the same name goes on with it')
    .option('--dry-run', 'print the runbooks and play none')
    .option('--json', `print one JSON document (schema ${FUZZ_SCHEMA})`)
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

function perBoot(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= SEEDS_OF_MACHINE) return Number(text);
  throw new InvalidArgumentError(`It is a number from 1 to ${SEEDS_OF_MACHINE}.`);
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
  if (options.dryRun === true) return dryRun(drawn, options);
  const results = openResults(options.results);
  if (results !== undefined && 'trouble' in results) {
    printErrors([`error: ${results.trouble}`]);
    return EXIT_USAGE;
  }
  if (kernelNames(options.kernel).length === 0) {
    printErrors(['error: --kernel names no kernel']);
    return EXIT_USAGE;
  }
  if (options.queue !== undefined) return (await import('./fuzz-queue.ts')).fuzzOnQueue(options.queue, drawn, options, results);
  if (options.campaign !== undefined) {
    printErrors(['error: --campaign names a campaign on a queue: --queue says which']);
    return EXIT_USAGE;
  }
  let plan: FuzzPlan;
  try {
    const kernels = kernelNames(options.kernel).map((name) => findKernel(name));
    for (const kernel of kernels) guestPrograms(undefined, archOfKernel(kernel));
    const chosen = campaignArch(kernels.map((kernel) => archOfKernel(kernel).name), options.family);
    if ('trouble' in chosen) {
      printErrors([`error: ${chosen.trouble}`]);
      return EXIT_USAGE;
    }
    const { perBoot: together, tries } = options;
    plan = { seed: drawn, ...chosen, kernels, runs: runsOf(options), perBoot: together, jobs: options.jobs || cpus().length, tries };
  } catch (error) {
    return reportTrouble(error);
  }
  const tally = newTally(drawn);
  printErrors([`seed ${drawn}`]);
  // The guests end with this process: each has a watchdog.
  const interrupted = (): void => {
    finish(tally, options);
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  const screen = campaignScreen(tally, options, results);
  try {
    await fuzz(plan, { playerOf: guestPlayer, over: overAfter(minutesOf(options)), onRun: screen.onRun });
  } catch (error) {
    return reportTrouble(error);
  } finally {
    screen.clear();
    process.removeListener('SIGINT', interrupted);
  }
  finish(tally, options);
  return exitOf(tally);
}

function dryRun(drawn: number, options: FuzzOptions): number {
  const kernel = kernelNames(options.kernel)[0] ?? '6.12';
  const chosen = campaignArch([parseSeries(kernel)?.arch?.name ?? 'x86_64'], options.family);
  if ('trouble' in chosen) {
    printErrors([`error: ${chosen.trouble}`]);
    return EXIT_USAGE;
  }
  const { perBoot: together } = options;
  for (let index = 0; index < (options.runs ?? 1); index++) {
    printLines([runbookOfCase(caseOfRun({ seed: drawn, ...chosen, perBoot: together }, index), kernel)]);
  }
  return EXIT_OK;
}
