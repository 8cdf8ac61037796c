/** Boot: from firmware's map and the command line to memblock, nodes and zones. */

import { GiB, NUMA_NO_NODE, type Pfn } from '../units.ts';
import type { LogLevel, LogLine } from '../log.ts';
import type { KernelProfile } from '../profile/profile.ts';
import { probeMemoryBlockSize } from './block-size.ts';
import type { BootInput, BootMap, E820Entry, MemblockRange } from './boot-map.ts';
import { bootFdt } from './boot-fdt.ts';
import { blockSizeLine, lastPfnLine, pciGapLine, ramBufferLines } from './boot-messages.ts';
import { bootOptions } from './boot-options.ts';
import { parseArgs, type CmdlineParam } from './cmdline.ts';
import { applyE820Options, type E820Options } from './e820-options.ts';
import * as e820 from './e820.ts';
import { freeAreaInit } from './free-area.ts';
import { e820MemblockSetup, memblockRanges } from './memblock.ts';
import { x86NumaInit, type NumaSetup } from './numa.ts';
import { hideSharedRam } from './shared-ram.ts';

type Say = (level: LogLevel, text: string) => void;

const BIOS_BEGIN = 0xa0000n;
const BIOS_END = 0x100000n;

/** What the kernel makes of a machine, by the way its firmware describes memory. */
export function boot(input: BootInput, profile: KernelProfile): BootMap {
  return profile.arch.firmware === 'e820' ? bootE820(input, profile) : bootFdt(input, profile);
}

/**
 * What the kernel makes of a machine. Cost follows the number of ranges. Options it does not take are ignored as it
 * ignores them; where it would stop, `panic` says so.
 * @kernel arch/x86/kernel/setup.c: setup_arch
 */
function bootE820(input: BootInput, profile: KernelProfile): BootMap {
  const log: LogLine[] = [];
  const say: Say = (level, text) => log.push({ level, text });
  const { pageSize, maxPhysmemBits } = profile.arch;
  const params = parseArgs(input.cmdline);
  const maxArchPfn = 2 ** maxPhysmemBits / pageSize;

  const table = biosTable(input, say);
  const { options, panic } = commandLineTable(table, params, say);
  trimTable(table, profile);
  if (profile.does.hidesSharedRam) hideSharedRam(table, profile.arch.pagesPerSection * pageSize);
  const maxPfn = endOfRam(table, maxArchPfn, maxArchPfn, profile, say, input);
  const lowPfns = (4 * GiB) / pageSize;
  if (maxPfn > lowPfns) endOfRamPfn(table, lowPfns, maxArchPfn, profile, say);

  const memory = e820MemblockSetup(e820.e820Entries(table), 2 ** maxPhysmemBits, pageSize);
  const numa = x86NumaInit(memory, maxPfn * pageSize, input, params, profile, say);
  const ranges = withNodes(memblockRanges(numa.regions, pageSize), numa);

  const { nodes, pageLinks } = freeAreaInit(ranges, numa.possibleNodes, maxPfn, params, profile, say);

  const finalTable = lateTable(table, input);
  const gap = pciGapLine(finalTable);
  if (gap !== undefined) say(6, gap);
  const memoryEnd = maxPfn * pageSize;
  const blockSize = probeMemoryBlockSize(profile, memoryEnd, input.hypervisor, input.advisedBlockSizeBytes);
  say(6, blockSizeLine(blockSize));
  for (const line of ramBufferLines(finalTable)) say(7, line);

  const stop = panic ?? (ranges.length === 0 ? 'no usable memory is left' : undefined);
  return {
    e820: finalTable,
    memblock: ranges,
    maxPfn,
    nodes,
    possibleNodes: numa.possibleNodes,
    numaMemblks: numa.meminfo,
    numaReservedMemblks: numa.reserved,
    pageLinks,
    memoryBlockSizeBytes: blockSize,
    memoryLimit: options.memoryLimit,
    options: bootOptions(params),
    log,
    ...(stop === undefined ? {} : { panic: stop }),
  };
}

/** Firmware's map, sorted and without overlaps. @kernel arch/x86/kernel/e820.c: e820__memory_setup */
function biosTable(input: BootInput, say: Say): e820.E820Table {
  const table: e820.E820Table = { entries: [], say };
  for (const entry of input.e820) {
    // Beyond the kernel's own room every further entry would only add one more complaint.
    if (table.entries.length > e820.E820_MAX_ENTRIES) break;
    const { addr, size, type } = e820.e820Range(entry);
    e820.e820RangeAdd(table, addr, size, type);
  }
  e820.e820UpdateTable(table);
  say(6, 'BIOS-provided physical RAM map:');
  for (const line of e820.e820PrintTable(table, 'BIOS-e820')) say(6, line);
  return table;
}

