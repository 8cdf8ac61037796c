/** What boot says about memory, in the kernel's words. */

import { alignUp, hex, hexPadded, GiB, KiB, MiB, type Nid, type Pfn, type PfnRange, type PhysAddr } from '../units.ts';
import type { KernelProfile } from '../profile/profile.ts';
import { ZONE_DMA, ZONE_DMA32, ZONE_MOVABLE, ZONE_NAMES, type BootNode, type E820Entry, type MemblockRange } from './boot-map.ts';
import type { UnavailableRange } from './page-links.ts';
import type { ZoneLimits } from './zones.ts';

/** @kernel arch/x86/kernel/e820.c: e820__end_ram_pfn */
export function lastPfnLine(lastPfn: Pfn, maxArchPfn: Pfn): string {
  return `last_pfn = ${hex(lastPfn)} max_arch_pfn = ${hex(maxArchPfn)}`;
}

/** The map of zones and memory. @kernel mm/mm_init.c: free_area_init */
export function zoneLines(
  limits: ZoneLimits,
  movableStarts: ReadonlyMap<Nid, Pfn>,
  ranges: readonly MemblockRange[],
  profile: KernelProfile,
): string[] {
  const { pageSize } = profile.arch;
  const lines = ['Zone ranges:'];
  for (const [zone, limit] of limits.entries()) {
    if (zone === ZONE_MOVABLE || (zone === ZONE_DMA && (!profile.does.zoneDma || profile.arch.dmaEnd === undefined))) continue;
    if (zone === ZONE_DMA32 && profile.arch.dma32End === undefined) continue;
    const name = `  ${(ZONE_NAMES[zone] as string).padEnd(8)} `;
    lines.push(name + (limit.startPfn === limit.endPfn ? 'empty' : pfnRange(limit, pageSize)));
  }
  lines.push('Movable zone start for each node');
  for (const [nid, start] of movableStarts) lines.push(`  Node ${nid}: ${hexPadded(start * pageSize, 16)}`);
  lines.push('Early memory node ranges');
  for (const range of ranges) lines.push(`  node ${String(range.nid).padStart(3)}: ${pfnRange(range, pageSize)}`);
  return lines;
}

/** One line for each possible node. @kernel mm/mm_init.c: free_area_init_node */
export function initmemLines(nodes: readonly BootNode[], possible: readonly Nid[], pageSize: number): string[] {
  const byNid = new Map(nodes.map((node) => [node.nid, node]));
  return possible.map((nid) => {
    const node = byNid.get(nid);
    if (node === undefined) return `Initmem setup node ${nid} as memoryless`;
    return `Initmem setup node ${nid} ${pfnRange(node, pageSize)}`;
  });
}

/** @kernel mm/mm_init.c: init_unavailable_range */
export function unavailableLine({ nid, zone, pages }: UnavailableRange): string {
  return `On node ${nid}, zone ${ZONE_NAMES[zone]}: ${pages} pages in unavailable ranges`;
}

/** @kernel arch/x86/mm/init_64.c: probe_memory_block_size */
export function blockSizeLine(bytes: number): string {
  return `x86/mm: Memory block size: ${bytes / MiB}MB`;
}

/** The largest gap below 4 GiB; of equals the lowest. @kernel arch/x86/kernel/e820.c: e820__setup_pci_gap */
export function pciGapLine(entries: readonly E820Entry[]): string | undefined {
  let last = 4 * GiB;
  let gap = { start: 0, size: 4 * MiB };
  let found = false;
  for (const { start, end } of entries.toReversed()) {
    if (last > end && last - end >= gap.size) {
      gap = { start: end, size: last - end };
      found = true;
    }
    last = Math.min(last, start);
  }
  if (!found) return undefined;
  return `[mem ${hexPadded(gap.start, 8)}-${hexPadded(gap.start + gap.size - 1, 8)}] available for PCI devices`;
}

/** Ranges above RAM that no device may take: up to 64 KiB, 1 MiB or 64 MiB. @kernel e820__reserve_resources_late */
export function ramBufferLines(entries: readonly E820Entry[]): string[] {
  const lines: string[] = [];
  for (const { end, type } of entries) {
    if (type !== 'ram') continue;
    const bufferEnd = alignUp(end, ramAlignment(end));
    if (end < bufferEnd - 1) {
      lines.push(`e820: reserve RAM buffer [mem ${hexPadded(end, 8)}-${hexPadded(bufferEnd - 1, 8)}]`);
    }
  }
  return lines;
}

/** @kernel arch/x86/kernel/e820.c: ram_alignment */
function ramAlignment(position: PhysAddr): number {
  if (position < MiB) return 64 * KiB;
  return position < 16 * MiB ? MiB : 64 * MiB;
}

function pfnRange({ startPfn, endPfn }: PfnRange, pageSize: number): string {
  return `[mem ${hexPadded(startPfn * pageSize, 16)}-${hexPadded(endPfn * pageSize - 1, 16)}]`;
}
