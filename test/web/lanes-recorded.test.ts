/** The lanes of the page against what real kernels answered: recordings opened as the page opens them. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { subsectionsHex } from '../../src/kernel/section-table.ts';
import type { Recording, RecordedState } from '../../src/realkernel/recording.ts';
import { Deck } from '../../src/web/scenario/deck.ts';
import { openRecording } from '../../src/web/scenario/open-recording.ts';
import { isOpen } from '../../src/web/scenario/open-scenario.ts';
import { flagLetters } from '../../src/view/row.ts';
import type { Lane } from '../../src/web/map/lane.ts';
import { sharedFiles } from '../capture/shared-data.ts';

const SECTION = 128 * 2 ** 20;
// A few of every family and every kernel: all of them take longer than they teach.
const chosen = sharedFiles('traces').filter((path) => /-0[01]-[\d.]+\.json$/.test(path));

function lane(lanes: readonly Lane[], id: string): Lane | undefined {
  return lanes.find((one) => one.id === id);
}

function label(from: Lane | undefined, address: number): string {
  const run = from?.runAt(address);
  return run === undefined ? '' : from!.values[run.code]!.label;
}

function compare(lanes: readonly Lane[], state: RecordedState, blockSize: number): void {
  for (const { first, last, flags, subsections } of state.sections) {
    for (const nr of [first, last]) {
      expect(label(lane(lanes, 'flags'), nr * SECTION)).toBe(flagLetters(flags));
      if (subsections === null || subsections === undefined) continue;
      const words = [0, 0];
      for (let bit = 0; bit < 64; bit++) {
        const isSet = lane(lanes, 'subsections')!.runAt(nr * SECTION + bit * 2 ** 21) !== undefined;
        if (isSet) words[Math.floor(bit / 32)]! += 2 ** (bit % 32);
      }
      expect(subsectionsHex(words)).toBe(subsections);
    }
  }
  for (const { first, last, state: wanted } of state.blocks) {
    for (const id of [first, last]) expect(label(lane(lanes, 'block'), id * blockSize)).toMatch(wanted === 'online' ? /^online/ : /^offline/);
  }
}

test.runIf(chosen.length > 0)('recordings: flags, sub-section maps and block states of every step', () => {
  let states = 0;
  for (const path of chosen) {
    const text = readFileSync(path, 'utf8');
    const recording = JSON.parse(text) as Recording;
    const opened = openRecording({ kind: 'recording', name: basename(path), text, files: [] }, undefined, false);
    if (!isOpen(opened)) throw new Error(`${path}: ${opened.diagnostics[0]?.message}`);
    const deck = new Deck(opened);
    // A line the model leaves open may have gone otherwise: the recording settles it, the page does not.
    if (opened.session.steps.length !== recording.steps.length || opened.session.steps.some(({ run }) => run.depends.length > 0)) continue;
    let state = recording.boot_state;
    for (let position = 0; position <= recording.steps.length; position++) {
      if (position > 0) state = { ...state, ...(recording.steps[position - 1]!.changed as Partial<RecordedState>) };
      compare(deck.state(position).lanes, state, recording.kernel.block_size_bytes);
      states++;
    }
  }
  console.log(`${states} states of ${chosen.length} recordings: the lanes agree`);
  expect(states).toBeGreaterThan(100);
});
