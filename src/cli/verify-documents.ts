/** What `memhp verify` says to programs: JSON and JUnit. */

import { z } from 'zod';
import { FACETS } from '../realkernel/compare.ts';
import { countFacets } from '../realkernel/replay.ts';
import { countShape, type DocumentOf } from './document-shapes.ts';
import { facetCountsShape } from './replay-json.ts';
import { allAgree, type Verified } from './verified.ts';

export const VERIFY_SCHEMA = 'memhp/verify/1';

const about = { runbook: z.string(), kernel: z.string().describe('as uname -r says') };
const seconds = z.number().nonnegative();

const runShape = z.strictObject({
  ...about,
  steps: countShape,
  comparisons: countShape.describe('facets compared'),
  settled: z.array(z.string()).describe('outcomes that hung on what pages hold, taken from the kernel'),
  kernelSeconds: seconds,
  modelSeconds: seconds,
  disagreements: z.array(
    z.strictObject({
      step: countShape.describe('0 is boot'),
      command: z.string(),
      facet: z.enum(FACETS),
      kernel: z.array(z.string()),
      model: z.array(z.string()),
    }),
  ),
});

const failedShape = z.strictObject({ ...about, failed: z.array(z.string()) }).describe('nothing could be compared');

export const verifyDocument = z.strictObject({
  schema: z.literal(VERIFY_SCHEMA),
  agrees: z.boolean().describe('every facet of every step, and no guest failed'),
  facets: facetCountsShape,
  runs: z.array(z.union([runShape, failedShape])),
});

/** The document of `--json`. */
export function verifyJson(all: readonly Verified[]): DocumentOf<typeof verifyDocument> {
  const replays = all.flatMap(({ outcome }) => ('replay' in outcome ? [outcome.replay] : []));
  return {
    schema: VERIFY_SCHEMA,
    agrees: allAgree(all),
    facets: countFacets(replays, FACETS),
    runs: all.map(({ file, kernel, outcome }) => {
      const ran = { runbook: file, kernel: kernel.release };
      if ('trouble' in outcome) return { ...ran, failed: outcome.trouble };
      const { replay, kernelSeconds, modelSeconds } = outcome;
      return {
        ...ran,
        steps: replay.steps,
        comparisons: replay.comparisons.length,
        settled: replay.settled,
        kernelSeconds,
        modelSeconds,
        disagreements: replay.comparisons
          .filter((each) => !each.agrees)
          .map(({ step, command, facet, expected, actual }) => ({ step, command, facet, kernel: expected, model: actual })),
      };
    }),
  };
}

/** The document of `--junit`: a suite for each runbook on each kernel, a case for each step. */
export function verifyJunit(all: readonly Verified[]): string {
  const suites = all.map(({ file, kernel, outcome }) => {
    const name = escape(`${file} on ${kernel.release}`);
    if ('trouble' in outcome) {
      const error = `<error message="${escape(outcome.trouble[0] ?? '')}">${escape(outcome.trouble.join('\n'))}</error>`;
      return `  <testsuite name="${name}" tests="1" errors="1">\n    <testcase classname="${name}" name="boot">${error}</testcase>\n  </testsuite>\n`;
    }
    const { replay, kernelSeconds } = outcome;
    const cases = Array.from({ length: replay.steps + 1 }, (_, step) => {
      const own = replay.comparisons.filter((each) => each.step === step);
      const wrong = own.filter((each) => !each.agrees);
      const text = wrong.map(({ facet, expected, actual }) => {
        const lines = [...expected.map((line) => `- ${line}`), ...actual.map((line) => `+ ${line}`)];
        return `${facet} (- the kernel, + the model)\n${lines.join('\n')}`;
      });
      const message = `${wrong.map(({ facet }) => facet).join(', ')} differ`;
      const failure = wrong.length === 0 ? '' : `<failure message="${message}">${escape(text.join('\n'))}</failure>`;
      return `    <testcase classname="${name}" name="${escape(`${step} ${own[0]?.command ?? ''}`)}">${failure}</testcase>\n`;
    });
    const failures = new Set(replay.comparisons.filter((each) => !each.agrees).map(({ step }) => step)).size;
    const numbers = `tests="${cases.length}" failures="${failures}" time="${kernelSeconds.toFixed(3)}"`;
    return `  <testsuite name="${name}" ${numbers}>\n${cases.join('')}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

/** XML has no way to write most control characters. */
function escape(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  );
}
