/** What a session keeps of a line typed. */

import type { Diagnostic } from './diagnostic.ts';
import type { Runbook } from './runbook.ts';
import type { CommandRun } from './verdict.ts';

/** One line typed, and what came of it. */
export interface SessionStep {
  /** Its place in the history, from 1; 0 when it is not part of it. */
  readonly number: number;
  /** Command, exit status, output, log, verdict, and the check that decided. */
  readonly run: CommandRun;
  /** What is wrong with the line itself. A line with any is not part of the history: the machine is as before it. */
  readonly diagnostics: readonly Diagnostic[];
  /** The text that `run.command`'s places point into. */
  readonly book: Runbook;
}
