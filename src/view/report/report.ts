/** What a report is made of: a played runbook with its pictures, as plain data. */

import type { Account } from '../../advise/audit/account.ts';
import type { Diagnostic } from '../../runbook/diagnostic.ts';
import type { CommandRun } from '../../runbook/verdict.ts';
import { GlyphBook } from '../owner.ts';
import type { Picture } from '../picture.ts';

/** What would work, or may help. */
export interface Advice {
  readonly text: string;
  /** What it costs; empty when nothing is to be said. */
  readonly costs: string;
  /** Whether `text` is a line to type. */
  readonly typed: boolean;
}

/** One command of a report: what it did, what to do instead, what it changed. */
export interface ReportStep {
  readonly run: CommandRun;
  /** What to do after a refusal. */
  readonly advice: readonly Advice[];
  /** The map after it, where it changed. */
  readonly changed: { readonly before: Picture; readonly after: Picture } | undefined;
}

/** A run, as pages and pictures show it. */
export interface Report {
  /** The file, or where the commands came from. */
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
  /** The machine: a word and what it is, in order. */
  readonly machine: readonly (readonly [word: string, value: string])[];
  readonly steps: readonly ReportStep[];
  readonly before: Picture;
  readonly after: Picture;
  /** Where every byte of memory went at the end. */
  readonly account: Account | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly status: number;
}

/** The same letters and colours for every map of a report. */
export function bookOf({ before, after, steps }: Report): GlyphBook {
  return new GlyphBook([before, ...steps.flatMap(({ changed }) => (changed === undefined ? [] : [changed.after])), after]);
}

/** Commands whose change of the map is drawn: a page has an end. */
export const CHANGES_DRAWN = 200;
