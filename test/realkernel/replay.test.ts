/** The judges: every recording at hand is replayed, and every facet of every step has to agree. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseRecording } from '../../src/realkernel/recording.ts';
import { replayRecording } from '../../src/realkernel/replay.ts';

/** A few of our own stand in the project; more lie beside it where they were handed out. */
const FOLDERS = [join(import.meta.dirname, 'recordings'), join(import.meta.dirname, '../../../shared/traces')];

function recordingsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

for (const folder of FOLDERS) {
  const files = recordingsIn(folder);
  if (files.length === 0) console.warn(`!!! SKIPPED: no recordings in ${folder}`);
  describe.skipIf(files.length === 0)(`recordings in ${folder.replace(/.*\/(\w+\/\w+)$/, '$1')}`, () => {
    test.each(files)('%s', { timeout: 60_000 }, (file) => {
      const replay = replayRecording(parseRecording(readFileSync(file, 'utf8'), file));
      const differing = replay.comparisons.filter((one) => !one.agrees);
      expect(differing.map(({ step, facet, expected, actual }) => ({ step, facet, expected, actual }))).toEqual([]);
      expect(replay.comparisons.length).toBeGreaterThan(replay.steps * 7);
    });
  });
}
