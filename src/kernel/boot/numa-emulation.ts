/** `numa=fake=`: nodes made up inside the real ones. */

import { alignDown, alignUp, GiB, MiB, type Nid, type PhysAddr } from '../units.ts';
import type { LogLevel } from '../log.ts';
import { memparse, simpleStrtoull } from './cmdline.ts';
import type { MemblockRegion } from './memblock.ts';
import type { NumaMemblk } from './numa.ts';

/** @kernel mm/numa_emulation.c: FAKE_NODE_MIN_SIZE */
const FAKE_NODE_MIN_SIZE = 32 * MiB;
const MAX_NUMNODES = 1024;
/** @kernel NR_NODE_MEMBLKS */
const MAX_MEMBLKS = 2 * MAX_NUMNODES;
const DMA32_END = 4 * GiB;

interface Emulation {
  readonly physical: NumaMemblk[];
  readonly fake: NumaMemblk[];
  readonly ramIn: (start: PhysAddr, end: PhysAddr) => number;
  readonly say: (level: LogLevel, text: string) => void;
}

/** How one pass over the physical nodes cuts. */
interface Cut {
  /** Where the fake node that starts here ends, before the rules below. */
  readonly endOf: (start: PhysAddr, limit: PhysAddr, index: number) => PhysAddr;
  /** A remainder with less memory than this goes to the last node; 0 turns the rule off. */
  readonly leastRest: number;
  /** Node ids start again at 0 after so many. */
  readonly modulo: number;
}

/**
 * The ranges of emulated nodes, or undefined when the request cannot be met and the real ones stay.
 * @kernel mm/numa_emulation.c: numa_emulation
 */
export function fakeNodes(
  meminfo: readonly NumaMemblk[],
  regions: readonly MemblockRegion[],
  request: string,
  say: Emulation['say'],
): NumaMemblk[] | undefined {
  const emulation: Emulation = { physical: [...meminfo], fake: [], ramIn: ramCounter(regions), say };
  const maxAddress = regions.at(-1)?.end ?? 0;
  const count = Number(simpleStrtoull(request).value);
  if (request.includes('U')) return splitUniformly(emulation, count) ? emulation.fake : undefined;
  const sized = request.includes('M') || request.includes('G');
  const done = sized
    ? splitBySize(emulation, Number(memparse(request).value), maxAddress)
    : splitByCount(emulation, count, maxAddress);
  return done ? emulation.fake : undefined;
}

/** @kernel mm/numa_emulation.c: split_nodes_interleave */
function splitByCount(emulation: Emulation, wanted: number, maxAddress: PhysAddr): boolean {
  if (wanted <= 0) return false;
  const count = Math.min(wanted, MAX_NUMNODES);
  if (count < wanted) emulation.say(6, `numa=fake=${wanted} too large, reducing to ${MAX_NUMNODES}`);
  const pages = Math.floor(emulation.ramIn(0, maxAddress) / 4096);
  const share = Math.floor(pages / count) * 4096;
  const big = Math.floor(((share % FAKE_NODE_MIN_SIZE) * count) / FAKE_NODE_MIN_SIZE);
  const size = alignDown(share, FAKE_NODE_MIN_SIZE);
  if (size === 0) {
    emulation.say(3, 'Not enough memory for each node.  NUMA emulation disabled.');
    return false;
  }
  const endOf: Cut['endOf'] = (start, limit, index) =>
    findEndOfNode(emulation, start, limit, size, size + (index < big ? FAKE_NODE_MIN_SIZE : 0));
  return cutNodes(emulation, physicalNodes(emulation), 0, { endOf, leastRest: size, modulo: count }) >= 0;
}

/** @kernel mm/numa_emulation.c: split_nodes_size_interleave */
function splitBySize(emulation: Emulation, wanted: number, maxAddress: PhysAddr): boolean {
  if (wanted === 0) return false;
  const share = Math.floor(Math.floor(emulation.ramIn(0, maxAddress) / 4096) / MAX_NUMNODES) * 4096;
  const size = sizeAtLeast(emulation, wanted, share);
  const endOf: Cut['endOf'] = (start, limit) => findEndOfNode(emulation, start, limit, size, size);
  return cutNodes(emulation, physicalNodes(emulation), 0, { endOf, leastRest: size, modulo: MAX_NUMNODES }) >= 0;
}

