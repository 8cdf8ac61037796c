/** Which node memory belongs to: the SRAT, or one node for everything. */

import { MiB, NUMA_NO_NODE, overlaps, type ByteRange, type Nid, type PhysAddr } from '../units.ts';
import type { LogLevel } from '../log.ts';
import type { KernelProfile } from '../profile/profile.ts';
import type { BootInput, SratMemory } from './boot-map.ts';
import { parameq, type CmdlineParam } from './cmdline.ts';
import { fakeNodes } from './numa-emulation.ts';
import {
  memblockOverlapsRegion,
  memblockSetHotplug,
  memblockSetNode,
  type MemblockRegion,
} from './memblock.ts';

export interface NumaMemblk extends ByteRange {
  readonly nid: Nid;
}

export interface NumaSetup {
  readonly regions: readonly MemblockRegion[];
  /** @kernel numa_meminfo, in the kernel's order */
  readonly meminfo: readonly NumaMemblk[];
  /** @kernel numa_reserved_meminfo */
  readonly reserved: readonly NumaMemblk[];
  readonly possibleNodes: readonly Nid[];
}

type Say = (level: LogLevel, text: string) => void;

const MAX_NUMNODES = 1024;
/** @kernel NR_NODE_MEMBLKS */
const MAX_MEMBLKS = 2 * MAX_NUMNODES;
/** Where the kernel image lies without address randomisation: its node is never hot-unpluggable. */
const KERNEL_IMAGE = 16 * MiB;

/** How the command line steers NUMA. */
interface NumaOptions {
  off: boolean;
  noSrat: boolean;
  fake: string | undefined;
}

/** @kernel arch/x86/mm/numa.c: numa_setup */
function numaOptions(params: readonly CmdlineParam[]): NumaOptions {
  const options: NumaOptions = { off: false, noSrat: false, fake: undefined };
  for (const { key, value } of params) {
    if (key === 'acpi' && value === 'off') options.noSrat = true;
    if (!parameq(key, 'numa') || value === undefined) continue;
    if (value.startsWith('off')) options.off = true;
    else if (value.startsWith('fake=')) options.fake = value.slice(5);
    else if (value.startsWith('noacpi')) options.noSrat = true;
  }
  return options;
}

/**
 * Gives every memblock region its node: from the SRAT when it is used and sane, else node 0 for all.
 * @kernel arch/x86/mm/numa.c: x86_numa_init
 */
export function x86NumaInit(
  regions: readonly MemblockRegion[],
  maxAddress: PhysAddr,
  input: BootInput,
  params: readonly CmdlineParam[],
  profile: KernelProfile,
  say: Say,
): NumaSetup {
  const options = numaOptions(params);
  if (!options.off && !options.noSrat && input.srat.length > 0) {
    const setup = initFromSrat(regions, maxAddress, input, options, profile, say);
    if (setup !== undefined) return setup;
  }
  say(6, options.off ? 'NUMA turned off' : 'No NUMA configuration found');
  const last = Math.max(maxAddress - 1, 0);
  say(6, `Faking a node at [mem 0x${wide(0)}-0x${wide(last)}]`);
  const blocks = maxAddress === 0 ? [] : [{ start: 0, end: maxAddress, nid: 0 }];
  const cleaned = numaCleanupMeminfo(blocks, regions, maxAddress, profile, say);
  const context = { maxAddress, profile, fake: options.fake, say };
  return register(regions, cleaned?.meminfo ?? blocks, cleaned?.reserved ?? [], [0], context);
}

function initFromSrat(
  regions: readonly MemblockRegion[],
  maxAddress: PhysAddr,
  input: BootInput,
  options: NumaOptions,
  profile: KernelProfile,
  say: Say,
): NumaSetup | undefined {
  const parsed = parseSrat(input.srat, say);
  if (parsed === undefined) return undefined;
  let marked = regions;
  for (const entry of parsed) {
    if (entry.hotplug) marked = memblockSetHotplug(marked, entry.start, entry.end, true);
  }
  const cleaned = numaCleanupMeminfo(parsed, marked, maxAddress, profile, say);
  if (cleaned === undefined) return undefined;
  const nodes = [...parsed.map((entry) => entry.nid), ...(input.cpuNodes ?? [])];
  const context = { maxAddress, profile, fake: options.fake, say };
  const setup = register(marked, cleaned.meminfo, cleaned.reserved, nodes, context);
  return coversMemory(setup, profile, say) ? setup : undefined;
}

/** @kernel drivers/acpi/numa/srat.c: acpi_parse_memory_affinity */
function parseSrat(srat: readonly SratMemory[], say: Say): SratMemory[] | undefined {
  const entries: SratMemory[] = [];
  for (const entry of srat) {
    if (entry.nid >= MAX_NUMNODES || entry.nid < 0) {
      say(3, 'SRAT: Too many proximity domains.');
      say(3, 'SRAT: SRAT not used.');
      return undefined;
    }
    if (entries.length >= MAX_MEMBLKS) {
      say(3, 'too many memblk ranges');
      say(3, 'SRAT: SRAT not used.');
      return undefined;
    }
    if (entry.start < entry.end) entries.push(entry);
    const flags = `${entry.hotplug ? ' hotplug' : ''}${entry.nonVolatile ? ' non-volatile' : ''}`;
    say(6, `ACPI: SRAT: Node ${entry.nid} PXM ${entry.pxm} ${memRange(entry.start, entry.end)}${flags}`);
  }
  return entries;
}

