/** A picture from what /proc/iomem tells, with the memory blocks and the section table as far as they are known. */

import type { ByteRange } from '../kernel/units.ts';
import { printable } from '../runbook/printable.ts';
import { isRam, type OwnerKind, type Picture, type PictureBlocks, type PictureSections, type Segment } from './picture.ts';
import { subsectionBit } from './span.ts';
import { sectionsOf } from './sections-of-segments.ts';

/** A resource: the model's own and a captured one both fit. */
export interface NamedRange extends ByteRange {
  readonly name: string;
  /** Sorted, inside the parent. */
  readonly children: readonly NamedRange[];
}

export interface PictureSource {
  readonly sectionSizeBytes: number;
  readonly subsectionSizeBytes: number;
  readonly blockSizeBytes: number;
  /** The top level of the tree, sorted. */
  readonly resources: readonly NamedRange[];
  /** Empty when unknown. */
  readonly blocks: readonly PictureBlocks[];
  /** Undefined when nobody read the section table: sections then follow from the resources. */
  readonly sections?: readonly PictureSections[];
  /** False on kernels before SECTION_IS_EARLY: their flags do not tell boot memory from added memory. */
  readonly flagsTellEarly?: boolean;
  /** Ranges under a pgmap, when known; otherwise names and sub-section bits decide. */
  readonly mapped?: readonly (ByteRange & { readonly label?: string })[];
}

const EARLY_FLAG = 8; // SECTION_IS_EARLY
const RESERVED = /^(reserved|acpi |unusable|unknown e820|ram buffer|video rom|system rom|adapter rom|extension rom)/i;
const IDLE = /^(persistent memory|soft reserved|cxl window|region\d|virtio\d|cxl )/i;
const DRIVEN = /^(namespace|dax|pmem|btt|pfn|hmem)\d/;
const FULL_WORD = 0xffffffff;
const MOST_DEPTH = 64;
const MOST_NAME = 64;

// Who the name says it is; undefined for names that belong to what they lie in ("Kernel code").
function kindOf(name: string, parent: OwnerKind | undefined, parentName: string): OwnerKind | undefined {
  if (name === 'System RAM') {
    // Until v5.8 drivers added memory under the plain name, inside their own resource.
    if (parent === 'unmapped' || parent === 'device') return parentName.startsWith('virtio') ? 'virtio-mem' : 'kmem';
    return 'ram';
  }
  if (name === 'System RAM (virtio_mem)') return 'virtio-mem';
  if (name === 'System RAM (kmem)') return 'kmem';
  if (name.startsWith('System RAM (')) return 'ram-hotplug';
  if (DRIVEN.test(name)) return 'device';
  if (IDLE.test(name)) return 'unmapped';
  if (parent !== undefined) return undefined;
  return RESERVED.test(name) ? 'reserved' : 'mmio';
}

/** Builds a picture. Cost follows the number of resources and runs. */
export function pictureOfResources(source: PictureSource): Picture {
  const named: Segment[] = [];
  for (const resource of source.resources) flatten(resource, undefined, '', named, 0);
  const disjoint = inOrder(named);
  const mapped = source.mapped === undefined ? disjoint : overlay(disjoint, source.mapped);
  const sections = source.sections ?? sectionsOf(mapped, source.sectionSizeBytes, source.subsectionSizeBytes);
  const bySection = source.sections === undefined ? mapped : splitBySections(mapped, source);
  return {
    sectionSizeBytes: source.sectionSizeBytes,
    subsectionSizeBytes: source.subsectionSizeBytes,
    blockSizeBytes: source.blockSizeBytes,
    segments: merged(splitByBlocks(bySection, source)),
    sections,
    blocks: mergedBlocks(source.blocks),
  };
}

function mergedBlocks(blocks: readonly PictureBlocks[]): PictureBlocks[] {
  const result: PictureBlocks[] = [];
  for (const run of blocks) {
    const last = result[result.length - 1];
    const same = last !== undefined && last.last + 1 === run.first && last.state === run.state;
    if (same && last.zones === run.zones && last.node === run.node) {
      result[result.length - 1] = { ...last, last: run.last };
    } else {
      result.push(run);
    }
  }
  return result;
}

// Names come from outside: what would upset a terminal or a column is written out, what is endless is cut.
function labelOf(name: string): string {
  const text = printable(name).replaceAll('\t', ' ');
  return text.length <= MOST_NAME ? text : `${text.slice(0, MOST_NAME - 3)}...`;
}

// Depth is bounded: deeper levels count as part of the resource they lie in.
function flatten(node: NamedRange, parent: OwnerKind | undefined, parentName: string, out: Segment[], depth: number): void {
  const own = kindOf(node.name, parent, parentName);
  const kind = own ?? parent ?? 'mmio';
  const label = own === undefined ? parentName : labelOf(node.name);
  let at = node.start;
  for (const child of depth < MOST_DEPTH ? node.children : []) {
    if (child.start > at) out.push({ start: at, end: child.start, kind, label });
    flatten(child, kind, label, out, depth + 1);
    at = Math.max(at, child.end);
  }
  if (at < node.end) out.push({ start: at, end: node.end, kind, label });
}

