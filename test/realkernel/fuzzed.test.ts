/** Random runbooks as real kernels played them, recorded by `memhp fuzz --keep`: long, and thrown to meet alignments. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseRecording } from '../../src/realkernel/recording.ts';
import { replayRecording } from '../../src/realkernel/replay.ts';

const FOLDER = new URL('./fuzzed/', import.meta.url);

test.each(readdirSync(FOLDER))('%s', (file) => {
  const { comparisons } = replayRecording(parseRecording(readFileSync(new URL(file, FOLDER), 'utf8'), file));
  expect(comparisons.length).toBeGreaterThan(40);
  expect(comparisons.filter(({ agrees }) => !agrees)).toEqual([]);
});