/** Every physical node into `count` parts, holes not regarded. @kernel split_nodes_size_interleave_uniform */
function splitUniformly(emulation: Emulation, count: number): boolean {
  if (count === 0) return false;
  let nid = 0;
  for (const _physical of physicalNodes(emulation)) {
    const block = emulation.physical[0];
    if (block === undefined) break;
    const share = Math.floor(Math.floor((block.end - block.start) / 4096) / count) * 4096;
    const size = sizeAtLeast(emulation, share, share);
    const endOf: Cut['endOf'] = (start) => start + size;
    const next = cutNodes(emulation, [block.nid], nid, { endOf, leastRest: 0, modulo: MAX_NUMNODES });
    if (next < 0 || (next !== nid && next - nid < count)) return false;
    nid = next;
  }
  return true;
}

function sizeAtLeast(emulation: Emulation, wanted: number, share: number): number {
  const least = alignUp(Math.max(share, FAKE_NODE_MIN_SIZE), FAKE_NODE_MIN_SIZE);
  if (wanted >= least) return alignDown(wanted, FAKE_NODE_MIN_SIZE);
  const [from, to] = [Math.floor(wanted / MiB), Math.floor(least / MiB)];
  emulation.say(3, `Fake node size ${from}MB too small, increasing to ${to}MB`);
  return least;
}

/** Takes turns over the physical nodes until none has memory left; returns the next node id, or −1. */
function cutNodes(emulation: Emulation, physicalIds: readonly Nid[], firstNid: number, cut: Cut): number {
  const { physical, fake, ramIn } = emulation;
  let left = [...physicalIds];
  let nid = firstNid;
  while (left.length > 0) {
    const turn = left;
    left = [];
    for (const id of turn) {
      const index = physical.findIndex((block) => block.nid === id);
      const block = physical[index];
      if (block === undefined) continue;
      left.push(id);
      let end = cut.endOf(block.start, block.end, nid);
      if (end < DMA32_END && ramIn(end, DMA32_END) < FAKE_NODE_MIN_SIZE) end = DMA32_END;
      if (cut.leastRest > 0 && ramIn(end, block.end) < cut.leastRest) end = block.end;
      end = Math.min(end, block.end);
      if (fake.length >= MAX_MEMBLKS) {
        emulation.say(3, 'NUMA: Too many emulated memblks, failing emulation');
        return -1;
      }
      const node = nid++ % cut.modulo;
      fake.push({ start: block.start, end, nid: node });
      const range = `[mem ${wide(block.start)}-${wide(end - 1)}]`;
      emulation.say(6, `Faking node ${node} at ${range} (${Math.floor((end - block.start) / MiB)}MB)`);
      if (end >= block.end) physical.splice(index, 1);
      else physical[index] = { ...block, start: end };
    }
  }
  return nid;
}

/**
 * The first end, in steps of 32 MiB after `start + first`, before which `size` bytes of memory lie, or `limit`.
 * @kernel mm/numa_emulation.c: find_end_of_node
 */
function findEndOfNode(emulation: Emulation, start: PhysAddr, limit: PhysAddr, size: number, first: number): PhysAddr {
  const enough = (steps: number) => emulation.ramIn(start, start + first + steps * FAKE_NODE_MIN_SIZE) >= size;
  if (enough(0)) return start + first;
  let low = 0;
  let high = Math.max(Math.ceil((limit - start - first) / FAKE_NODE_MIN_SIZE) + 1, 1);
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return Math.min(start + first + high * FAKE_NODE_MIN_SIZE, limit);
}

function physicalNodes(emulation: Emulation): Nid[] {
  return [...new Set(emulation.physical.map((block) => block.nid))].sort((a, b) => a - b);
}

/** Bytes of memory in a range, after a running sum over the regions: costs a binary search. */
function ramCounter(regions: readonly MemblockRegion[]): (start: PhysAddr, end: PhysAddr) => number {
  const sums = [0];
  for (const region of regions) sums.push((sums.at(-1) as number) + region.end - region.start);
  const below = (address: PhysAddr): number => {
    let low = 0;
    let high = regions.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((regions[middle] as MemblockRegion).end > address) high = middle;
      else low = middle + 1;
    }
    return (sums[low] as number) + Math.max(0, address - (regions[low]?.start ?? address));
  };
  return (start, end) => (start < end ? below(end) - below(start) : 0);
}

function wide(value: number): string {
  return '0x' + value.toString(16).padStart(16, '0');
}
