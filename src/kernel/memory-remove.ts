/** Removing System RAM: only offline memory goes, and what it leaves behind. */

import { blockStartPfn, hotplugUnit } from './block-span.ts';
import { archRemoveMemory } from './add-pages.ts';
import { makeAltmap } from './altmap.ts';
import {
  MEM_OFFLINE,
  MMOP_ONLINE_KERNEL,
  MMOP_ONLINE_MOVABLE,
  type MemoryBlock,
  type OnlineType,
} from './block-table.ts';
import { ZONE_MOVABLE } from './boot/boot-map.ts';
import { EBUSY, EINVAL, type Errno } from './errno.ts';
import type { CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import {
  deviceOffline,
  deviceOnline,
  memoryBlocksIn,
  removeMemoryBlockDevices,
} from './memory-block.ts';
import { releaseMemRegionAdjustable } from './resource.ts';
import { memmapPages } from './sparse.ts';
import { hex, hexPadded, isAligned, type Nid, type PhysAddr } from './units.ts';
import { linkNid, setNode } from './zone.ts';

const ALL_OFFLINE: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'check_memblock_offlined_cb',
  condition: 'every memory block of the range is offline',
};
const WHOLE_BLOCKS: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'offline_and_remove_memory',
  condition: 'start and size are multiples of the memory block size, and the size is not 0',
};
const REMOVED_AS_ADDED: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'try_remove_memory',
  condition: 'blocks that hold their own memmap are removed in the unit they were added in',
};

/**
 * Removes offline System RAM. −EBUSY while a block is online, −EINVAL for self-hosted blocks in the wrong unit.
 * @kernel mm/memory_hotplug.c: remove_memory, try_remove_memory
 */
export function removeMemory(kernel: Kernel, start: PhysAddr, size: number): Errno {
  const ids = memoryBlocksIn(kernel, start, size);
  for (const id of ids) {
    const offline = kernel.blocks.state(id) === MEM_OFFLINE;
    kernel.explain?.(ALL_OFFLINE, offline, { block: id });
    if (!offline) {
      const from = id * kernel.memoryBlockSizeBytes;
      const range = `${hexPadded(from, 16)}-${hexPadded(from + kernel.memoryBlockSizeBytes - 1, 16)}`;
      kernel.printk(4, `removing memory fails, because memory [${range}] is onlined`);
      return -EBUSY;
    }
  }
  const selfHosted = ids.filter((id) => (kernel.blocks.get(id) as MemoryBlock).memmapPages > 0).length;
  const perBlock = kernel.profile.does.memmapOnMemory === 'per-block';
  const sameUnit =
    selfHosted === 0 || (perBlock ? selfHosted === ids.length : size === kernel.memoryBlockSizeBytes);
  kernel.explain?.(REMOVED_AS_ADDED, sameUnit, { selfHosted, blocks: ids.length });
  if (!sameUnit) {
    if (!perBlock) kernel.printk(4, `Refuse to remove ${hex(start)} - ${hex(start + size)},wrong granularity`);
    return -EINVAL;
  }

  const lastId = ids.at(-1);
  const nid = lastId === undefined ? undefined : kernel.blocks.get(lastId)?.nid;
  removeMemoryBlocksAndAltmaps(kernel, start, size);
  kernel.iomem = releaseMemRegionAdjustable(kernel.iomem, start, start + size) ?? kernel.iomem;
  if (nid !== undefined) tryOfflineNode(kernel, nid);
  return 0;
}

/**
 * Removes block devices and pages, block by block where blocks hold their own memmap.
 * @kernel mm/memory_hotplug.c: remove_memory_blocks_and_altmaps
 */
export function removeMemoryBlocksAndAltmaps(kernel: Kernel, start: PhysAddr, size: number): void {
  const { pageSize } = kernel.profile.arch;
  const blockSize = kernel.memoryBlockSizeBytes;
  const first = memoryBlocksIn(kernel, start, size)[0];
  const selfHosted = first === undefined ? 0 : (kernel.blocks.get(first) as MemoryBlock).memmapPages;
  if (selfHosted === 0) {
    removeMemoryBlockDevices(kernel, start, size);
    archRemoveMemory(kernel, start, size, undefined, undefined);
    return;
  }
  for (let at = start; at < start + size; at += blockSize) {
    const altmap = makeAltmap(at / pageSize, 0, selfHosted);
    altmap.alloc = memmapPages(kernel, kernel.blockPages, undefined);
    removeMemoryBlockDevices(kernel, at, blockSize);
    archRemoveMemory(kernel, at, blockSize, altmap, undefined);
    if (altmap.alloc !== 0) kernel.printk(4, 'Altmap not fully unmapped');
  }
}

/**
 * Takes an emptied node offline: it spans no pages, no block is its own, and no CPU is.
 * @kernel mm/memory_hotplug.c: try_offline_node
 */
function tryOfflineNode(kernel: Kernel, nid: Nid): void {
  const node = kernel.nodes.get(nid);
  const holds = kernel.profile.does.shrinksZonesAtOffline ? (node?.spanned ?? 0) > 0 : hasStructPages(kernel, nid);
  if (node === undefined || holds || kernel.cpuNodes.has(nid) || kernel.blocks.someOnNode(nid)) return;
  setNode(kernel, { ...node, online: false });
}

/** Whether any section of the node is left: what kernels asked whose spans could be too large. */
function hasStructPages(kernel: Kernel, nid: Nid): boolean {
  return kernel.pageLinks.entries.some((entry) => linkNid(entry.value) === nid);
}

/**
 * Offlines whatever is still online in the range and removes it; onlines it again when a block refuses.
 * @kernel mm/memory_hotplug.c: offline_and_remove_memory
 */
export function offlineAndRemoveMemory(kernel: Kernel, start: PhysAddr, size: number): Errno {
  const blockSize = hotplugUnit(kernel);
  const whole = size > 0 && isAligned(start, blockSize) && isAligned(size, blockSize);
  kernel.explain?.(WHOLE_BLOCKS, whole, { start, size, blockSize });
  if (!whole) return -EINVAL;
  const offlined: { id: number; type: OnlineType }[] = [];
  for (const id of memoryBlocksIn(kernel, start, size)) {
    const link = kernel.pageLinks.get(blockStartPfn(kernel, id));
    const type = link !== undefined && link % 8 === ZONE_MOVABLE ? MMOP_ONLINE_MOVABLE : MMOP_ONLINE_KERNEL;
    const result = deviceOffline(kernel, id);
    if (result < 0) {
      for (const undo of offlined) {
        kernel.blocks.update(undo.id, { onlineType: undo.type });
        const error = deviceOnline(kernel, undo.id);
        if (error < 0) kernel.printk(4, `offline_and_remove_memory: Failed to re-online memory: ${error}`);
      }
      return result;
    }
    if (result === 0) offlined.push({ id, type });
  }
  const error = removeMemory(kernel, start, size);
  if (error !== 0) kernel.printk(3, `offline_and_remove_memory: Failed to remove memory: ${error}`);
  return error;
}
