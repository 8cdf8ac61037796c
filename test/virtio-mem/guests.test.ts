/**
 * virtio-mem in guests of the real 6.1 and 6.12 under QEMU 7.2 (TCG), recorded step by step: exit status, output,
 * kernel log, /proc/iomem, blocks and zones. The sections and kpageflags were not recorded.
 */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseRecording } from '../../src/realkernel/recording.ts';
import { replayRecording } from '../../src/realkernel/replay.ts';

const { recordings } = JSON.parse(readFileSync(new URL('./recorded/guests.json', import.meta.url), 'utf8')) as {
  recordings: { name: string }[];
};

describe.each(recordings)('$name', (recording) => {
  const { comparisons, settled } = replayRecording(parseRecording(JSON.stringify(recording), recording.name));
  const recorded = comparisons.filter(({ facet }) => facet !== 'sections' && facet !== 'online_pfns');
  test('is compared', () => expect(recorded.length).toBeGreaterThan(20));
  test('hangs on nothing', () => expect(settled).toEqual([]));
  const steps = new Map(recorded.map(({ step, command }) => [step, command]));
  test.each([...steps])('step %i: %s', (step) => {
    for (const { facet, expected, actual } of recorded.filter((one) => one.step === step)) {
      expect(actual, facet).toEqual(expected);
    }
  });
});
