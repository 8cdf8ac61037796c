/** `memhp worker`: plays what campaigns put on a queue. */

import { cpus } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { guestPlayer } from '../realkernel/fuzz-campaign.ts';
import { nameOfCase } from '../realkernel/fuzz-case.ts';
import { NAME_PATTERN, OtherVersionError } from '../realkernel/fuzz-job.ts';
import type { FuzzOutcome, KernelName } from '../realkernel/fuzz-outcome.ts';
import { openQueueServer, type QueueServer } from '../realkernel/job-queue.ts';
import { archOfKernel, findKernel, listKernels, type StoredKernel } from '../realkernel/kernel-store.ts';
import { guestPrograms, MissingHere } from '../realkernel/missing.ts';
import { usualWorkerName, work } from '../realkernel/queue-worker.ts';
import { EXIT_MISSING, EXIT_OK } from './exit-status.ts';
import { queueTrouble } from './fuzz-queue.ts';
import { fuzzLines } from './fuzz-text.ts';
import { printErrors, printLines } from './output.ts';
import { kernelNames } from './real-kernel-input.ts';
import { styleOf } from './style.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';
import { version } from './version.ts';

interface WorkerOptions {
  readonly queue: string;
  readonly kernel?: string;
  readonly jobs?: number;
  readonly name?: string;
  readonly color: ColorChoice;
}

const EXAMPLES = `Examples:
  memhp worker --queue redis://host:6379               plays on every kernel that is here
  memhp worker --queue redis://host:6379/2 --jobs 4 --kernel 6.12
`;

const MORE = `
A campaign is begun with \`memhp fuzz --queue ADDRESS\`. Runs for kernels that are not here are left to other workers. An
interrupt lets what is being played come to its end, a second one does not: another worker then plays it, as it does
when this one is killed. Redis (or Valkey) should be reachable by campaigns and workers only.

Exit status: 0 after an interrupt, 2 bad input, 3 something is missing here or the queue cannot be reached.`;

export function registerWorker(program: Command): void {
  program
    .command('worker')
    .description('Takes random runbooks from a queue, plays them on the model and on real kernels, and sends back what came of them.')
    .requiredOption('--queue <address>', 'redis://HOST:PORT or redis://HOST:PORT/DB')
    .option('--kernel <names>', 'kernels of `memhp kernels`, separated by commas; all when absent')
    .option('--jobs <n>', 'guests at once; as many as there are processors when absent', jobs)
    .option('--name <name>', 'what to be called; host and process when absent', workerName)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', MORE)
    .action(async (options: WorkerOptions) => {
      process.exitCode = await runWorker(options);
    });
}

function jobs(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number from 1 to 999.');
}

function workerName(text: string): string {
  if (NAME_PATTERN.test(text)) return text;
  throw new InvalidArgumentError('Letters, digits and . + - _ ~, at most 80.');
}

async function runWorker(options: WorkerOptions): Promise<number> {
  let server: QueueServer;
  let kernels: readonly StoredKernel[];
  try {
    guestPrograms();
    const named = kernelNames(options.kernel);
    kernels = named.length === 0 ? listKernels() : named.map((each) => findKernel(each));
    if (kernels.length === 0) throw new MissingHere('there is no real kernel here', 'memhp kernels fetch 6.12 6.1');
    server = await openQueueServer(options.queue);
  } catch (error) {
    return queueTrouble(error);
  }
  const name = options.name ?? usualWorkerName();
  const terminal = terminalOf(process.stdout, options.color);
  let leaving = false;
  const leave = (): void => {
    if (leaving) process.exit(130);
    leaving = true;
    printErrors(['what is being played is played to its end; again to leave it to others']);
  };
  process.on('SIGINT', leave);
  process.on('SIGTERM', leave);
  printErrors([`${name} takes runs from ${server.name}: ${kernels.map(({ release }) => release).join(', ')}`]);
  const plan = {
    name,
    model: version(),
    jobs: options.jobs ?? cpus().length,
    kernels: kernels.map((kernel) => ({ ...namesOf(kernel), player: guestPlayer(kernel) })),
  };
  try {
    await work(server, plan, () => leaving, {
      onTaken: (campaign, kernel, cases) => printErrors([`${campaign}: takes ${cases.map(nameOfCase).join(', ')} on ${kernel.release}`]),
      onPlayed: (played, kernel, outcome) => printLines(playedLines(played, kernel, outcome, terminal.width, terminal.color)),
      onTrouble: (line) => printErrors([`error: ${line}`]),
      onLacking: (campaign, release) => {
        printErrors([`${campaign} also wants ${release}, which is not here: left to others`, `  to bring it: ${fetchLine(release)}`]);
      },
    });
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof OtherVersionError)) return queueTrouble(error);
    return EXIT_MISSING;
  } finally {
    await server.close();
  }
}

function namesOf(kernel: StoredKernel): KernelName {
  return { name: kernel.name, release: kernel.release, arch: archOfKernel(kernel).uname };
}

function fetchLine(release: string): string {
  return `memhp kernels fetch ${/^\d+\.\d+/.exec(release)?.[0] ?? release}`;
}

function playedLines(played: Parameters<typeof nameOfCase>[0], kernel: KernelName, outcome: FuzzOutcome, width: number, color: boolean): string[] {
  return fuzzLines({ index: 0, played, kernel, outcome }, width, styleOf(color));
}
