/** The virtual machine monitor's device model: memory backends and the memory devices made of them. Immutable. */

import { alignDown, MiB } from '../../kernel/units.ts';
import type { QemuMachine } from './machine.ts';

export type BackendType = 'memory-backend-ram' | 'memory-backend-memfd' | 'memory-backend-file';
export const BACKEND_TYPES: readonly string[] = ['memory-backend-ram', 'memory-backend-memfd', 'memory-backend-file'];

/** Host memory under an id (`object_add`). */
export interface QemuBackend {
  readonly id: string;
  readonly type: BackendType;
  readonly size: number;
  /** Guest addresses of devices made of it are multiples of this. */
  readonly align: number;
}

export type MemoryDriver = 'pc-dimm' | 'nvdimm' | 'virtio-mem-pci' | 'virtio-pmem-pci';

/** A plugged memory device. */
export interface QemuMemoryDevice {
  /** Empty when none was given. */
  readonly id: string;
  readonly driver: MemoryDriver;
  readonly memdev: string;
  readonly addr: number;
  /** Bytes it takes of the device memory: without labels for nvdimm, the whole backend for virtio-mem. */
  readonly size: number;
  /** −1 for virtio devices. */
  readonly slot: number;
  readonly node: number;
  readonly hotplugged: boolean;
  /** Bytes of an nvdimm's label area. */
  readonly labelSize: number;
  /** Only of virtio-mem. */
  readonly blockSize: number;
  readonly requestedSize: number;
  readonly pluggedSize: number;
  /** Bytes from its start that the guest may plug. */
  readonly usableSize: number;
}

export interface QemuState {
  readonly machine: QemuMachine;
  /** By id, in the order they were made. */
  readonly backends: ReadonlyMap<string, QemuBackend>;
  /** In the order they were plugged. */
  readonly devices: readonly QemuMemoryDevice[];
}

/** Alignment of anonymous memory: QEMU allocates it for huge pages. */
export const ANONYMOUS_ALIGN = 2 * MiB;
const PAGE = 4096;

export function emptyQemu(machine: QemuMachine): QemuState {
  return { machine, backends: new Map(), devices: [] };
}

/** A new state, or QEMU's refusal. */
export type QemuOutcome = QemuState | { readonly error: string };

export function refused(outcome: QemuOutcome): outcome is { readonly error: string } {
  return 'error' in outcome;
}

/** Largest backend a host's address space could ever hold. */
const HOST_LIMIT = 2 ** 47;

/** `object_add` after its options were read. */
export function addBackend(state: QemuState, type: BackendType, id: string, size: bigint): QemuOutcome {
  if (size === 0n) return { error: `property 'size' of ${type} doesn't take value '0'` };
  if (state.backends.has(id)) {
    return { error: `attempt to add duplicate property '${id}' to object (type 'container')` };
  }
  if (size > BigInt(HOST_LIMIT)) return { error: `cannot set up guest memory '${id}': Cannot allocate memory` };
  const align = type === 'memory-backend-ram' ? ANONYMOUS_ALIGN : PAGE;
  const backends = new Map(state.backends).set(id, { id, type, size: Number(size), align });
  return { ...state, backends };
}

/** Whether a device, a NUMA node or the machine's own RAM is made of the backend. */
export function backendInUse(state: QemuState, id: string): boolean {
  const { nodes, ramBackend } = state.machine;
  return (
    ramBackend === id ||
    nodes.some((node) => node.memdev === id) ||
    state.devices.some((device) => device.memdev === id)
  );
}

/** `object_del`. */
export function removeBackend(state: QemuState, id: string): QemuOutcome {
  if (!state.backends.has(id)) return { error: `object '${id}' not found` };
  if (backendInUse(state, id)) return { error: `object '${id}' is in use, can not be deleted` };
  const backends = new Map(state.backends);
  backends.delete(id);
  return { ...state, backends };
}

/** Takes a device out, after the guest let it go. Its slot and its addresses are free again. */
export function removeDevice(state: QemuState, slot: number): QemuState {
  return { ...state, devices: state.devices.filter((device) => device.slot !== slot) };
}

/** Bytes an nvdimm offers of its backend: without the label area, whole multiples of the alignment. */
export function nvdimmSize(backend: QemuBackend, labelSize: number): number {
  return alignDown(Math.max(backend.size - labelSize, 0), backend.align);
}
