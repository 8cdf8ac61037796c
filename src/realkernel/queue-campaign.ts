/** A campaign whose cases are played by workers: puts batches on the queues, collects what came of them. */

import type { Job, Queue } from 'bullmq';
import { z } from 'zod';
import { batchCount, caseOfRun, indexesOfBatch, type FuzzThrow } from './fuzz-campaign.ts';
import { SEED_LIMIT, SEEDS_OF_MACHINE } from './fuzz-dice.ts';
import { FAMILY_NAMES } from './fuzz-families.ts';
import { acceptResult, fuzzJob, NAME_PATTERN, type FuzzJob } from './fuzz-job.ts';
import type { FuzzRun, KernelName } from './fuzz-outcome.ts';
import { outcomeOf } from './fuzz-verdict.ts';
import { GUEST_ARCH_NAMES } from './guest-arch.ts';
import { GuestError } from './guest-error.ts';
import { ATTEMPTS, CAMPAIGNS, queueOfKernel, type QueueServer } from './job-queue.ts';

const name = z.string().regex(NAME_PATTERN);

/** A campaign as it is kept beside its jobs, for whoever goes on with it. */
const campaignDocument = z.strictObject({
  schema: z.literal('memhp/fuzz-campaign/1'),
  plan: z.strictObject({
    seed: z.int().nonnegative().lt(SEED_LIMIT),
    families: z.array(z.enum(FAMILY_NAMES)).min(1).max(100),
    arch: z.enum(GUEST_ARCH_NAMES).exactOptional(),
    kernels: z.array(z.strictObject({ name, release: name, arch: name })).min(1).max(50),
    runs: z.int().positive().max(1_000_000),
    perBoot: z.int().positive().max(SEEDS_OF_MACHINE),
    tries: z.int().nonnegative().max(1000),
  }),
});

/** What is thrown, for which kernels. */
export type QueuePlan = FuzzThrow & { readonly kernels: readonly KernelName[]; readonly tries: number };

export interface CampaignListener {
  readonly onRun: (run: FuzzRun) => void;
  /** Nobody takes jobs for this kernel. */
  readonly onNobody: (kernel: KernelName) => void;
}

/** Jobs that wait or are played at once, at most: what is thrown beyond is thrown when some are done. */
const WINDOW = 64;
/** Between two looks at what is done, in ms. */
const LOOK_EVERY = 500;
/** After so many ms without anything done it is looked whether there are workers. */
const QUIET = 10_000;

/** The plan of a campaign that was begun earlier, or undefined. @throws ZodError for what is none */
export async function keptPlan(server: QueueServer, campaign: string): Promise<QueuePlan | undefined> {
  const job = await server.queue(CAMPAIGNS).getJob(campaign);
  return job === undefined ? undefined : campaignDocument.parse(job.data).plan;
}

/**
 * Begins a campaign, or goes on with it: jobs that are on the queue stay, results that are there are collected. Ends
 * when all is done or time is up. What it returns takes the campaign off the queue: to be called once its results are
 * safe.
 */
export async function playOnQueue(
  server: QueueServer,
  campaign: string,
  plan: QueuePlan,
  over: () => boolean,
  listener: CampaignListener,
): Promise<() => Promise<void>> {
  const { seed, families, arch, kernels, runs, perBoot, tries } = plan;
  const campaigns = server.queue(CAMPAIGNS);
  const kept = campaignDocument.parse({ schema: 'memhp/fuzz-campaign/1', plan: { seed, families: [...families], ...(arch === undefined ? {} : { arch }), kernels: [...kernels], runs, perBoot, tries } });
  await campaigns.add(campaign, kept, { jobId: campaign });
  const desks = kernels.map((kernel) => ({ kernel, queue: server.queue(queueOfKernel(kernel)) }));
  const collector = new Collector(campaign, plan, desks, listener);
  await Promise.race([collector.run(over), server.gone]);
  return async () => {
    await collector.takeAway();
    await campaigns.remove(campaign);
  };
}

interface Desk {
  readonly kernel: KernelName;
  readonly queue: Queue;
}

interface Outstanding {
  readonly id: string;
  readonly desk: Desk;
  readonly indexes: readonly number[];
  readonly cases: number;
}

class Collector {
  readonly #campaign: string;
  readonly #plan: QueuePlan;
  readonly #desks: readonly Desk[];
  readonly #listener: CampaignListener;
  /** Jobs put on queues so far; batch by batch, each on every kernel. */
  #put = 0;
  #outstanding: Outstanding[] = [];

  constructor(campaign: string, plan: QueuePlan, desks: readonly Desk[], listener: CampaignListener) {
    this.#campaign = campaign;
    this.#plan = plan;
    this.#desks = desks;
    this.#listener = listener;
  }

