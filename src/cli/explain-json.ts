/** The document `memhp explain --json` prints, as a schema that is also published as JSON Schema. */

import { z } from 'zod';
import type { Explanation } from '../advise/explain/explain.ts';
import { MESSAGES } from '../advise/explain/catalogue.ts';

export const EXPLAIN_SCHEMA = 'memhp/explain/1';

const bytes = z.int().nonnegative();
const texts = z.array(z.string());

const edge = z.strictObject({
  unit: z.enum(['sub-section', 'section', 'block']),
  unitSize: bytes,
  first: z.int().nonnegative(),
  last: z.int().nonnegative(),
  startRest: bytes.describe('bytes the start lies past a multiple of the unit'),
  endRest: bytes.describe('the same for the exclusive end'),
});

const story = z.strictObject({
  outcome: z.enum(['refused', 'lost', 'failed']).describe('failed: the deciding line is not in the text'),
  id: z.string().describe('the deciding message, by its name in the catalogue'),
  title: z.string(),
  devices: texts,
  lines: z.array(z.strictObject({ line: z.int().positive(), text: z.string(), id: z.string() })),
  more: z.int().nonnegative().describe('lines beyond those listed'),
  repeats: z.int().nonnegative().describe('how often the same story came again'),
  tried: z.string().nullable(),
  decidedBy: z.string().nullable().describe('kernel file: function'),
  trace: z
    .strictObject({ line: z.int().positive(), file: z.string().nullable(), function: z.string().nullable(), frames: texts })
    .nullable(),
  why: texts,
  followed: texts.describe('what followed from it'),
  remedies: texts,
  nearest: texts.describe('requests the model accepts'),
  places: z.array(z.strictObject({ start: bytes, size: bytes, edges: z.array(edge), there: texts.nullable() })),
  versions: texts,
  reports: texts,
});

export const explainDocument = z.strictObject({
  schema: z.literal(EXPLAIN_SCHEMA),
  logs: z.array(
    z.strictObject({
      source: z.string(),
      lines: z.int().nonnegative(),
      recognised: z.int().nonnegative(),
      release: z.string().nullable(),
      blockSize: bytes.nullable(),
      stories: z.array(story),
      storiesOmitted: z.int().nonnegative(),
      notices: z.array(z.strictObject({ line: z.int().positive(), text: z.string(), id: z.string(), title: z.string() })),
      noticesOmitted: z.int().nonnegative(),
    }),
  ),
  messages: z.int().describe('messages in the catalogue'),
});

export type ExplainDocument = z.infer<typeof explainDocument>;

export function explainJson(told: readonly { readonly name: string; readonly explanation: Explanation }[]): ExplainDocument {
  return {
    schema: EXPLAIN_SCHEMA,
    logs: told.map(({ name, explanation }) => ({
      source: name,
      lines: explanation.lines,
      recognised: explanation.recognised,
      release: explanation.release ?? null,
      blockSize: explanation.units.blockSize ?? null,
      stories: explanation.stories.map((one) => ({
        outcome: one.outcome,
        id: one.id,
        title: one.title,
        devices: [...one.devices],
        lines: [...one.lines],
        more: one.more,
        repeats: one.repeats,
        tried: one.tried ?? null,
        decidedBy: one.decidedBy ?? null,
        trace:
          one.trace === undefined
            ? null
            : { line: one.trace.line, file: one.trace.file ?? null, function: one.trace.fn ?? null, frames: [...one.trace.frames] },
        why: [...one.why],
        followed: [...one.followed],
        remedies: [...one.remedies],
        nearest: [...one.nearest],
        places: one.places.map(({ start, end, edges, there }) => ({
          start,
          size: end - start,
          edges: [...edges],
          there: there === undefined ? null : [...there],
        })),
        versions: [...one.versions],
        reports: [...one.reports],
      })),
      storiesOmitted: explanation.storiesOmitted,
      notices: [...explanation.notices],
      noticesOmitted: explanation.noticesOmitted,
    })),
    messages: MESSAGES.length,
  };
}
