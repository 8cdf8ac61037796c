/** The virtio bus: QEMU's virtio devices as the guest numbers them. */

import type { Machine } from '../machine.ts';

/** A device of QEMU's on the virtio bus. */
export interface VirtioDevice {
  /** `virtio0`, in the order of the PCI slots. */
  readonly name: string;
  readonly kind: 'mem' | 'pmem';
  readonly start: number;
  /** Bytes: the whole region of a virtio-mem device. */
  readonly size: number;
  /** QEMU's node, a proximity domain; 0 for pmem, which has none. */
  readonly pxm: number;
  /** `0000:00:01.0` */
  readonly pciAddress: string;
}

/** Virtio devices of the machine, whether or not the kernel has met them. Slot 0 is the host bridge's. */
export function virtioHardware(machine: Machine): VirtioDevice[] {
  const { qemu } = machine.devices;
  if (qemu === undefined) return [];
  return qemu.devices
    .filter(({ driver }) => driver === 'virtio-mem-pci' || driver === 'virtio-pmem-pci')
    .map(({ driver, addr, size, node }, index) => ({
      name: `virtio${index}`,
      kind: driver === 'virtio-mem-pci' ? 'mem' : 'pmem',
      start: addr,
      size,
      pxm: node,
      pciAddress: `0000:00:${(index + 1).toString(16).padStart(2, '0')}.0`,
    }));
}

/** Devices on the virtio bus: those of the machine, once virtio_pci drives them. */
export function virtioDevices(machine: Machine): VirtioDevice[] {
  const { kernel, devices } = machine;
  const driven = kernel.profile.does.virtioBuiltIn || devices.modules.includes('virtio_pci');
  return driven ? virtioHardware(machine) : [];
}
