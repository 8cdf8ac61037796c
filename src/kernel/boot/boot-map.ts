/** What boot starts from and what it leaves behind: plain data between firmware, command line and the memory core. */

import type { ByteRange, Nid, Pfn, PfnRange, PhysAddr } from '../units.ts';
import type { LogLine } from '../log.ts';

/**
 * Types of the firmware's memory map, by the kernel's names.
 * @kernel arch/x86/include/asm/e820/types.h: enum e820_type
 */
export type E820Type =
  | 'ram' // E820_TYPE_RAM 1
  | 'reserved' // 2
  | 'acpi' // ACPI data 3
  | 'nvs' // ACPI NVS 4
  | 'unusable' // 5
  | 'pmem' // 7
  | 'pram' // legacy persistent, 12
  | 'soft-reserved' // 0xefffffff
  | 'reserved-kern' // 128
  | 'unknown'; // anything else, e.g. type 20

/** One entry of firmware’s memory map, in bytes. */
export interface E820Entry extends ByteRange {
  readonly type: E820Type;
  /** The number behind type 'unknown', as firmware gave it (20, say). */
  readonly typeNumber?: number;
}

/** A memory affinity entry of the SRAT. */
export interface SratMemory extends ByteRange {
  readonly nid: Nid;
  readonly pxm: number;
  readonly hotplug: boolean;
  readonly nonVolatile: boolean;
}

/** Memory as a device tree or a hypervisor lists it; without a node where no NUMA is described. */
export interface FirmwareRam extends ByteRange {
  readonly nid?: Nid;
}

/** The machine as firmware hands it over. */
export interface BootInput {
  /** Empty where the architecture has none. */
  readonly e820: readonly E820Entry[];
  /** What stands for it there. */
  readonly ram?: readonly FirmwareRam[];
  readonly cmdline: string;
  readonly srat: readonly SratMemory[];
  /** The CPUID hypervisor bit: decides the memory block size above 64 GiB. */
  readonly hypervisor: boolean;
  /** Host bridge windows: inserted into iomem before the late reservations. */
  readonly pciWindows?: readonly ByteRange[];
  /**
   * Ranges that firmware's map calls usable but the kernel reserved before it set up memblock, when a log tells:
   * memory no MTRR makes cacheable, a GART aperture.
   */
  readonly reservedByBoot?: readonly ByteRange[];
  /** Ranges reserved later (EFI tables): only the final e820 table and /proc/iomem know. */
  readonly reservedLate?: readonly ByteRange[];
  /** Nodes the SRAT gives processors, with memory or without. */
  readonly cpuNodes?: readonly Nid[];
  /** Width of the processor's physical addresses: where /proc/iomem ends. 52 when not told. */
  readonly physBits?: number;
  /** What drivers or ACPI advise as the largest memory block (CXL windows), in bytes. */
  readonly advisedBlockSizeBytes?: number;
}

export const ZONE_DMA = 0;
export const ZONE_DMA32 = 1;
export const ZONE_NORMAL = 2;
export const ZONE_MOVABLE = 3;
export const ZONE_DEVICE = 4;
export const ZONE_NAMES = ['DMA', 'DMA32', 'Normal', 'Movable', 'Device'] as const;
export type ZoneIndex = 0 | 1 | 2 | 3 | 4;

/** A range of memblock.memory, trimmed to pages. */
export interface MemblockRange extends PfnRange {
  readonly nid: Nid;
  readonly hotplug: boolean;
}

/** A zone as boot leaves it. `startPfn` is 0 when nothing is spanned. */
export interface BootZone {
  readonly startPfn: Pfn;
  readonly spanned: number;
  readonly present: number;
}

export interface BootNode extends PfnRange {
  readonly nid: Nid;
  /** Indexed by ZoneIndex; five entries. */
  readonly zones: readonly BootZone[];
}

/** Pages whose struct page carries this node and zone, holes of early sections included. */
export interface PageLink extends PfnRange {
  readonly nid: Nid;
  readonly zone: ZoneIndex;
}

/** Everything boot decides from the map and the command line; sections, blocks and iomem follow from it. */
export interface BootMap {
  /** The kernel's final e820 table (after `mem=`, `memmap=` and its own updates), sorted and disjoint. */
  readonly e820: readonly E820Entry[];
  /** memblock.memory, ascending. */
  readonly memblock: readonly MemblockRange[];
  /** End of the highest e820 RAM page: `last_pfn`, the initial max_pfn. */
  readonly maxPfn: Pfn;
  /** Nodes with memory, ascending. */
  readonly nodes: readonly BootNode[];
  /** Nodes the SRAT makes possible; always holds 0. */
  readonly possibleNodes: readonly Nid[];
  /** SRAT ranges by node for `memory_add_physaddr_to_nid`. */
  readonly numaMemblks: readonly { readonly start: PhysAddr; readonly end: PhysAddr; readonly nid: Nid }[];
  /** SRAT ranges without memory at boot, where `phys_to_target_node` looks next; absent means none. */
  readonly numaReservedMemblks?: BootMap['numaMemblks'];
  readonly pageLinks: readonly PageLink[];
  /** What the kernel says when it cannot boot on this map; the rest then tells how far it came. */
  readonly panic?: string;
  readonly memoryBlockSizeBytes: number;
  /** `mem=` in bytes, or the largest address: add_memory during boot refuses what lies above. */
  readonly memoryLimit: number;
  readonly options: BootOptions;
  /** Boot messages: e820, zone ranges, early node ranges, holes, block size. */
  readonly log: readonly LogLine[];
}

/** Command-line settings that matter after boot. */
export interface BootOptions {
  /** `movable_node` was given. */
  readonly movableNode: boolean;
  /** `memhp_default_state=`, when valid. */
  readonly memhpDefaultState?: 'offline' | 'online' | 'online_kernel' | 'online_movable';
  /** `memory_hotplug.memmap_on_memory=` as typed. */
  readonly memmapOnMemory?: string;
  /** `memory_hotplug.online_policy=` as typed. */
  readonly onlinePolicy?: string;
  /** `memory_hotplug.auto_movable_ratio=` as typed. */
  readonly autoMovableRatio?: string;
  /** `memory_hotplug.auto_movable_numa_aware=` as typed. */
  readonly autoMovableNumaAware?: string;
}