/**
 * Trims node ranges to memory, sets aside those without any, and joins those of one node when no other node lies
 * between. Overlap of two nodes rejects the whole table.
 * @kernel mm/numa_memblks.c: numa_cleanup_meminfo (arch/x86/mm/numa.c before v6.12)
 */
function numaCleanupMeminfo(
  input: readonly NumaMemblk[],
  regions: readonly MemblockRegion[],
  maxAddress: PhysAddr,
  profile: KernelProfile,
  say: Say,
): { meminfo: NumaMemblk[]; reserved: NumaMemblk[] } | undefined {
  const toDram = profile.does.numaTrimsToDram;
  const low = toDram ? (regions[0]?.start ?? 0) : 0;
  const high = toDram ? (regions.at(-1)?.end ?? 0) : maxAddress;
  const reserved: NumaMemblk[] = [];
  const blocks: { start: PhysAddr; end: PhysAddr; nid: Nid }[] = [];
  for (const { start, end, nid } of input) {
    if (!memblockOverlapsRegion(regions, start, end)) {
      reserved.push({ start, end, nid });
      continue;
    }
    if (end > high) reserved.push({ start: high, end, nid });
    const block = { start: Math.max(start, low), end: Math.min(end, high), nid };
    if (block.start < block.end) blocks.push(block);
  }

  for (let i = 0; i < blocks.length; i++) {
    const first = blocks[i] as (typeof blocks)[number];
    // What kept two ranges apart mostly keeps the next two apart: looked at before all others.
    let between: (typeof blocks)[number] | undefined;
    for (let j = i + 1; j < blocks.length; j++) {
      const second = blocks[j] as (typeof blocks)[number];
      if (overlaps(first.start, first.end, second.start, second.end)) {
        if (first.nid !== second.nid) {
          say(3, `node ${first.nid} ${blockRange(first)} overlaps with node ${second.nid} ${blockRange(second)}`);
          return undefined;
        }
        say(4, `Warning: node ${first.nid} ${blockRange(first)} overlaps with itself ${blockRange(second)}`);
      }
      if (first.nid !== second.nid) continue;
      const start = Math.min(first.start, second.start);
      const end = Math.max(first.end, second.end);
      const isBetween = (other: NumaMemblk) =>
        other.nid !== first.nid && overlaps(start, end, other.start, other.end);
      if (between === undefined || !isBetween(between)) between = blocks.find(isBetween);
      if (between !== undefined) continue;
      const joined = `[mem ${short(start)}-${short(end - 1)}]`;
      say(6, `NUMA: Node ${first.nid} ${blockRange(first)} + ${blockRange(second)} -> ${joined}`);
      first.start = start;
      first.end = end;
      blocks.splice(j--, 1);
    }
  }
  return { meminfo: blocks, reserved };
}

/** @kernel mm/numa_memblks.c: numa_register_meminfo */
function register(
  regions: readonly MemblockRegion[],
  cleaned: readonly NumaMemblk[],
  reserved: readonly NumaMemblk[],
  parsedNodes: readonly Nid[],
  context: { maxAddress: PhysAddr; profile: KernelProfile; fake: string | undefined; say: Say },
): NumaSetup {
  const { maxAddress, profile, say } = context;
  const faked = context.fake === undefined ? undefined : fakeNodes(cleaned, regions, context.fake, say);
  const emulated = faked && numaCleanupMeminfo(faked, regions, maxAddress, profile, say)?.meminfo;
  const meminfo = emulated ?? cleaned;
  let assigned: readonly MemblockRegion[] = regions;
  for (const { start, end, nid } of meminfo) assigned = memblockSetNode(assigned, start, end, nid);

  // Nodes with memory the kernel already uses lose the flag; of those, only the kernel image's is known here.
  const image = meminfo.find((block) => block.start <= KERNEL_IMAGE && KERNEL_IMAGE < block.end);
  for (const { start, end, nid } of meminfo) {
    if (nid === image?.nid) assigned = memblockSetHotplug(assigned, start, end, false);
  }
  const nodes = emulated === undefined ? [...parsedNodes, ...meminfo.map((block) => block.nid)] : [];
  const possible = new Set([0, ...nodes, ...(emulated ?? []).map((block) => block.nid)]);
  return { regions: assigned, meminfo, reserved, possibleNodes: [...possible].sort((a, b) => a - b) };
}

/** Whether the table speaks for all memory but a megabyte; else it is not used. */
function coversMemory(setup: NumaSetup, profile: KernelProfile, say: Say): boolean {
  let lost = 0;
  let total = 0;
  for (const { start, end, nid } of setup.regions) {
    total += end - start;
    if (nid === NUMA_NO_NODE) lost += end - start;
  }
  if (profile.does.numaCoverage === 'memblock') {
    // @kernel mm/memblock.c: memblock_validate_numa_coverage
    if (lost <= MiB) return true;
    say(3, `NUMA: no nodes coverage for ${mb(lost)}MB of ${mb(total)}MB RAM`);
    return false;
  }
  // @kernel arch/x86/mm/numa.c: numa_meminfo_cover_memory
  if (lost < MiB) return true;
  say(3, `NUMA: nodes only cover ${mb(total - lost)}MB of your ${mb(total)}MB e820 RAM. Not used.`);
  return false;
}

function mb(bytes: number): number {
  return Math.floor(bytes / MiB);
}

function blockRange(block: ByteRange): string {
  return memRange(block.start, block.end);
}

function memRange(start: PhysAddr, end: PhysAddr): string {
  return `[mem ${short(start)}-${short(end - 1)}]`;
}

function short(value: number): string {
  return '0x' + value.toString(16).padStart(8, '0');
}

function wide(value: number): string {
  return value.toString(16).padStart(16, '0');
}
