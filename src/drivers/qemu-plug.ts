/** Plugging a memory device: QEMU 7.2's checks in its order, slot and address assignment. */

import { alignUp, overlaps } from '../kernel/units.ts';
import {
  backendInUse,
  nvdimmSize,
  type MemoryDriver,
  type QemuMemoryDevice,
  type QemuOutcome,
  type QemuState,
} from './qemu.ts';
import { usableRegionSize } from './qemu-virtio-mem.ts';

/** What `device_add` asks for, already typed. */
export interface PlugRequest {
  readonly driver: MemoryDriver;
  readonly id: string;
  /** Undefined or empty: no backend was named. */
  readonly memdev: string | undefined;
  /** 0 means any. */
  readonly addr: bigint;
  /** −1 means any. */
  readonly slot: number;
  readonly node: number;
  readonly labelSize: bigint;
  readonly blockSize: number;
  readonly requestedSize: number;
  readonly hotplugged: boolean;
}

const hexOf = (value: number | bigint): string => '0x' + value.toString(16);

/** Devices in the order of their addresses. */
export function devicesByAddress(state: QemuState): QemuMemoryDevice[] {
  return [...state.devices].sort((a, b) => a.addr - b.addr);
}

/** The slot to use, or why there is none. */
function findSlot(state: QemuState, wanted: number): number | string {
  const { slots } = state.machine;
  if (wanted !== -1 && (wanted < 0 || wanted >= slots)) {
    // QEMU's arithmetic is unsigned.
    const last = slots === 0 ? 2n ** 64n - 1n : BigInt(slots - 1);
    return `invalid slot number ${wanted}, valid range is [0-${last}]`;
  }
  if (slots === 0) return "no slots where allocated, please specify the 'slots' option";
  const busy = new Set(state.devices.map((device) => device.slot));
  if (wanted !== -1) return busy.has(wanted) ? `slot ${wanted} is busy` : wanted;
  for (let slot = 0; slot < slots; slot++) if (!busy.has(slot)) return slot;
  return 'no free slots available';
}

/** The address to use, or why there is none. First fit from the start of the device memory. */
function findAddress(state: QemuState, hint: bigint, size: number, align: number): number | string {
  const { deviceMemory: space } = state.machine.layout;
  if (space.end === space.start) {
    return 'memory devices (e.g. for memory hotplug) are not enabled, please specify the maxmem option';
  }
  const used = state.devices.reduce((sum, device) => sum + device.size, 0);
  const total = state.machine.maxramSize - state.machine.ramSize;
  if (used + size > total) {
    return `not enough space, currently ${hexOf(used)} in use of total space for memory devices ${hexOf(total)}`;
  }
  if (hint % BigInt(align) !== 0n) return `address must be aligned to ${hexOf(align)} bytes`;
  if (size % align !== 0) return `backend memory size must be multiple of ${hexOf(align)}`;
  const sorted = devicesByAddress(state);
  if (hint !== 0n) {
    const usable = `[${hexOf(space.start)}:${hexOf(space.end - space.start)}]`;
    if (hint < BigInt(space.start) || hint + BigInt(size) > BigInt(space.end)) {
      return `can't add memory device [${hexOf(hint)}:${hexOf(size)}], usable range for memory devices ${usable}`;
    }
    const start = Number(hint);
    const rival = sorted.find((device) => overlaps(start, start + size, device.addr, device.addr + device.size));
    if (rival === undefined) return start;
    return `address range conflicts with memory device id='${rival.id === '' ? '(unnamed)' : rival.id}'`;
  }
  let start = space.start;
  for (const device of sorted) {
    const end = device.addr + device.size;
    if (overlaps(start, start + size, device.addr, end)) start = alignUp(end, align);
    else if (device.addr >= start + size) break;
  }
  if (start + size <= space.end) return start;
  return 'could not find position in guest address space for memory device - memory fragmented due to alignments';
}

/** Plugs a memory device in, or says in QEMU's words why not. */
export function plugDevice(state: QemuState, request: PlugRequest): QemuOutcome {
  const { driver, id, memdev } = request;
  const fail = (error: string): QemuOutcome => ({ error });
  if (driver === 'nvdimm' && !state.machine.nvdimm) return fail("nvdimm is not enabled: missing 'nvdimm' in '-M'");
  const slot = driver === 'virtio-mem-pci' || driver === 'virtio-pmem-pci' ? -1 : findSlot(state, request.slot);
  if (typeof slot === 'string') return fail(slot);

  const backend = memdev === undefined ? undefined : state.backends.get(memdev);
  if (backend === undefined) return fail("'memdev' property must be set");
  let size = backend.size;
  const labelSize = Number(request.labelSize);
  if (driver === 'nvdimm') {
    size = nvdimmSize(backend, labelSize);
    if (size === 0) {
      const parts = `nvdimm label (${hexOf(request.labelSize)}) and aligned PMEM (${hexOf(backend.align)})`;
      return fail(`the size of memdev ${backend.id} (${hexOf(backend.size)}) is too small to contain ${parts}`);
    }
  }
  const align = driver === 'virtio-mem-pci' ? Math.max(backend.align, request.blockSize) : backend.align;
  const addr = findAddress(state, request.addr, size, align);
  if (typeof addr === 'string') return fail(addr);

  if (backendInUse(state, backend.id)) {
    const isVirtioMem = driver === 'virtio-mem-pci';
    return fail(`${isVirtioMem ? "'memdev' property specifies a" : "can't use already"} busy memdev: ${backend.id}`);
  }
  const nodes = state.machine.nodes.length;
  if (nodes > 0 ? request.node >= nodes : request.node !== 0) {
    const most = `the number of numa nodes: ${nodes || 1}`;
    // The missing space is QEMU's.
    if (driver === 'virtio-mem-pci') return fail(`'node' property has value '${request.node}', which exceeds${most}`);
    return fail(`'DIMM property node has value ${request.node}' which exceeds ${most}`);
  }
  if (request.requestedSize % request.blockSize !== 0) {
    return fail(`'requested-size' property has to be multiples of 'block-size' (${hexOf(request.blockSize)})`);
  }
  const { node, hotplugged, blockSize, requestedSize } = request;
  const device: QemuMemoryDevice = {
    id,
    driver,
    memdev: backend.id,
    addr,
    size,
    slot,
    node,
    hotplugged,
    labelSize,
    blockSize,
    requestedSize,
    pluggedSize: 0,
    usableSize: driver === 'virtio-mem-pci' ? usableRegionSize(size, blockSize, requestedSize) : 0,
  };
  return { ...state, devices: [...state.devices, device] };
}
