/** What a kernel printed about memory while it booted. */

import type { Nid, Pfn, PhysAddr } from '../kernel/units.ts';
import type { KernelLine } from './boot-log-lines.ts';

/** One zone of "Zone ranges"; `end` is exclusive, and both are 0 for an empty one. */
export interface PrintedZone {
  readonly zone: string;
  readonly start: PhysAddr;
  readonly end: PhysAddr;
}

export interface PrintedNodeRange {
  readonly nid: Nid;
  readonly start: PhysAddr;
  readonly end: PhysAddr;
}

export interface PrintedResults {
  /** The largest `last_pfn` printed. */
  readonly lastPfn?: Pfn;
  readonly maxArchPfn?: Pfn;
  /** Absent when the log does not hold the lines. */
  readonly zoneRanges?: readonly PrintedZone[];
  readonly earlyRanges?: readonly PrintedNodeRange[];
  /** Every line about unavailable ranges as the kernel wrote it, without leading blanks. */
  readonly unavailable: readonly string[];
  readonly memoryBlockSizeBytes?: number;
}

const LAST_PFN = /(?:^|\s)last_pfn = 0x([0-9a-f]{1,16}) max_arch_pfn = 0x([0-9a-f]{1,16})/;
const ZONE = /(?:^|\s)(DMA|DMA32|Normal|HighMem|Device)\s+(?:\[mem 0x([0-9a-f]{1,16})-0x([0-9a-f]{1,16})\]|empty)/;
const NODE_RANGE = /(?:^|\s)node\s+(-?\d{1,5}): \[mem 0x([0-9a-f]{1,16})-0x([0-9a-f]{1,16})\]/;
const UNAVAILABLE =
  /(?:^|\s)((?:On node \d+, zone \w+|\w+ zone): \d+ pages in unavailable ranges|Zeroed struct page in unavailable ranges: \d+ pages|Reserved but unavailable: \d+ pages)/;
const BLOCK_SIZE = /x86\/mm: Memory block size: (\d{1,9})MB/;

/** Collects them from one boot; where a log repeats itself the first time counts. */
export function printedResults(lines: readonly KernelLine[]): PrintedResults {
  const zoneRanges: PrintedZone[] = [];
  const earlyRanges: PrintedNodeRange[] = [];
  const unavailable: string[] = [];
  const results: { -readonly [K in keyof PrintedResults]?: PrintedResults[K] } = {};
  let part: 'none' | 'zones' | 'movable' | 'early' = 'none';
  let repeats = false;
  for (const { text } of lines) {
    const lastPfn = LAST_PFN.exec(text);
    if (lastPfn !== null) {
      results.lastPfn = Math.max(results.lastPfn ?? 0, Number.parseInt(lastPfn[1] as string, 16));
      results.maxArchPfn = Number.parseInt(lastPfn[2] as string, 16);
    }
    const block = BLOCK_SIZE.exec(text);
    if (block !== null) results.memoryBlockSizeBytes ??= Number(block[1]) * 1024 * 1024;
    if (/(?:^|\s)Zone ranges:/.test(text)) {
      repeats = results.zoneRanges !== undefined;
      results.zoneRanges ??= zoneRanges;
      part = 'zones';
    } else if (/(?:^|\s)Movable zone start/.test(text)) {
      part = 'movable';
    } else if (/(?:^|\s)Early memory node ranges/.test(text)) {
      repeats ||= results.earlyRanges !== undefined && part !== 'movable';
      results.earlyRanges ??= earlyRanges;
      part = 'early';
    }
    if (repeats) continue;
    const zone = part === 'zones' ? ZONE.exec(text) : null;
    if (zone !== null) zoneRanges.push({ zone: zone[1] as string, ...range(zone[2], zone[3]) });
    const node = part === 'early' ? NODE_RANGE.exec(text) : null;
    if (node !== null) earlyRanges.push({ nid: Number(node[1]), ...range(node[2], node[3]) });
    const pages = UNAVAILABLE.exec(text);
    if (pages !== null) unavailable.push(pages[1] as string);
  }
  return { ...results, unavailable };
}

function range(start: string | undefined, last: string | undefined): { start: PhysAddr; end: PhysAddr } {
  if (start === undefined || last === undefined) return { start: 0, end: 0 };
  return { start: Number.parseInt(start, 16), end: Number.parseInt(last, 16) + 1 };
}
