/** The document `memhp plan --json` prints. */

import { z } from 'zod';
import { planStatus, wishText, type Plan } from '../advise/plan/plan.ts';
import { diagnosticRecord, type Diagnostic } from '../runbook/diagnostic.ts';
import { bytesShape, checkRecord, checkShape, countShape, diagnosticShape, type DocumentOf } from './document-shapes.ts';

export const PLAN_SCHEMA = 'memhp/plan/1';

const texts = z.array(z.string());
const wish = { text: z.string().describe('as it is written'), sizeBytes: bytesShape };

const wishShape = z.discriminatedUnion('kind', [
  z.strictObject({
    ...wish,
    kind: z.literal('dimm'),
    most: countShape.describe('DIMMs it may be divided among'),
    sizes: z.array(bytesShape).optional().describe('bytes; the sizes DIMMs come in, any when absent'),
  }),
  z.strictObject({ ...wish, kind: z.literal('nvdimm') }),
  z.strictObject({ ...wish, kind: z.literal('virtio-mem'), device: z.string(), blockBytes: bytesShape }),
  z.strictObject({
    ...wish,
    kind: z.literal('namespace'),
    region: countShape,
    mode: z.enum(['fsdax', 'devdax']),
    map: z.enum(['mem', 'dev']),
    aligns: z.array(bytesShape).describe('bytes; alignments of the region tried beside its own'),
  }),
  z.strictObject({
    ...wish,
    kind: z.literal('window'),
    from: bytesShape.describe('address of the first base'),
    to: bytesShape.describe('address of the last base, inclusive'),
    stepBytes: bytesShape,
  }),
]);

const costShape = z.strictObject({
  missingBytes: bytesShape.describe('bytes wished and not had'),
  lostBytes: bytesShape.describe('bytes taken or asked for that serve no wish'),
  devices: countShape,
});

const layoutShape = z
  .strictObject({
    choice: z.strictObject({
      description: z.strictObject({
        kernel: z.string(),
        arch: z.string().optional(),
        memory: z.string(),
        cmdline: z.string(),
        qemu: texts,
      }),
      windows: z.array(z.strictObject({ start: bytesShape, end: bytesShape.describe('exclusive') })).describe('addresses'),
    }),
    placed: z.array(
      z.strictObject({
        wish: countShape.describe('index in wishes'),
        what: z.string(),
        commands: texts,
        givenBytes: bytesShape,
        usableBytes: bytesShape,
      }),
    ),
    cost: costShape,
  })
  .nullable();

const foundDocument = z.strictObject({
  schema: z.literal(PLAN_SCHEMA),
  status: z.literal([0, 1, 64]),
  wishes: z.array(wishShape),
  best: layoutShape.describe('null when no machine boots'),
  next: layoutShape.describe('the next best'),
  type: z
    .strictObject({ firmware: texts, qemu: texts, cmdline: z.string(), lines: texts.describe('prompts in front') })
    .nullable()
    .describe('what to set up and to type'),
  because: texts.describe('why nothing costs less'),
  refused: z.array(
    z.strictObject({
      what: z.string(),
      command: z.string(),
      decidedBy: checkShape.optional(),
      says: z.string().describe('what the kernel or the tool said last'),
      atLeast: costShape,
    }),
  ),
  tried: countShape.describe('candidates'),
  machines: countShape,
  complete: z.boolean().describe('all was tried or ruled out'),
  diagnostics: z.tuple([]),
});

const troubleDocument = z
  .strictObject({ schema: z.literal(PLAN_SCHEMA), status: z.literal(2), diagnostics: z.array(diagnosticShape) })
  .describe('there was nothing to search');

export const planDocument = z.union([foundDocument, troubleDocument]);

export function planJson(plan: Plan): DocumentOf<typeof foundDocument> {
  const { best, next, refused, tried, machines, complete, problem, doing, because } = plan;
  return {
    schema: PLAN_SCHEMA,
    status: planStatus(plan),
    wishes: problem.wishes.map((one) => ({ text: wishText(one), ...one })),
    best: best ?? null,
    next: next ?? null,
    type: doing ?? null,
    because,
    refused: refused.map(({ what, command, decidedBy, says, atLeast }) => ({
      what,
      command,
      ...(decidedBy === undefined ? {} : { decidedBy: checkRecord(decidedBy) }),
      says,
      atLeast,
    })),
    tried,
    machines,
    complete,
    diagnostics: [],
  };
}

/** The same document where there was nothing to search. */
export function planTroubleJson(diagnostics: readonly Diagnostic[]): DocumentOf<typeof troubleDocument> {
  return { schema: PLAN_SCHEMA, status: 2, diagnostics: diagnostics.map(diagnosticRecord) };
}
