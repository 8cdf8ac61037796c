/** `memhp codes`: every diagnostic code with its meaning. */

import type { Command } from 'commander';
import { DIAGNOSTIC_CODES } from '../runbook/diagnostic-codes.ts';
import { printLines } from './output.ts';

export function registerCodes(program: Command): void {
  program
    .command('codes')
    .summary('list the codes of diagnostics')
    .description('Lists every code a diagnostic may carry, with its meaning.')
    .action(() => printLines(Object.entries(DIAGNOSTIC_CODES).map(([code, meaning]) => `${code}  ${meaning}`)));
}
