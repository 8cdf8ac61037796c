/** The recordings of media, by their scenario. */

import { readdirSync, readFileSync } from 'node:fs';
import type { GivenRecording, MediaRecording } from '../realguest/media-recording.ts';

const folder = new URL('recorded/', import.meta.url);

function read<T>(prefix: string): [name: string, recording: T][] {
  return readdirSync(folder)
    .filter((file) => file.startsWith(prefix))
    .map((file) => [file, JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as T]);
}

/** What real ndctl and a real kernel wrote; `labels-` with a label area, `no-labels-` without, `area-` only initialised. */
export function mediaRecordings(prefix: 'labels-' | 'no-labels-' | 'area-'): [name: string, recording: MediaRecording][] {
  return read(prefix);
}

/** What real kernels made of media written here. */
export function givenRecordings(): [name: string, recording: GivenRecording][] {
  return read('given-');
}
