/** Memory groups: which memory comes and goes together, for the auto-movable policy. */

import { EBUSY, EINVAL, type Errno } from './errno.ts';
import { check, type CheckPoint } from './explain.ts';
import type { Kernel } from './kernel.ts';
import type { Nid } from './units.ts';

const at = (fn: string, condition: string): CheckPoint => ({ file: 'drivers/base/memory.c', fn, condition });
const NODE_POSSIBLE = at('memory_group_register', 'the node is one the kernel made room for at boot');
const HAS_PAGES = at('memory_group_register_static', 'the group is to have memory');
const UNIT_FITS = at('memory_group_register_dynamic', 'the unit is a power of two, and no smaller than a memory block');
const IS_KNOWN = at('memory_group_unregister', 'there is such a group');
const IS_EMPTY = at('memory_group_unregister', 'no memory block belongs to the group any more');

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
  if (!check(kernel, NODE_POSSIBLE, kernel.possibleNodes.has(group.nid), { node: group.nid })) return -EINVAL;
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
  if (!check(kernel, HAS_PAGES, maxPages !== 0, { maxPages })) return -EINVAL;
  return register(kernel, { nid, unitPages: 0, maxPages });
}

/**
 * Registers a group that grows and shrinks in units, such as virtio-mem. Returns its id or −EINVAL.
 * @kernel drivers/base/memory.c: memory_group_register_dynamic
 */
export function registerDynamicMemoryGroup(kernel: Kernel, nid: Nid, unitPages: number): number {
  const isPowerOfTwo = unitPages > 0 && Number.isInteger(Math.log2(unitPages));
  const fits = isPowerOfTwo && unitPages >= kernel.blockPages;
  if (!check(kernel, UNIT_FITS, fits, { unitPages, blockPages: kernel.blockPages })) return -EINVAL;
  return register(kernel, { nid, unitPages, maxPages: 0 });
}

/**
 * Removes a group: −EINVAL for an unknown one, −EBUSY while blocks belong to it.
 * @kernel drivers/base/memory.c: memory_group_unregister
 */
export function unregisterMemoryGroup(kernel: Kernel, id: number): Errno {
  if (!check(kernel, IS_KNOWN, kernel.groups.has(id), { group: id })) return -EINVAL;
  if (!check(kernel, IS_EMPTY, !kernel.blocks.someInGroup(id), { group: id })) return -EBUSY;
  const groups = new Map(kernel.groups);
  groups.delete(id);
  kernel.groups = groups;
  return 0;
}
