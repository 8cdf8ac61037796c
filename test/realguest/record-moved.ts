/**
 * Records what real kernels make of info blocks that were made for another address, or for nobody:
 * `npx tsx test/realguest/record-moved.ts`, with kernels named in MEMHP_KERNELS (see kernel-tree.ts). The guest's RAM
 * is a file, so the block can be put there before it boots. Writes test/nvdimm-bytes/recorded/moved-*.json.
 */

import { writeFileSync } from 'node:fs';
import { BackingFile } from './backing-file.ts';
import { Guest } from './guest.ts';
import { devicesOf } from './guest-devices.ts';
import { kernelTrees, type KernelTree } from './kernel-tree.ts';
import { movedBlock, movedCmdline, MOVED_CASES, type MovedCase, type MovedRecording, type MovedVerdict } from './moved-cases.ts';

const RAM = 2 * 1024 * 1024 * 1024;

async function ask(tree: KernelTree, each: MovedCase): Promise<MovedVerdict> {
  const file = new BackingFile(RAM);
  const { at, bytes } = movedBlock(each);
  // All of it lies below the hole of the PCI devices: guest addresses are offsets in the file.
  file.write(at, bytes);
  const backend = `memory-backend-file,id=ram,size=${RAM},share=on,mem-path=${file.path}`;
  const args = ['-M', 'q35,memory-backend=ram', '-cpu', 'max', '-m', '2G', '-object', backend];
  const guest = await Guest.boot(tree, args, movedCmdline(each)).catch((error: unknown) => {
    file.remove();
    throw error;
  });
  try {
    const { output } = await guest.run("dmesg | grep -E 'nd_(pmem|region|btt)|dax_pmem|device_dax|(pfn|dax|btt)[0-9]' | sed 's/^.[^]]*. //'");
    return { name: each.name, devices: await devicesOf(guest), dmesg: output };
  } finally {
    await guest.stop();
    file.remove();
  }
}

const trees = kernelTrees();
if (trees.length === 0) console.warn('no kernels: name folders with boot/ and lib/modules/ in MEMHP_KERNELS');
for (const tree of trees) {
  const verdicts: MovedVerdict[] = [];
  for (const each of MOVED_CASES) {
    verdicts.push(await ask(tree, each));
    console.warn(tree.release, each.name, verdicts.at(-1)?.dmesg);
  }
  const recording: MovedRecording = { kernel: tree.release, verdicts };
  const short = tree.release.split('.').slice(0, 2).join('.');
  writeFileSync(new URL(`../nvdimm-bytes/recorded/moved-${short}.json`, import.meta.url), `${JSON.stringify(recording, null, 1)}\n`);
}
