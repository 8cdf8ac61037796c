/** Writes docs/reports.md from examples/reports: `npx tsx scripts/reports-doc.ts`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { totalsOf } from '../src/realkernel/agreement.ts';
import { readReports, readResults, type Report, type ReportResult } from './reports.ts';

const root = join(import.meta.dirname, '..');
const TARGET = join(root, 'docs/reports.md');

const HEAD = `# Users' reports

Written by \`npx tsx scripts/reports-doc.ts\` from [examples/reports](../examples/reports); do not edit the tables.

Each report below is played as a runbook: the symptom, as the reporter saw it, and then what would have helped. Play one
with \`memhp run examples/reports/FILE\`; \`--why\` adds every check behind each refusal. Machines too large to be booted
were made smaller, and the runbook says so. The last column is \`memhp verify\`: facets that agree of those compared with
a real kernel. "model" marks runbooks that no real kernel here can play: it is the kernel before sub-sections, a captured
machine, or one too large.
`;

/** The page; what cannot be reproduced comes from examples/reports/not-reproduced.txt. */
export function reportsMarkdown(reports: readonly Report[], results: readonly ReportResult[], left: string): string {
  const rows = reports.map((each) => row(each, results));
  const numbers = new Set(reports.map(({ number, report }) => (number === Infinity ? report : number)));
  return [
    HEAD,
    `${numbers.size} reports in ${reports.length} runbooks; ${results.length} times played on a real kernel.`,
    '',
    '| # | runbook | the answer | kernel | verified |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '## Not reproduced',
    '',
    '| # | report | why not |',
    '| --- | --- | --- |',
    ...leftRows(left),
    '',
  ].join('\n');
}

function row({ file, title, number, report, answer, command, kernel, captured }: Report, results: readonly ReportResult[]): string {
  const name = title.replace(/^\d+: /, '');
  const shown = command === undefined ? '' : ` (${command})`;
  const verified = results
    .filter(({ runbook }) => runbook === file)
    .map((each) => {
      const { agree, total } = totalsOf(each);
      return `${each.kernel}: ${agree}/${total}`;
    })
    .join(', ');
  const cells = [
    number === Infinity ? '+' : String(number),
    `[${name}](../examples/reports/${file}) (${sourceOf(report)})`,
    answer + shown,
    captured ? 'captured' : kernel,
    verified === '' ? 'model' : verified,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** A link to the report's address; reports from mailing lists may have none, and stand by list and date. */
function sourceOf(report: string): string {
  const link = /https?:\/\/[^\s)>,:;]+(?::[^\s)>,:;]+)*/.exec(report)?.[0];
  return link === undefined ? report.split(/: |; /)[0]! : `[report](${link})`;
}

function leftRows(left: string): string[] {
  const lines = left.split('\n').filter((line) => line.trim() !== '');
  const rank = (line: string): number => Number.parseInt(line, 10) || Infinity;
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()));
  return cells.sort(([a], [b]) => (rank(a!) < rank(b!) ? -1 : 1)).map((each) => `| ${each.join(' | ')} |`);
}

export function readLeft(): string {
  return readFileSync(join(root, 'examples/reports/not-reproduced.txt'), 'utf8');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(TARGET, reportsMarkdown(readReports(), readResults(), readLeft()));
}