  async run(over: () => boolean): Promise<void> {
    const total = batchCount(this.#plan) * this.#desks.length;
    let heard = performance.now();
    let cut = false;
    for (;;) {
      while (!over() && this.#put < total && this.#outstanding.length < WINDOW) this.#outstanding.push(await this.#putNext());
      if (over() && !cut) {
        cut = true;
        await this.#cut();
      }
      if (this.#outstanding.length === 0) return;
      if (await this.#collect()) heard = performance.now();
      else if (performance.now() - heard > QUIET) {
        heard = performance.now();
        await this.#lookForWorkers();
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
  }

  #idOf(number: number): { id: string; desk: Desk; batch: number } {
    const desk = this.#desks[number % this.#desks.length] as Desk;
    const batch = Math.floor(number / this.#desks.length);
    return { id: `${this.#campaign}.${desk.kernel.arch}.${desk.kernel.release}.${batch}`, desk, batch };
  }

  /** Adding a job that is there already changes nothing: its number is its name. */
  async #putNext(): Promise<Outstanding> {
    const { id, desk, batch } = this.#idOf(this.#put++);
    const indexes = indexesOfBatch(this.#plan, batch);
    const there = await desk.queue.getJob(id);
    if (there === undefined) {
      const job = fuzzJob(this.#campaign, desk.kernel, this.#plan.tries, indexes.map((index) => caseOfRun(this.#plan, index)));
      await desk.queue.add('batch', job, { jobId: id, attempts: ATTEMPTS, backoff: { type: 'fixed', delay: 5000 } });
    } else if (await there.isFailed()) {
      // Given up when the campaign was played before: now there may be a worker who can.
      await there.retry('failed').catch(() => undefined);
    }
    return { id, desk, indexes, cases: indexes.length };
  }

  /** Takes what is done; whether there was any. */
  async #collect(): Promise<boolean> {
    const open: Outstanding[] = [];
    for (const one of this.#outstanding) {
      const job = (await one.desk.queue.getJob(one.id)) as Job | undefined;
      if (job?.finishedOn === undefined || job.finishedOn === null) {
        // A job that somebody took off the queue is put there again.
        if (job === undefined) await this.#putAgain(one);
        open.push(one);
      } else this.#tell(one, job);
    }
    const some = open.length < this.#outstanding.length;
    this.#outstanding = open;
    return some;
  }

  async #putAgain({ id, desk, indexes }: Outstanding): Promise<void> {
    const job: FuzzJob = fuzzJob(this.#campaign, desk.kernel, this.#plan.tries, indexes.map((index) => caseOfRun(this.#plan, index)));
    await desk.queue.add('batch', job, { jobId: id, attempts: ATTEMPTS });
  }

  #tell({ desk, indexes, cases }: Outstanding, job: Job): void {
    const { kernel } = desk;
    const played = indexes.map((index) => caseOfRun(this.#plan, index));
    const failed = (reason: string): void => {
      const error = new GuestError(`nobody could play it: ${reason}`);
      for (const [n, index] of indexes.entries()) {
        this.#listener.onRun({ index, played: played[n]!, kernel, outcome: { kind: 'guest', error } });
      }
    };
    if (job.failedReason) return failed(job.failedReason.slice(0, 500));
    let outcomes: FuzzRun['outcome'][];
    try {
      const { verdicts } = acceptResult(job.returnvalue, cases);
      outcomes = verdicts.map((verdict, n) => outcomeOf(verdict, played[n]!, kernel));
    } catch (error) {
      return failed((error as Error).message);
    }
    for (const [n, index] of indexes.entries()) this.#listener.onRun({ index, played: played[n]!, kernel, outcome: outcomes[n]! });
  }

  /** Time is up: what nobody has taken is taken back. */
  async #cut(): Promise<void> {
    const open: Outstanding[] = [];
    for (const one of this.#outstanding) {
      const job = (await one.desk.queue.getJob(one.id)) as Job | undefined;
      const waits = job !== undefined && ((await job.isWaiting()) || (await job.isDelayed()));
      if (!waits || !(await removed(job))) open.push(one);
    }
    this.#outstanding = open;
  }

  async #lookForWorkers(): Promise<void> {
    for (const desk of this.#desks) {
      const wanted = this.#outstanding.some((one) => one.desk === desk);
      if (wanted && (await desk.queue.getWorkersCount()) === 0) this.#listener.onNobody(desk.kernel);
    }
  }

  /** Removes the campaign's jobs, all of which are done. */
  async takeAway(): Promise<void> {
    for (let number = 0; number < this.#put; number++) {
      const { id, desk } = this.#idOf(number);
      await desk.queue.remove(id).catch(() => undefined);
    }
  }
}

async function removed(job: Job): Promise<boolean> {
  try {
    await job.remove();
    return true;
  } catch {
    // Somebody has just taken it.
    return false;
  }
}
