/** What travels between a campaign and its workers: a batch of cases there, verdicts back. Data alone, and checked. */

import { z } from 'zod';
import { agreementDocument } from './agreement.ts';
import { FACETS } from './compare.ts';
import { runbookOfCase, type FuzzCase } from './fuzz-case.ts';
import { SEED_LIMIT, SEEDS_OF_MACHINE } from './fuzz-dice.ts';
import { FAMILY_NAMES, fuzzCase } from './fuzz-families.ts';
import { GUEST_ARCH_NAMES, guestArchByName } from './guest-arch.ts';

/** Letters that a campaign's, a worker's or a kernel's name is made of. */
export const NAME_PATTERN = /^[\w.+~-]{1,80}$/;
const name = z.string().regex(NAME_PATTERN);
const line = (longest: number): z.ZodString => z.string().max(longest).regex(/^[\x20-\x7e]*$/);
const text = (longest: number): z.ZodString => z.string().max(longest);
const count = z.int().nonnegative().max(1_000_000);

/** Characters of a job, of a recording that travels back, and of a whole result. */
export const JOB_LIMIT = 256 * 1024;
export const RECORDING_LIMIT = 16 * 1024 * 1024;
const RESULT_LIMIT = 24 * 1024 * 1024;

const wantedKernel = z.strictObject({
  name,
  /** As `uname -r` and `uname -m` say. */
  release: name,
  arch: z.string().regex(/^\w{1,20}$/),
});

const jobDocument = z.strictObject({
  schema: z.literal('memhp/fuzz-job/1'),
  campaign: name,
  kernel: wantedKernel,
  /** Guests that may be spent on making one disagreement smaller. */
  tries: z.int().nonnegative().max(1000),
  cases: z
    .array(z.strictObject({ family: z.enum(FAMILY_NAMES), seed: z.int().nonnegative().lt(SEED_LIMIT), runbook: text(32 * 1024) }))
    .min(1)
    .max(SEEDS_OF_MACHINE),
});

export type FuzzJob = z.infer<typeof jobDocument>;

const step = z.union([z.strictObject({ run: line(2000) }), z.strictObject({ monitor: line(2000) })]);
const caseDocument = z.strictObject({
  family: name,
  seed: count.max(SEED_LIMIT),
  arch: z.enum(GUEST_ARCH_NAMES).exactOptional(),
  memory: line(200),
  cmdline: z.array(line(500)).max(100),
  qemu: z.array(z.array(line(500)).max(50)).max(100),
  steps: z.array(step).max(500),
});

const verdictDocument = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('agrees'), agreement: agreementDocument }),
  z.strictObject({
    kind: z.literal('differs'),
    agreement: agreementDocument,
    /** As JSON; absent when it was too large. */
    recording: text(RECORDING_LIMIT).optional(),
    shrunk: z.strictObject({ smallest: caseDocument, tries: count, wrong: z.strictObject({ facet: z.enum(FACETS), step: count }) }).optional(),
  }),
  z.strictObject({ kind: z.literal('fault'), error: text(20_000) }),
  z.strictObject({ kind: z.literal('guest'), error: text(2000), heard: z.array(text(2000)).max(100) }),
  z.strictObject({ kind: z.literal('refused'), error: text(2000) }),
]);

export type FuzzVerdict = z.infer<typeof verdictDocument>;

const resultDocument = z.strictObject({
  schema: z.literal('memhp/fuzz-job-result/1'),
  /** Who played it, with which memhp. */
  worker: name,
  model: name,
  /** One for each case of the job, in its order. */
  verdicts: z.array(verdictDocument).min(1).max(SEEDS_OF_MACHINE),
});

export type FuzzJobResult = z.infer<typeof resultDocument>;

/** What came over the queue is not what it should be. */
export class FuzzJobError extends Error {
  override readonly name: string = 'FuzzJobError';
}

/** The campaign runs on another version of memhp: a worker of this one is of no use to it. */
export class OtherVersionError extends FuzzJobError {
  override readonly name = 'OtherVersionError';
}

export function fuzzJob(campaign: string, kernel: FuzzJob['kernel'], tries: number, cases: readonly FuzzCase[]): FuzzJob {
  const { name: kernelName, release, arch } = kernel;
  return {
    schema: 'memhp/fuzz-job/1',
    campaign,
    kernel: { name: kernelName, release, arch },
    tries,
    cases: cases.map((one) => ({ family: one.family as FuzzJob['cases'][number]['family'], seed: one.seed, runbook: runbookOfCase(one, kernelName) })),
  };
}

/**
 * A job as it arrived, and its cases. These are thrown again here: what is played is what this memhp makes of the
 * seed, and a job whose runbook says otherwise is refused, so that nobody can send a guest's machine or lines.
 * @throws FuzzJobError, OtherVersionError
 */
export function acceptJob(data: unknown): { readonly job: FuzzJob; readonly cases: readonly FuzzCase[] } {
  const job = checked(jobDocument, data, JOB_LIMIT, 'the job');
  const cases = job.cases.map(({ family, seed, runbook }) => {
    const one = fuzzCase(family, seed, guestArchByName(job.kernel.arch)?.name);
    if (runbookOfCase(one, job.kernel.name) === runbook) return one;
    throw new OtherVersionError(`this memhp throws another runbook for ${family} ${seed}: campaign and workers need the same version`);
  });
  return { job, cases };
}

/** A result as it arrived, for a job of so many cases. @throws FuzzJobError */
export function acceptResult(data: unknown, cases: number): FuzzJobResult {
  const result = checked(resultDocument, data, RESULT_LIMIT, 'the result');
  if (result.verdicts.length === cases) return result;
  throw new FuzzJobError(`the result has ${result.verdicts.length} verdicts for ${cases} cases`);
}

function checked<T>(document: z.ZodType<T>, data: unknown, limit: number, what: string): T {
  const { length } = JSON.stringify(data) ?? '';
  if (length > limit) throw new FuzzJobError(`${what} has ${length} characters: more than ${limit}, which none has`);
  const parsed = document.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new FuzzJobError(`${what}: ${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not of this form'}`);
}
