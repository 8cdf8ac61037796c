/** How far one played case agrees, in numbers: what is kept of it when its recording is not. */

import { z } from 'zod';
import { FACETS, type Facet } from './compare.ts';
import type { Verification } from './verify.ts';

const count = z.int().nonnegative().max(1_000_000);

export const agreementDocument = z.strictObject({
  steps: count,
  /** `[agree, compared]` by facet; facets that were not compared are absent. */
  facets: z.partialRecord(z.enum(FACETS), z.tuple([count, count])),
  /** Outcomes that hung on what pages hold, and were taken from the kernel. */
  settled: count,
  kernelSeconds: z.number().nonnegative(),
  modelSeconds: z.number().nonnegative(),
});

export type Agreement = z.infer<typeof agreementDocument>;

export function agreementOf({ replay, kernelSeconds, modelSeconds }: Verification): Agreement {
  const facets: Partial<Record<Facet, [number, number]>> = {};
  for (const { facet, agrees } of replay.comparisons) {
    const [agree, total] = facets[facet] ?? [0, 0];
    facets[facet] = [agree + (agrees ? 1 : 0), total + 1];
  }
  const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;
  return {
    steps: replay.steps,
    facets,
    settled: replay.settled.length,
    kernelSeconds: rounded(kernelSeconds),
    modelSeconds: rounded(modelSeconds),
  };
}

/** Facets that agree, and facets compared, over all kinds. */
export function totalsOf({ facets }: Pick<Agreement, 'facets'>): { readonly agree: number; readonly total: number } {
  const counts = Object.values(facets);
  return { agree: sum(counts.map(([agree]) => agree)), total: sum(counts.map(([, total]) => total)) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
