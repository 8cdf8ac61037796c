/**
 * Records what real kernels make of media that our codecs wrote: `npx tsx test/realguest/record-given.ts`, with
 * kernels named in MEMHP_KERNELS (see kernel-tree.ts). Writes test/nvdimm-bytes/recorded/given-*.json.
 */

import { writeFileSync } from 'node:fs';
import { askGuest, disagreements } from './ask-guest.ts';
import { givenMedia } from './given-media.ts';
import { kernelTrees } from './kernel-tree.ts';
import { piecesOf, type GivenRecording } from './media-recording.ts';

const trees = kernelTrees();
if (trees.length === 0) console.warn('no kernels: name folders with boot/ and lib/modules/ in MEMHP_KERNELS');
for (const tree of trees) {
  for (const labelSize of [128, 256] as const) {
    const media = givenMedia(labelSize);
    const verdict = await askGuest(tree, media);
    console.warn(tree.release, labelSize, disagreements(media, verdict.devices), verdict.dmesg);
    const blocks = media.blocks.map(({ at, bytes }) => ({ at, pieces: piecesOf(bytes) }));
    const recording: GivenRecording = { kernel: tree.release, labelSize, labels: piecesOf(media.labels), blocks, ...verdict };
    const short = tree.release.split('.').slice(0, 2).join('.');
    const name = `given-${labelSize === 128 ? '1.1' : '1.2'}-${short}.json`;
    writeFileSync(new URL(`../nvdimm-bytes/recorded/${name}`, import.meta.url), `${JSON.stringify(recording, null, 1)}\n`);
  }
}
