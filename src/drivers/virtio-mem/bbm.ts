/** Big-block mode: memory comes and goes in units of one memory block or more. */

import { EBUSY, ENOSPC, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { pfnToOnlinePage } from '../../kernel/pfn.ts';
import { ZONE_MOVABLE } from '../../kernel/boot/boot-map.ts';
import { linkZone } from '../../kernel/zone.ts';
import type { Machine } from '../machine.ts';
import { addUnit, couldAddMemory, offlineAndRemoveUnit, prepareNextUnit } from './add-remove.ts';
import { fakeOffline } from './fake-offline.ts';
import { plugSubblocks, unplugSubblocks } from './hypervisor.ts';
import { nextUnit, previousUnit, setUnit, vmOf, type VirtioMem } from './state.ts';

const BLOCK_USABLE: CheckPoint = {
  file: 'drivers/virtio/virtio_mem.c',
  fn: 'virtio_mem_bbm_prepare_next_bb',
  condition: 'another whole big block lies in the usable part of the device',
};
const UNPLUGGED: CheckPoint = {
  file: 'drivers/virtio/virtio_mem.c',
  fn: 'virtio_mem_bbm_unplug_request',
  condition: 'enough big blocks could be taken offline',
};

/**
 * Plugs and adds so many bytes, as far as they make big blocks. −ENOSPC when none is left or too many are offline.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_bbm_plug_request
 */
export function bbmPlugRequest(machine: Machine, name: string, bytes: number): Errno {
  const { unitSize, firstId } = vmOf(machine, name);
  for (let left = Math.floor(bytes / unitSize); left > 0; left--) {
    if (!couldAddMemory(machine, name, unitSize)) return -ENOSPC;
    const id = nextUnit(vmOf(machine, name), firstId, 'unused') ?? prepareNextUnit(machine, name, BLOCK_USABLE);
    if (id === undefined) return -ENOSPC;
    plugSubblocks(machine, name, id, 1);
    setUnit(machine, name, id, 'added');
    const error = addUnit(machine, name, id);
    if (error !== 0) {
      unplugSubblocks(machine, name, id, 1);
      setUnit(machine, name, id, 'unused');
      return error;
    }
  }
  return 0;
}

/** Numbers of the unit's memory blocks that are online. */
function onlineBlocks(kernel: Kernel, vm: VirtioMem, id: number): number[] {
  const perUnit = vm.unitSize / kernel.memoryBlockSizeBytes;
  return Array.from({ length: perUnit }, (_, i) => id * perUnit + i).filter((block) =>
    pfnToOnlinePage(kernel, block * kernel.blockPages),
  );
}

function isMovable(kernel: Kernel, blocks: readonly number[]): boolean {
  return blocks.every((block) => {
    const link = kernel.pageLinks.get(block * kernel.blockPages);
    return link !== undefined && linkZone(link) === ZONE_MOVABLE;
  });
}

/**
 * Takes so many bytes offline, removes and unplugs them, as far as they make big blocks: the highest first, offline
 * ones before movable before the kernel's. −EBUSY when less could go.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_bbm_unplug_request
 */
export function bbmUnplugRequest(machine: Machine, name: string, bytes: number): Errno {
  const { kernel } = machine;
  const { unitSize, nextId } = vmOf(machine, name);
  const wanted = Math.floor(bytes / unitSize);
  let left = wanted;
  if (left === 0) return 0;
  for (const pass of ['offline', 'movable', 'any'] as const) {
    for (let id = previousUnit(vmOf(machine, name), nextId - 1, 'added'); id !== undefined;) {
      const online = onlineBlocks(kernel, vmOf(machine, name), id);
      const due = pass === 'any' || (pass === 'offline' ? online.length === 0 : isMovable(kernel, online));
      if (due && removeBigBlock(machine, name, id, online) === 0) left--;
      if (left === 0) return 0;
      id = previousUnit(vmOf(machine, name), id - 1, 'added');
    }
    if (pass === 'offline' && !machine.devices.virtioMem.params.unplugOnline) return 0;
  }
  kernel.explain?.(UNPLUGGED, false, { device: name, wanted, left });
  return -EBUSY;
}

/** @kernel drivers/virtio/virtio_mem.c: virtio_mem_bbm_offline_remove_and_unplug_bb */
function removeBigBlock(machine: Machine, name: string, id: number, online: readonly number[]): Errno {
  const { kernel } = machine;
  const safe = kernel.profile.does.virtioMemKeepsRemoving || machine.devices.virtioMem.params.bbmSafeUnplug;
  if (safe) {
    setUnit(machine, name, id, 'fake-offline');
    if (online.some((block) => fakeOffline(kernel, block, true) !== 0)) {
      setUnit(machine, name, id, 'added');
      return -EBUSY;
    }
  }
  const error = offlineAndRemoveUnit(machine, name, id);
  if (error !== 0) {
    setUnit(machine, name, id, 'added');
    return error;
  }
  unplugSubblocks(machine, name, id, 1);
  setUnit(machine, name, id, 'unused');
  return 0;
}
