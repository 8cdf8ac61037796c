/** The driver's part in on- and offlining: its blocks follow Linux's, its unplugged pages never come online. */

import { EBUSY, EPERM, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { MemoryNotifier } from '../../kernel/memory-notifier.ts';
import { ZONE_MOVABLE, type ZoneIndex } from '../../kernel/boot/boot-map.ts';
import { overlaps } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { couldAddMemory, virtioMemLog } from './add-remove.ts';
import { nonePlugged, setUnit, setVm, type VirtioMem } from './state.ts';
import { runQueuedWork } from './work.ts';

const MAY_ONLINE: CheckPoint = {
  file: 'drivers/virtio/virtio_mem.c',
  fn: 'virtio_mem_sbm_notify_going_online',
  condition: 'the device has plugged the memory block, at least in part',
};
const NO_ORPHANS: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'scan_movable_pages',
  condition: 'no page of the range is kept by a device whose driver is gone',
};

/** The bound device whose region a range of frames lies in. @kernel virtio_mem_overlaps_range */
function deviceAt(machine: Machine, start: number, end: number): VirtioMem | undefined {
  for (const vm of machine.devices.virtioMem.bound.values()) {
    if (overlaps(start, end, vm.addr, vm.addr + vm.regionSize)) return vm;
  }
  return undefined;
}

/** @kernel drivers/virtio/virtio_mem.c: virtio_mem_memory_notifier_cb */
export function virtioMemNotifier(machine: Machine): MemoryNotifier {
  const { pageSize } = machine.kernel.profile.arch;
  const find = (startPfn: number, nrPages: number): VirtioMem | undefined =>
    deviceAt(machine, startPfn * pageSize, (startPfn + nrPages) * pageSize);
  return {
    goingOnline: (startPfn, nrPages) => goingOnline(machine, find(startPfn, nrPages), startPfn * pageSize),
    online: (startPfn, nrPages, zone) =>
      online(machine, find(startPfn, nrPages), startPfn * pageSize, nrPages * pageSize, zone),
    allPagesOffline: (startPfn, nrPages) => {
      const vm = find(startPfn, nrPages);
      return vm !== undefined && allPagesOffline(vm, startPfn * pageSize, nrPages * pageSize);
    },
    goingOffline: (startPfn, nrPages) => goingOffline(machine, startPfn * pageSize, nrPages * pageSize),
    offline: (startPfn, nrPages) => offline(machine, find(startPfn, nrPages), startPfn * pageSize, nrPages * pageSize),
    unlocked: () => runQueuedWork(machine),
  };
}

/** @kernel drivers/virtio/virtio_mem.c: virtio_mem_sbm_notify_going_online */
function goingOnline(machine: Machine, vm: VirtioMem | undefined, start: number): Errno {
  if (vm === undefined || !vm.inSbm) return 0;
  const id = Math.floor(start / vm.unitSize);
  const state = vm.units.get(id);
  const may = state === 'offline' || state === 'offline-partial';
  machine.kernel.explain?.(MAY_ONLINE, may, { device: vm.name, block: id, state: state ?? 'unknown' });
  if (may) return 0;
  virtioMemLog(machine, vm.name, 4, 'memory block onlining denied');
  return -EPERM;
}

/** @kernel drivers/virtio/virtio_mem.c: virtio_mem_sbm_notify_online */
function online(machine: Machine, vm: VirtioMem | undefined, start: number, size: number, zone: ZoneIndex): void {
  if (vm === undefined) return;
  const { name } = vm;
  if (vm.inSbm) {
    const id = Math.floor(start / vm.unitSize);
    const kind = zone === ZONE_MOVABLE ? 'movable' : 'kernel';
    setUnit(machine, name, id, vm.units.get(id) === 'offline' ? kind : `${kind}-partial`);
  }
  const { offlineThreshold, active } = setVm(machine, name, { offlineSize: vm.offlineSize - size });
  // Once half of what may be offline has come online, there is room for more.
  if (!active && couldAddMemory(machine, name, offlineThreshold / 2)) setVm(machine, name, { queued: true });
}

/** Whether every page of the range is unplugged, or kept for an unplug that is under way. */
function allPagesOffline(vm: VirtioMem, start: number, size: number): boolean {
  if (vm.inSbm) return nonePlugged(vm, start / vm.subblockSize, size / vm.subblockSize);
  return vm.units.get(Math.floor(start / vm.unitSize)) === 'fake-offline';
}

/** A device lets its unplugged pages go; what nobody lets go stays. @kernel virtio_mem_sbm_notify_going_offline */
function goingOffline(machine: Machine, start: number, size: number): Errno {
  const { orphans } = machine.devices.virtioMem;
  if (orphans.length === 0) return 0;
  const kept = orphans.some((range) => overlaps(start, start + size, range.start, range.end));
  machine.kernel.explain?.(NO_ORPHANS, !kept, { start, end: start + size });
  return kept ? -EBUSY : 0;
}

/** @kernel drivers/virtio/virtio_mem.c: virtio_mem_sbm_notify_offline */
function offline(machine: Machine, vm: VirtioMem | undefined, start: number, size: number): void {
  if (vm === undefined) return;
  const { name } = vm;
  if (vm.inSbm) {
    const id = Math.floor(start / vm.unitSize);
    const partial = vm.units.get(id)?.endsWith('-partial') === true;
    setUnit(machine, name, id, partial ? 'offline-partial' : 'offline');
  }
  const queued = vm.queued || !machine.devices.virtioMem.params.unplugOnline;
  setVm(machine, name, { offlineSize: vm.offlineSize + size, queued });
}
