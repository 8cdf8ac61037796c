/** What a typed command did, as the runbook and the library see it. */

import type { LogLine } from '../kernel/log.ts';

/** What one typed command did: status, output, kernel log, and what its outcome hangs on. */
export interface CommandResult {
  /** Exit status; 0 for the monitor, which has none. */
  readonly exit: number;
  /** Lines of standard output and standard error, in order. */
  readonly output: string[];
  /** Kernel log lines this command caused. */
  readonly log: LogLine[];
  /** Why the outcome hangs on what the map cannot tell; empty when it does not. */
  readonly depends: string[];
}

/** Output text cut into lines; a last line without a newline counts. */
export function outputLines(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  return lines;
}
