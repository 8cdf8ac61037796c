/** The table of a fleet, printed row by row as machines come in. */

import { addTotals, bytesOf, useEntry, USES, type UseTotals } from '../advise/audit/use.ts';
import { printable } from '../runbook/printable.ts';
import { clip } from '../view/line.ts';
import type { AuditRow } from './audit-row.ts';
import { exactSize, share } from './audit-size.ts';
import { styleOf } from './style.ts';
import type { Terminal } from './terminal.ts';

const NUMBER = 10;
const PERCENT = 7;
const NUMBERS = 4 * (NUMBER + 1) + PERCENT + 1;

export interface FleetTable {
  head(): string[];
  row(row: AuditRow): string;
  foot(): string[];
}

/** Columns have fixed widths, since the rows to come are not known: the name and the last column share what is left. */
export function fleetTable({ width, color, unicode }: Terminal): FleetTable {
  const style = styleOf(color);
  const room = Math.max(16, width - NUMBERS - 1);
  const nameWidth = Math.min(60, Math.max(12, Math.floor(room / 2)));
  const line = (name: string, cells: readonly string[], last: string): string => {
    const numbers = cells.map((cell, i) => cell.padStart(i === 4 ? PERCENT : NUMBER)).join(' ');
    return `${clip(tail(name, nameWidth), nameWidth, { unicode }).padEnd(nameWidth)} ${numbers}  ${last}`.trimEnd();
  };
  let machines = 0;
  let failed = 0;
  let sizeBytes = 0;
  let totals: UseTotals = {};
  return {
    head: () => [style.bold(line('MACHINE', ['SIZE', 'USED', 'IDLE', 'LOST', ''], 'MOSTLY TO'))],
    row: (row) => {
      if ('error' in row) {
        failed++;
        return `${tail(printable(row.name), nameWidth).padEnd(nameWidth)} ${style.bad('error')}: ${row.error}`;
      }
      machines++;
      sizeBytes += row.sizeBytes;
      totals = addTotals([totals, row.totals]);
      return line(printable(row.name), cells(row), mostlyTo(row.totals));
    },
    foot: () => {
      const sums = { sizeBytes, usedBytes: bytesOf(totals, 'used'), idleBytes: bytesOf(totals, 'idle'), lostBytes: bytesOf(totals, 'lost') };
      const name = `${machines} machine${machines === 1 ? '' : 's'}`;
      const rows = [style.bold(line(name, cells(sums), mostlyTo(totals)))];
      const lost = USES.filter((use) => useEntry(use).class === 'lost' && (totals[use] ?? 0) > 0);
      for (const use of lost) {
        rows.push(line(`  ${useEntry(use).label}`, ['', '', '', exactSize(totals[use] ?? 0), share(totals[use] ?? 0, sizeBytes)], ''));
      }
      return failed === 0 ? rows : [...rows, `${failed} could not be read`];
    },
  };
}

function cells(row: { sizeBytes: number; usedBytes: number; idleBytes: number; lostBytes: number }): string[] {
  const sizes = [row.sizeBytes, row.usedBytes, row.idleBytes, row.lostBytes].map((bytes) => (bytes === 0 ? '-' : exactSize(bytes)));
  return [...sizes, share(row.lostBytes, row.sizeBytes)];
}

function mostlyTo(totals: UseTotals): string {
  const lost = USES.filter((use) => useEntry(use).class === 'lost' && (totals[use] ?? 0) > 0);
  const [most] = lost.sort((a, b) => (totals[b] ?? 0) - (totals[a] ?? 0));
  return most === undefined ? '' : useEntry(most).label;
}

/** The end of a name tells files apart. */
function tail(name: string, width: number): string {
  return name.length <= width ? name : `..${name.slice(-(width - 2))}`;
}
