/**
 * `npm test`: set-up, type check, lint, build, tests; each with its heading and time, all of them run even when one
 * fails. Words after `npm test --` go to vitest, as in `npm test -- test/boot`. The last line is the summary.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.js';
import { setUp } from './setup.js';
import { readReport, summaryLine } from './test-summary.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'memhp-test-'));
const reportFile = join(scratch, 'vitest.json');
const failedSteps = [];

function node(script, args) {
  const run = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return run.status ?? 1;
}

function step(heading, work) {
  console.log(`\n== ${heading}`);
  const started = Date.now();
  const status = work();
  if (status !== 0) failedSteps.push(heading);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`== ${heading}: ${status === 0 ? 'ok' : `FAILED (exit status ${status})`}, ${seconds} s`);
}

step('set-up', () => {
  setUp();
  return 0;
});
step('type check (tsc)', () => node('typescript/bin/tsc', ['--noEmit']));
// The page has a browser's types, the rest has Node's.
step('type check of the page (tsc)', () => node('typescript/bin/tsc', ['-p', 'src/web/tsconfig.json']));
step('lint (oxlint)', () => node('oxlint/bin/oxlint', ['--deny-warnings']));
step('build', build);
step('tests (vitest)', () =>
  node('vitest/vitest.mjs', [
    'run', ...process.argv.slice(2), '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`,
  ]),
);

const report = readReport(reportFile);
rmSync(scratch, { recursive: true, force: true });
console.log('');
for (const name of report.skipped) console.log(`!!! SKIPPED: ${name}`);
for (const name of report.failed) console.log(`FAILED: ${name}`);
if (failedSteps.length > 0) console.log(`Failed steps: ${failedSteps.join(', ')}`);
// Exactly this form: other programs read it.
console.log(summaryLine(report));
process.exitCode = failedSteps.length > 0 || report.failed.length > 0 || !report.complete ? 1 : 0;
