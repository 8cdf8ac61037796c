/** The table of memory blocks: what sysfs shows as memoryN. */

import { CowPages, type CowPage, type CowSnapshot } from './cow-pages.ts';
import type { ZoneIndex } from './boot/boot-map.ts';
import type { Nid, PfnRange } from './units.ts';

/** 0 marks a block that does not exist; the others are the model's, the kernel renumbered its own in 6.12. */
export const MEM_ABSENT = 0;
export const MEM_ONLINE = 1;
export const MEM_OFFLINE = 2;

/** @kernel include/linux/memory_hotplug.h: enum { MMOP_* } */
export const MMOP_OFFLINE = 0;
export const MMOP_ONLINE = 1;
export const MMOP_ONLINE_KERNEL = 2;
export const MMOP_ONLINE_MOVABLE = 3;
export type OnlineType = 0 | 1 | 2 | 3;

/** By `OnlineType`: what sysfs and the command line call it. */
export const ONLINE_TYPE_NAMES = ['offline', 'online', 'online_kernel', 'online_movable'] as const;

const NO_ZONE = 255;
const NO_GROUP = -1;
const BLOCKS_PER_PAGE = 128;

class BlockPage implements CowPage<BlockPage> {
  readonly owner: object | undefined;
  readonly state: Uint8Array;
  readonly onlineType: Uint8Array;
  readonly zone: Uint8Array;
  readonly nid: Int16Array;
  readonly group: Int32Array;
  readonly memmapPages: Uint32Array;

  constructor(owner: object | undefined, from?: BlockPage) {
    this.owner = owner;
    this.state = from?.state.slice() ?? new Uint8Array(BLOCKS_PER_PAGE);
    this.onlineType = from?.onlineType.slice() ?? new Uint8Array(BLOCKS_PER_PAGE);
    this.zone = from?.zone.slice() ?? new Uint8Array(BLOCKS_PER_PAGE).fill(NO_ZONE);
    this.nid = from?.nid.slice() ?? new Int16Array(BLOCKS_PER_PAGE).fill(-1);
    this.group = from?.group.slice() ?? new Int32Array(BLOCKS_PER_PAGE).fill(NO_GROUP);
    this.memmapPages = from?.memmapPages.slice() ?? new Uint32Array(BLOCKS_PER_PAGE);
  }

  clone(owner: object): BlockPage {
    return new BlockPage(owner, this);
  }
}

/**
 * One memory block.
 * @kernel include/linux/memory.h: struct memory_block
 */
export interface MemoryBlock {
  readonly state: number;
  readonly onlineType: OnlineType;
  readonly nid: Nid;
  /** The one zone that manages all of it, or undefined when several do. */
  readonly zone: ZoneIndex | undefined;
  /** Memory group id, or −1. */
  readonly group: number;
  /** Pages at its start that hold its own memmap. @kernel nr_vmemmap_pages, altmap */
  readonly memmapPages: number;
}

export interface BlockSnapshot {
  readonly pages: CowSnapshot<BlockPage>;
  readonly extraNodes: ReadonlyMap<number, readonly Nid[]>;
  readonly spans: ReadonlyMap<number, PfnRange>;
}

/** Neighbouring blocks that look the same. */
export interface BlockRun extends MemoryBlock {
  readonly first: number;
  readonly last: number;
}

/** All memory blocks, by id. Reading takes constant time; a snapshot shares unchanged pages. */
export class BlockTable {
  readonly #pages: CowPages<BlockPage>;
  /** Nodes beside `nid` under which a block is linked: rare. */
  #extraNodes: ReadonlyMap<number, readonly Nid[]> = new Map();
  /** Page frames of the blocks that have a size of their own: with the policy of variable blocks only. */
  #spans: ReadonlyMap<number, PfnRange> = new Map();

  constructor(nrBlocks: number) {
    this.#pages = new CowPages(Math.ceil(nrBlocks / BLOCKS_PER_PAGE));
  }

  /** MEM_ABSENT, MEM_ONLINE or MEM_OFFLINE. */
  state(id: number): number {
    return this.#pages.get(Math.floor(id / BLOCKS_PER_PAGE))?.state[id % BLOCKS_PER_PAGE] ?? MEM_ABSENT;
  }

  has(id: number): boolean {
    return this.state(id) !== MEM_ABSENT;
  }

  get(id: number): MemoryBlock | undefined {
    const page = this.#pages.get(Math.floor(id / BLOCKS_PER_PAGE));
    const at = id % BLOCKS_PER_PAGE;
    if (page === undefined || page.state[at] === MEM_ABSENT || page.state[at] === undefined) return undefined;
    const zone = page.zone[at] as number;
    return {
      state: page.state[at],
      onlineType: page.onlineType[at] as OnlineType,
      nid: page.nid[at] as number,
      zone: zone === NO_ZONE ? undefined : (zone as ZoneIndex),
      group: page.group[at] as number,
      memmapPages: page.memmapPages[at] as number,
    };
  }

