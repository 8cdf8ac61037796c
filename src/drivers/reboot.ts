/** Switching a machine off and on again: the kernel forgets, persistent memory does not, and firmware may move it. */

import { buildMachine } from './build-machine.ts';
import { MachineDescriptionError, type MachineDescription } from './machine-description.ts';
import type { Machine } from './machine.ts';
import { moveMedia, type MediaMove } from './nvdimm/media.ts';
import { startQemu } from './qemu/args.ts';
import { resetVirtioMem } from './qemu/virtio-mem.ts';
import type { QemuState } from './qemu/qemu.ts';

/** What is different at the next boot; nothing, when nothing is said. */
export interface RebootChange extends Partial<MachineDescription> {
  /** Persistent ranges that firmware puts elsewhere. NVDIMMs that move with their slots or with the RAM need not be named. */
  readonly moved?: readonly MediaMove[];
}

/**
 * The machine after its next boot; the one given stays as it was. With the same `memory` and `qemu` the monitor keeps
 * running: what was plugged in stays, virtio-mem starts empty. With others it is started anew.
 * @throws MachineDescriptionError when the machine was not booted from a description, or cannot be with the change
 */
export function reboot(machine: Machine, change: RebootChange = {}): Machine {
  const { bootedFrom, qemu, media, random } = machine.devices;
  if (bootedFrom === undefined) {
    const help = 'only machines that were described can be booted again';
    throw new MachineDescriptionError({ message: 'a captured machine cannot be booted again', field: 'machine', help });
  }
  const { moved = [], ...changed } = change;
  const description = { ...bootedFrom.description, ...changed };
  const restarted = changed.memory !== undefined || changed.qemu !== undefined;
  const next = restarted || qemu === undefined ? startQemu(description.memory, description.qemu) : resetVirtioMem(qemu);
  // Firmware's map was seen on this hardware: with other hardware it is made from the arguments.
  const seen = restarted ? undefined : bootedFrom.seen;
  const moves = [...moved, ...moveOfDimms(qemu, next)];
  return buildMachine(description, seen, { qemu: next, media: moveMedia(media, moves), random });
}

/** Where devices with memory that persists were and are; the same memory behind them makes them the same. */
function moveOfDimms(before: QemuState | undefined, after: QemuState): MediaMove[] {
  return (before?.devices ?? []).flatMap((old) => {
    if (old.driver !== 'nvdimm' && old.driver !== 'virtio-pmem-pci') return [];
    const now = after.devices.find(({ memdev }) => memdev === old.memdev);
    return now?.addr === old.addr ? [] : [{ from: old.addr, to: now?.addr, size: old.size }];
  });
}
