/** The text of `memhp audit` for one machine: its account, device by device, and what would change it. */

import type { DeviceAccount, Line } from '../advise/audit/account.ts';
import type { Audit, AuditedAlternative } from '../advise/audit/audit.ts';
import { bytesOf, useEntry, type UseTotals } from '../advise/audit/use.ts';
import { printable } from '../runbook/printable.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import { clip } from '../view/line.ts';
import { addressRange } from '../view/ranges.ts';
import { renderTable } from '../view/table.ts';
import { exactSize, share } from './audit-size.ts';
import { glyphsOf, styleOf, type Style } from './style.ts';
import type { Terminal } from './terminal.ts';

/** Lines of a device shown unless everything is asked for. */
const BRIEF = 8;

export interface AuditTextOptions {
  readonly terminal: Terminal;
  /** Nothing is folded. */
  readonly all: boolean;
}

/** One audit as lines. */
export function auditLines(audit: Audit, options: AuditTextOptions): string[] {
  const { terminal } = options;
  const style = styleOf(terminal.color);
  const prose = Math.min(terminal.width, 100);
  const wrapped = (text: string): string[] => wrapText(text, prose - 2).map((line, i) => `${i === 0 ? '- ' : '  '}${line}`);
  const lines = [style.bold(printable(audit.name)), headLine(audit, terminal), ''];
  lines.push(...tableOf(audit, options, style), '', ...wrapText(verdict(audit), prose));
  if (audit.failed.length > 0) {
    const some = audit.failed.slice(0, 8).join(', ');
    lines.push(...wrapText(`Commands that failed on it: line ${some}${audit.failed.length > 8 ? ', and others' : ''}.`, prose));
  }
  if (audit.alternatives.length > 0) lines.push('', ...alternativeLines(audit, terminal, style));
  if (audit.assumed.length > 0) lines.push('', style.bold('Assumed'), ...audit.assumed.flatMap(wrapped));
  return lines;
}

function headLine({ account }: Audit, { unicode }: Terminal): string {
  const { kernel, arch, blockSizeBytes } = account;
  const blocks = blockSizeBytes === undefined ? 'memory block size not known' : `memory blocks of ${exactSize(blockSizeBytes)}`;
  return [`Linux ${kernel}`, arch, blocks].join(glyphsOf(unicode).dot);
}

function tableOf({ account }: Audit, options: AuditTextOptions, style: Style): string[] {
  const head = ['', 'SIZE', 'USED', 'IDLE', 'LOST', '', 'WHERE'];
  const rows: string[][] = [head];
  const bold = new Set([0]);
  for (const device of account.devices) {
    bold.add(rows.length);
    rows.push([printable(device.name), ...sums(device.sizeBytes, device.totals), whereOf(device.ranges)]);
    const shown = options.all ? device.lines : device.lines.slice(0, BRIEF);
    rows.push(...shown.map((line) => lineRow(line, device)));
    const hidden = device.lines.length - shown.length;
    if (hidden > 0) rows.push([`  and ${hidden} more: --all`]);
  }
  bold.add(rows.length);
  if (account.devices.length > 1) rows.push(['total', ...sums(account.sizeBytes, account.totals)]);
  const lines = withTail(rows, options.terminal);
  return lines.flatMap(([line, below], index) => {
    const shown = bold.has(index) ? style.bold(line) : line;
    return below === undefined ? [shown] : [shown, style.faint(`${' '.repeat(rows[index]?.[0]?.startsWith(' ') === true ? 4 : 2)}${below}`)];
  });
}

function sums(sizeBytes: number, totals: UseTotals): string[] {
  const lost = bytesOf(totals, 'lost');
  const cells = [sizeBytes, bytesOf(totals, 'used'), bytesOf(totals, 'idle'), lost].map((bytes) => (bytes === 0 ? '-' : exactSize(bytes)));
  return [...cells, lost === 0 ? '' : share(lost, sizeBytes)];
}

function lineRow(line: Line, device: DeviceAccount): string[] {
  const { class: kind, label } = useEntry(line.use);
  const size = exactSize(line.bytes);
  const cells = { used: [size, '', ''], idle: ['', size, ''], lost: ['', '', size] }[kind];
  const owner = line.owner === device.name ? '' : printable(line.owner);
  const percent = kind === 'lost' && device.lines.length > 1 ? share(line.bytes, device.sizeBytes) : '';
  // RAM is everywhere: where it lies is said once, by the device.
  const where = device.kind === 'ram' || line.ranges.length === 0 ? owner : [owner, whereOf(line.ranges)].filter(Boolean).join(' ');
  return [`  ${label}`, '', ...cells, percent, where];
}

