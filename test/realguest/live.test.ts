/** The exchange with a real kernel once more, when one is at hand: what ndctl types in the model is found by the kernel. */

import { describe, expect, test } from 'vitest';
import type { Machine } from '../../src/drivers/machine.ts';
import { labelStore } from '../../src/drivers/nvdimm/media.ts';
import { writtenPieces } from '../../src/drivers/nvdimm/paged-bytes.ts';
import { runShell } from '../../src/tools/shell.ts';
import { machineLike, modelDevices, withoutNumbers } from '../nvdimm-bytes/model-media.ts';
import { askGuest, disagreements } from './ask-guest.ts';
import { BACKEND_SIZE, BASE, givenMedia, LABEL_AREA, type GivenMedia } from './given-media.ts';
import { missingPrograms } from './initramfs.ts';
import { kernelTrees } from './kernel-tree.ts';

const trees = kernelTrees();
const missing = [...missingPrograms(), ...(trees.length === 0 ? ['a kernel tree in MEMHP_KERNELS'] : [])];
const reason = `no real kernel is asked, missing: ${missing.join(', ')}`;
if (missing.length > 0) {
  console.warn(`test/realguest: ${reason}`);
  test.skip(reason);
}

const LINES = [
  'ndctl disable-region region0; ndctl init-labels -f nmem0; ndctl enable-region region0',
  'ndctl create-namespace -r region0 -m fsdax -M dev -s 64M -n one',
  'ndctl create-namespace -r region0 -m fsdax -M mem -s 32M',
  'ndctl create-namespace -r region0 -m devdax -M dev -a 4K -s 64M',
  'ndctl create-namespace -r region0 -m devdax -M mem -s 32M',
  'ndctl create-namespace -r region0 -m sector -s 64M',
  'ndctl create-namespace -r region0 -m raw -s 16M',
];

/** All that the model's machine would leave in the file behind its NVDIMM. */
function mediaOf(machine: Machine): GivenMedia {
  const pieces = writtenPieces(machine.devices.media.memory, BASE, BASE + BACKEND_SIZE);
  const blocks = pieces.map(({ at, bytes }) => ({ at: at - BASE, bytes }));
  return { labels: labelStore(machine, 'nm0', LABEL_AREA).read(0, LABEL_AREA), blocks, namespaces: [] };
}

describe.skipIf(missing.length > 0)('a real kernel', () => {
  test.each(trees.map((tree) => [tree.release, tree] as const))('%s finds what our codecs wrote', async (_release, tree) => {
    const media = givenMedia(256);
    expect(disagreements(media, (await askGuest(tree, media)).devices)).toEqual([]);
  }, 300_000);

  test.each(trees.map((tree) => [tree.release, tree] as const))("%s finds what the model's ndctl made", async (release, tree) => {
    const machine = machineLike({ kernel: release, backendSize: BACKEND_SIZE, labelSize: LABEL_AREA });
    for (const line of LINES) expect(runShell(machine, line).exit, line).toBe(0);
    const { devices } = await askGuest(tree, mediaOf(machine));
    // Another boot of the model: what was bound one by one is now probed at once.
    const rest = { exit: 0, output: [], labels: [], blocks: [] };
    runShell(machine, 'ndctl disable-region region0; ndctl enable-region region0');
    expect(withoutNumbers({ ...rest, devices })).toEqual(withoutNumbers({ ...rest, devices: modelDevices(machine) }));
  }, 300_000);
});
