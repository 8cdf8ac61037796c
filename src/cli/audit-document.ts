/** The document `memhp audit --json` prints, and the rows of a fleet. */

import { z } from 'zod';
import type { Audit } from '../advise/audit/audit.ts';
import { bytesOf, USES, type UseTotals } from '../advise/audit/use.ts';
import type { AuditRow } from './audit-row.ts';
import type { DocumentOf } from './document-shapes.ts';

export const AUDIT_SCHEMA = 'memhp/audit/1';
export const AUDIT_FLEET_SCHEMA = 'memhp/audit-fleet/1';

const bytes = z.int().nonnegative();
const range = z.strictObject({ start: bytes, end: bytes.describe('exclusive') });
const totals = z.partialRecord(z.enum(USES), bytes).describe('bytes by use; they add up to sizeBytes');
const sums = { sizeBytes: bytes, usedBytes: bytes, idleBytes: bytes, lostBytes: bytes, totals };

const machineShape = z.strictObject({
  name: z.string(),
  kernel: z.string().describe('the profile'),
  arch: z.string(),
  blockSizeBytes: bytes.nullable(),
  ...sums,
  devices: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.string(),
      ranges: z.array(range),
      ...sums,
      lines: z.array(
        z.strictObject({ use: z.string(), owner: z.string(), bytes, ranges: z.array(range).describe('empty for bytes that have no place') }),
      ),
    }),
  ),
  alternatives: z.array(
    z.strictObject({
      name: z.string(),
      outcome: z.strictObject({ usedBytes: bytes, idleBytes: bytes, lostBytes: bytes }).nullable(),
      fails: z.array(z.string()).describe('commands that succeed now and would fail then'),
      why: z.string().optional().describe('why there is no outcome'),
    }),
  ),
  failedLines: z.array(z.string()),
  assumed: z.array(z.string()),
  unknown: z.array(z.string()),
});

export const auditDocument = z.strictObject({ schema: z.literal(AUDIT_SCHEMA), machines: z.array(machineShape) });

export type AuditDocument = z.infer<typeof auditDocument>;

const rowShape = z.strictObject({
  schema: z.literal(AUDIT_FLEET_SCHEMA),
  name: z.string(),
  kernel: z.string().describe('the profile'),
  arch: z.string(),
  blockSizeBytes: bytes.optional().describe('absent where nothing tells'),
  ...sums,
  best: z
    .strictObject({ name: z.string(), lostBytes: bytes })
    .optional()
    .describe('the alternative that loses least, where that is less than now'),
});

const failedRowShape = z
  .strictObject({
    schema: z.literal(AUDIT_FLEET_SCHEMA),
    name: z.string(),
    error: z.string(),
    isFault: z.boolean().describe('a fault of memhp, not of the capture'),
  })
  .describe('a machine that could not be read');

/** One line of `--jsonl`. */
export const auditFleetDocument = z.union([rowShape, failedRowShape]);

export function fleetJson(row: AuditRow): DocumentOf<typeof auditFleetDocument> {
  return { schema: AUDIT_FLEET_SCHEMA, ...row };
}

function sumsOf(account: { readonly sizeBytes: number; readonly totals: UseTotals }): {
  sizeBytes: number;
  usedBytes: number;
  idleBytes: number;
  lostBytes: number;
  totals: Record<string, number>;
} {
  const { sizeBytes } = account;
  const of = (kind: 'used' | 'idle' | 'lost'): number => bytesOf(account.totals, kind);
  return { sizeBytes, usedBytes: of('used'), idleBytes: of('idle'), lostBytes: of('lost'), totals: { ...account.totals } };
}

export function auditJson(audits: readonly Audit[]): AuditDocument {
  return {
    schema: AUDIT_SCHEMA,
    machines: audits.map(({ name, account, alternatives, failed, assumed, unknown }) => ({
      name,
      kernel: account.kernel,
      arch: account.arch,
      blockSizeBytes: account.blockSizeBytes ?? null,
      ...sumsOf(account),
      devices: account.devices.map((device) => ({
        name: device.name,
        kind: device.kind,
        ranges: device.ranges.map(({ start, end }) => ({ start, end })),
        ...sumsOf(device),
        lines: device.lines.map(({ use, owner, bytes: count, ranges }) => ({
          use,
          owner,
          bytes: count,
          ranges: ranges.map(({ start, end }) => ({ start, end })),
        })),
      })),
      alternatives: alternatives.map(({ name: what, outcome, fails, why }) => ({
        name: what,
        outcome: outcome ?? null,
        fails: [...fails],
        ...(why === undefined ? {} : { why }),
      })),
      failedLines: [...failed],
      assumed: [...assumed],
      unknown: [...unknown],
    })),
  };
}

const CSV_HEAD = ['machine', 'kernel', 'arch', 'block_size', 'size', 'used', 'idle', 'lost'] as const;
const LOST_USES = USES.filter((use) => bytesOf({ [use]: 1 }, 'lost') === 1);

/** The first line of the CSV. */
export function csvHead(): string {
  const columns = LOST_USES.map((use) => use.replaceAll('-', '_'));
  return [...CSV_HEAD, ...columns, 'best_alternative', 'best_lost', 'error'].join(',');
}

/** A row as CSV (RFC 4180); sizes are bytes. */
export function csvRow(row: AuditRow): string {
  if ('error' in row) return [row.name, ...Array(CSV_HEAD.length - 1 + LOST_USES.length + 2).fill(''), row.error].map(quoted).join(',');
  const cells = [row.name, row.kernel, row.arch, row.blockSizeBytes ?? '', row.sizeBytes, row.usedBytes, row.idleBytes, row.lostBytes];
  const uses = LOST_USES.map((use) => row.totals[use] ?? 0);
  return [...cells, ...uses, row.best?.name ?? '', row.best?.lostBytes ?? '', ''].map(quoted).join(',');
}

function quoted(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
