/**
 * Space on a DIMM: what is free in the part a region maps, and which piece an allocation gets. Pure: allocations go in,
 * allocations come out. Addresses are DIMM physical addresses, ranges half-open.
 */

import { alignDown, alignUp, isAligned } from '../../kernel/units.ts';
import type { DpaResource, NdMapping, NdRegion } from './state.ts';

/** Marks free space while the largest piece is looked for. */
const PMEM_RESERVE = 'pmem-reserve';

/** Who an allocation belongs to. @kernel drivers/nvdimm/label.c: nd_label_gen_id */
export function ndLabelGenId(uuid: string): string {
  return `pmem-${uuid}`;
}

/** Unit of allocation on each DIMM of a region. @kernel drivers/nvdimm/dimm_devs.c: dpa_align */
export function dpaAlign(region: Pick<NdRegion, 'align' | 'mappings'>): number {
  const ways = region.mappings.length;
  return ways === 0 || !isAligned(region.align, ways) ? 0 : region.align / ways;
}

/**
 * Free bytes by rounding every allocation outwards and adding the lot: what overlaps then counts twice.
 * 0 when a rounded allocation leaves the mapping.
 * @kernel drivers/nvdimm/dimm_devs.c: nd_pmem_available_dpa
 */
export function ndPmemAvailableDpa(dpa: readonly DpaResource[], mapping: NdMapping, align: number): number {
  if (align === 0) return 0;
  const mapStart = mapping.start;
  const mapLast = mapStart + mapping.size - 1;
  let busy = 0;
  for (const resource of dpa) {
    const start = alignDown(resource.start, align);
    const last = alignUp(resource.end, align) - 1;
    if (start >= mapStart && start < mapLast) {
      if (last > mapLast) return 0;
      busy += last - start + 1;
    } else if (last >= mapStart && last <= mapLast) busy += last - start + 1;
    else if (mapStart > start && mapStart < last) busy += mapping.size;
  }
  return busy < mapping.size ? alignDown(mapping.size - busy, align) : 0;
}

/** Where an allocation landed, in the words of the kernel's debug lines. */
export interface DpaStep {
  readonly action: 'allocate' | 'cur grow up' | 'next grow up' | 'grow down' | 'init';
  readonly start: number;
  readonly size: number;
}

export interface DpaOutcome {
  readonly dpa: readonly DpaResource[];
  /** Bytes that found no place. */
  readonly rest: number;
  readonly steps: readonly DpaStep[];
}

function insert(dpa: readonly DpaResource[], fresh: DpaResource): readonly DpaResource[] | undefined {
  if (dpa.some((each) => each.start < fresh.end && fresh.start < each.end)) return undefined;
  return [...dpa, fresh].sort((a, b) => a.start - b.start);
}

/** The usable part of a gap, or nothing. @kernel drivers/nvdimm/namespace_devs.c: space_valid */
function spaceValid(
  gap: { start: number; end: number },
  align: number,
  id: string,
  exist: DpaResource | undefined,
  wanted: number,
): { start: number; end: number } | undefined {
  const start = alignUp(gap.start, align);
  const end = alignDown(gap.end, align);
  // The kernel compares with the inclusive end: nothing of one byte or less.
  if (start >= end - 1) return undefined;
  if (id === PMEM_RESERVE) return { start, end };
  if (end - start < wanted) return undefined;
  if (exist === undefined || start === exist.end || end === exist.start) return { start, end };
  return undefined;
}

/**
 * Takes `wanted` bytes for `id`: the first gap in address order that is large enough and, when `id` owns space
 * already, touches it. Space in front makes the owner begin earlier.
 * @kernel drivers/nvdimm/namespace_devs.c: scan_allocate
 */
export function scanAllocate(
  before: readonly DpaResource[],
  mapping: NdMapping,
  align: number,
  id: string,
  wanted: number,
): DpaOutcome {
  const mapEnd = mapping.start + mapping.size;
  const exist = before.findLast((each) => each.name === id);
  const steps: DpaStep[] = [];
  let dpa = before;
  let rest = wanted;
  for (;;) {
    const step = scanOnce(dpa, mapping, mapEnd, align, id, exist, wanted, rest);
    if (step === undefined) break;
    dpa = step.dpa;
    rest -= step.taken;
    steps.push(step.step);
    if (rest === 0) return { dpa, rest, steps };
  }
  if (rest !== wanted) return { dpa, rest, steps };
  const fresh = insert(dpa, { start: mapping.start, end: mapping.start + rest, name: id });
  if (fresh === undefined) return { dpa, rest, steps };
  steps.push({ action: 'init', start: mapping.start, size: rest });
  return { dpa: fresh, rest: 0, steps };
}