  /** Every node the block is linked under, ascending. */
  nodesOf(id: number): readonly Nid[] {
    const block = this.get(id);
    if (block === undefined) return [];
    const own = block.nid < 0 ? [] : [block.nid];
    return [...own, ...(this.#extraNodes.get(id) ?? [])].sort((a, b) => a - b);
  }

  set(id: number, block: MemoryBlock): void {
    const page = this.#writable(Math.floor(id / BLOCKS_PER_PAGE));
    const at = id % BLOCKS_PER_PAGE;
    page.state[at] = block.state;
    page.onlineType[at] = block.onlineType;
    page.nid[at] = block.nid;
    page.zone[at] = block.zone ?? NO_ZONE;
    page.group[at] = block.group;
    page.memmapPages[at] = block.memmapPages;
  }

  /** Changes some fields of a block that exists. */
  update(id: number, patch: Partial<MemoryBlock>): void {
    this.set(id, { ...(this.get(id) as MemoryBlock), ...patch });
  }

  delete(id: number): void {
    this.set(id, { state: MEM_ABSENT, onlineType: 0, nid: -1, zone: undefined, group: NO_GROUP, memmapPages: 0 });
    this.setExtraNodes(id, []);
    this.setSpan(id, undefined);
  }

  /** The page frames of a block whose size is its own; undefined for the usual one. */
  span(id: number): PfnRange | undefined {
    return this.#spans.get(id);
  }

  setSpan(id: number, span: PfnRange | undefined): void {
    if (span === undefined && !this.#spans.has(id)) return;
    const spans = new Map(this.#spans);
    if (span === undefined) spans.delete(id);
    else spans.set(id, span);
    this.#spans = spans;
  }

  setExtraNodes(id: number, nodes: readonly Nid[]): void {
    if (nodes.length === 0 && !this.#extraNodes.has(id)) return;
    const extra = new Map(this.#extraNodes);
    if (nodes.length === 0) extra.delete(id);
    else extra.set(id, nodes);
    this.#extraNodes = extra;
  }

  /** Makes blocks `first` to `last` alike: whole pages are shared. */
  fill(first: number, last: number, block: MemoryBlock): void {
    let uniform: BlockPage | undefined;
    for (let id = first; id <= last; ) {
      if (id % BLOCKS_PER_PAGE !== 0 || last - id + 1 < BLOCKS_PER_PAGE) {
        this.set(id, block);
        id++;
        continue;
      }
      if (uniform === undefined) {
        uniform = new BlockPage(undefined);
        uniform.state.fill(block.state);
        uniform.onlineType.fill(block.onlineType);
        uniform.nid.fill(block.nid);
        uniform.zone.fill(block.zone ?? NO_ZONE);
        uniform.group.fill(block.group);
        uniform.memmapPages.fill(block.memmapPages);
      }
      this.#pages.put(id / BLOCKS_PER_PAGE, uniform);
      id += BLOCKS_PER_PAGE;
    }
  }

  /** Ids of existing blocks, ascending. */
  *ids(): Generator<number> {
    for (const [index, page] of this.#pages.entries()) {
      for (let at = 0; at < BLOCKS_PER_PAGE; at++) {
        if (page.state[at] !== MEM_ABSENT) yield index * BLOCKS_PER_PAGE + at;
      }
    }
  }

  /** Existing blocks as runs of equal ones. */
  runs(): BlockRun[] {
    const runs: { first: number; last: number; block: MemoryBlock }[] = [];
    for (const id of this.ids()) {
      const block = this.get(id) as MemoryBlock;
      const tail = runs.at(-1);
      if (tail?.last === id - 1 && sameBlock(tail.block, block)) tail.last = id;
      else runs.push({ first: id, last: id, block });
    }
    return runs.map(({ first, last, block }) => ({ first, last, ...block }));
  }

  someInGroup(group: number): boolean {
    for (const id of this.ids()) if (this.get(id)?.group === group) return true;
    return false;
  }

  someOnNode(nid: Nid): boolean {
    for (const id of this.ids()) if (this.get(id)?.nid === nid) return true;
    return false;
  }

  snapshot(): BlockSnapshot {
    return { pages: this.#pages.snapshot(), extraNodes: this.#extraNodes, spans: this.#spans };
  }

  restore(snapshot: BlockSnapshot): void {
    this.#pages.restore(snapshot.pages);
    this.#extraNodes = snapshot.extraNodes;
    this.#spans = snapshot.spans;
  }

  #writable(index: number): BlockPage {
    return this.#pages.writable(index, (owner) => new BlockPage(owner));
  }
}

function sameBlock(a: MemoryBlock, b: MemoryBlock): boolean {
  return (
    a.state === b.state &&
    a.onlineType === b.onlineType &&
    a.nid === b.nid &&
    a.zone === b.zone &&
    a.group === b.group &&
    a.memmapPages === b.memmapPages
  );
}
