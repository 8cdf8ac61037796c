/** Writing to the two streams. */

import { renderDiagnostics } from '../runbook/render-diagnostics.ts';
import type { Diagnostic } from '../runbook/diagnostic.ts';
import { terminalOf, type ColorChoice } from './terminal.ts';

/** Results. */
export function printLines(lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
}

export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** Everything that is not a result. */
export function printErrors(lines: readonly string[]): void {
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
}

export function printDiagnostics(diagnostics: readonly Diagnostic[], color: ColorChoice): void {
  const { width, color: painted } = terminalOf(process.stderr, color);
  printErrors(renderDiagnostics(diagnostics, { width, color: painted }));
}
