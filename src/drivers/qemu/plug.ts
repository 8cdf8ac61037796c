/** Plugging a memory device: QEMU 7.2's checks in its order, slot and address assignment. */

import { check, UNHEARD, type CheckPoint, type Explained } from '../../kernel/explain.ts';
import { alignUp, overlaps } from '../../kernel/units.ts';
import {
  backendInUse,
  nvdimmSize,
  type MemoryDriver,
  type QemuMemoryDevice,
  type QemuOutcome,
  type QemuState,
} from './qemu.ts';
import { usableRegionSize } from './virtio-mem.ts';

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

const at = (fn: string, condition: string): CheckPoint => ({ file: 'QEMU', fn, condition });
const GUEST_HEARS = at('virt_memory_pre_plug', 'the machine was started by UEFI firmware, whose ACPI tells the guest of a DIMM');
const SLOT_VALID = at('pc_dimm_pre_plug', 'the slot is one of those the machine has');
const SLOT_FREE = at('pc_dimm_get_free_slot', 'a slot is free');
const HAS_BACKEND = at('memdev', 'the device names its memory');
const HAS_DEVICE_MEMORY = at('memory_device_pre_plug', 'the machine has room for memory devices: maxmem is more than size');
const ENOUGH_SPACE = at('memory_device_check_addable', 'all memory devices together fit between size and maxmem');
const ADDRESS_ALIGNED = at('memory_device_get_free_addr', 'the address is a multiple of the alignment of its memory');
const SIZE_ALIGNED = at('memory_device_get_free_addr', 'the size is a multiple of the alignment of its memory');
const IN_DEVICE_MEMORY = at('memory_device_get_free_addr', 'the range lies within the device memory');
const ADDRESS_FREE = at('memory_device_get_free_addr', 'no other memory device takes part of the range');
const GAP_FOUND = at('memory_device_get_free_addr', 'a gap between the memory devices is large enough');
const BACKEND_IDLE = at('pc_dimm_realize, virtio_mem_device_realize', 'no other device uses the memory');
const NODE_EXISTS = at('pc_dimm_realize, virtio_mem_device_realize', 'the node is one of those the machine has');
const NVDIMM_ENABLED = at('pc_memory_pre_plug', 'the machine takes NVDIMMs: -M nvdimm=on');
const LABELS_FIT = at('nvdimm_prepare_memory_region', 'the memory holds the labels and some aligned bytes more');
const REQUEST_ALIGNED = at('virtio_mem_device_realize', "the requested size is a multiple of the device's block size");

/** The slot to use, or why there is none. */
function findSlot(state: QemuState, wanted: number, listener: Explained): number | string {
  const { slots } = state.machine;
  if (!check(listener, SLOT_VALID, wanted === -1 || (wanted >= 0 && wanted < slots), { slot: wanted === -1 ? 'any' : wanted, slots })) {
    // QEMU's arithmetic is unsigned.
    const last = slots === 0 ? 2n ** 64n - 1n : BigInt(slots - 1);
    return `invalid slot number ${wanted}, valid range is [0-${last}]`;
  }
  if (!check(listener, SLOT_FREE, freeSlot(state, wanted) !== undefined, { devices: state.devices.length, slots })) {
    if (slots === 0) return "no slots where allocated, please specify the 'slots' option";
    return wanted === -1 ? 'no free slots available' : `slot ${wanted} is busy`;
  }
  return freeSlot(state, wanted) as number;
}

function freeSlot(state: QemuState, wanted: number): number | undefined {
  const busy = new Set(state.devices.map((device) => device.slot));
  if (wanted !== -1) return busy.has(wanted) ? undefined : wanted;
  for (let slot = 0; slot < state.machine.slots; slot++) if (!busy.has(slot)) return slot;
  return undefined;
}