// Sorted and disjoint, whatever came in: of two that overlap, the lower one keeps what they share.
function inOrder(segments: readonly Segment[]): Segment[] {
  const sorted = [...segments].sort((a, b) => a.start - b.start);
  const result: Segment[] = [];
  let at = 0;
  for (const segment of sorted) {
    const start = Math.max(at, segment.start);
    if (start >= segment.end) continue;
    result.push(start === segment.start ? segment : { ...segment, start });
    at = segment.end;
  }
  return result;
}

function withoutPgmap(kind: OwnerKind): OwnerKind {
  return kind === 'device' ? 'claimed' : kind;
}

// Device memory under a pgmap is the device's; the rest is claimed by name only, or idle.
function overlay(segments: readonly Segment[], mapped: NonNullable<PictureSource['mapped']>): Segment[] {
  const ranges = [...mapped].sort((a, b) => a.start - b.start);
  const result: Segment[] = [];
  let index = 0;
  for (const segment of segments) {
    if (segment.kind !== 'device' && segment.kind !== 'unmapped') {
      result.push(segment);
      continue;
    }
    let at = segment.start;
    while (index < ranges.length && (ranges[index]?.end ?? 0) <= at) index++;
    for (let next = index; at < segment.end; next++) {
      const range = ranges[next];
      const start = Math.min(range?.start ?? segment.end, segment.end);
      if (start > at) result.push({ ...segment, kind: withoutPgmap(segment.kind), start: at, end: start });
      if (range === undefined || start >= segment.end) break;
      const end = Math.min(range.end, segment.end);
      result.push({ kind: 'device', label: range.label ?? segment.label, start: Math.max(at, start), end });
      at = end;
    }
  }
  return result;
}

// Boot or later: the section's flag tells. A driver's resource whose bits are clear is not mapped.
function splitBySections(segments: readonly Segment[], source: PictureSource): Segment[] {
  const size = source.sectionSizeBytes;
  const runs = source.sections ?? [];
  const result: Segment[] = [];
  let index = 0;
  for (const segment of segments) {
    if (segment.kind !== 'ram' && segment.kind !== 'device') {
      result.push(segment);
      continue;
    }
    for (let at = segment.start; at < segment.end; ) {
      while (index < runs.length && ((runs[index]?.last ?? 0) + 1) * size <= at) index++;
      const next = runs[index];
      const run = next !== undefined && next.first * size <= at ? next : undefined;
      const end = Math.min(segment.end, run !== undefined ? (run.last + 1) * size : (next?.first ?? Infinity) * size);
      const part = { ...segment, start: at, end };
      if (segment.kind === 'ram') result.push({ ...part, kind: ramKind(run, source) });
      else if (source.mapped !== undefined) result.push(part);
      else if (run === undefined) result.push({ ...part, kind: 'claimed' });
      else result.push(...splitByBits(part, run, source));
      at = end;
    }
  }
  return result;
}

function ramKind(run: PictureSections | undefined, source: PictureSource): OwnerKind {
  if (run?.flags === undefined || source.flagsTellEarly === false) return 'ram';
  return Math.floor(run.flags / EARLY_FLAG) % 2 === 1 ? 'ram-early' : 'ram-hotplug';
}

// A part of a driver's resource, within one run of sections: mapped where the bits are set.
function splitByBits(part: Segment, run: PictureSections, source: PictureSource): Segment[] {
  const uniform = run.subsections?.every((word) => word === run.subsections?.[0] && (word === 0 || word === FULL_WORD));
  if (run.subsections === undefined || (uniform === true && run.subsections[0] !== 0)) return [part];
  if (uniform === true) return [{ ...part, kind: 'claimed' }];
  const sub = source.subsectionSizeBytes;
  const perSection = source.sectionSizeBytes / sub;
  const result: Segment[] = [];
  for (let at = part.start; at < part.end; ) {
    const index = Math.floor(at / sub);
    const end = Math.min(part.end, (index + 1) * sub);
    const set = subsectionBit(run, index % perSection) === true;
    result.push({ ...part, start: at, end, kind: set ? 'device' : 'claimed' });
    at = end;
  }
  return result;
}

function splitByBlocks(segments: readonly Segment[], source: PictureSource): Segment[] {
  const { blocks, blockSizeBytes: size } = source;
  if (blocks.length === 0) return [...segments];
  const result: Segment[] = [];
  let index = 0;
  for (const segment of segments) {
    if (!isRam(segment.kind)) {
      result.push(segment);
      continue;
    }
    for (let at = segment.start; at < segment.end; ) {
      while (index < blocks.length && ((blocks[index]?.last ?? 0) + 1) * size <= at) index++;
      const run = blocks[index];
      const runStart = run === undefined ? Infinity : run.first * size;
      const covered = run !== undefined && runStart <= at;
      const end = Math.min(segment.end, covered ? (run.last + 1) * size : runStart);
      const part = { ...segment, start: at, end };
      result.push(covered && run.state !== 'unknown' ? { ...part, online: run.state !== 'offline' } : part);
      at = end;
    }
  }
  return result;
}

function merged(segments: readonly Segment[]): Segment[] {
  const result: Segment[] = [];
  for (const segment of segments) {
    const last = result[result.length - 1];
    const same = last !== undefined && last.end === segment.start && last.kind === segment.kind;
    if (same && last.label === segment.label && last.online === segment.online) {
      result[result.length - 1] = { ...last, end: segment.end };
    } else {
      result.push(segment);
    }
  }
  return result;
}