interface ScanStep {
  readonly dpa: readonly DpaResource[];
  readonly taken: number;
  readonly step: DpaStep;
}

function scanOnce(
  dpa: readonly DpaResource[],
  mapping: NdMapping,
  mapEnd: number,
  align: number,
  id: string,
  exist: DpaResource | undefined,
  wanted: number,
  rest: number,
): ScanStep | undefined {
  let first = true;
  for (const [index, resource] of dpa.entries()) {
    if (resource.start >= mapEnd || resource.end <= mapping.start) continue;
    const next = dpa[index + 1];
    const wasFirst = first;
    first = false;
    if (wasFirst && resource.start > mapping.start) {
      const gap = spaceValid({ start: mapping.start, end: resource.start }, align, id, exist, wanted);
      if (gap !== undefined) {
        const size = Math.min(gap.end - gap.start, rest);
        if (resource.name === id) return grownUp(dpa, index, size, 'cur grow up');
        return allocated(dpa, id, gap.start, size);
      }
    }
    const gapEnd = next === undefined ? mapEnd : Math.min(mapEnd, next.start);
    const gap = spaceValid({ start: resource.end, end: gapEnd }, align, id, exist, wanted);
    if (gap === undefined) continue;
    const size = Math.min(gap.end - gap.start, rest);
    if (next?.name === id) return grownUp(dpa, index + 1, size, 'next grow up');
    if (resource.name === id) {
      const grown = { ...resource, end: resource.end + size };
      return replaced(dpa, index, grown, size, 'grow down');
    }
    return allocated(dpa, id, gap.start, size);
  }
  return undefined;
}

function grownUp(dpa: readonly DpaResource[], index: number, size: number, action: DpaStep['action']): ScanStep {
  const old = dpa[index] as DpaResource;
  return replaced(dpa, index, { ...old, start: old.start - size }, size, action);
}

function replaced(
  dpa: readonly DpaResource[],
  index: number,
  by: DpaResource,
  taken: number,
  action: DpaStep['action'],
): ScanStep {
  return { dpa: dpa.with(index, by), taken, step: { action, start: by.start, size: by.end - by.start } };
}

function allocated(dpa: readonly DpaResource[], id: string, start: number, size: number): ScanStep | undefined {
  const fresh = insert(dpa, { start, end: start + size, name: id });
  return fresh && { dpa: fresh, taken: size, step: { action: 'allocate', start, size } };
}

/**
 * The largest piece a single allocation could get, 0 when the free space cannot be placed.
 * @kernel drivers/nvdimm/dimm_devs.c: nd_pmem_max_contiguous_dpa
 */
export function ndPmemMaxContiguousDpa(dpa: readonly DpaResource[], mapping: NdMapping, align: number): number {
  const free = ndPmemAvailableDpa(dpa, mapping, align);
  if (align === 0 || free === 0) return 0;
  const reserved = scanAllocate(dpa, mapping, align, PMEM_RESERVE, free);
  if (reserved.rest > 0) return 0;
  const sizes = reserved.dpa
    .filter((each) => each.name === PMEM_RESERVE)
    .map((each) => alignDown(each.end, align) - alignUp(each.start, align));
  return Math.max(0, ...sizes);
}

/** Gives `bytes` of `id` back, from its end. @kernel drivers/nvdimm/namespace_devs.c: scan_free */
export function scanFree(before: readonly DpaResource[], id: string, bytes: number): readonly DpaResource[] {
  let dpa = before;
  for (let left = bytes; left > 0; ) {
    const index = dpa.findLastIndex((each) => each.name === id);
    const last = dpa[index];
    if (last === undefined) return dpa;
    const size = last.end - last.start;
    if (left >= size) {
      dpa = dpa.filter((_, i) => i !== index);
      left -= size;
    } else {
      dpa = dpa.with(index, { ...last, end: last.end - left });
      left = 0;
    }
  }
  return dpa;
}

/** Bytes `id` owns. @kernel drivers/nvdimm/dimm_devs.c: nvdimm_allocated_dpa */
export function allocatedDpa(dpa: readonly DpaResource[], id: string): number {
  return dpa.reduce((sum, each) => sum + (each.name === id ? each.end - each.start : 0), 0);
}
