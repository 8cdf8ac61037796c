/** The document `memhp compare --json` prints. */

import { z } from 'zod';
import { compareStatus, type Comparison } from '../advise/compare/compare.ts';
import { AXES, variantLabel, variedAxes } from '../advise/compare/variant.ts';
import { diagnosticRecord, type Diagnostic } from '../runbook/diagnostic.ts';
import {
  checkRecord, checkShape, countShape, diagnosticShape, logLineShape, promptShape, verdictShape, type DocumentOf,
} from './document-shapes.ts';

export const COMPARE_SCHEMA = 'memhp/compare/1';

const text = z.string().optional();
const axis = z.enum(AXES);
const variantIndex = countShape.describe('index in variants');

const variantShape = z.strictObject({
  label: z.string(),
  kernel: text,
  arch: text,
  policy: text,
  memory: text,
  cmdline: text.describe('added to what the runbook has'),
  qemu: text.describe('added to what the runbook has'),
  release: z.string().describe('what uname -r prints'),
  verified: z.boolean().describe('recordings of that very kernel hold the model to it'),
});

const outcomeShape = z.strictObject({
  verdict: verdictShape,
  exit: z.int(),
  output: z.array(z.string()),
  log: z.array(logLineShape),
  depends: z.array(z.string()),
  decidedBy: checkShape.optional(),
});

const causeShape = z.strictObject({
  from: z.string(),
  to: z.string().describe('with from: the neighbouring kernels between which it flips for good'),
  how: z.enum(['alone', 'together', 'unknown']).describe('each of the changes is enough, all are needed, none was found'),
  changes: z.array(
    z.strictObject({
      change: z.string().describe('as in docs/profiles.md, or configuration'),
      way: z.enum(['came', 'went']),
      subject: z.string(),
      release: text,
    }),
  ),
});

const comparedDocument = z.strictObject({
  schema: z.literal(COMPARE_SCHEMA),
  status: z.literal([0, 1, 2, 64]),
  source: z.string(),
  axes: z.array(axis).describe('what is varied'),
  variants: z.array(variantShape),
  commands: z.array(
    z.strictObject({
      line: z.int().positive().describe('1-based'),
      prompt: promptShape,
      command: z.string(),
      outcomes: z.array(outcomeShape).describe('one for each variant'),
    }),
  ),
  flips: z.array(
    z.strictObject({
      line: z.int().positive(),
      command: countShape.describe('index in commands'),
      from: variantIndex,
      to: variantIndex,
      axis: axis.describe('the one on which the two differ'),
      what: z.enum(['verdict', 'output', 'log']),
      cause: causeShape.optional(),
    }),
  ),
  replays: countShape.describe('runbooks played to find the causes'),
  cutShort: z.boolean().describe('the search for causes ended early'),
  diagnostics: z.array(diagnosticShape),
});

const troubleDocument = z
  .strictObject({
    schema: z.literal(COMPARE_SCHEMA),
    status: z.literal(2),
    source: z.string(),
    diagnostics: z.array(diagnosticShape),
  })
  .describe('nothing could be compared');

export const compareDocument = z.union([comparedDocument, troubleDocument]);

export function compareJson(comparison: Comparison, source: string): DocumentOf<typeof comparedDocument> {
  const { book, variants, played, flips, diagnostics, replays, cutShort } = comparison;
  const axes = variedAxes(variants);
  return {
    schema: COMPARE_SCHEMA,
    status: compareStatus(comparison),
    source,
    axes,
    variants: variants.map((variant, at) => ({
      label: variantLabel(variant, axes),
      ...variant,
      release: played[at]!.machine.kernel.profile.release,
      verified: played[at]!.machine.kernel.profile.verified,
    })),
    commands: book.commands.map(({ line, prompt, text: command }, index) => ({
      line,
      prompt,
      command,
      outcomes: played.map(({ runs }) => {
        const { verdict, exit, output, log, depends, decidedBy } = runs[index]!;
        const decided = decidedBy === undefined ? {} : { decidedBy: checkRecord(decidedBy) };
        return { verdict, exit, output, log, depends, ...decided };
      }),
    })),
    flips: flips.map(({ index, from, to, axis: varied, depth, cause }) => ({
      line: book.commands[index]!.line,
      command: index,
      from,
      to,
      axis: varied,
      what: depth,
      ...(cause === undefined ? {} : { cause }),
    })),
    replays,
    cutShort,
    diagnostics: diagnostics.map(diagnosticRecord),
  };
}

/** The same document where nothing could be compared. */
export function compareTroubleJson(source: string, diagnostics: readonly Diagnostic[]): DocumentOf<typeof troubleDocument> {
  return { schema: COMPARE_SCHEMA, status: 2, source, diagnostics: diagnostics.map(diagnosticRecord) };
}
