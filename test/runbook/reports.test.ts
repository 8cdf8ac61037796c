/** Users' reports, played on the model; docs/reports.md says what is there. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readLeft, reportsMarkdown } from '../../scripts/reports-doc.ts';
import { readReports, readResults, reportOf, REPORTS_FOLDER } from '../../scripts/reports.ts';
import { playFile } from '../../src/cli/play-files.ts';
import { totalsOf } from '../../src/realkernel/agreement.ts';

const reports = readReports();
const results = readResults();

describe('each report plays as its runbook says', () => {
  test.each(reports.map(({ file }) => file))('%s', async (file) => {
    const { diagnostics, result, status } = await playFile(join(REPORTS_FOLDER, file), {});
    expect(diagnostics).toEqual([]);
    const unexpected = result!.runs.filter(({ differences }) => differences.length > 0);
    expect(unexpected.map(({ command, differences }) => ({ command: command.text, differences }))).toEqual([]);
    // 64: some outcome hangs on what pages hold, and the runbook takes the one that was reported.
    expect([0, 64]).toContain(status);
    // A report is held to something.
    expect(result!.runs.some(({ command }) => command.expected.length > 0 || command.exit !== undefined)).toBe(true);
  });
});

test('docs/reports.md is what the runbooks say (npx tsx scripts/reports-doc.ts writes it)', () => {
  const committed = readFileSync(new URL('../../docs/reports.md', import.meta.url), 'utf8');
  expect(committed).toBe(reportsMarkdown(reports, results, readLeft()));
});

test('every facet of every report that was played on a real kernel agrees', () => {
  const files = new Set(reports.map(({ file }) => file));
  expect(results.filter(({ runbook }) => !files.has(runbook))).toEqual([]);
  const wrong = results.filter((each) => totalsOf(each).agree !== totalsOf(each).total);
  expect(wrong.map(({ runbook, kernel }) => `${runbook} on ${kernel}`)).toEqual([]);
});

test('what a runbook says about itself is found in prose and in comments', () => {
  const header = '---\ntitle: "7: x"\nkernel: "6.1"\nmemory: 1G\n---\n';
  const prose = reportOf('07-x.md', `${header}Report: https://example.org/7\nby somebody.\n\nAnswer: do\nit.\n`);
  const comments = reportOf('x.md', `${header}# report: https://example.org/7\n# by somebody.\n# answer: do\n# it.\n$ true\n`);
  expect(prose).toMatchObject({ number: 7, report: 'https://example.org/7 by somebody.', answer: 'do it.', kernel: '6.1' });
  expect(comments).toMatchObject({ number: Infinity, report: prose.report, answer: prose.answer, command: undefined });
  expect(() => reportOf('y.md', `${header}# report: z\n$ true\n`)).toThrow('examples/reports/y.md: no line "answer: …"');
});
