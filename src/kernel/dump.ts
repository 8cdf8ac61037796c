/** The whole state of a kernel as plain data: what equality of two kernels means. */

import type { Kernel } from './kernel.ts';
import { logLines } from './log.ts';

/** Everything observable, in a canonical order. */
export function dumpKernel(kernel: Kernel): Record<string, unknown> {
  return {
    sections: kernel.sections.runs(),
    blocks: kernel.blocks.runs(),
    nodes: [...kernel.nodes.values()].sort((a, b) => a.nid - b.nid),
    iomem: kernel.iomem,
    pageLinks: kernel.pageLinks.entries,
    pgmaps: [...kernel.pgmaps.values()],
    pgmapAt: kernel.pgmapAt.entries,
    groups: [...kernel.groups.values()],
    params: kernel.params,
    maxPfn: kernel.maxPfn,
    nrMemmapPages: kernel.nrMemmapPages,
    nrMemmapBootPages: kernel.nrMemmapBootPages,
    log: logLines(kernel.log),
    saidOnce: [...kernel.saidOnce],
  };
}
