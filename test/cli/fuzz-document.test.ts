import { expect, test } from 'vitest';
import { fuzzDocument, fuzzJson } from '../../src/cli/fuzz-document.ts';
import { newTally, tallyRun } from '../../src/cli/fuzz-text.ts';
import { GuestError } from '../../src/realkernel/guest-error.ts';
import type { FuzzOutcome } from '../../src/realkernel/fuzz-outcome.ts';

test('a tally is counted by outcome, and its document is what the schema says', () => {
  const tally = newTally(7);
  const played = { family: 'dimm', seed: 9, memory: '1G', cmdline: [], qemu: [], steps: [{ run: 'true' }] };
  const kernel = { name: '6.12', release: '6.12.117+deb12-amd64', arch: 'x86_64' };
  const agreement = { steps: 1, facets: { zones: [2, 2], exit: [0, 1] }, settled: 0, kernelSeconds: 1, modelSeconds: 0 } as const;
  const outcomes: FuzzOutcome[] = [
    { kind: 'agrees', agreement: { ...agreement, facets: { zones: [2, 2] } }, verification: undefined },
    { kind: 'differs', agreement: { ...agreement, facets: { zones: [2, 2], exit: [0, 1] } }, verification: undefined, shrunk: undefined },
    { kind: 'guest', error: new GuestError('silent') },
    { kind: 'fault', error: new TypeError('x') },
  ];
  for (const [index, outcome] of outcomes.entries()) tallyRun(tally, { index, played, kernel, outcome });
  const document = fuzzDocument.parse(fuzzJson(tally));
  expect(document).toMatchObject({ seed: 7, runs: 3, wrong: 2, guestFailures: 1, refused: 0, facets: 5, steps: 3 });
  expect(document.families).toEqual([{ kernel: '6.12', family: 'dimm', runs: 3, wrong: 2 }]);
  expect(document.found[0]).toMatchObject({ name: 'dimm-9', facet: 'exit', again: 'memhp fuzz --seed 9 --family dimm --kernel 6.12 --runs 1' });
});
