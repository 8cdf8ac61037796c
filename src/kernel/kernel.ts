/** All state of one kernel's memory core, and what the rest of the model asks of it. */

import { BlockTable, type BlockSnapshot } from './block-table.ts';
import type { CowSnapshot } from './cow-pages.ts';
import type { Explain } from './explain.ts';
import { appendLog, type LogLevel, type LogTail } from './log.ts';
import type { MemoryGroup } from './memory-group.ts';
import type { MemoryNotifier } from './memory-notifier.ts';
import type { Pgmap } from './memremap.ts';
import type { HotplugParams } from './params.ts';
import type { KernelProfile } from './profile/profile.ts';
import { RangeMap } from './range-map.ts';
import type { Resource } from './resource.ts';
import { SectionTable, type SectionRoot } from './section-table.ts';
import type { Nid, Pfn, PhysAddr } from './units.ts';
import type { PgData } from './zone.ts';

/** What boot fixes for good. */
export interface KernelFixed {
  readonly profile: KernelProfile;
  readonly memoryBlockSizeBytes: number;
  readonly possibleNodes: ReadonlySet<Nid>;
  /** SRAT ranges, for memory_add_physaddr_to_nid(). */
  readonly numaMemblks: readonly { readonly start: PhysAddr; readonly end: PhysAddr; readonly nid: Nid }[];
  /** SRAT ranges without memory at boot, for phys_to_target_node(); absent means none. */
  readonly numaReservedMemblks?: KernelFixed['numaMemblks'];
  /** `movable_node` was given. */
  readonly movableNode: boolean;
  /** Nodes with a CPU: they never go offline. */
  readonly cpuNodes: ReadonlySet<Nid>;
}

/** State whose every value is immutable: a change replaces a field. */
export interface KernelFields {
  nodes: ReadonlyMap<Nid, PgData>;
  iomem: Resource;
  /** Node and zone of each struct page, as `pageLink()` packs them. */
  pageLinks: RangeMap<number>;
  pgmaps: ReadonlyMap<number, Pgmap>;
  /** Id of the live pgmap that owns a frame. @kernel mm/memremap.c: pgmap_array */
  pgmapAt: RangeMap<number>;
  groups: ReadonlyMap<number, MemoryGroup>;
  /** Nodes whose memory is of the slower tier, and how many devices made it so. */
  slowNodes: ReadonlyMap<Nid, number>;
  params: HotplugParams;
  /** One past the highest frame the kernel has seen as RAM. Never falls. */
  maxPfn: Pfn;
  /** /proc/vmstat nr_memmap_pages: memmap from the buddy allocator or an altmap, in pages. */
  nrMemmapPages: number;
  /** /proc/vmstat nr_memmap_boot_pages. */
  nrMemmapBootPages: number;
  log: LogTail | undefined;
  /** WARN_ONCE and pr_*_once texts that were printed. */
  saidOnce: ReadonlySet<string>;
}

/** A kept state of the memory core; shares every page that does not change. */
export interface KernelSnapshot {
  readonly fields: KernelFields;
  readonly sections: CowSnapshot<SectionRoot>;
  readonly blocks: BlockSnapshot;
}

/**
 * Answers what the map cannot tell: would these kernel pages turn out unmovable?
 * Undefined: it depends.
 */
export type UnmovableOracle = (blockId: number) => boolean | undefined;

/** The memory core of one running kernel: all its state, its log, and who listens to its checks. */
export class Kernel implements KernelFields {
  readonly profile: KernelProfile;
  readonly memoryBlockSizeBytes: number;
  /** Pages of one memory block. */
  readonly blockPages: number;
  readonly possibleNodes: ReadonlySet<Nid>;
  readonly numaMemblks: KernelFixed['numaMemblks'];
  readonly numaReservedMemblks: KernelFixed['numaMemblks'];
  readonly movableNode: boolean;
  readonly cpuNodes: ReadonlySet<Nid>;
  readonly sections: SectionTable;
  readonly blocks: BlockTable;

  nodes: ReadonlyMap<Nid, PgData> = new Map();
  iomem: Resource;
  pageLinks = new RangeMap<number>();
  pgmaps: ReadonlyMap<number, Pgmap> = new Map();
  pgmapAt = new RangeMap<number>();
  groups: ReadonlyMap<number, MemoryGroup> = new Map();
  slowNodes: ReadonlyMap<Nid, number> = new Map();
  params: HotplugParams;
  maxPfn = 0;
  nrMemmapPages = 0;
  nrMemmapBootPages = 0;
  log: LogTail | undefined = undefined;
  saidOnce: ReadonlySet<string> = new Set();

  /** Hears every check while set. */
  explain: Explain | undefined = undefined;
  /** Hears why an outcome depends on more than the map. */
  onDepends: ((reason: string) => void) | undefined = undefined;
  /** Hears that the zone lists were built anew: the kernel logs lines about it whose counters no map tells. */
  onZonelistsBuilt: (() => void) | undefined = undefined;
  /** Drivers that take part in on- and offlining. */
  memoryNotifier: MemoryNotifier | undefined = undefined;
  /** Settles what depends, when somebody knows (a recording, a real kernel). */
  unmovable: UnmovableOracle | undefined = undefined;

  constructor(fixed: KernelFixed, iomem: Resource, params: HotplugParams) {
    const { arch } = fixed.profile;
    this.profile = fixed.profile;
    this.memoryBlockSizeBytes = fixed.memoryBlockSizeBytes;
    this.blockPages = fixed.memoryBlockSizeBytes / arch.pageSize;
    this.possibleNodes = fixed.possibleNodes;
    this.numaMemblks = fixed.numaMemblks;
    this.numaReservedMemblks = fixed.numaReservedMemblks ?? [];
    this.movableNode = fixed.movableNode;
    this.cpuNodes = fixed.cpuNodes;
    this.sections = new SectionTable(arch);
    this.blocks = new BlockTable(Math.ceil(2 ** arch.maxPhysmemBits / fixed.memoryBlockSizeBytes));
    this.iomem = iomem;
    this.params = params;
  }

  printk(level: LogLevel, text: string): void {
    this.log = appendLog(this.log, level, text);
  }

  /** As pr_*_once: the first time per boot. */
  printkOnce(level: LogLevel, text: string, key = text): void {
    if (this.saidOnce.has(key)) return;
    this.saidOnce = new Set(this.saidOnce).add(key);
    this.printk(level, text);
  }

  /** Keeps the present state. Costs a few references; later writes copy what they touch. */
  snapshot(): KernelSnapshot {
    return { fields: fieldsOf(this), sections: this.sections.snapshot(), blocks: this.blocks.snapshot() };
  }

  restore(snapshot: KernelSnapshot): void {
    Object.assign(this, snapshot.fields);
    this.sections.restore(snapshot.sections);
    this.blocks.restore(snapshot.blocks);
  }
}

function fieldsOf(kernel: Kernel): KernelFields {
  const { nodes, iomem, pageLinks, pgmaps, pgmapAt, groups, slowNodes, params } = kernel;
  const { maxPfn, nrMemmapPages, nrMemmapBootPages, log, saidOnce } = kernel;
  return {
    nodes,
    iomem,
    pageLinks,
    pgmaps,
    pgmapAt,
    groups,
    slowNodes,
    params,
    maxPfn,
    nrMemmapPages,
    nrMemmapBootPages,
    log,
    saidOnce,
  };
}
