/** Boot where a device tree or the hypervisor lists the memory: plain ranges, each with its node. */

import { alignDown, hexPadded, MAX_ADDRESS, MiB, type Nid, type PhysAddr } from '../units.ts';
import type { LogLevel, LogLine } from '../log.ts';
import type { KernelProfile } from '../profile/profile.ts';
import { probeMemoryBlockSize } from './block-size.ts';
import type { BootInput, BootMap, FirmwareRam } from './boot-map.ts';
import { bootOptions } from './boot-options.ts';
import { memparse, parameq, parseArgs, type CmdlineParam } from './cmdline.ts';
import { freeAreaInit } from './free-area.ts';
import { memblockRanges, type MemblockRegion } from './memblock.ts';

type Say = (level: LogLevel, text: string) => void;

/**
 * What the kernel makes of a machine. What it keeps of memory for itself (image, initial file system, reservations)
 * stays memory, and is not modelled.
 * @kernel arch/arm64/kernel/setup.c: setup_arch; arch/s390/kernel/setup.c
 */
export function bootFdt(input: BootInput, profile: KernelProfile): BootMap {
  const log: LogLine[] = [];
  const say: Say = (level, text) => log.push({ level, text });
  const { pageSize, maxPhysmemBits } = profile.arch;
  const params = parseArgs(input.cmdline);
  const limit = memoryLimit(params, pageSize, say);
  const ram = limitMemory(input.ram ?? [], limit, 2 ** maxPhysmemBits);
  const numa = nodesOf(ram, input.ram ?? [], params, say);
  const ranges = memblockRanges(numa.regions, pageSize);
  const maxPfn = ranges.at(-1)?.endPfn ?? 0;
  const { nodes, pageLinks } = freeAreaInit(ranges, numa.possibleNodes, maxPfn, params, profile, say);
  return {
    e820: [],
    memblock: ranges,
    maxPfn,
    nodes,
    possibleNodes: numa.possibleNodes,
    numaMemblks: profile.does.treeKeepsNumaRanges ? numa.memblks : [],
    pageLinks,
    memoryBlockSizeBytes: probeMemoryBlockSize(profile, maxPfn * pageSize, input.hypervisor, input.advisedBlockSizeBytes),
    // No architecture but x86 tells add_memory of `mem=`.
    memoryLimit: MAX_ADDRESS,
    options: bootOptions(params),
    log,
    ...(ranges.length === 0 ? { panic: 'no usable memory is left' } : {}),
  };
}

/** `mem=`: how much memory, not up to which address. @kernel arch/arm64/mm/init.c: early_mem */
function memoryLimit(params: readonly CmdlineParam[], pageSize: number, say: Say): number {
  let limit = MAX_ADDRESS;
  for (const { key, value } of params) {
    if (!parameq(key, 'mem') || value === undefined) continue;
    const bytes = memparse(value).value;
    limit = bytes > BigInt(MAX_ADDRESS) ? MAX_ADDRESS : alignDown(Number(bytes), pageSize);
    say(5, `Memory limited to ${Math.floor(limit / MiB)}MB`);
  }
  return limit;
}

/** The first `limit` bytes of memory, still in the order of the device tree. @kernel mm/memblock.c: memblock_mem_limit_remove_map */
function limitMemory(ram: readonly FirmwareRam[], limit: number, maxAddress: PhysAddr): FirmwareRam[] {
  let left = limit;
  const ends = new Map<FirmwareRam, PhysAddr>();
  for (const range of ram.toSorted((a, b) => a.start - b.start)) {
    const end = Math.min(range.end, range.start + left, maxAddress);
    ends.set(range, end);
    left -= Math.max(end - range.start, 0);
  }
  return ram.map((range) => ({ ...range, end: ends.get(range) ?? range.end })).filter(({ start, end }) => start < end);
}

interface TreeNuma {
  readonly regions: readonly MemblockRegion[];
  /** In the order of the device tree: the first speaks for addresses that none holds. */
  readonly memblks: BootMap['numaMemblks'];
  readonly possibleNodes: readonly Nid[];
}

/** One node for everything where firmware names none, or on request. @kernel drivers/base/arch_numa.c: arch_numa_init */
function nodesOf(ram: readonly FirmwareRam[], described: readonly FirmwareRam[], params: readonly CmdlineParam[], say: Say): TreeNuma {
  const off = params.some(({ key, value }) => parameq(key, 'numa') && value === 'off');
  const named = !off && described.length > 0 && described.every(({ nid }) => nid !== undefined);
  const memblks = ram.map(({ start, end, nid = 0 }) => ({ start, end, nid: named ? nid : 0 }));
  const ascending = memblks.toSorted((a, b) => a.start - b.start).map((range) => ({ ...range, hotplug: false }));
  const regions = joined(ascending);
  if (named) {
    const nodes = new Set([0, ...described.map(({ nid }) => nid ?? 0)]);
    return { regions, memblks, possibleNodes: [...nodes].sort((a, b) => a - b) };
  }
  if (off) say(6, 'NUMA disabled');
  const [start, end] = [regions[0]?.start ?? 0, regions.at(-1)?.end ?? 1];
  say(6, `NUMA: Faking a node at [mem ${hexPadded(start, 16)}-${hexPadded(end - 1, 16)}]`);
  return { regions, memblks: [{ start, end, nid: 0 }], possibleNodes: [0] };
}

/** Neighbours of one node are one region. */
function joined(regions: readonly MemblockRegion[]): MemblockRegion[] {
  const merged: MemblockRegion[] = [];
  for (const region of regions) {
    const last = merged.at(-1);
    if (last?.end === region.start && last.nid === region.nid) merged[merged.length - 1] = { ...last, end: region.end };
    else merged.push(region);
  }
  return merged;
}
