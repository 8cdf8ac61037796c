/** Bytes made here were accepted by real kernels: the recordings hold the bytes and what the kernels showed of them. */

import { describe, expect, test } from 'vitest';
import { disagreements } from '../realguest/ask-guest.ts';
import { givenMedia } from '../realguest/given-media.ts';
import { piecesOf } from '../realguest/media-recording.ts';
import { givenRecordings } from './recordings.ts';

test('both label sizes were given to two kernels', () => {
  expect(givenRecordings().map(([name]) => name)).toEqual([
    'given-1.1-6.1.json', 'given-1.1-6.12.json', 'given-1.2-6.1.json', 'given-1.2-6.12.json',
  ]);
});

describe.each(givenRecordings())('%s', (_name, recording) => {
  const media = givenMedia(recording.labelSize);

  test('the bytes made today are those the kernel was given', () => {
    expect(piecesOf(media.labels)).toEqual(recording.labels);
    expect(media.blocks.map(({ at, bytes }) => ({ at, pieces: piecesOf(bytes) }))).toEqual(recording.blocks);
  });

  test('the kernel found every namespace with the mode, size and alignment meant', () => {
    expect(media.namespaces.length).toBe(recording.labelSize === 128 ? 10 : 11);
    expect(disagreements(media, recording.devices as Record<string, Record<string, string>>)).toEqual([]);
  });
});
