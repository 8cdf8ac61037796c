/** Memory groups: which memory comes and goes together, for the auto-movable policy. */

import { EBUSY, EINVAL, type Errno } from './errno.ts';
import type { Kernel } from './kernel.ts';
import type { Nid } from './units.ts';

/** @kernel include/linux/memory.h: struct memory_group */
export interface MemoryGroup {
  readonly id: number;
  readonly nid: Nid;
  /** Of a dynamic group: pages of the unit in which memory comes and goes; 0 for a static group. */
  readonly unitPages: number;
  /** Of a static group: the most pages it will have. */
  readonly maxPages: number;
  readonly presentKernel: number;
  readonly presentMovable: number;
}

function register(kernel: Kernel, group: Omit<MemoryGroup, 'id' | 'presentKernel' | 'presentMovable'>): number {
  if (!kernel.possibleNodes.has(group.nid)) return -EINVAL;
  let id = 0;
  while (kernel.groups.has(id)) id++;
  kernel.groups = new Map(kernel.groups).set(id, { ...group, id, presentKernel: 0, presentMovable: 0 });
  return id;
}

/**
 * Registers a group whose memory is added once, such as a DIMM. Returns its id or −EINVAL.
 * @kernel drivers/base/memory.c: memory_group_register_static
 */
export function registerStaticMemoryGroup(kernel: Kernel, nid: Nid, maxPages: number): number {
  if (maxPages === 0) return -EINVAL;
  return register(kernel, { nid, unitPages: 0, maxPages });
}

/**
 * Registers a group that grows and shrinks in units, such as virtio-mem. Returns its id or −EINVAL.
 * @kernel drivers/base/memory.c: memory_group_register_dynamic
 */
export function registerDynamicMemoryGroup(kernel: Kernel, nid: Nid, unitPages: number): number {
  const isPowerOfTwo = unitPages > 0 && Number.isInteger(Math.log2(unitPages));
  if (!isPowerOfTwo || unitPages < kernel.blockPages) return -EINVAL;
  return register(kernel, { nid, unitPages, maxPages: 0 });
}

/**
 * Removes a group: −EINVAL for an unknown one, −EBUSY while blocks belong to it.
 * @kernel drivers/base/memory.c: memory_group_unregister
 */
export function unregisterMemoryGroup(kernel: Kernel, id: number): Errno {
  if (!kernel.groups.has(id)) return -EINVAL;
  if (kernel.blocks.someInGroup(id)) return -EBUSY;
  const groups = new Map(kernel.groups);
  groups.delete(id);
  kernel.groups = groups;
  return 0;
}
