/** The units in which a device's memory comes: sub-blocks of memory blocks, or big blocks. */

import type { CheckPoint } from '../../kernel/explain.ts';
import type { KernelProfile } from '../../kernel/profile/profile.ts';
import type { Machine } from '../machine.ts';
import { virtioMemLog } from './add-remove.ts';

export interface Units {
  readonly inSbm: boolean;
  readonly unitSize: number;
  readonly subblockSize: number;
}

const FITS_BLOCK: CheckPoint = {
  file: 'drivers/virtio/virtio_mem.c',
  fn: 'virtio_mem_init_hotplug',
  condition: 'a memory block holds at least two sub-blocks',
};

/** The smallest part of a memory block that can be plugged, in bytes. @kernel drivers/virtio/virtio_mem.c: virtio_mem_init_hotplug */
export function leastSubblockSize({ arch, does }: KernelProfile): number {
  const pages = does.virtioMemSubblock === 'pageblock' ? arch.pageblockPages : Math.max(arch.maxOrderPages, arch.pageblockPages);
  return pages * arch.pageSize;
}

/**
 * Chooses them, or nothing on a kernel that has sub-blocks only and a device whose blocks are larger.
 * Since Linux ("virtio-mem: Big Block Mode (BBM) - basic memory hotunplug") (v5.11); before it, sub-blocks only.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_init_hotplug
 */
export function chooseUnits(machine: Machine, name: string, deviceBlockSize: number): Units | undefined {
  const { kernel } = machine;
  const { does } = kernel.profile;
  const { params } = machine.devices.virtioMem;
  const blockSize = kernel.memoryBlockSizeBytes;
  const subblockSize = Math.max(deviceBlockSize, leastSubblockSize(kernel.profile));
  const fits = subblockSize < blockSize;
  kernel.explain?.(FITS_BLOCK, fits, { device: name, subblockSize, blockSize, forced: params.forceBbm });
  if (does.virtioMem === 'sub-blocks') {
    if (deviceBlockSize <= blockSize)
      return { inSbm: true, unitSize: blockSize, subblockSize: Math.min(subblockSize, blockSize) };
    kernel.printk(3, `virtio_mem ${name}: The block size is not supported (too big).`);
    return undefined;
  }
  if (fits && !params.forceBbm) return { inSbm: true, unitSize: blockSize, subblockSize };
  let unitSize = Math.max(deviceBlockSize, blockSize);
  const asked = params.bbmBlockSize;
  if (asked > 0) {
    if (!Number.isInteger(Math.log2(asked))) virtioMemLog(machine, name, 4, 'bbm_block_size is not a power of 2');
    else if (asked < unitSize) virtioMemLog(machine, name, 4, 'bbm_block_size is too small');
    else unitSize = asked;
  }
  return { inSbm: false, unitSize, subblockSize: unitSize };
}
