/** `memhp fuzz --queue`: a campaign whose runs are played by workers. */

import { campaignArch } from '../realkernel/fuzz-arch.ts';
import { guestArchByName } from '../realkernel/guest-arch.ts';
import type { KernelName } from '../realkernel/fuzz-outcome.ts';
import { NAME_PATTERN } from '../realkernel/fuzz-job.ts';
import { openQueueServer, QueueAddressError, type QueueServer } from '../realkernel/job-queue.ts';
import { archOfKernel, findKernel } from '../realkernel/kernel-store.ts';
import { MissingHere } from '../realkernel/missing.ts';
import { keptPlan, playOnQueue, type QueuePlan } from '../realkernel/queue-campaign.ts';
import { EXIT_USAGE } from './exit-status.ts';
import type { ResultsFile } from './fuzz-save.ts';
import { campaignScreen, exitOf, finish, minutesOf, overAfter, runsOf, type FuzzOptions } from './fuzz-screen.ts';
import { newTally } from './fuzz-text.ts';
import { reportTrouble } from './missing-here.ts';
import { printErrors } from './output.ts';
import { kernelNames } from './real-kernel-input.ts';

/** Plays a campaign on a queue; returns the exit status. */
export async function fuzzOnQueue(address: string, seed: number, options: FuzzOptions, results: ResultsFile | undefined): Promise<number> {
  const campaign = options.campaign ?? `fuzz-${seed}`;
  if (!NAME_PATTERN.test(campaign)) {
    printErrors(['error: the name of a campaign is made of letters, digits and . + - _ ~, at most 80']);
    return EXIT_USAGE;
  }
  let server: QueueServer;
  try {
    server = await openQueueServer(address);
  } catch (error) {
    return queueTrouble(error);
  }
  try {
    const kept = await keptPlan(server, campaign);
    const plan = kept ?? newPlan(seed, options);
    return await play(server, campaign, plan, kept !== undefined, options, results);
  } catch (error) {
    return queueTrouble(error);
  } finally {
    await server.close();
  }
}

/** Says what is wrong with a queue's address, or that it cannot be reached, and returns the exit status. */
export function queueTrouble(error: unknown): number {
  if (!(error instanceof QueueAddressError)) return reportTrouble(error);
  printErrors([`error: ${error.message}`]);
  return EXIT_USAGE;
}

function newPlan(seed: number, options: FuzzOptions): QueuePlan {
  const kernels = kernelNames(options.kernel).map(kernelOfName);
  const chosen = campaignArch(kernels.map(({ arch }) => guestArchByName(arch)?.name ?? 'x86_64'), options.family);
  if ('trouble' in chosen) throw new MissingHere(chosen.trouble, 'memhp fuzz --help');
  return { seed, ...chosen, kernels, runs: runsOf(options), perBoot: options.perBoot, tries: options.tries };
}

/** A kernel that is not here may be at the workers': then its whole release has to be said. @throws MissingHere */
function kernelOfName(name: string): KernelName {
  try {
    const { name: called, release, ...rest } = findKernel(name);
    return { name: called, release, arch: archOfKernel(rest).uname };
  } catch (error) {
    if (!(error instanceof MissingHere) || !/^\d+\.\d+\.\d+\S*-\w+$/.test(name)) throw error;
    return { name, release: name, arch: guestArchByName(name.slice(name.lastIndexOf('-') + 1))?.uname ?? 'x86_64' };
  }
}

async function play(
  server: QueueServer,
  campaign: string,
  plan: QueuePlan,
  resumed: boolean,
  options: FuzzOptions,
  results: ResultsFile | undefined,
): Promise<number> {
  const tally = newTally(plan.seed);
  const goOn = `memhp fuzz --queue ${server.name} --campaign ${campaign}`;
  printErrors([`seed ${plan.seed}, campaign ${campaign}${resumed ? ', gone on with: its plan is the one it began with' : ''}`]);
  const interrupted = (): void => {
    screen.clear();
    finish(tally, options);
    printErrors([`the campaign stays on the queue, workers play on; to go on with it: ${goOn}`]);
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  const screen = campaignScreen(tally, options, results);
  try {
    const takeAway = await playOnQueue(server, campaign, plan, overAfter(resumed ? options.minutes : minutesOf(options)), {
      onRun: screen.onRun,
      onNobody: ({ release }) => {
        screen.note([`nobody takes runs for ${release}: start one with: memhp worker --queue ${server.name}`]);
      },
    });
    screen.clear();
    finish(tally, options);
    await takeAway();
  } finally {
    screen.clear();
    process.removeListener('SIGINT', interrupted);
  }
  return exitOf(tally);
}
