/** State of the virtio_mem driver: one immutable record for each bound device. */

import { RangeMap } from '../../kernel/range-map.ts';
import type { ByteRange, Nid } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';

/**
 * What a memory block of a device in sub-block mode is; `partial` ones have unplugged sub-blocks.
 * @kernel drivers/virtio/virtio_mem.c: enum virtio_mem_sbm_mb_state
 */
export type SbmState =
  'unused' | 'plugged' | 'offline' | 'offline-partial' | 'kernel' | 'kernel-partial' | 'movable' | 'movable-partial';

/** What a big block is. @kernel drivers/virtio/virtio_mem.c: enum virtio_mem_bbm_bb_state */
export type BbmState = 'unused' | 'plugged' | 'added' | 'fake-offline';

export type UnitState = SbmState | BbmState;

/**
 * A bound device. Its memory comes in units, numbered by their address: memory blocks in sub-block mode, big blocks
 * in big-block mode.
 * @kernel drivers/virtio/virtio_mem.c: struct virtio_mem
 */
export interface VirtioMem {
  /** `virtio0` */
  readonly name: string;
  readonly addr: number;
  readonly regionSize: number;
  readonly nid: Nid;
  /** Memory group; −1 on kernels without groups. */
  readonly group: number;
  /** Sub-block mode; otherwise big-block mode. */
  readonly inSbm: boolean;
  /** Bytes of a unit. */
  readonly unitSize: number;
  /** Bytes that are plugged at once: a sub-block, or a whole big block. */
  readonly subblockSize: number;
  readonly firstId: number;
  readonly lastUsableId: number;
  /** The unit that is prepared next; those below it have a state. */
  readonly nextId: number;
  readonly units: RangeMap<UnitState>;
  /** Plugged sub-blocks by their number, counted from address 0. */
  readonly plugged: RangeMap<true>;
  readonly pluggedSize: number;
  readonly requestedSize: number;
  readonly offlineSize: number;
  readonly offlineThreshold: number;
  readonly unplugAllRequired: boolean;
  readonly configChanged: boolean;
  /** Some blocks are wholly unplugged and could not be removed. */
  readonly haveUnpluggedMb: boolean;
  /** Work is queued. */
  readonly queued: boolean;
  /** Work is running. */
  readonly active: boolean;
  readonly broken: boolean;
}

/** @kernel drivers/virtio/virtio_mem.c: module_param */
export interface VirtioMemParams {
  readonly unplugOnline: boolean;
  readonly forceBbm: boolean;
  readonly bbmBlockSize: number;
  /** Only of kernels that do not always unplug big blocks safely. */
  readonly bbmSafeUnplug: boolean;
}

export interface VirtioMemState {
  readonly params: VirtioMemParams;
  /** Bound devices by name. */
  readonly bound: ReadonlyMap<string, VirtioMem>;
  /** Devices that were unbound by hand, or did not bind: they bind when told to. */
  readonly left: ReadonlySet<string>;
  /** Pages kept from the allocator by devices that are no longer bound: they keep their blocks online. */
  readonly orphans: readonly ByteRange[];
}

export const DEFAULT_PARAMS: VirtioMemParams = {
  unplugOnline: true,
  forceBbm: false,
  bbmBlockSize: 0,
  bbmSafeUnplug: true,
};

export const NO_VIRTIO_MEM: VirtioMemState = {
  params: DEFAULT_PARAMS,
  bound: new Map(),
  left: new Set(),
  orphans: [],
};

/** A bound device. @throws when it is not bound, which is a mistake of ours */
export function vmOf(machine: Machine, name: string): VirtioMem {
  const vm = machine.devices.virtioMem.bound.get(name);
  if (vm === undefined) throw new Error(`${name} is not bound`);
  return vm;
}

export function setVirtioMem(machine: Machine, patch: Partial<VirtioMemState>): void {
  machine.devices = { ...machine.devices, virtioMem: { ...machine.devices.virtioMem, ...patch } };
}

/** Changes a bound device and returns what it is now. */
export function setVm(machine: Machine, name: string, patch: Partial<VirtioMem>): VirtioMem {
  const vm = { ...vmOf(machine, name), ...patch };
  setVirtioMem(machine, { bound: new Map(machine.devices.virtioMem.bound).set(name, vm) });
  return vm;
}

export function setUnit(machine: Machine, name: string, id: number, state: UnitState): void {
  const { units } = vmOf(machine, name);
  setVm(machine, name, { units: units.set(id, id + 1, state) });
}

/** The first unit from `from` on that is in a state, or undefined. */
export function nextUnit(vm: VirtioMem, from: number, state: UnitState): number | undefined {
  const entry = vm.units.overlapping(from, vm.nextId).find((each) => each.value === state);
  return entry && Math.max(entry.start, from);
}

/** The last unit up to `from` that is in a state, or undefined. */
export function previousUnit(vm: VirtioMem, from: number, state: UnitState): number | undefined {
  const entry = vm.units.overlapping(vm.firstId, from + 1).findLast((each) => each.value === state);
  return entry && Math.min(entry.end - 1, from);
}

/** Sub-blocks in a unit. */
export function subblocksPerUnit(vm: VirtioMem): number {
  return vm.unitSize / vm.subblockSize;
}

/** Number of a unit's first sub-block. */
export function firstSubblock(vm: VirtioMem, id: number): number {
  return id * subblocksPerUnit(vm);
}

/** Whether all sub-blocks of [from, from + count) are plugged. @kernel virtio_mem_sbm_test_sb_plugged */
export function allPlugged(vm: VirtioMem, from: number, count: number): boolean {
  const [entry] = vm.plugged.overlapping(from, from + count);
  return entry !== undefined && entry.start <= from && entry.end >= from + count;
}

/** Whether no sub-block of [from, from + count) is plugged. @kernel virtio_mem_sbm_test_sb_unplugged */
export function nonePlugged(vm: VirtioMem, from: number, count: number): boolean {
  return vm.plugged.overlapping(from, from + count).length === 0;
}

/** Whether the unit has no plugged sub-block left. */
export function isUnplugged(vm: VirtioMem, id: number): boolean {
  return nonePlugged(vm, firstSubblock(vm, id), subblocksPerUnit(vm));
}

/** Whether every sub-block of the unit is plugged. */
export function isWhole(vm: VirtioMem, id: number): boolean {
  return allPlugged(vm, firstSubblock(vm, id), subblocksPerUnit(vm));
}
