/** What `memhp fuzz --json` prints. */

import { z } from 'zod';
import type { FuzzTally } from './fuzz-text.ts';

const count = z.int().nonnegative();

export const FUZZ_SCHEMA = 'memhp/fuzz/1';

export const fuzzDocument = z.strictObject({
  schema: z.literal(FUZZ_SCHEMA),
  seed: count,
  runs: count.describe('cases that were compared, each on one kernel'),
  wrong: count.describe('of these, in how many the model disagrees or threw'),
  guestFailures: count.describe('cases that could not be compared: the guest did not answer, or no worker could play it'),
  refused: count.describe('machines the model does not boot'),
  facets: count.describe('facets compared'),
  steps: count,
  found: z.array(
    z.strictObject({
      name: z.string(),
      kernel: z.string(),
      facet: z.string().describe('the first that differs, or fault'),
      step: count.describe('0 is boot'),
      command: z.string(),
      again: z.string().describe('the line that plays it again'),
    }),
  ),
  families: z.array(z.strictObject({ kernel: z.string(), family: z.string(), runs: count, wrong: count })),
});

export function fuzzJson(tally: FuzzTally): z.infer<typeof fuzzDocument> {
  const { table, found, seed, runs, wrong, guestFailures, refused, facets, steps } = tally;
  const families = [...table].map(([key, counts]) => {
    const [kernel = '', family = ''] = key.split(' ');
    return { kernel, family, ...counts };
  });
  return { schema: FUZZ_SCHEMA, seed, runs, wrong, guestFailures, refused, facets, steps, found, families };
}
