/** A comparison as one JSON document. */

import type { Comparison } from '../advise/compare/compare.ts';
import { variantLabel, variedAxes } from '../advise/compare/variant.ts';
import { diagnosticRecord, type Diagnostic } from '../runbook/diagnostic.ts';

export const COMPARE_SCHEMA = 'memhp/compare/1';

/** `memhp/compare/1`, described in docs/json.md. */
export function compareJson(comparison: Comparison, source: string, status: number): object {
  const { book, variants, played, flips, diagnostics, replays, cutShort } = comparison;
  const axes = variedAxes(variants);
  return {
    schema: COMPARE_SCHEMA,
    status,
    source,
    axes,
    variants: variants.map((variant, at) => ({
      label: variantLabel(variant, axes),
      ...variant,
      release: played[at]!.machine.kernel.profile.release,
      verified: played[at]!.machine.kernel.profile.verified,
    })),
    commands: book.commands.map(({ line, prompt, text }, index) => ({
      line,
      prompt,
      command: text,
      outcomes: played.map(({ runs }) => {
        const { verdict, exit, output, log, depends, decidedBy } = runs[index]!;
        return { verdict, exit, output, log, depends, ...(decidedBy === undefined ? {} : { decidedBy }) };
      }),
    })),
    flips: flips.map(({ index, from, to, axis, depth, cause }) => ({
      line: book.commands[index]!.line,
      command: index,
      from,
      to,
      axis,
      what: depth,
      ...(cause === undefined ? {} : { cause }),
    })),
    replays,
    cutShort,
    diagnostics: diagnostics.map(diagnosticRecord),
  };
}

/** The same document where nothing could be compared. */
export function compareTroubleJson(source: string, diagnostics: readonly Diagnostic[]): object {
  return { schema: COMPARE_SCHEMA, status: 2, source, diagnostics: diagnostics.map(diagnosticRecord) };
}
