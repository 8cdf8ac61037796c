/** System RAM in its memory blocks, and what the struct pages of everything cost it. */

import type { Kernel } from '../../kernel/kernel.ts';
import { blockNrPages, blockStartPfn } from '../../kernel/block-span.ts';
import { MEM_ONLINE, type MemoryBlock } from '../../kernel/block-table.ts';
import { memoryBlocksIn } from '../../kernel/memory-block.ts';
import { memmapPages } from '../../kernel/sparse.ts';
import { alignDown, alignUp, type ByteRange } from '../../kernel/units.ts';
import type { Charge, Fill } from './account.ts';
import type { Use } from './use.ts';

/** The parts of a range that lie in memory blocks: online, offline, or the block's own memmap. Trimmed to `unit`. */
export function blockFills(kernel: Kernel, range: ByteRange, owner: string, unit = 1): Fill[] {
  const { pageSize } = kernel.profile.arch;
  const start = alignUp(range.start, unit);
  const end = alignDown(range.end, unit);
  if (start >= end) return [];
  const fills: Fill[] = [];
  const add = (from: number, to: number, use: Use): void => {
    const last = fills.at(-1);
    if (from >= to) return;
    if (last?.use === use && last.end === from) fills[fills.length - 1] = { ...last, end: to };
    else fills.push({ start: from, end: to, use, owner });
  };
  for (const id of memoryBlocksIn(kernel, start, end - start)) {
    const block = kernel.blocks.get(id) as MemoryBlock;
    const blockStart = blockStartPfn(kernel, id) * pageSize;
    const from = Math.max(start, blockStart);
    const to = Math.min(end, blockStart + blockNrPages(kernel, id) * pageSize);
    const data = Math.min(Math.max(from, blockStart + block.memmapPages * pageSize), to);
    add(from, data, 'memmap');
    add(data, to, block.state === MEM_ONLINE ? 'ram' : 'offline');
  }
  return fills;
}

/** Struct pages that lie in RAM: those of boot, those of holes in its sections, those of memory that came later. */
export function memmapCharges(kernel: Kernel, ram: readonly ByteRange[]): Charge[] {
  const { pageSize } = kernel.profile.arch;
  const nrPages = ram.reduce(
    (sum, { start, end }) => sum + Math.max(0, Math.floor(end / pageSize) - Math.ceil(start / pageSize)),
    0,
  );
  const own = Math.min(memmapPages(kernel, nrPages, undefined), kernel.nrMemmapBootPages);
  const charge = (use: Use, pages: number, owner: string): Charge => ({
    from: 'ram', use, bytes: Math.max(0, pages) * pageSize, owner,
  });
  return [
    charge('memmap', own, 'System RAM'),
    charge('section-holes', kernel.nrMemmapBootPages - own, 'holes in its sections'),
    charge('memmap', kernel.nrMemmapPages - onDevices(kernel), 'System RAM'),
  ];
}

/** Pages of memmap that lie in the memory they describe: in altmaps, and at the start of memory blocks. */
function onDevices(kernel: Kernel): number {
  let pages = 0;
  for (const { altmap } of kernel.pgmaps.values()) pages += altmap?.alloc ?? 0;
  for (const run of kernel.blocks.runs()) pages += run.memmapPages * (run.last - run.first + 1);
  return pages;
}
