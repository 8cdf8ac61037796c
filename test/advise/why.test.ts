/** Whys: no failing command is without a check that decided, and what a success was asked is listed. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { whyOf } from '../../src/advise/why/why.ts';
import { fuzzCase, USUAL_FAMILIES } from '../../src/realkernel/fuzz-families.ts';
import { runbookOfCase } from '../../src/realkernel/fuzz-case.ts';
import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook } from '../../src/runbook/play.ts';
import type { CommandRun } from '../../src/runbook/verdict.ts';

function played(text: string): readonly CommandRun[] {
  const { book } = parseRunbook(text, 'test');
  const { machine, diagnostics } = buildFromHeader(book.source, book.header);
  if (machine === undefined) throw new Error(diagnostics[0]?.message);
  return playRunbook(book, machine).runs;
}

const seeds = { family: fc.constantFrom(...USUAL_FAMILIES), seed: fc.nat(), kernel: fc.constantFrom('5.0', '6.1', '6.12') };

test('every refusal of random lines on random machines has a check that decided', () => {
  fc.assert(
    fc.property(fc.record(seeds), ({ family, seed, kernel }) => {
      for (const run of played(runbookOfCase(fuzzCase(family, seed), kernel))) {
        const why = whyOf(run);
        expect(why.sentence).not.toBe('');
        if (run.verdict !== 'refused') continue;
        expect(why.failed, `${run.command.text}\n${run.output.join('\n')}`).toBeGreaterThanOrEqual(0);
        expect(why.steps[why.failed]?.passed).toBe(false);
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
