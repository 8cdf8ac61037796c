/** What is said when this host lacks something, or a guest failed. */

import { GuestError } from '../realkernel/guest-error.ts';
import { MissingHere } from '../realkernel/missing.ts';
import { EXIT_DIFFERS, EXIT_MISSING } from './exit-status.ts';
import { printErrors } from './output.ts';

/** Lines for people about what went wrong outside memhp; undefined when it is none of that. */
export function troubleLines(error: unknown): string[] | undefined {
  if (error instanceof MissingHere) return [`error: ${error.message}`, `  to bring it: ${error.remedy}`];
  if (!(error instanceof GuestError)) return undefined;
  return [`error: ${error.message}`, ...error.heard.map((line) => `  | ${printable(line)}`)];
}

/** Prints it and returns the exit status. @throws what is not that kind of trouble */
export function reportTrouble(error: unknown): number {
  const lines = troubleLines(error);
  if (lines === undefined) throw error;
  printErrors(lines);
  return error instanceof MissingHere ? EXIT_MISSING : EXIT_DIFFERS;
}

/** A guest may write anything. */
function printable(line: string): string {
  // oxlint-disable-next-line no-control-regex
  return line.replace(/\x1b\[[0-9;?]*[A-Za-z]|\x1bc/g, '').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '.').slice(0, 400);
}
