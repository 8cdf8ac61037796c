/** Units of a device become System RAM, and go again. */

import { EBUSY, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import { addMemoryDriverManaged } from '../../kernel/memory-hotplug.ts';
import { offlineAndRemoveMemory, removeMemory } from '../../kernel/memory-remove.ts';
import type { Machine } from '../machine.ts';
import { setVm, vmOf } from './state.ts';

const WITHIN_THRESHOLD: CheckPoint = {
  file: 'drivers/virtio/virtio_mem.c',
  fn: 'virtio_mem_could_add_memory',
  condition: 'memory of the device that is not online yet stays within its threshold',
};

/** `virtio_mem virtio0: ` before a message. */
export function virtioMemLog(machine: Machine, name: string, level: 4 | 6, text: string): void {
  machine.kernel.printk(level, `virtio_mem ${name}: ${text}`);
}

/** Whether so much may be added before more comes online. @kernel virtio_mem_could_add_memory */
export function couldAddMemory(machine: Machine, name: string, size: number): boolean {
  const { offlineSize, offlineThreshold } = vmOf(machine, name);
  const could = offlineSize + size <= offlineThreshold;
  machine.kernel.explain?.(WITHIN_THRESHOLD, could, { device: name, offlineSize, size, offlineThreshold });
  return could;
}

/** @kernel drivers/virtio/virtio_mem.c: virtio_mem_add_memory */
export function addUnit(machine: Machine, name: string, id: number): Errno {
  const { kernel } = machine;
  const { group, nid, unitSize, offlineSize } = vmOf(machine, name);
  // Memory may come online at once, and is taken off again then.
  setVm(machine, name, { offlineSize: offlineSize + unitSize });
  const flags = { mergeResource: true, nidIsMgid: group >= 0 };
  const owner = group >= 0 ? group : nid;
  const error = addMemoryDriverManaged(kernel, owner, id * unitSize, unitSize, 'System RAM (virtio_mem)', flags);
  if (error === 0) return 0;
  setVm(machine, name, { offlineSize: vmOf(machine, name).offlineSize - unitSize });
  virtioMemLog(machine, name, 4, `adding memory failed: ${error}`);
  return error;
}

function gone(machine: Machine, name: string): void {
  const { offlineSize, unitSize } = vmOf(machine, name);
  // What else there is to unplug may be possible now.
  setVm(machine, name, { offlineSize: offlineSize - unitSize, queued: true });
}

/** Removes a unit that is offline. @kernel drivers/virtio/virtio_mem.c: virtio_mem_remove_memory */
export function removeUnit(machine: Machine, name: string, id: number): Errno {
  const { unitSize } = vmOf(machine, name);
  const error = removeMemory(machine.kernel, id * unitSize, unitSize);
  if (error === 0) gone(machine, name);
  return error;
}

/** Takes a unit offline and removes it. @kernel drivers/virtio/virtio_mem.c: virtio_mem_offline_and_remove_memory */
export function offlineAndRemoveUnit(machine: Machine, name: string, id: number): Errno {
  const { unitSize } = vmOf(machine, name);
  const error = offlineAndRemoveMemory(machine.kernel, id * unitSize, unitSize);
  if (error === 0) gone(machine, name);
  return error === 0 ? 0 : -EBUSY;
}

/**
 * Takes the next unit that was never used into the books; `usable` is the check of the mode. Undefined behind the last.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_sbm_prepare_next_mb, virtio_mem_bbm_prepare_next_bb
 */
export function prepareNextUnit(machine: Machine, name: string, usable: CheckPoint): number | undefined {
  const { nextId, lastUsableId, units, unitSize } = vmOf(machine, name);
  const isUsable = nextId <= lastUsableId;
  machine.kernel.explain?.(usable, isUsable, {
    device: name,
    start: nextId * unitSize,
    end: (nextId + 1) * unitSize,
  });
  if (!isUsable) return undefined;
  setVm(machine, name, { nextId: nextId + 1, units: units.set(nextId, nextId + 1, 'unused') });
  return nextId;
}
