/** What is wrong with the user's input, and where. */

import type { DiagnosticCode } from './diagnostic-codes.ts';
import { positionAt, type SourceText, type Span } from './source-text.ts';

export type Severity = 'error' | 'warning';

/** A complaint about the user’s input: code, message, place, and help. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** Lower case, no full stop, stands alone. */
  readonly message: string;
  readonly source: SourceText;
  /** Absent when the trouble is with the source as a whole. */
  readonly span: Span | undefined;
  /** What stands under the carets; empty when the message says it all. */
  readonly label: string;
  readonly notes: readonly string[];
  readonly help: string | undefined;
}

export interface DiagnosticDetails {
  readonly label?: string;
  readonly notes?: readonly string[];
  readonly help?: string | undefined;
  readonly severity?: Severity;
}

export function diagnostic(
  code: DiagnosticCode,
  message: string,
  source: SourceText,
  span?: Span,
  details: DiagnosticDetails = {},
): Diagnostic {
  const { label = '', notes = [], help, severity = 'error' } = details;
  return { code, severity, message, source, span, label, notes, help };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((one) => one.severity === 'error');
}

/** Sorts by position within each source; sources keep the order of their first diagnostic. */
export function inSourceOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const sources = [...new Set(diagnostics.map((one) => one.source))];
  return [...diagnostics].sort(
    (a, b) => sources.indexOf(a.source) - sources.indexOf(b.source) || (a.span?.start ?? 0) - (b.span?.start ?? 0),
  );
}

/** A diagnostic as plain data for `--json`: 1-based line and column, 0-based offsets. */
export interface DiagnosticRecord {
  code: string;
  severity: Severity;
  message: string;
  source: string;
  line?: number;
  column?: number;
  start?: number;
  end?: number;
  label?: string;
  notes?: string[];
  help?: string;
}

export function diagnosticRecord(one: Diagnostic): DiagnosticRecord {
  const record: DiagnosticRecord = {
    code: one.code,
    severity: one.severity,
    message: one.message,
    source: one.source.name,
  };
  if (one.span !== undefined) {
    const { line, column } = positionAt(one.source, one.span.start);
    Object.assign(record, { line, column, start: one.span.start, end: one.span.end });
  }
  if (one.label !== '') record.label = one.label;
  if (one.notes.length > 0) record.notes = [...one.notes];
  if (one.help !== undefined) record.help = one.help;
  return record;
}
