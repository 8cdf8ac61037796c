/** QEMU 7.2's virtio-mem device: what its operator asks for, and what the guest may plug. */

import { alignUp, GiB, MiB } from '../../kernel/units.ts';
import type { QemuArch } from './platform.ts';
import type { QemuMemoryDevice, QemuOutcome, QemuState } from './qemu.ts';

/** The guest may use this much more than what is asked for: twice the largest block QEMU expects of a guest. */
const usableExtent = (arch: QemuArch): number => (arch === 'arm64' ? GiB : 256 * MiB);

function replaceDevice(state: QemuState, changed: QemuMemoryDevice): QemuState {
  return { ...state, devices: state.devices.map((device) => (device.addr === changed.addr ? changed : device)) };
}

/** Bytes from the start of the device that the guest may plug; nothing while nothing is asked for. */
export function usableRegionSize(arch: QemuArch, maxSize: number, blockSize: number, requestedSize: number): number {
  return requestedSize === 0 ? 0 : alignUp(Math.min(maxSize, requestedSize + usableExtent(arch)), blockSize);
}

/** The virtio-mem device that begins at an address. */
export function virtioMemAt(state: QemuState, addr: number): QemuMemoryDevice | undefined {
  return state.devices.find((device) => device.driver === 'virtio-mem-pci' && device.addr === addr);
}

/** `requested-size` on a running machine. The usable part only grows. */
export function setRequestedSize(state: QemuState, device: QemuMemoryDevice, size: bigint): QemuOutcome {
  const { blockSize, size: maxSize } = device;
  if (size % BigInt(blockSize) !== 0n) {
    return { error: `'requested-size' has to be multiples of 'block-size' (0x${blockSize.toString(16)})` };
  }
  if (size > BigInt(maxSize)) {
    // The missing space is QEMU's.
    return { error: `'requested-size' cannot exceed the memory backend size(0x${maxSize.toString(16)})` };
  }
  const requestedSize = Number(size);
  if (requestedSize === device.requestedSize) return state;
  const usableSize = Math.max(device.usableSize, usableRegionSize(state.machine.arch, maxSize, blockSize, requestedSize));
  return replaceDevice(state, { ...device, requestedSize, usableSize });
}

/** The guest plugs (or with a negative number, unplugs) memory. */
export function addPlugged(state: QemuState, device: QemuMemoryDevice, bytes: number): QemuState {
  return replaceDevice(state, { ...device, pluggedSize: device.pluggedSize + bytes });
}

/** The guest, or a reset of the machine, gives up all memory; the usable part shrinks to what is asked for. */
export function unplugAll(state: QemuState, device: QemuMemoryDevice): QemuState {
  const usableSize = usableRegionSize(state.machine.arch, device.size, device.blockSize, device.requestedSize);
  return replaceDevice(state, { ...device, pluggedSize: 0, usableSize });
}

/** What a reset of the machine does to its virtio-mem devices. */
export function resetVirtioMem(state: QemuState): QemuState {
  return state.devices
    .filter((device) => device.driver === 'virtio-mem-pci')
    .reduce((reset, device) => unplugAll(reset, device), state);
}