/** @kernel arch/x86/kernel/e820.c: e820__finish_early_params */
function commandLineTable(
  table: e820.E820Table,
  params: readonly CmdlineParam[],
  say: Say,
): { options: E820Options; panic: string | undefined } {
  const options = applyE820Options(table, params);
  if (options.bug) return { options, panic: 'kernel BUG at arch/x86/kernel/e820.c' };
  if (!options.userDefined) return { options, panic: undefined };
  if (!e820.e820UpdateTable(table)) return { options, panic: 'Invalid user supplied memory map' };
  say(6, 'user-defined physical RAM map:');
  for (const line of e820.e820PrintTable(table, 'user')) say(6, line);
  return { options, panic: undefined };
}

/** Page 0 and the BIOS area are never RAM. @kernel arch/x86/kernel/setup.c: trim_bios_range */
function trimTable(table: e820.E820Table, profile: KernelProfile): void {
  if (profile.arch.blockSizeRule !== 'x86-probe') return;
  e820.e820RangeUpdate(table, 0n, BigInt(profile.arch.pageSize), e820.E820_TYPE_RAM, e820.E820_TYPE_RESERVED);
  e820.e820RangeRemove(table, BIOS_BEGIN, BIOS_END - BIOS_BEGIN, e820.E820_TYPE_RAM);
  e820.e820UpdateTable(table);
}

/** The end of RAM, looked for again when the kernel then takes memory away. @kernel mtrr_trim_uncached_memory */
function endOfRam(
  table: e820.E820Table,
  limitPfn: Pfn,
  maxArchPfn: Pfn,
  profile: KernelProfile,
  say: Say,
  input: BootInput,
): Pfn {
  const first = endOfRamPfn(table, limitPfn, maxArchPfn, profile, say);
  const reserved = input.reservedByBoot ?? [];
  if (reserved.length === 0) return first;
  for (const { start, end } of reserved) {
    const size = BigInt(end) - BigInt(start);
    e820.e820RangeUpdate(table, BigInt(start), size, e820.E820_TYPE_RAM, e820.E820_TYPE_RESERVED);
  }
  e820.e820UpdateTable(table);
  return endOfRamPfn(table, limitPfn, maxArchPfn, profile, say);
}

/** @kernel arch/x86/kernel/e820.c: e820__end_ram_pfn */
function endOfRamPfn(
  table: e820.E820Table,
  limitPfn: Pfn,
  maxArchPfn: Pfn,
  profile: KernelProfile,
  say: Say,
): Pfn {
  const { pageSize } = profile.arch;
  let lastPfn = 0;
  for (const { start, end, type } of e820.e820Entries(table)) {
    if (type !== 'ram' && !(type === 'acpi' && profile.does.acpiTablesCountForMaxPfn)) continue;
    if (Math.floor(start / pageSize) >= limitPfn) continue;
    lastPfn = Math.max(lastPfn, Math.min(Math.floor(end / pageSize), limitPfn));
  }
  lastPfn = Math.min(lastPfn, maxArchPfn);
  say(6, lastPfnLine(lastPfn, maxArchPfn));
  return lastPfn;
}

/**
 * Gives memory that no table names to the node before it: less than a megabyte, or the table would not be used.
 * The kernel leaves it without a node.
 */
function withNodes(ranges: readonly MemblockRange[], numa: NumaSetup): MemblockRange[] {
  let nid = numa.meminfo[0]?.nid ?? 0;
  return ranges.map((range) => {
    if (range.nid === NUMA_NO_NODE) return { ...range, nid };
    nid = range.nid;
    return range;
  });
}

/** The table after the late reservations, which memblock no longer sees. */
function lateTable(table: e820.E820Table, input: BootInput): E820Entry[] {
  for (const { start, end } of input.reservedLate ?? []) {
    const quiet = { ...table, say: () => undefined };
    const size = BigInt(end) - BigInt(start);
    e820.e820RangeUpdate(quiet, BigInt(start), size, e820.E820_TYPE_RAM, e820.E820_TYPE_RESERVED);
    e820.e820UpdateTable(quiet);
    table.entries = quiet.entries;
  }
  return e820.e820Entries(table);
}
