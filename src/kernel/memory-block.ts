/** Memory blocks as devices: their states and every way to change them. */

import { ZONE_NAMES, type ZoneIndex } from './boot/boot-map.ts';
import {
  MEM_OFFLINE,
  MEM_ONLINE,
  MMOP_OFFLINE,
  MMOP_ONLINE,
  MMOP_ONLINE_KERNEL,
  MMOP_ONLINE_MOVABLE,
  type MemoryBlock,
  type OnlineType,
} from './block-table.ts';
import { blockNrPages, blockStartPfn, hotplugUnit } from './block-span.ts';
import { zoneOfBlock } from './block-zone.ts';
import { EEXIST, EINVAL, type Errno } from './errno.ts';
import { check, type CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import { offlinePages, onlinePages, setSectionsOnline } from './online-pages.ts';
import { isDefaultOnlineType, parseKernelBool, parseOnlineType } from './params.ts';
import { isAligned, overlaps, type Nid, type Pfn, type PfnRange, type PhysAddr } from './units.ts';
import { adjustPresentPageCount, movePfnRangeToZone, removePfnRangeFromZone } from './zone.ts';
import { zoneForPfnRange } from './zone-policy.ts';

const ONLINE_TEXT: CheckPoint = {
  file: 'drivers/base/core.c',
  fn: 'online_store',
  condition: 'what is written is a yes or a no',
};
const AUTO_ONLINE_TEXT: CheckPoint = {
  file: 'drivers/base/memory.c',
  fn: 'auto_online_blocks_store',
  condition: 'what is written is a default this kernel knows',
};

const STATE_TEXT: CheckPoint = {
  file: 'drivers/base/memory.c',
  fn: 'state_store',
  condition: 'the text is one of online, online_kernel, online_movable, offline',
};
const NOT_YET: CheckPoint = {
  file: 'drivers/base/core.c',
  fn: 'device_online',
  condition: 'the block is not in that state already',
};
const ONE_ZONE: CheckPoint = {
  file: 'drivers/base/memory.c',
  fn: 'memory_block_offline',
  condition: 'one single zone manages the whole block',
};
const WHOLE_BLOCKS: CheckPoint = {
  file: 'drivers/base/memory.c',
  fn: 'create_memory_block_devices',
  condition: 'the range is one of whole memory blocks',
};
const BLOCK_IS_NEW: CheckPoint = {
  file: 'drivers/base/memory.c',
  fn: 'add_memory_block',
  condition: 'no memory block with this number exists',
};

/** Number of the block a physical address lies in. @kernel include/linux/memory.h: phys_to_block_id */
export function physToBlockId(kernel: Kernel, address: PhysAddr): number {
  return Math.floor(address / kernel.memoryBlockSizeBytes);
}

/** Ids of existing blocks that overlap a byte range, ascending. @kernel drivers/base/memory.c: walk_memory_blocks */
export function memoryBlocksIn(kernel: Kernel, start: PhysAddr, size: number): number[] {
  const ids: number[] = [];
  if (size === 0) return ids;
  const last = physToBlockId(kernel, start + size - 1);
  for (let id = physToBlockId(kernel, start); id <= last; id++) if (kernel.blocks.has(id)) ids.push(id);
  return kernel.profile.does.memoryBlocks === 'variable' ? ofTheirOwnSize(kernel, ids, start, size) : ids;
}

/** The blocks of variable size in a range; where there are none, those of boot. Both may share a section. */
function ofTheirOwnSize(kernel: Kernel, ids: readonly number[], start: PhysAddr, size: number): number[] {
  const { pageSize } = kernel.profile.arch;
  const own = ids.filter((id) => {
    const span = kernel.blocks.span(id);
    return span !== undefined && overlaps(span.startPfn * pageSize, span.endPfn * pageSize, start, start + size);
  });
  return own.length > 0 ? own : ids.filter((id) => kernel.blocks.span(id) === undefined);
}

/**
 * Makes offline blocks for a range. −EEXIST when one is there already; then none is made.
 * @kernel drivers/base/memory.c: create_memory_block_devices
 */
export function createMemoryBlockDevices(
  kernel: Kernel,
  start: PhysAddr,
  size: number,
  group: number,
  memmapPages: number,
): Errno {
  const block = kernel.memoryBlockSizeBytes;
  const unit = hotplugUnit(kernel);
  const whole = isAligned(start, unit) && isAligned(size, unit);
  if (!check(kernel, WHOLE_BLOCKS, whole, { start, size, unit })) return -EINVAL;
  const variable = kernel.profile.does.memoryBlocks === 'variable';
  const first = variable ? firstFreeId(kernel, start, size) : start / block;
  const last = variable ? first : first + size / block - 1;
  for (let id = first; id <= last; id++) {
    const exists = kernel.blocks.has(id);
    kernel.explain?.(BLOCK_IS_NEW, !exists, { block: id });
    if (exists) {
      for (let made = first; made < id; made++) kernel.blocks.delete(made);
      return -EEXIST;
    }
    kernel.blocks.set(id, {
      state: MEM_OFFLINE,
      onlineType: MMOP_OFFLINE,
      nid: -1,
      zone: undefined,
      group,
      memmapPages,
    });
    if (variable) kernel.blocks.setSpan(id, pagesOf(kernel, start, size));
  }
  return 0;
}

/** The number of a variable block: its first section's that no block has yet. The first one's when all are taken. */
function firstFreeId(kernel: Kernel, start: PhysAddr, size: number): number {
  const first = physToBlockId(kernel, start);
  const last = physToBlockId(kernel, start + size - 1);
  for (let id = first; id <= last; id++) if (!kernel.blocks.has(id)) return id;
  return first;
}

function pagesOf(kernel: Kernel, start: PhysAddr, size: number): PfnRange {
  const { pageSize } = kernel.profile.arch;
  return { startPfn: start / pageSize, endPfn: (start + size) / pageSize };
}

/** @kernel drivers/base/memory.c: remove_memory_block_devices */
export function removeMemoryBlockDevices(kernel: Kernel, start: PhysAddr, size: number): void {
  for (const id of memoryBlocksIn(kernel, start, size)) kernel.blocks.delete(id);
}

/**
 * Onlines a block with the type it was told last. 0, 1 when it is online already, or −errno.
 * @kernel drivers/base/core.c: device_online; drivers/base/memory.c: memory_subsys_online
 */
export function deviceOnline(kernel: Kernel, id: number): number {
  const block = kernel.blocks.get(id) as MemoryBlock;
  kernel.explain?.(NOT_YET, block.state !== MEM_ONLINE, { block: id, state: 'online' });
  if (block.state === MEM_ONLINE) return 1;
  const onlineType = block.onlineType === MMOP_OFFLINE ? MMOP_ONLINE : block.onlineType;
  const error = memoryBlockOnline(kernel, id, block, onlineType);
  kernel.blocks.update(id, { onlineType: MMOP_OFFLINE });
  return error;
}

/**
 * Offlines a block. 0, 1 when it is offline already, or −errno.
 * @kernel drivers/base/core.c: device_offline; drivers/base/memory.c: memory_subsys_offline
 */
export function deviceOffline(kernel: Kernel, id: number): number {
  const block = kernel.blocks.get(id) as MemoryBlock;
  kernel.explain?.({ ...NOT_YET, fn: 'device_offline' }, block.state !== MEM_OFFLINE, { block: id, state: 'offline' });
  if (block.state === MEM_OFFLINE) return 1;
  return memoryBlockOffline(kernel, id, block);
}

/** @kernel drivers/base/memory.c: memory_block_online */
function memoryBlockOnline(kernel: Kernel, id: number, block: MemoryBlock, onlineType: OnlineType): Errno {
  const startPfn = blockStartPfn(kernel, id);
  const { nid, group, memmapPages } = block;
  const nrPages = blockNrPages(kernel, id);
  const zone = zoneForPfnRange(kernel, onlineType, nid, kernel.groups.get(group), startPfn, nrPages);
  if (memmapPages > 0) initMemmapOnMemory(kernel, startPfn, memmapPages, nid, zone);
  const error = onlinePages(kernel, startPfn + memmapPages, nrPages - memmapPages, nid, zone, group);
  if (error !== 0) {
    if (memmapPages > 0) deinitMemmapOnMemory(kernel, startPfn, memmapPages, nid, zone);
    return error;
  }
  if (memmapPages > 0) adjustPresentPageCount(kernel, nid, zone, group, startPfn, memmapPages);
  kernel.blocks.update(id, { state: MEM_ONLINE, zone });
  return 0;
}

/** @kernel drivers/base/memory.c: memory_block_offline */
function memoryBlockOffline(kernel: Kernel, id: number, block: MemoryBlock): Errno {
  const startPfn = blockStartPfn(kernel, id);
  const { nid, group, memmapPages } = block;
  const zone = zoneOfBlock(kernel, id, block);
  kernel.explain?.(ONE_ZONE, zone !== undefined, { block: id });
  if (zone === undefined) return -EINVAL;
  if (memmapPages > 0) adjustPresentPageCount(kernel, nid, zone, group, startPfn, -memmapPages);
  const nrPages = blockNrPages(kernel, id) - memmapPages;
  const error = offlinePages(kernel, id, startPfn + memmapPages, nrPages, nid, zone, group);
  if (error !== 0) {
    if (memmapPages > 0) adjustPresentPageCount(kernel, nid, zone, group, startPfn, memmapPages);
    return error;
  }
  if (memmapPages > 0) deinitMemmapOnMemory(kernel, startPfn, memmapPages, nid, zone);
  kernel.blocks.update(id, { state: MEM_OFFLINE, zone: undefined });
  return 0;
}

/**
 * Puts a block's own memmap pages into the zone; whole sections of them come online here.
 * @kernel mm/memory_hotplug.c: mhp_init_memmap_on_memory
 */
function initMemmapOnMemory(kernel: Kernel, startPfn: Pfn, nrPages: number, nid: Nid, zone: ZoneIndex): void {
  movePfnRangeToZone(kernel, nid, zone, startPfn, nrPages);
  const { pagesPerSection } = kernel.sections;
  const whole = nrPages - ((startPfn + nrPages) % pagesPerSection);
  if (nrPages >= pagesPerSection) setSectionsOnline(kernel, startPfn, whole, true);
}

/** @kernel mm/memory_hotplug.c: mhp_deinit_memmap_on_memory */
function deinitMemmapOnMemory(kernel: Kernel, startPfn: Pfn, nrPages: number, nid: Nid, zone: ZoneIndex): void {
  const { pagesPerSection } = kernel.sections;
  const whole = nrPages - ((startPfn + nrPages) % pagesPerSection);
  if (nrPages >= pagesPerSection) setSectionsOnline(kernel, startPfn, whole, false);
  removePfnRangeFromZone(kernel, nid, zone, startPfn, nrPages);
}

/**
 * A write to memoryN/state: 0 or −EINVAL and what on- or offlining returns. The online type stays latched
 * on a block that is online already, and serves a later `echo 1 > online`.
 * @kernel drivers/base/memory.c: state_store
 */
export function stateStore(kernel: Kernel, id: number, text: string): Errno {
  const type = parseOnlineType(text.replace(/\n$/, ''));
  kernel.explain?.(STATE_TEXT, type !== undefined, { text: text.trim() });
  if (type === undefined) return -EINVAL;
  if (type !== MMOP_OFFLINE) kernel.blocks.update(id, { onlineType: type });
  const result = type === MMOP_OFFLINE ? deviceOffline(kernel, id) : deviceOnline(kernel, id);
  kernel.memoryNotifier?.unlocked();
  return positiveIsInvalid(result);
}

function positiveIsInvalid(result: number): Errno {
  return result > 0 ? -EINVAL : result;
}

/**
 * A write to memoryN/online: as `state`, but asking for the present state succeeds.
 * @kernel drivers/base/core.c: online_store
 */
export function onlineStore(kernel: Kernel, id: number, text: string): Errno {
  const wanted = parseKernelBool(text);
  check(kernel, ONLINE_TEXT, wanted !== undefined, { written: text.trim() });
  if (wanted === undefined) return -EINVAL;
  const result = wanted ? deviceOnline(kernel, id) : deviceOffline(kernel, id);
  kernel.memoryNotifier?.unlocked();
  return Math.min(result, 0);
}

/**
 * The content of memoryN/valid_zones, without newline: the zone of an online block, or the zones an offline one may
 * go to, the default first.
 * @kernel drivers/base/memory.c: valid_zones_show
 */
export function validZones(kernel: Kernel, id: number): string {
  const block = kernel.blocks.get(id) as MemoryBlock;
  if (block.state === MEM_ONLINE) {
    const zone = zoneOfBlock(kernel, id, block);
    return zone === undefined ? 'none' : ZONE_NAMES[zone];
  }
  const startPfn = blockStartPfn(kernel, id);
  const group = kernel.groups.get(block.group);
  const types = [MMOP_ONLINE, MMOP_ONLINE_KERNEL, MMOP_ONLINE_MOVABLE] as const;
  const zones = types.map((type) => zoneForPfnRange(kernel, type, block.nid, group, startPfn, blockNrPages(kernel, id)));
  return zones
    .filter((zone, i) => i === 0 || zone !== zones[0])
    .map((zone) => ZONE_NAMES[zone])
    .join(' ');
}

/** A write to auto_online_blocks: 0 or −EINVAL. @kernel drivers/base/memory.c: auto_online_blocks_store */
export function autoOnlineBlocksStore(kernel: Kernel, text: string): Errno {
  const type = parseOnlineType(text.replace(/\n$/, ''));
  const known = type !== undefined && isDefaultOnlineType(type, kernel.profile);
  check(kernel, AUTO_ONLINE_TEXT, known, { written: text.trim() });
  if (type === undefined || !known) return -EINVAL;
  kernel.params = { ...kernel.params, defaultOnlineType: type };
  return 0;
}

/** Links blocks of a range under a node. @kernel drivers/base/node.c: link_mem_sections */
export function linkMemSections(kernel: Kernel, nid: Nid, start: PhysAddr, size: number): void {
  for (const id of memoryBlocksIn(kernel, start, size)) kernel.blocks.update(id, { nid });
}
