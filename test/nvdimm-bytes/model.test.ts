/** The model given a recording's commands: the same answers, devices, labels and info blocks as the real kernel's. */

import { describe, expect, test } from 'vitest';
import { comparedModel, comparedRecording, machineLike, withoutNumbers } from './model-media.ts';
import { mediaRecordings } from './recordings.ts';

const recordings = [...mediaRecordings('labels-'), ...mediaRecordings('no-labels-')];

describe.each(recordings)('%s', (_name, recording) => {
  test('plays the same', () => {
    const machine = machineLike(recording);
    for (const step of recording.steps) {
      const ours = comparedModel(machine, recording, step.run);
      const theirs = comparedRecording(recording, step);
      if (step.run.endsWith('enable-region region0')) expect(withoutNumbers(ours), step.run).toEqual(withoutNumbers(theirs));
      else expect(ours, step.run).toEqual(theirs);
    }
  });
});
