/** One machine of a fleet, as a row: what a worker sends back. */

import type { Audit } from '../advise/audit/audit.ts';
import { bytesOf, type UseTotals } from '../advise/audit/use.ts';
import { printable } from '../runbook/printable.ts';
import type { SubjectOptions } from './audit-subject.ts';
import { auditSubject } from './audit-subject.ts';

export type AuditRow =
  | {
      readonly name: string;
      readonly kernel: string;
      readonly arch: string;
      readonly blockSizeBytes: number | undefined;
      readonly sizeBytes: number;
      readonly usedBytes: number;
      readonly idleBytes: number;
      readonly lostBytes: number;
      readonly totals: UseTotals;
      /** The alternative with the least loss, when it is less than now. */
      readonly best: { readonly name: string; readonly lostBytes: number } | undefined;
    }
  | {
      readonly name: string;
      readonly error: string;
      /** A fault of ours, not of the capture. */
      readonly isFault: boolean;
    };

export function rowOf(audit: Audit, name = audit.name): AuditRow {
  const { account } = audit;
  const { kernel, arch, blockSizeBytes, sizeBytes, totals } = account;
  const lostBytes = bytesOf(totals, 'lost');
  let best: { name: string; lostBytes: number } | undefined;
  for (const { name: what, outcome, fails } of audit.alternatives) {
    if (outcome === undefined || fails.length > 0 || outcome.lostBytes >= (best?.lostBytes ?? lostBytes)) continue;
    best = { name: what, lostBytes: outcome.lostBytes };
  }
  return {
    name, kernel, arch, blockSizeBytes, sizeBytes, totals, lostBytes, best,
    usedBytes: bytesOf(totals, 'used'), idleBytes: bytesOf(totals, 'idle'),
  };
}

/** The rows of one MACHINE; whatever is wrong with it becomes a row too. */
export async function rowsOf(name: string, options: SubjectOptions): Promise<AuditRow[]> {
  try {
    const audited = await auditSubject(name, options);
    if ('audits' in audited) return audited.audits.map((audit, i) => rowOf(audit, audited.audits.length > 1 ? `${name} #${i + 1}` : name));
    const [first] = audited.diagnostics;
    return [{ name, error: printable(first?.message ?? 'not readable'), isFault: false }];
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return [{ name, error: `fault in memhp: ${printable(text.split('\n')[0]?.slice(0, 200) ?? '')}`, isFault: true }];
  }
}
