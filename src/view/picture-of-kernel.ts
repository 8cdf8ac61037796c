/** The picture of a modelled kernel's memory. */

import { ZONE_NAMES } from '../kernel/boot/boot-map.ts';
import { MEM_ONLINE, type BlockRun } from '../kernel/block-table.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { validZones } from '../kernel/memory-block.ts';
import type { Picture, PictureBlocks } from './picture.ts';
import { pictureOfResources } from './picture-of-resources.ts';

// Which zones an offline block may go to is asked block by block: for more than this, it is left out.
const MOST_BLOCKS_ASKED = 1024;

/** Takes the picture; the kernel is only read. Cost follows resources, runs, and section roots in use. */
export function pictureOfKernel(kernel: Kernel): Picture {
  const { arch, does } = kernel.profile;
  const mapped = [...kernel.pgmaps.values()].flatMap((pgmap) =>
    pgmap.ranges.map(({ start, end }) => ({ start, end, label: pgmap.owner })),
  );
  return pictureOfResources({
    sectionSizeBytes: arch.pagesPerSection * arch.pageSize,
    subsectionSizeBytes: arch.subsectionSize,
    blockSizeBytes: kernel.memoryBlockSizeBytes,
    resources: kernel.iomem.children,
    blocks: kernel.blocks.runs().flatMap((run) => blocksOf(kernel, run)),
    sections: does.subsectionHotplug
      ? kernel.sections.runs()
      : kernel.sections.runs().map((run) => ({ ...run, subsections: undefined })),
    flagsTellEarly: does.sectionIsEarly,
    mapped,
  });
}

function blocksOf(kernel: Kernel, run: BlockRun): PictureBlocks[] {
  const node = run.nid < 0 ? {} : { node: run.nid };
  const { first, last } = run;
  if (run.state === MEM_ONLINE) {
    return [{ first, last, state: 'online', zones: run.zone === undefined ? 'none' : ZONE_NAMES[run.zone], ...node }];
  }
  if (last - first >= MOST_BLOCKS_ASKED) return [{ first, last, state: 'offline', zones: '', ...node }];
  const blocks: { first: number; last: number; state: 'offline'; zones: string; node?: number }[] = [];
  for (let id = first; id <= last; id++) {
    const zones = validZones(kernel, id);
    const tail = blocks[blocks.length - 1];
    if (tail?.zones === zones) tail.last = id;
    else blocks.push({ first: id, last: id, state: 'offline', zones, ...node });
  }
  return blocks;
}
