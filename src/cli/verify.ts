/** `memhp verify`: the same runbook on the model and on real kernels. */

import { cpus } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { MachineDescriptionError } from '../drivers/machine-description.ts';
import type { Diagnostic } from '../runbook/diagnostic.ts';
import { guestPrograms } from '../realkernel/missing.ts';
import { archOfKernel, type StoredKernel } from '../realkernel/kernel-store.ts';
import { verifyScenario } from '../realkernel/verify.ts';
import { EXIT_DIFFERS, EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { writeFileAtomic } from './files.ts';
import { reportTrouble, troubleLines } from './missing-here.ts';
import { printDiagnostics, printErrors, printJson, printLines } from './output.ts';
import { progressOn } from './progress.ts';
import { kernelNames, kernelsFor, readRealRunbook, scenarioFor, type RealRunbook } from './real-kernel-input.ts';
import { styleOf } from './style.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';
import { allAgree, type Verified } from './verified.ts';
import { VERIFY_SCHEMA, verifyJson, verifyJunit } from './verify-documents.ts';
import { verifyLines } from './verify-text.ts';

interface VerifyOptions {
  readonly kernel?: string;
  readonly jobs?: number;
  readonly json?: boolean;
  readonly junit?: string;
  readonly diffs: number;
  readonly color: ColorChoice;
}

const EXAMPLES = `Examples:
  memhp verify examples/dimm.md                      on the runbook's own kernel
  memhp verify --kernel 6.1,6.12 examples/*.md       on both, in parallel
  memhp verify --kernel 6.12-arm64 my.runbook        on another architecture
  memhp verify --junit report.xml --json my.runbook
`;

const MORE = `
Exit status: 0 if every facet of every step agrees, 1 if not or if a guest failed, 2 bad input, 3 something is
missing here, with the line that brings it.`;

export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description('Plays runbooks on the model and on real kernels in QEMU, and compares every facet after every step.')
    .argument('<runbook...>', 'runbooks; - reads standard input')
    .option('--kernel <names>', 'kernels of `memhp kernels`, separated by commas; the runbook’s own when absent')
    .option('--jobs <n>', 'guests at once; as many as there are processors when absent', count)
    .option('--json', `print one JSON document (schema ${VERIFY_SCHEMA})`)
    .option('--junit <file>', 'write a JUnit report')
    .option('--diffs <n>', 'how many disagreements to show of each runbook', count, 5)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', MORE)
    .action(async (files: string[], options: VerifyOptions) => {
      process.exitCode = await verify(files, options);
    });
}

function count(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number.');
}

async function verify(files: readonly string[], options: VerifyOptions): Promise<number> {
  const runbooks: RealRunbook[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const read = readRealRunbook(file);
    if ('diagnostics' in read) diagnostics.push(...read.diagnostics);
    else runbooks.push(read.runbook);
  }
  if (diagnostics.length > 0) {
    printDiagnostics(diagnostics, options.color);
    return EXIT_USAGE;
  }
  let jobs: { runbook: RealRunbook; kernel: StoredKernel }[];
  try {
    const names = kernelNames(options.kernel);
    jobs = runbooks.flatMap((runbook) => kernelsFor(runbook, names).map((kernel) => ({ runbook, kernel })));
    for (const { kernel } of jobs) guestPrograms(undefined, archOfKernel(kernel));
  } catch (error) {
    return reportTrouble(error);
  }
  const terminal = terminalOf(process.stdout, options.color);
  const progress = progressOn(process.stderr);
  const all: Verified[] = [];
  let done = 0;
  const steps = new Map<number, string>();
  const tell = (): void => progress.show([`${done} of ${jobs.length} done`, ...steps.values()].join(' · '));
  await inParallel(jobs, options.jobs || cpus().length, async ({ runbook, kernel }, index) => {
    const outcome = await attempt(runbook, kernel, (step, of) => {
      steps.set(index, `${runbook.scenario.name} on ${kernel.name}: ${step}/${of}`);
      tell();
    });
    steps.delete(index);
    all[index] = { file: runbook.file, kernel, outcome };
    done++;
    progress.clear();
    if (options.json !== true) printLines(verifyLines(all[index], terminal.width, styleOf(terminal.color), options.diffs));
    tell();
  });
  progress.clear();
  if (options.json === true) printJson(verifyJson(all));
  if (options.junit !== undefined) {
    try {
      writeFileAtomic(options.junit, verifyJunit(all));
    } catch (error) {
      printErrors([`error: cannot write ${options.junit}: ${(error as NodeJS.ErrnoException).code}`]);
      return EXIT_USAGE;
    }
  }
  return allAgree(all) ? EXIT_OK : EXIT_DIFFERS;
}

async function attempt(
  runbook: RealRunbook,
  kernel: StoredKernel,
  onStep: (step: number, of: number) => void,
): Promise<Verified['outcome']> {
  try {
    return await verifyScenario(kernel, scenarioFor(runbook, kernel), { onStep });
  } catch (error) {
    if (error instanceof MachineDescriptionError) return { trouble: [`error: the model does not boot it: ${error.message}`] };
    const trouble = troubleLines(error);
    if (trouble === undefined) throw error;
    return { trouble };
  }
}

/** Works on the items, so many at once; the first exception ends it when all that run have ended. */
async function inParallel<T>(items: readonly T[], width: number, work: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      await work(items[index]!, index);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.max(1, Math.min(width, items.length)) }, lane));
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
