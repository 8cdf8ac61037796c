/** One line of a campaign's results: what a case on a kernel came to, without its recording. */

import { z } from 'zod';
import { agreementDocument, type Agreement } from './agreement.ts';
import { nameOfCase, type FuzzCase } from './fuzz-case.ts';
import { SEED_LIMIT } from './fuzz-dice.ts';

const word = z.string().regex(/^[\w.+~-]{1,80}$/);

export const campaignResult = z.strictObject({
  schema: z.literal('memhp/campaign/1'),
  /** `dimm-2917307684`. */
  name: word,
  family: word,
  seed: z.int().nonnegative().lt(SEED_LIMIT),
  /** As `uname -r` and `uname -m` say. */
  kernel: word,
  arch: word,
  /** Of memhp: which model was compared. */
  model: word,
  ...agreementDocument.omit({ kernelSeconds: true, modelSeconds: true }).shape,
});

export type CampaignResult = z.infer<typeof campaignResult>;

/** A results file that does not have the form; says where. */
export class CampaignResultError extends Error {
  override readonly name = 'CampaignResultError';
}

const MAXIMUM_LENGTH = 64 * 1024 * 1024;

export function resultOf(
  played: FuzzCase,
  kernel: { readonly release: string; readonly arch: string },
  model: string,
  { steps, facets, settled }: Agreement,
): CampaignResult {
  const { family, seed } = played;
  const { release, arch } = kernel;
  return { schema: 'memhp/campaign/1', name: nameOfCase(played), family, seed, kernel: release, arch, model, steps, facets, settled };
}

/** What two lines about the same case on the same kernel have in common: the case counts once. */
export function resultKey({ name, kernel, arch }: CampaignResult): string {
  return `${name} ${kernel} ${arch}`;
}

/** Parses JSON lines; of lines about the same case the last counts. @throws CampaignResultError naming source and line */
export function parseCampaignResults(text: string, source: string): CampaignResult[] {
  if (text.length > MAXIMUM_LENGTH) throw new CampaignResultError(`${source}: larger than ${MAXIMUM_LENGTH} characters`);
  const results = new Map<string, CampaignResult>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const result = parseLine(line, `${source}:${index + 1}`);
    results.set(resultKey(result), result);
  }
  return [...results.values()];
}

function parseLine(line: string, place: string): CampaignResult {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    throw new CampaignResultError(`${place}: not JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = campaignResult.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CampaignResultError(`${place}: ${issue?.path.join('.') ?? 'the line'}: ${issue?.message ?? 'no result of a campaign'}`);
}
