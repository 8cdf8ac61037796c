/** The driver's work: bring what is plugged to what is requested. */

import { EBUSY, ENOMEM, ENOSPC, type Errno } from '../../kernel/errno.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Machine } from '../machine.ts';
import { virtioMemLog } from './add-remove.ts';
import { bbmPlugRequest, bbmUnplugRequest } from './bbm.ts';
import { hardwareOf, unplugEverything } from './hypervisor.ts';
import { sbmPlugRequest } from './sbm-plug.ts';
import { sbmCleanup, sbmUnplugRequest } from './sbm-unplug.ts';
import { setVm, vmOf } from './state.ts';

/** Runs the work that is queued, of every device. */
export function runQueuedWork(machine: Machine): void {
  for (const name of machine.devices.virtioMem.bound.keys()) {
    if (vmOf(machine, name).queued) runWork(machine, name);
  }
}

/** The hypervisor changed what it asks for. A device without driver does not hear it. */
export function virtioMemConfigChanged(machine: Machine, addr: number): void {
  for (const vm of machine.devices.virtioMem.bound.values()) {
    if (vm.addr !== addr) continue;
    setVm(machine, vm.name, { configChanged: true, queued: true });
    runWork(machine, vm.name);
  }
}

/**
 * Works until nothing queues the work again. What stays busy is tried again after 50 s or more, in vain until
 * something changes: the timer is left out.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_run_wq
 */
function runWork(machine: Machine, name: string): void {
  while (vmOf(machine, name).queued && !vmOf(machine, name).broken) {
    setVm(machine, name, { queued: false, active: true });
    const error = workOnce(machine, name);
    if (error !== 0 && ![-ENOSPC, -EBUSY, -ENOMEM].includes(error)) {
      machine.kernel.printk(3, `virtio_mem ${name}: unknown error, marking device broken: ${error}`);
      setVm(machine, name, { broken: true });
    }
    setVm(machine, name, { active: false });
  }
}

function workOnce(machine: Machine, name: string): Errno {
  if (vmOf(machine, name).unplugAllRequired) unplugEverything(machine, name);
  if (vmOf(machine, name).configChanged) refreshConfig(machine, name);
  const { inSbm, requestedSize, pluggedSize } = vmOf(machine, name);
  if (inSbm) sbmCleanup(machine, name);
  const missing = requestedSize - pluggedSize;
  let error = 0;
  if (missing > 0) error = (inSbm ? sbmPlugRequest : bbmPlugRequest)(machine, name, missing);
  else if (missing < 0) error = (inSbm ? sbmUnplugRequest : bbmUnplugRequest)(machine, name, -missing);
  return error === 0 && vmOf(machine, name).haveUnpluggedMb ? -EBUSY : error;
}

/** One past the highest address memory can be added at. @kernel mm/memory_hotplug.c: mhp_get_pluggable_range */
export function pluggableEnd(kernel: Kernel): number {
  return kernel.profile.arch.physmemEnd;
}

/** Reads what is asked for, and which blocks may be used. @kernel virtio_mem_refresh_config */
function refreshConfig(machine: Machine, name: string): void {
  const { kernel } = machine;
  const { usableSize, requestedSize } = hardwareOf(machine, name);
  const { addr, unitSize, pluggedSize } = vmOf(machine, name);
  const end = Math.min(addr + usableSize, pluggableEnd(kernel));
  setVm(machine, name, { lastUsableId: Math.floor(end / unitSize) - 1, requestedSize, configChanged: false });
  virtioMemLog(machine, name, 6, `plugged size: 0x${pluggedSize.toString(16)}`);
  virtioMemLog(machine, name, 6, `requested size: 0x${requestedSize.toString(16)}`);
}
