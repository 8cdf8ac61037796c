/** A worker: takes batches of cases from the queues of its kernels, plays them, and sends back what came of them. */

import { hostname } from 'node:os';
import type { Job } from 'bullmq';
import type { FuzzCase } from './fuzz-case.ts';
import { acceptJob, FuzzJobError, OtherVersionError, type FuzzJobResult } from './fuzz-job.ts';
import type { FuzzOutcome, KernelName } from './fuzz-outcome.ts';
import { playCases, type FuzzPlayer } from './fuzz-play.ts';
import { verdictOf } from './fuzz-verdict.ts';
import { CAMPAIGNS, LOCK_TIMES, queueOfKernel, type LockTimes, type QueueServer } from './job-queue.ts';

export interface WorkerPlan {
  readonly name: string;
  /** Of memhp. */
  readonly model: string;
  /** Jobs at once. */
  readonly jobs: number;
  readonly kernels: readonly WorkerKernel[];
  readonly times?: LockTimes;
}

export interface WorkerKernel extends KernelName {
  readonly player: Omit<FuzzPlayer, 'over'>;
}

/** What a worker tells. */
export interface WorkerListener {
  readonly onTaken: (campaign: string, kernel: KernelName, cases: readonly FuzzCase[]) => void;
  readonly onPlayed: (played: FuzzCase, kernel: KernelName, outcome: FuzzOutcome) => void;
  /** Something that concerns no case: a job refused, a result that came too late. */
  readonly onTrouble: (line: string) => void;
  /** A campaign wants a kernel that is not here. */
  readonly onLacking: (campaign: string, release: string) => void;
}

/** Between two looks into empty queues, in ms. */
const LOOK_EVERY = 400;

/** `HOST-PID`. */
export function usualWorkerName(): string {
  return `${hostname().replace(/[^\w.-]/g, '-').slice(0, 60)}-${process.pid}`;
}

/** Works until `over()`; what is being played then is played to its end. */
export async function work(server: QueueServer, plan: WorkerPlan, over: () => boolean, listener: WorkerListener): Promise<void> {
  const times = plan.times ?? LOCK_TIMES;
  const desks = plan.kernels.map((kernel) => ({ kernel, worker: server.worker(queueOfKernel(kernel), plan.name, times) }));
  for (const { worker } of desks) await worker.startStalledCheckTimer();
  const lacking = lackingTeller(server, plan, listener);
  let turn = 0;
  const lane = async (number: number): Promise<void> => {
    while (!over()) {
      let idle = true;
      for (let i = 0; i < desks.length && !over(); i++) {
        const { kernel, worker } = desks[turn++ % desks.length] as (typeof desks)[number];
        const token = `${plan.name}:${number}:${turn}`;
        const job = (await worker.getNextJob(token, { block: false })) as Job | undefined;
        if (job === undefined) continue;
        idle = false;
        await attend(job, token, kernel, plan, listener, times);
      }
      if (!idle) continue;
      if (number === 0) await lacking();
      await pause(LOOK_EVERY);
    }
  };
  await Promise.race([Promise.all(Array.from({ length: plan.jobs }, (_, n) => lane(n))), server.gone]);
}

/** Plays one job. The lock is renewed meanwhile, so that a job whose worker died is seen by its lock's end. */
async function attend(
  job: Job,
  token: string,
  kernel: WorkerKernel,
  plan: WorkerPlan,
  listener: WorkerListener,
  { lock }: LockTimes,
): Promise<void> {
  const renewal = setInterval(() => void job.extendLock(token, lock).catch(() => undefined), lock / 3);
  try {
    const result = await played(job.data, kernel, plan, listener);
    await job.moveToCompleted(result, token, false);
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    listener.onTrouble(`${job.id ?? 'a job'}: ${reason.message}`);
    // Nobody can play what is not a job; anything else another worker may try after a while.
    const unplayable = reason instanceof FuzzJobError && !(reason instanceof OtherVersionError);
    const given = unplayable ? Object.assign(new Error(reason.message), { name: 'UnrecoverableError' }) : reason;
    await job.moveToFailed(given, token, false).catch(() => listener.onTrouble(`${job.id ?? 'a job'}: another worker has it now`));
    if (reason instanceof OtherVersionError || reason.name === 'MissingHere') throw reason;
  } finally {
    clearInterval(renewal);
  }
}

async function played(data: unknown, kernel: WorkerKernel, plan: WorkerPlan, listener: WorkerListener): Promise<FuzzJobResult> {
  const { job, cases } = acceptJob(data);
  if (job.kernel.release !== kernel.release) throw new FuzzJobError(`${job.kernel.release} was asked for on the queue of ${kernel.release}`);
  // Named as the campaign names it: the runbook says it.
  const named = { ...kernel, name: job.kernel.name };
  listener.onTaken(job.campaign, named, cases);
  const verdicts: FuzzJobResult['verdicts'] = [];
  const tell = (one: FuzzCase, outcome: FuzzOutcome): void => {
    verdicts.push(verdictOf(outcome));
    listener.onPlayed(one, named, outcome);
  };
  await playCases(cases, job.kernel.name, job.tries, { ...kernel.player, over: () => false }, tell);
  return { schema: 'memhp/fuzz-job-result/1', worker: plan.name, model: plan.model, verdicts };
}

/** Says once of each campaign what kernel of it is not here; its jobs are left to others. */
function lackingTeller(server: QueueServer, plan: WorkerPlan, listener: WorkerListener): () => Promise<void> {
  const campaigns = server.queue(CAMPAIGNS);
  const here = new Set(plan.kernels.map(queueOfKernel));
  const told = new Set<string>();
  let next = 0;
  return async () => {
    if (performance.now() < next) return;
    next = performance.now() + 10_000;
    for (const { id = '', data } of await campaigns.getJobs(['waiting'], 0, 50)) {
      const kernels = (data as { plan?: { kernels?: unknown } } | null)?.plan?.kernels;
      if (!Array.isArray(kernels)) continue;
      for (const { release, arch } of kernels as { release?: unknown; arch?: unknown }[]) {
        const key = `${id} ${String(release)}`;
        if (typeof release !== 'string' || typeof arch !== 'string' || here.has(queueOfKernel({ release, arch })) || told.has(key)) continue;
        told.add(key);
        listener.onLacking(id, release);
      }
    }
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
