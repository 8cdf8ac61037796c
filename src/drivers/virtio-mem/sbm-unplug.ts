/** Sub-block mode: memory shrinks, the highest block first, offline ones before movable before the kernel's. */

import { EBUSY, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { Machine } from '../machine.ts';
import { offlineAndRemoveUnit, removeUnit } from './add-remove.ts';
import { fakeOffline } from './fake-offline.ts';
import { unplugSubblocks } from './hypervisor.ts';
import {
  firstSubblock,
  isUnplugged,
  isWhole,
  nextUnit,
  previousUnit,
  setUnit,
  setVm,
  subblocksPerUnit,
  vmOf,
  type SbmState,
} from './state.ts';

const UNPLUG_ONLINE: CheckPoint = {
  file: 'drivers/virtio/virtio_mem.c',
  fn: 'virtio_mem_sbm_unplug_request',
  condition: 'enough could be unplugged',
};

const OFFLINE_STATES = ['offline-partial', 'offline'] as const;
const ONLINE_STATES = ['movable-partial', 'kernel-partial', 'movable', 'kernel'] as const;
const PARTIAL: Readonly<Partial<Record<SbmState, SbmState>>> = { kernel: 'kernel-partial', movable: 'movable-partial' };

/**
 * Unplugs so many bytes, as far as they make sub-blocks. −EBUSY when less could go.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_sbm_unplug_request
 */
export function sbmUnplugRequest(machine: Machine, name: string, bytes: number): Errno {
  const { subblockSize, nextId } = vmOf(machine, name);
  const { unplugOnline } = machine.devices.virtioMem.params;
  let left = Math.floor(bytes / subblockSize);
  if (left === 0) return 0;
  const each = (states: readonly SbmState[], unplug: (id: number) => number): void => {
    for (const state of states) {
      for (let id = previousUnit(vmOf(machine, name), nextId - 1, state); id !== undefined && left > 0;) {
        left -= unplug(id);
        id = previousUnit(vmOf(machine, name), id - 1, state);
      }
    }
  };
  each(OFFLINE_STATES, (id) => unplugOffline(machine, name, id, left));
  if (!unplugOnline) return 0;
  each(ONLINE_STATES, (id) => unplugOnlineBlock(machine, name, id, left));
  machine.kernel.explain?.(UNPLUG_ONLINE, left === 0, { device: name, bytes, left: left * subblockSize });
  return left > 0 ? -EBUSY : 0;
}

/**
 * Unplugs sub-blocks of a block without regard to Linux, from the highest down. Returns how many.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_sbm_unplug_any_sb_raw
 */
export function unplugRaw(machine: Machine, name: string, id: number, wanted: number): number {
  const vm = vmOf(machine, name);
  const first = firstSubblock(vm, id);
  let left = wanted;
  for (const { start, end } of vm.plugged.overlapping(first, firstSubblock(vm, id + 1)).toReversed()) {
    const last = Math.min(end, firstSubblock(vm, id + 1));
    const count = Math.min(left, last - Math.max(start, first));
    if (count > 0) unplugSubblocks(machine, name, last - count, count);
    left -= count;
  }
  return wanted - left;
}

/** @kernel drivers/virtio/virtio_mem.c: virtio_mem_sbm_unplug_any_sb_offline */
function unplugOffline(machine: Machine, name: string, id: number, wanted: number): number {
  const count = unplugRaw(machine, name, id, wanted);
  if (!isWhole(vmOf(machine, name), id)) setUnit(machine, name, id, 'offline-partial');
  if (isUnplugged(vmOf(machine, name), id)) {
    // In this state it cannot come online any more.
    setUnit(machine, name, id, 'unused');
    removeUnit(machine, name, id);
  }
  return count;
}

/** @kernel drivers/virtio/virtio_mem.c: virtio_mem_sbm_unplug_any_sb_online */
function unplugOnlineBlock(machine: Machine, name: string, id: number, wanted: number): number {
  const vm = vmOf(machine, name);
  const first = firstSubblock(vm, id);
  const perBlock = subblocksPerUnit(vm);
  const pluggedHere = vm.plugged
    .overlapping(first, first + perBlock)
    .reduce((sum, { start, end }) => sum + Math.min(end, first + perBlock) - Math.max(start, first), 0);
  let count = Math.min(wanted, pluggedHere);
  // Where something cannot be moved, one sub-block is taken to hold it, unless somebody knows of how many.
  const held = fakeOffline(machine.kernel, id, count === pluggedHere) === 0 ? 0 : 1;
  count -= machine.heldSubblocks?.(count, held, vm.subblockSize) ?? held;
  if (count > 0) {
    unplugRaw(machine, name, id, count);
    const partial = PARTIAL[vm.units.get(id) as SbmState];
    if (partial !== undefined) setUnit(machine, name, id, partial);
  }
  if (tryRemoveUnplugged(machine, name, id) !== 0 && machine.kernel.profile.does.virtioMemKeepsRemoving) {
    setVm(machine, name, { haveUnpluggedMb: true });
  }
  return count;
}

/** Removes a block that is wholly unplugged. @kernel virtio_mem_sbm_try_remove_unplugged_mb */
function tryRemoveUnplugged(machine: Machine, name: string, id: number): Errno {
  if (!isUnplugged(vmOf(machine, name), id)) return 0;
  const error = offlineAndRemoveUnit(machine, name, id);
  if (error === 0) setUnit(machine, name, id, 'unused');
  return error;
}

/**
 * Tries again what went wrong before: blocks that are plugged and not added, blocks that are unplugged and not removed.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_cleanup_pending_mb
 */
export function sbmCleanup(machine: Machine, name: string): void {
  const { firstId, haveUnpluggedMb } = vmOf(machine, name);
  const each = (state: SbmState, act: (id: number) => void): void => {
    for (let id = nextUnit(vmOf(machine, name), firstId, state); id !== undefined;) {
      act(id);
      id = nextUnit(vmOf(machine, name), id + 1, state);
    }
  };
  each('plugged', (id) => {
    unplugRaw(machine, name, id, subblocksPerUnit(vmOf(machine, name)));
    setUnit(machine, name, id, 'unused');
  });
  if (!haveUnpluggedMb) return;
  let failed = false;
  for (const state of ['movable-partial', 'kernel-partial', 'offline-partial'] as const) {
    each(state, (id) => (failed ||= tryRemoveUnplugged(machine, name, id) !== 0));
  }
  setVm(machine, name, { haveUnpluggedMb: failed });
}
