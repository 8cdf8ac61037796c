/** Which ranges hotplug takes: whole memory blocks. */

import { hotplugUnit } from './block-span.ts';
import type { CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import { hex, isAligned, type PhysAddr } from './units.ts';

const BLOCK_ALIGNED: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'check_hotplug_memory_range',
  condition: 'start and size are multiples of the memory block size, and the size is not 0',
};

/**
 * Whether the range consists of whole memory blocks; logs when it does not.
 * @kernel mm/memory_hotplug.c: check_hotplug_memory_range
 */
export function checkHotplugMemoryRange(kernel: Kernel, start: PhysAddr, size: number): boolean {
  const blockSize = hotplugUnit(kernel);
  const aligned = size > 0 && isAligned(start, blockSize) && isAligned(size, blockSize);
  kernel.explain?.(BLOCK_ALIGNED, aligned, { start, size, blockSize });
  if (!aligned) {
    kernel.printk(
      3,
      `Block size [${hex(blockSize)}] unaligned hotplug range: start ${hex(start)}, size ${hex(size)}`,
    );
  }
  return aligned;
}

/**
 * Whether removing a range stops the kernel: it is not made of whole memory blocks, as one that was never added. The
 * worker dies with the locks of hotplug held: no block changes its state, and no device comes or goes, after that.
 * @kernel mm/memory_hotplug.c: try_remove_memory
 */
export function removalIsBug(kernel: Kernel, start: PhysAddr, size: number): boolean {
  if (checkHotplugMemoryRange(kernel, start, size)) return false;
  kernel.printk(3, 'kernel BUG at mm/memory_hotplug.c!');
  return true;
}
