/** The document `memhp replay --json` prints. */

import { z } from 'zod';
import { FACETS, LATER_FACETS, type Facet } from '../realkernel/compare.ts';
import { countFacets, type Replay } from '../realkernel/replay.ts';
import { countShape, type DocumentOf } from './document-shapes.ts';

export const REPLAY_SCHEMA = 'memhp/replay/1';

/** Agreement by facet; facets that were not compared may be absent. */
export const facetCountsShape = z.partialRecord(z.enum(FACETS), z.strictObject({ agree: countShape, total: countShape }));

export const replayDocument = z.strictObject({
  schema: z.literal(REPLAY_SCHEMA),
  traces: countShape,
  steps: countShape,
  facets: facetCountsShape,
  disagreements: z.array(
    z.strictObject({
      trace: z.string(),
      step: countShape.describe('0 is boot'),
      facet: z.enum(FACETS),
      expected: z.array(z.string()).describe('what the kernel had'),
      actual: z.array(z.string()).describe('what the model has'),
    }),
  ),
});

export function replayJson(replays: readonly Replay[]): DocumentOf<typeof replayDocument> {
  return {
    schema: REPLAY_SCHEMA,
    traces: replays.length,
    steps: replays.reduce((sum, each) => sum + each.steps, 0),
    facets: countFacets(replays, comparedFacets(replays)),
    disagreements: replays.flatMap(({ name, comparisons }) =>
      comparisons
        .filter((one) => !one.agrees)
        .map(({ step, facet, expected, actual }) => ({ trace: name, step, facet, expected, actual })),
    ),
  };
}

/** The facets every recording has, and those of the later ones that one of these holds. */
export function comparedFacets(replays: readonly Replay[]): Facet[] {
  const counts = countFacets(replays, FACETS);
  return FACETS.filter((facet) => !LATER_FACETS.includes(facet) || counts[facet].total > 0);
}
