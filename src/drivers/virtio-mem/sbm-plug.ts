/** Sub-block mode: memory grows, partly plugged blocks first. */

import { ENOSPC, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { Machine } from '../machine.ts';
import { addUnit, couldAddMemory, prepareNextUnit } from './add-remove.ts';
import { plugSubblocks, unplugSubblocks } from './hypervisor.ts';
import { firstSubblock, isWhole, nextUnit, setUnit, subblocksPerUnit, vmOf, type SbmState } from './state.ts';

const BLOCK_USABLE: CheckPoint = {
  file: 'drivers/virtio/virtio_mem.c',
  fn: 'virtio_mem_sbm_prepare_next_mb',
  condition: 'another whole memory block lies in the usable part of the device',
};

const PARTIAL_STATES = ['kernel-partial', 'movable-partial', 'offline-partial'] as const;
const WHOLE: Readonly<Partial<Record<SbmState, SbmState>>> = {
  'kernel-partial': 'kernel',
  'movable-partial': 'movable',
  'offline-partial': 'offline',
};

/**
 * Plugs so many bytes, as far as they make sub-blocks. −ENOSPC when no block is left or too many are offline.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_sbm_plug_request
 */
export function sbmPlugRequest(machine: Machine, name: string, bytes: number): Errno {
  const { subblockSize, firstId, unitSize } = vmOf(machine, name);
  let left = Math.floor(bytes / subblockSize);
  if (left === 0) return 0;
  for (const state of PARTIAL_STATES) {
    for (let id = nextUnit(vmOf(machine, name), firstId, state); id !== undefined;) {
      left -= plugAny(machine, name, id, left);
      if (left === 0) return 0;
      id = nextUnit(vmOf(machine, name), id + 1, state);
    }
  }
  for (let id = nextUnit(vmOf(machine, name), firstId, 'unused'); id !== undefined;) {
    if (!couldAddMemory(machine, name, unitSize)) return -ENOSPC;
    const added = plugAndAdd(machine, name, id, left);
    if (added < 0) return added;
    left -= added;
    if (left === 0) return 0;
    id = nextUnit(vmOf(machine, name), id + 1, 'unused');
  }
  while (left > 0) {
    if (!couldAddMemory(machine, name, unitSize)) return -ENOSPC;
    const id = prepareNextUnit(machine, name, BLOCK_USABLE);
    if (id === undefined) return -ENOSPC;
    const added = plugAndAdd(machine, name, id, left);
    if (added < 0) return added;
    left -= added;
  }
  return 0;
}

/**
 * Plugs the first sub-blocks of a block and adds the whole block. Returns how many, or −errno.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_sbm_plug_and_add_mb
 */
function plugAndAdd(machine: Machine, name: string, id: number, wanted: number): number {
  const vm = vmOf(machine, name);
  const count = Math.min(wanted, subblocksPerUnit(vm));
  const first = firstSubblock(vm, id);
  plugSubblocks(machine, name, first, count);
  // Before it is added, so that it comes online from the right state.
  setUnit(machine, name, id, count === subblocksPerUnit(vm) ? 'offline' : 'offline-partial');
  const error = addUnit(machine, name, id);
  if (error === 0) return count;
  unplugSubblocks(machine, name, first, count);
  setUnit(machine, name, id, 'unused');
  return error;
}

/**
 * Fills unplugged sub-blocks of a block that is added, the lowest first; those of an online block come online. Returns
 * how many.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_sbm_plug_any_sb
 */
function plugAny(machine: Machine, name: string, id: number, wanted: number): number {
  const before = vmOf(machine, name);
  const end = firstSubblock(before, id + 1);
  let left = wanted;
  for (let at = firstSubblock(before, id); at < end && left > 0;) {
    const [entry] = vmOf(machine, name).plugged.overlapping(at, end);
    if (entry !== undefined && entry.start <= at) {
      at = entry.end;
      continue;
    }
    const count = Math.min(left, (entry?.start ?? end) - at);
    plugSubblocks(machine, name, at, count);
    left -= count;
    at += count;
  }
  const after = vmOf(machine, name);
  const whole = WHOLE[after.units.get(id) as SbmState];
  if (whole !== undefined && isWhole(after, id)) setUnit(machine, name, id, whole);
  return wanted - left;
}
