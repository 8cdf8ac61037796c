/** Where a memory block lies and how large it is. */

import type { Kernel } from './kernel.ts';
import type { Pfn } from './units.ts';

export function blockStartPfn(kernel: Kernel, id: number): Pfn {
  return kernel.blocks.span(id)?.startPfn ?? id * kernel.blockPages;
}

/** Page frames of a block: all have the same number, but for those a policy gave a size of their own. */
export function blockNrPages(kernel: Kernel, id: number): number {
  const span = kernel.blocks.span(id);
  return span === undefined ? kernel.blockPages : span.endPfn - span.startPfn;
}

/**
 * What size and address of added RAM must be multiples of: the memory block size.
 * With the policy of variable blocks a sub-section, which is as small as a memmap can be.
 */
export function hotplugUnit(kernel: Kernel): number {
  const { does, arch } = kernel.profile;
  return does.memoryBlocks === 'variable' ? arch.subsectionSize : kernel.memoryBlockSizeBytes;
}
