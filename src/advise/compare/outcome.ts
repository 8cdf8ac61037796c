/** What a command came to, as far as two machines can be said to agree on it. */

import type { CommandRun } from '../../runbook/verdict.ts';

/**
 * How much of an outcome two machines share. `verdict`: whether it works, and the exit status. `output`: also what is
 * printed. `log`: also what the kernel logs.
 */
export type Depth = 'verdict' | 'output' | 'log';

/** A text that is equal exactly where two outcomes agree to this depth. */
export function outcomeKey(run: CommandRun, depth: Depth): string {
  const parts: unknown[] = [run.verdict, run.exit];
  if (depth !== 'verdict') parts.push(run.output);
  if (depth === 'log') parts.push(run.log.map((line) => line.text));
  return JSON.stringify(parts);
}

/** The first depth at which two outcomes differ; undefined when they agree in everything. */
export function differenceOf(a: CommandRun, b: CommandRun): Depth | undefined {
  return (['verdict', 'output', 'log'] as const).find((depth) => outcomeKey(a, depth) !== outcomeKey(b, depth));
}
