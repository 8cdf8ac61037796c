/** Reads the states of the recordings into pictures. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Picture, PictureBlocks } from '../../src/view/picture.ts';
import { pictureOfResources, type NamedRange } from '../../src/view/picture-of-resources.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/traces/', import.meta.url));

interface State {
  readonly iomem: readonly string[];
  readonly blocks: readonly { first: number; last: number; state: string; valid_zones: string }[];
  readonly sections: readonly { first: number; last: number; flags: number; subsections?: string | null }[];
}

interface Recording {
  readonly kernel: { readonly release: string; readonly block_size_bytes: number };
  readonly boot_state: State;
  readonly steps: readonly { run?: string; monitor?: string; changed: Partial<State> }[];
}

export interface RecordedPicture {
  readonly command: string;
  readonly picture: Picture;
}

/** Names of the recordings, empty when they are not there. */
export function recordingNames(): string[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5)).sort();
}

/** The picture after boot and after each step. */
export function recordedPictures(name: string): RecordedPicture[] {
  const recording = JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')) as Recording;
  let state = recording.boot_state;
  const pictures = [{ command: 'boot', picture: pictureOf(state, recording) }];
  for (const step of recording.steps) {
    state = { ...state, ...step.changed };
    pictures.push({ command: step.run ?? step.monitor ?? '', picture: pictureOf(state, recording) });
  }
  return pictures;
}

function pictureOf(state: State, recording: Recording): Picture {
  return pictureOfResources({
    sectionSizeBytes: 2 ** 27,
    subsectionSizeBytes: 2 ** 21,
    blockSizeBytes: recording.kernel.block_size_bytes,
    resources: tree(state.iomem),
    blocks: state.blocks.map((run) => ({
      first: run.first,
      last: run.last,
      state: run.state as PictureBlocks['state'],
      zones: run.valid_zones.split(',').join(' '),
    })),
    sections: state.sections.map((run) => ({
      first: run.first,
      last: run.last,
      flags: run.flags,
      subsections: typeof run.subsections === 'string' ? words(run.subsections) : undefined,
    })),
    flagsTellEarly: !recording.kernel.release.startsWith('5.0'),
  });
}

function words(hex: string): number[] {
  return [Number.parseInt(hex.slice(8), 16), Number.parseInt(hex.slice(0, 8), 16)];
}

interface Node extends NamedRange {
  readonly children: Node[];
}

function tree(lines: readonly string[]): Node[] {
  const roots: Node[] = [];
  const open: Node[] = [];
  for (const line of lines) {
    const match = /^( *)([0-9a-f]+)-([0-9a-f]+) : (.*)$/.exec(line);
    if (match === null) continue;
    const [, indent = '', first = '', last = '', name = ''] = match;
    const node = { start: Number.parseInt(first, 16), end: Number.parseInt(last, 16) + 1, name, children: [] };
    open.length = indent.length / 2;
    (open[open.length - 1]?.children ?? roots).push(node);
    open.push(node);
  }
  return roots;
}
