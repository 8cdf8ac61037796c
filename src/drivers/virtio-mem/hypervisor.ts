/** Requests of the driver to the hypervisor. QEMU grants all that lies in the usable part. */

import type { Errno } from '../../kernel/errno.ts';
import { addPlugged, unplugAll, virtioMemAt } from '../qemu/virtio-mem.ts';
import type { QemuMemoryDevice, QemuState } from '../qemu/qemu.ts';
import type { Machine } from '../machine.ts';
import { setVm, vmOf } from './state.ts';

/** QEMU's end of a bound device. */
export function hardwareOf(machine: Machine, name: string): QemuMemoryDevice {
  const { qemu } = machine.devices;
  const device = qemu && virtioMemAt(qemu, vmOf(machine, name).addr);
  if (device === undefined) throw new Error(`${name} has no device`);
  return device;
}

function setQemu(machine: Machine, change: (qemu: QemuState) => QemuState): void {
  const { qemu } = machine.devices;
  if (qemu !== undefined) machine.devices = { ...machine.devices, qemu: change(qemu) };
}

/**
 * Plugs sub-blocks by their number.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_send_plug_request, virtio_mem_sbm_plug_sb
 */
export function plugSubblocks(machine: Machine, name: string, from: number, count: number): Errno {
  const vm = vmOf(machine, name);
  const bytes = count * vm.subblockSize;
  setQemu(machine, (qemu) => addPlugged(qemu, hardwareOf(machine, name), bytes));
  setVm(machine, name, { plugged: vm.plugged.set(from, from + count, true), pluggedSize: vm.pluggedSize + bytes });
  return 0;
}

/** @kernel drivers/virtio/virtio_mem.c: virtio_mem_send_unplug_request, virtio_mem_sbm_unplug_sb */
export function unplugSubblocks(machine: Machine, name: string, from: number, count: number): Errno {
  const vm = vmOf(machine, name);
  const bytes = count * vm.subblockSize;
  setQemu(machine, (qemu) => addPlugged(qemu, hardwareOf(machine, name), -bytes));
  setVm(machine, name, { plugged: vm.plugged.delete(from, from + count), pluggedSize: vm.pluggedSize - bytes });
  return 0;
}

/** The usable part may shrink, so that the configuration is read again. @kernel virtio_mem_send_unplug_all_request */
export function unplugEverything(machine: Machine, name: string): void {
  setQemu(machine, (qemu) => unplugAll(qemu, hardwareOf(machine, name)));
  setVm(machine, name, { unplugAllRequired: false, pluggedSize: 0, configChanged: true });
}
