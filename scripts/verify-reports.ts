/**
 * Plays reports on real kernels, one guest after the other, and keeps what came of each in examples/reports/verified.jsonl:
 * `npx tsx scripts/verify-reports.ts [FILE…]`; all that have no line yet when no FILE is named.
 */

import { basename, join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { kernelsFor, readRealRunbook, scenarioFor } from '../src/cli/real-kernel-input.ts';
import { agreementOf, totalsOf } from '../src/realkernel/agreement.ts';
import { verifyScenario } from '../src/realkernel/verify.ts';
import { readReports, readResults, REPORTS_FOLDER, RESULTS_FILE, type ReportResult } from './reports.ts';

const VERIFIABLE = new Set(['6.1', '6.12']);

const named = process.argv.slice(2).map((file) => basename(file));
const done = new Set(readResults().map(({ runbook }) => runbook));
const chosen = readReports().filter(({ file, kernel, captured }) =>
  named.length > 0 ? named.includes(file) : !captured && VERIFIABLE.has(kernel) && !done.has(file),
);
for (const { file } of chosen) {
  const read = readRealRunbook(join(REPORTS_FOLDER, file));
  if ('diagnostics' in read) throw new Error(`${file}: ${read.diagnostics.map(({ message }) => message).join('; ')}`);
  for (const kernel of kernelsFor(read.runbook, [])) {
    try {
      const verification = await verifyScenario(kernel, scenarioFor(read.runbook, kernel));
      const { steps, facets, settled } = agreementOf(verification);
      const { release, arch } = verification.recording.kernel;
      keep({ schema: 'memhp/report-result/1', runbook: file, kernel: release, arch, steps, facets, settled });
      const { agree, total } = totalsOf({ facets });
      console.log(`${file} on ${release}: ${agree}/${total}, ${settled} settled`);
      for (const { step, command, facet, agrees, expected, actual } of verification.replay.comparisons) {
        if (agrees) continue;
        console.log(`  step ${step} ${command}: ${facet}\n    kernel ${expected.join('\n           ')}\n    model  ${actual.join('\n           ')}`);
      }
    } catch (error) {
      console.log(`${file} on ${kernel.name}: ${(error as Error).message}`);
    }
  }
}

/** Replaces the line of this runbook and kernel; other processes may have added theirs. */
function keep(result: ReportResult): void {
  const others = readResults().filter(({ runbook, kernel }) => runbook !== result.runbook || kernel !== result.kernel);
  const all = [...others, result].sort((a, b) => (a.runbook + a.kernel < b.runbook + b.kernel ? -1 : 1));
  writeFileSync(RESULTS_FILE, all.map((each) => `${JSON.stringify(each)}\n`).join(''));
}