/** The address to use, or why there is none. First fit from the start of the device memory. */
function findAddress(
  state: QemuState, hint: bigint, size: number, align: number, listener: Explained,
): number | string {
  const { deviceMemory: space } = state.machine.layout;
  if (!check(listener, HAS_DEVICE_MEMORY, space.end > space.start)) {
    return 'memory devices (e.g. for memory hotplug) are not enabled, please specify the maxmem option';
  }
  const used = state.devices.reduce((sum, device) => sum + device.size, 0);
  const total = state.machine.maxramSize - state.machine.ramSize;
  if (!check(listener, ENOUGH_SPACE, used + size <= total, { size, usedBytes: used, totalBytes: total })) {
    return `not enough space, currently ${hexOf(used)} in use of total space for memory devices ${hexOf(total)}`;
  }
  const wanted = { address: hexOf(hint), align };
  if (hint !== 0n && !check(listener, ADDRESS_ALIGNED, hint % BigInt(align) === 0n, wanted)) {
    return `address must be aligned to ${hexOf(align)} bytes`;
  }
  if (!check(listener, SIZE_ALIGNED, size % align === 0, { size, align })) {
    return `backend memory size must be multiple of ${hexOf(align)}`;
  }
  const sorted = devicesByAddress(state);
  if (hint !== 0n) {
    const usable = `[${hexOf(space.start)}:${hexOf(space.end - space.start)}]`;
    const inside = hint >= BigInt(space.start) && hint + BigInt(size) <= BigInt(space.end);
    if (!check(listener, IN_DEVICE_MEMORY, inside, { address: hexOf(hint), size, start: space.start, end: space.end })) {
      return `can't add memory device [${hexOf(hint)}:${hexOf(size)}], usable range for memory devices ${usable}`;
    }
    const start = Number(hint);
    const rival = sorted.find((device) => overlaps(start, start + size, device.addr, device.addr + device.size));
    if (check(listener, ADDRESS_FREE, rival === undefined, { start, end: start + size })) return start;
    return `address range conflicts with memory device id='${rival?.id === '' ? '(unnamed)' : rival?.id}'`;
  }
  let start = space.start;
  for (const device of sorted) {
    const end = device.addr + device.size;
    if (overlaps(start, start + size, device.addr, end)) start = alignUp(end, align);
    else if (device.addr >= start + size) break;
  }
  if (check(listener, GAP_FOUND, start + size <= space.end, { size, start: space.start, end: space.end })) return start;
  return 'could not find position in guest address space for memory device - memory fragmented due to alignments';
}

/** Plugs a memory device in, or says in QEMU's words why not. */
export function plugDevice(state: QemuState, request: PlugRequest, listener: Explained = UNHEARD): QemuOutcome {
  const { driver, id, memdev } = request;
  const fail = (error: string): QemuOutcome => ({ error });
  const isVirtio = driver === 'virtio-mem-pci' || driver === 'virtio-pmem-pci';
  // Only QEMU's virt machine asks.
  if (!isVirtio && state.machine.arch === 'arm64') {
    check(listener, GUEST_HEARS, false);
    return fail('memory hotplug is not enabled: missing acpi-ged device');
  }
  if (driver === 'nvdimm' && !check(listener, NVDIMM_ENABLED, state.machine.nvdimm)) {
    return fail("nvdimm is not enabled: missing 'nvdimm' in '-M'");
  }
  const slot = isVirtio ? -1 : findSlot(state, request.slot, listener);
  if (typeof slot === 'string') return fail(slot);

  const backend = memdev === undefined ? undefined : state.backends.get(memdev);
  check(listener, HAS_BACKEND, backend !== undefined);
  if (backend === undefined) return fail("'memdev' property must be set");
  let size = backend.size;
  const labelSize = Number(request.labelSize);
  if (driver === 'nvdimm') {
    size = nvdimmSize(backend, labelSize);
    if (!check(listener, LABELS_FIT, size > 0, { backendSize: backend.size, labelSize })) {
      const parts = `nvdimm label (${hexOf(request.labelSize)}) and aligned PMEM (${hexOf(backend.align)})`;
      return fail(`the size of memdev ${backend.id} (${hexOf(backend.size)}) is too small to contain ${parts}`);
    }
  }
  const align = driver === 'virtio-mem-pci' ? Math.max(backend.align, request.blockSize) : backend.align;
  const addr = findAddress(state, request.addr, size, align, listener);
  if (typeof addr === 'string') return fail(addr);

  if (!check(listener, BACKEND_IDLE, !backendInUse(state, backend.id), { memdev: backend.id })) {
    const isVirtioMem = driver === 'virtio-mem-pci';
    return fail(`${isVirtioMem ? "'memdev' property specifies a" : "can't use already"} busy memdev: ${backend.id}`);
  }
  const nodes = state.machine.nodes.length;
  const nodeExists = nodes > 0 ? request.node < nodes : request.node === 0;
  if (!check(listener, NODE_EXISTS, nodeExists, { node: request.node, nodes: nodes || 1 })) {
    const most = `the number of numa nodes: ${nodes || 1}`;
    // The missing space is QEMU's.
    if (driver === 'virtio-mem-pci') return fail(`'node' property has value '${request.node}', which exceeds${most}`);
    return fail(`'DIMM property node has value ${request.node}' which exceeds ${most}`);
  }
  const requestAligned = request.requestedSize % request.blockSize === 0;
  const units = { requestedSize: request.requestedSize, blockSize: request.blockSize };
  if (driver === 'virtio-mem-pci' && !check(listener, REQUEST_ALIGNED, requestAligned, units)) {
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
    usableSize: driver === 'virtio-mem-pci' ? usableRegionSize(state.machine.arch, size, blockSize, requestedSize) : 0,
  };
  return { ...state, devices: [...state.devices, device] };
}
