/** Reads vitest's JSON report and puts it into one line. */

import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ complete: boolean, passed: number, failed: string[], skipped: string[] }} TestReport */

/**
 * Counts of a report file; `complete` is false when there is none, or a file of tests could not even be loaded.
 * @returns {TestReport}
 */
export function readReport(file) {
  if (!existsSync(file)) return { complete: false, passed: 0, failed: ['(vitest left no report)'], skipped: [] };
  return summarise(JSON.parse(readFileSync(file, 'utf8')));
}

/** @returns {TestReport} */
export function summarise(json) {
  const report = { complete: true, passed: 0, failed: [], skipped: [] };
  for (const file of json.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') report.passed++;
      else if (test.status === 'failed') report.failed.push(test.fullName);
      else report.skipped.push(test.fullName);
    }
    // A file that fails to load has no test of its own to fail.
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      report.failed.push(`${file.name}: ${String(file.message).split('\n')[0]}`);
    }
  }
  return report;
}

/** `Tests: N passed, N failed`, then `, N skipped` where there are any. */
export function summaryLine(report) {
  const line = `Tests: ${report.passed} passed, ${report.failed.length} failed`;
  return report.skipped.length > 0 ? `${line}, ${report.skipped.length} skipped` : line;
}
