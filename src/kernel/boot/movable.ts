/** Where ZONE_MOVABLE begins on each node. */

import { alignUp, type Nid, type Pfn } from '../units.ts';
import type { MemblockRange } from './boot-map.ts';
import { memparse, parameq, simpleStrtoull, type CmdlineParam } from './cmdline.ts';

/** `kernelcore=` or `movablecore=`: bytes, or a percentage of all pages. */
interface CoreSize {
  bytes: bigint;
  percent: bigint;
}

export interface CoreOptions {
  readonly kernelcore: CoreSize;
  readonly movablecore: CoreSize;
  readonly mirror: boolean;
  readonly movableNode: boolean;
}

/** @kernel mm/mm_init.c: cmdline_parse_kernelcore, cmdline_parse_movablecore */
export function coreOptions(params: readonly CmdlineParam[]): CoreOptions {
  const kernelcore: CoreSize = { bytes: 0n, percent: 0n };
  const movablecore: CoreSize = { bytes: 0n, percent: 0n };
  let mirror = false;
  let movableNode = false;
  for (const { key, value } of params) {
    if (parameq(key, 'movable_node')) movableNode = true;
    if (value === undefined) continue;
    if (parameq(key, 'movablecore')) parseCore(movablecore, value);
    if (!parameq(key, 'kernelcore')) continue;
    if (value.split(',').includes('mirror')) mirror = true;
    else parseCore(kernelcore, value);
  }
  return { kernelcore, movablecore, mirror, movableNode };
}

/** @kernel mm/mm_init.c: cmdline_parse_core */
function parseCore(core: CoreSize, text: string): void {
  const number = simpleStrtoull(text);
  if (text[number.end] === '%') {
    core.percent = number.value;
  } else {
    core.bytes = memparse(text).value;
    core.percent = 0n;
  }
}

export interface MovableStarts {
  /** First pfn of ZONE_MOVABLE by node; absent where a node has none. */
  readonly starts: ReadonlyMap<Nid, Pfn>;
  readonly warnings: readonly string[];
}

/**
 * Spreads the kernel's share evenly over the nodes; what lies above it on each node is movable.
 * @kernel mm/mm_init.c: find_zone_movable_pfns_for_nodes
 * @param usableStart the lowest pfn ZONE_MOVABLE may have: the start of the highest zone with memory
 */
export function findZoneMovablePfnsForNodes(
  ranges: readonly MemblockRange[],
  options: CoreOptions,
  usableStart: Pfn,
  maxOrderPages: number,
  pageSize: number,
): MovableStarts {
  const none: MovableStarts = { starts: new Map(), warnings: [] };
  if (options.movableNode) {
    const starts = new Map<Nid, Pfn>();
    for (const { startPfn, nid, hotplug } of ranges) {
      if (hotplug) starts.set(nid, Math.min(starts.get(nid) ?? startPfn, startPfn));
    }
    return { starts: alignStarts(starts, ranges, maxOrderPages), warnings: [] };
  }
  // Only EFI knows of mirrored memory, and no map here carries it.
  if (options.mirror) {
    return { ...none, warnings: ['The system has no mirror memory, ignore kernelcore=mirror.'] };
  }
  const totalPages = ranges.reduce((sum, range) => sum + range.endPfn - range.startPfn, 0);
  const required = requiredKernelcore(options, totalPages, maxOrderPages, pageSize);
  if (required === 0 || required >= totalPages) return none;
  return { starts: alignStarts(spread(ranges, required, usableStart), ranges, maxOrderPages), warnings: [] };
}

/** Pages the kernel must be able to use; 0 or all of them mean no movable zone. */
function requiredKernelcore(
  options: CoreOptions,
  totalPages: number,
  maxOrderPages: number,
  pageSize: number,
): number {
  const total = BigInt(totalPages);
  const amount = ({ bytes, percent }: CoreSize) =>
    percent > 0n ? BigInt.asUintN(64, total * 100n * percent) / 10000n : bytes / BigInt(pageSize);
  const kernelcore = amount(options.kernelcore);
  const movablecore = amount(options.movablecore);
  if (movablecore === 0n) return Number(kernelcore < total ? kernelcore : total);
  const step = BigInt(maxOrderPages);
  const rounded = BigInt.asUintN(64, ((movablecore + step - 1n) / step) * step);
  const rest = total - (rounded < total ? rounded : total);
  const required = kernelcore > rest ? kernelcore : rest;
  return Number(required < total ? required : total);
}

function spread(ranges: readonly MemblockRange[], totalRequired: number, usableStart: Pfn): Map<Nid, Pfn> {
  const byNode = new Map<Nid, MemblockRange[]>();
  for (const range of ranges) {
    const list = byNode.get(range.nid);
    if (list === undefined) byNode.set(range.nid, [range]);
    else list.push(range);
  }
  const nids = [...byNode.keys()].sort((a, b) => a - b);
  const starts = new Map<Nid, Pfn>();
  let required = totalRequired;
  for (let usableNodes = nids.length; usableNodes > 0; ) {
    let share = Math.floor(required / usableNodes);
    for (const nid of nids) {
      if (required < share) share = Math.floor(required / usableNodes);
      let remaining = share;
      for (const range of byNode.get(nid) ?? []) {
        let start = Math.max(range.startPfn, starts.get(nid) ?? 0);
        if (start >= range.endPfn) continue;
        if (start < usableStart) {
          const kernelPages = Math.min(range.endPfn, usableStart) - start;
          remaining -= Math.min(kernelPages, remaining);
          required -= Math.min(kernelPages, required);
          if (range.endPfn <= usableStart) {
            starts.set(nid, range.endPfn);
            continue;
          }
          start = usableStart;
        }
        const pages = Math.min(range.endPfn - start, remaining);
        starts.set(nid, start + pages);
        required -= Math.min(required, pages);
        remaining -= pages;
        if (remaining === 0) break;
      }
    }
    // Another round with one node less, while more than a page for each is missing.
    usableNodes -= 1;
    if (required <= usableNodes) break;
  }
  return starts;
}

function alignStarts(starts: Map<Nid, Pfn>, ranges: readonly MemblockRange[], maxOrderPages: number): Map<Nid, Pfn> {
  const nodeEnds = new Map<Nid, Pfn>();
  for (const { nid, endPfn } of ranges) nodeEnds.set(nid, endPfn);
  const aligned = new Map<Nid, Pfn>();
  for (const [nid, start] of [...starts].sort(([a], [b]) => a - b)) {
    const first = alignUp(start, maxOrderPages);
    if (first > 0 && first < (nodeEnds.get(nid) ?? 0)) aligned.set(nid, first);
  }
  return aligned;
}