function whereOf(ranges: readonly { start: number; end: number }[]): string {
  const [first] = ranges;
  if (first === undefined) return '';
  const more = ranges.length > 1 ? ` +${ranges.length - 1}` : '';
  return `${addressRange(first.start, first.end, 0)}${more}`;
}

/** The one sentence to take away. */
function verdict({ account }: Audit): string {
  const lost = bytesOf(account.totals, 'lost');
  const all = account.devices.flatMap((device) => device.lines.map((line) => ({ device, line })));
  const worst = all.filter(({ line }) => useEntry(line.use).class === 'lost').sort((a, b) => b.line.bytes - a.line.bytes)[0];
  if (lost === 0 || worst === undefined) return 'Nothing is lost.';
  const { line, device } = worst;
  const of = line.owner === device.name ? device.name : `${line.owner} on ${device.name}`;
  return (
    `Lost: ${exactSize(lost)} of ${exactSize(account.sizeBytes)} (${share(lost, account.sizeBytes)}), most of it ` +
    `${exactSize(line.bytes)} to ${useEntry(line.use).label} (${printable(of)}): ${useEntry(line.use).says}.`
  );
}

function alternativeLines({ account, alternatives }: Audit, terminal: Terminal, style: Style): string[] {
  const lost = bytesOf(account.totals, 'lost');
  const known = alternatives.filter(({ outcome }) => outcome !== undefined);
  const least = Math.min(lost, ...known.map(({ outcome }) => outcome?.lostBytes ?? Infinity));
  const rows = [
    ['IF', 'USED', 'IDLE', 'LOST', 'CHANGE', ''],
    ['as it is', ...amounts({ usedBytes: bytesOf(account.totals, 'used'), idleBytes: bytesOf(account.totals, 'idle'), lostBytes: lost }), '', ''],
    ...alternatives.map((each) => alternativeRow(each, lost, least)),
  ];
  return withTail(rows, terminal, 'clipped').map(([line], index) => (index === 0 ? style.bold(line) : line));
}

/**
 * A table whose first column names the row, whose last one takes what room is left; those between are numbers. What
 * does not fit comes back as a line of its own, or is clipped.
 */
function withTail(
  rows: readonly (readonly string[])[], { width, unicode }: Terminal, over: 'below' | 'clipped' = 'below',
): (readonly [line: string, below?: string])[] {
  const last = Math.max(...rows.map((row) => row.length)) - 1;
  const aligns = Array.from({ length: last }, (_, column) => (column === 0 ? 'left' : 'right') as 'left' | 'right');
  const lines = renderTable(rows.map((row) => row.slice(0, last)), aligns, { unicode });
  const widest = Math.max(...lines.map((line) => line.length));
  const room = width - widest - 2;
  return lines.map((line, index) => {
    const tail = rows[index]?.[last] ?? '';
    if (tail === '') return [line];
    if (over === 'below' && tail.length > room) return index === 0 ? [line] : [line, clip(tail, width - 4, { unicode })];
    return [room < 4 ? line : `${line.padEnd(widest)}  ${clip(tail, room, { unicode })}`];
  });
}

function amounts({ usedBytes, idleBytes, lostBytes }: NonNullable<AuditedAlternative['outcome']>): string[] {
  return [usedBytes, idleBytes, lostBytes].map((bytes) => (bytes === 0 ? '-' : exactSize(bytes)));
}

function alternativeRow({ name, outcome, fails, why }: AuditedAlternative, lost: number, least: number): string[] {
  if (outcome === undefined) return [name, '', '', '', '', `not possible: ${printable(why ?? '')}`];
  const change = outcome.lostBytes - lost;
  const sign = change === 0 ? '=' : `${change > 0 ? '+' : '-'}${exactSize(Math.abs(change))}`;
  const failing = fails.length === 0 ? '' : `fails: ${printable(fails[0] as string)}${fails.length > 1 ? ` +${fails.length - 1}` : ''}`;
  const best = change < 0 && outcome.lostBytes === least && fails.length === 0 ? 'least loss' : failing;
  return [name, ...amounts(outcome), sign, best];
}
