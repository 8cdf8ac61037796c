/** What a layout is wanted for: machines to choose from, and wishes. */

import type { MachineDescription } from '../../drivers/machine-description.ts';

/** System RAM in DIMMs that are plugged into a running machine. */
export interface DimmWish {
  readonly kind: 'dimm';
  readonly sizeBytes: number;
  /** DIMMs it may be divided among. */
  readonly most: number;
  /** The sizes DIMMs come in; any when absent. */
  readonly sizes?: readonly number[];
}

/** Persistent memory plugged into a running machine. */
export interface NvdimmWish {
  readonly kind: 'nvdimm';
  readonly sizeBytes: number;
}

/** A virtio-mem device that is asked for so much. */
export interface VirtioMemWish {
  readonly kind: 'virtio-mem';
  readonly sizeBytes: number;
  /** The name the device gets. */
  readonly device: string;
  /** The device's own block size. */
  readonly blockBytes: number;
}

/** A namespace that holds so much data, in a region the machine has. */
export interface NamespaceWish {
  readonly kind: 'namespace';
  readonly sizeBytes: number;
  readonly region: number;
  readonly mode: 'fsdax' | 'devdax';
  /** Where the memmap goes. */
  readonly map: 'mem' | 'dev';
  /** Tried beside the region's own: smaller alignments it may be set to. */
  readonly aligns: readonly number[];
}

/** A range that firmware keeps for a driver, used as System RAM: where it begins may be chosen. */
export interface WindowWish {
  readonly kind: 'window';
  readonly sizeBytes: number;
  readonly from: number;
  /** The last base, inclusive. */
  readonly to: number;
  readonly stepBytes: number;
}

/** One thing a layout is to have. */
export type Wish = DimmWish | NvdimmWish | VirtioMemWish | NamespaceWish | WindowWish;
export type WishKind = Wish['kind'];

/** A region of persistent memory that the platform has, spread over several DIMMs. */
export interface PlatformRegion {
  readonly sizeBytes: number;
  /** DIMMs it is interleaved over. */
  readonly ways: number;
}

/** The wishes, and the machines they may be met on. */
export interface PlanProblem {
  /** The machines to choose from, the preferred one first; `memory` gets slots and maxmem where it has none. */
  readonly machines: readonly MachineDescription[];
  readonly wishes: readonly Wish[];
  /** Numbered from 0 on, before those of the machine's own devices. */
  readonly regions: readonly PlatformRegion[];
  /** How added RAM comes online. */
  readonly online: 'online' | 'online_movable' | 'online_kernel';
  /** Room kept for devices to come, in bytes of maxmem and in one slot. */
  readonly roomBytes: number;
}

/** What a layout costs. The first difference decides: wishes come first, then what is lost, then fewer devices. */
export interface PlanCost {
  /** Bytes that are wished and not had. */
  readonly missingBytes: number;
  /** For each wish what it takes or asks for, whichever is more, less what serves it. */
  readonly lostBytes: number;
  readonly devices: number;
}

export const NO_COST: PlanCost = { missingBytes: 0, lostBytes: 0, devices: 0 };

/** Negative when `a` is the better one. */
export function compareCosts(a: PlanCost, b: PlanCost): number {
  return a.missingBytes - b.missingBytes || a.lostBytes - b.lostBytes || a.devices - b.devices;
}
