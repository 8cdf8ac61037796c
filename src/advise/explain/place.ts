/** Where a range lies: in sections, sub-sections and memory blocks, and what a machine has there. */

import { MEM_ABSENT, MEM_ONLINE } from '../../kernel/block-table.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Resource } from '../../kernel/resource.ts';
import { overlaps, type ByteRange } from '../../kernel/units.ts';
import { sizeText, type Units } from './values.ts';

/** An edge of the range against one unit: how far past a multiple it lies. */
export interface Edge {
  readonly unit: 'sub-section' | 'section' | 'block';
  readonly unitSize: number;
  /** Number of the first and last unit touched. */
  readonly first: number;
  readonly last: number;
  /** Bytes from the multiple below to the start, and to the (exclusive) end. */
  readonly startRest: number;
  readonly endRest: number;
}

export interface Place {
  readonly start: number;
  readonly end: number;
  readonly edges: readonly Edge[];
  /** What the machine has there: names of /proc/iomem, and states of blocks. Absent without a machine. */
  readonly there?: readonly string[];
}

/** Measures a range; with a kernel, says also what lies there. */
export function placeOf(range: ByteRange, units: Units, kernel?: Kernel): Place {
  const edges = [
    edgeOf('section', units.sectionSize, range),
    edgeOf('sub-section', units.subsectionSize, range),
    ...(units.blockSize === undefined ? [] : [edgeOf('block', units.blockSize, range)]),
  ];
  return { ...range, edges, ...(kernel === undefined ? {} : { there: thereOf(kernel, range) }) };
}

function edgeOf(unit: Edge['unit'], unitSize: number, { start, end }: ByteRange): Edge {
  const first = Math.floor(start / unitSize);
  const last = Math.floor((end - 1) / unitSize);
  return { unit, unitSize, first, last, startRest: start % unitSize, endRest: end % unitSize };
}

const MAX_NAMES = 6;

function thereOf(kernel: Kernel, range: ByteRange): string[] {
  const names: string[] = [];
  const walk = (resource: Resource): void => {
    for (const child of resource.children) {
      if (names.length >= MAX_NAMES || !overlaps(child.start, child.end, range.start, range.end)) continue;
      const whole = child.start <= range.start && range.end <= child.end;
      if (!names.some((name) => name.startsWith(child.name))) names.push(`${child.name}${whole ? '' : ' (part)'}`);
      walk(child);
    }
  };
  walk(kernel.iomem);
  const size = kernel.memoryBlockSizeBytes;
  const counts = { online: 0, offline: 0, absent: 0 };
  const [first, last] = [Math.floor(range.start / size), Math.floor((range.end - 1) / size)];
  // Blocks far above any memory are absent without being asked one by one.
  for (let id = first; id <= Math.min(last, first + 4096); id++) {
    const state = kernel.blocks.state(id);
    counts[state === MEM_ABSENT ? 'absent' : state === MEM_ONLINE ? 'online' : 'offline'] += 1;
  }
  const blocks = Object.entries(counts).flatMap(([state, count]) => (count === 0 ? [] : [`${count} ${state}`]));
  return [names.length === 0 ? 'nothing in /proc/iomem' : names.join(', '), `blocks: ${blocks.join(', ')}`];
}

/** `section 64-65 (of 128 MiB): begins 64 MiB past a multiple, ends at one`. */
export function edgeText(edge: Edge): string {
  const { unit, unitSize, first, last, startRest, endRest } = edge;
  const numbers = first === last ? `${first}` : `${first}-${last}`;
  const at = (rest: number): string => (rest === 0 ? 'at a multiple' : `${sizeText(rest)} past one`);
  const both = startRest === 0 && endRest === 0 ? 'begins and ends at multiples' : `begins ${at(startRest)}, ends ${at(endRest)}`;
  return `${unit}${first === last ? '' : 's'} ${numbers} of ${sizeText(unitSize)}: ${both}`;
}
