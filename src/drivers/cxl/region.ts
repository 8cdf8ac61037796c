/** Regions: cut from a window, spread over endpoint decoders, committed to hardware. */

import { EBUSY, EINVAL, ENODEV, ENXIO, ERANGE, type Errno } from '../../kernel/errno.ts';
import { check, type CheckPoint } from '../../kernel/explain.ts';
import { parseKernelBool } from '../../kernel/params.ts';
import { IORESOURCE_MEM, removeResource, resource } from '../../kernel/resource.ts';
import { alignUp, isAligned, type ByteRange } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { memregionFree, memregionReserve } from '../nvdimm/memregion.ts';
import { cString, kstrtoull, sysfsStreq, uuidParse, UUID_NULL } from '../nvdimm/nd-attr.ts';
import { eiwToWays, isGranularity, isWays, SZ_256M, windowGranularity } from './cfmws.ts';
import { findResource, insertBelow } from './find-resource.ts';
import { cxlRegionUnbind } from './region-driver.ts';
import {
  bridgeByUid, cardOfDecoder, CXL_CONFIG_ACTIVE, CXL_CONFIG_COMMIT, CXL_CONFIG_IDLE, CXL_CONFIG_INTERLEAVE_ACTIVE,
  endpointDecoder, regionById, regionOfDecoder, setCxl, updateRegion, type CxlRegion, type CxlRootDecoder,
} from './state.ts';

const store = (fn: string, condition: string): CheckPoint => ({ file: 'drivers/cxl/core/region.c', fn, condition });
const NEXT_NAME = store('create_region_store', 'what is written is the name the file shows');
const REGION_OF_WINDOW = store('delete_region_store', 'the window has a region of this name');
const UUID_TEXT = store('uuid_store', 'what is written is a uuid, and not all zeros');
const UUID_FREE = store('uuid_store', 'no other region has the uuid, and this one has not all its targets yet');
const WAYS_FIT = store('interleave_ways_store', 'the ways exist, and are those of the window times a power of two');
const WAYS_EARLY = store('interleave_ways_store', 'the region has no size yet');
const GRANULARITY_FITS = store('interleave_granularity_store', 'the granularity exists, and is that of an interleaved window');
const GRANULARITY_EARLY = store('interleave_granularity_store', 'the region has no size yet');
const SIZE_EARLY = store('size_store', 'the region has not all its targets yet');
const NO_SIZE_YET = store('alloc_hpa', 'the region has no other size yet');
const IS_DECODER = store('store_targetN', 'what is written is the name of an endpoint decoder');
const REGION_SIZED = store('cxl_region_attach', 'the region has a size, and not all its targets yet');
const POSITION_FREE = store('cxl_region_attach_position', 'the position is free, and neither decoder nor device is in use');
const COMMIT_TEXT = store('commit_store', 'what is written is a yes or a no');
const TARGETS_FULL = store('commit_store', 'every position of the region has its target');

const FILE = 'drivers/cxl/core/region.c';
const DECODER_THERE: CheckPoint = { file: FILE, fn: 'attach_target', condition: 'what is written is the name of an endpoint decoder' };
const SETTINGS_GIVEN: CheckPoint = {
  file: FILE, fn: 'alloc_hpa', condition: 'ways and granularity are set, and of persistent memory the uuid',
};
const SIZE_ALIGNED: CheckPoint = { file: FILE, fn: 'alloc_hpa', condition: 'the size is a multiple of 256 MiB for each way' };
const SPACE_LEFT: CheckPoint = { file: 'kernel/resource.c', fn: 'get_free_mem_region', condition: 'the window has room for it' };
const TARGET_FITS: CheckPoint = {
  file: FILE, fn: 'cxl_region_attach', condition: 'the decoder is of the region’s kind, and its memory times the ways is the region’s size',
};
const POSITION_ROUTED: CheckPoint = {
  file: FILE, fn: 'cxl_region_attach_position', condition: 'the window routes that position to the host bridge of the device',
};
const DECODER_FREE: CheckPoint = { file: FILE, fn: 'cxl_rr_alloc_decoder', condition: 'a decoder of the host bridge is free' };
const CACHES_FLUSHED: CheckPoint = {
  file: FILE, fn: 'cxl_region_invalidate_memregion', condition: 'the processor can write back all of its caches, which no guest can',
};

export function rootById(machine: Machine, id: number): CxlRootDecoder | undefined {
  return machine.devices.cxl.roots.find((root) => root.id === id);
}

export function rootWays(root: CxlRootDecoder): number {
  return eiwToWays(root.window.encodedWays) ?? 1;
}

/** `regionN` as sscanf reads it. */
function regionNumber(text: string): number | undefined {
  const digits = /^region\s*(-?[0-9]{1,9})/.exec(cString(text))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Creates the region whose name the file shows; any other number is −EBUSY.
 * @kernel drivers/cxl/core/region.c: create_pmem_region_store, create_ram_region_store
 */
export function createRegionStore(machine: Machine, rootId: number, mode: CxlRegion['mode'], text: string): Errno {
  const id = regionNumber(text);
  const root = rootById(machine, rootId) as CxlRootDecoder;
  check(machine.kernel, NEXT_NAME, root.regionId === id, { written: text.trim(), next: `region${root.regionId}` });
  if (id === undefined) return -EINVAL;
  if (root.regionId !== id) return -EBUSY;
  const { roots, regions } = machine.devices.cxl;
  const next = memregionReserve(machine);
  const region: CxlRegion = {
    id, root: rootId, mode, uuid: UUID_NULL, ways: 0, granularity: 0, resource: undefined, state: CXL_CONFIG_IDLE,
    targets: [], bound: false,
  };
  setCxl(machine, {
    roots: roots.map((each) => (each.id === rootId ? { ...each, regionId: next } : each)),
    regions: [...regions, region],
  });
  return 0;
}

/** −ENODEV for a region that is not of this window. @kernel drivers/cxl/core/region.c: delete_region_store */
export function deleteRegionStore(machine: Machine, rootId: number, text: string): Errno {
  const id = regionNumber(text);
  const region = id === undefined ? undefined : regionById(machine, id);
  const found = region !== undefined && region.root === rootId && sysfsStreq(text, `region${id}`);
  check(machine.kernel, REGION_OF_WINDOW, found, { written: text.trim() });
  if (id === undefined) return -EINVAL;
  if (!found) return -ENODEV;
  deleteRegion(machine, id);
  return 0;
}

/** Takes a region away: driver, targets, addresses, number. @kernel drivers/cxl/core/region.c: unregister_region */
export function deleteRegion(machine: Machine, id: number): void {
  const region = regionById(machine, id);
  if (region === undefined) return;
  cxlRegionUnbind(machine, id);
  for (const name of region.targets) if (name !== undefined) detachDecoder(machine, name);
  releaseHpa(machine, id);
  const { roots, regions } = machine.devices.cxl;
  const root = rootById(machine, region.root);
  setCxl(machine, { regions: regions.filter((each) => each.id !== id) });
  // A number lower than the one kept for the next region is used again.
  if (root !== undefined && id < root.regionId) {
    memregionFree(machine, root.regionId);
    setCxl(machine, { roots: roots.map((each) => (each.id === root.id ? { ...each, regionId: id } : each)) });
  } else memregionFree(machine, id);
}

/** @kernel drivers/cxl/core/region.c: uuid_store */
export function uuidStore(machine: Machine, region: CxlRegion, text: string): Errno {
  const isLong = cString(text).length === 37 || cString(text).length === 36;
  const uuid = isLong ? uuidParse(text) : -EINVAL;
  check(machine.kernel, UUID_TEXT, typeof uuid !== 'number' && uuid !== UUID_NULL, { written: text.trim() });
  if (typeof uuid === 'number') return uuid;
  if (uuid === UUID_NULL) return -EINVAL;
  if (uuid === region.uuid) return 0;
  const taken = machine.devices.cxl.regions.some((each) => each.uuid === uuid);
  if (!check(machine.kernel, UUID_FREE, region.state < CXL_CONFIG_ACTIVE && !taken, { uuid })) return -EBUSY;
  updateRegion(machine, region.id, { uuid });
  return 0;
}

/**
 * −EINVAL for ways that do not exist, or that are not a power of two times those of the window; −EBUSY once it has a
 * size.
 * @kernel drivers/cxl/core/region.c: interleave_ways_store
 */
export function waysStore(machine: Machine, region: CxlRegion, text: string): Errno {
  const ways = kstrtoull(text, machine.kernel);
  if (ways < 0) return ways;
  const root = rootWays(rootById(machine, region.root) as CxlRootDecoder);
  const fits = isWays(ways) && ways % root === 0 && Number.isInteger(Math.log2(ways / root));
  if (!check(machine.kernel, WAYS_FIT, fits, { ways, windowWays: root })) return -EINVAL;
  if (!check(machine.kernel, WAYS_EARLY, region.state < CXL_CONFIG_INTERLEAVE_ACTIVE)) return -EBUSY;
  updateRegion(machine, region.id, { ways, targets: Array.from({ length: ways }, () => undefined) });
  return 0;
}

/** Below an interleaved window only its own granularity will do. @kernel drivers/cxl/core/region.c: interleave_granularity_store */
export function granularityStore(machine: Machine, region: CxlRegion, text: string): Errno {
  const granularity = kstrtoull(text, machine.kernel);
  if (granularity < 0) return granularity;
  const root = rootById(machine, region.root) as CxlRootDecoder;
  const fixed = rootWays(root) > 1 && granularity !== windowGranularity(root.window);
  if (!check(machine.kernel, GRANULARITY_FITS, isGranularity(granularity) && !fixed, { granularity })) return -EINVAL;
  if (!check(machine.kernel, GRANULARITY_EARLY, region.state < CXL_CONFIG_INTERLEAVE_ACTIVE)) return -EBUSY;
  updateRegion(machine, region.id, { granularity });
  return 0;
}

/** 0 gives the addresses back. @kernel drivers/cxl/core/region.c: size_store */
export function sizeStore(machine: Machine, region: CxlRegion, text: string): Errno {
  const size = kstrtoull(text, machine.kernel);
  if (size < 0) return size;
  if (size > 0) return allocHpa(machine, region, size);
  if (region.resource === undefined) return 0;
  if (!check(machine.kernel, SIZE_EARLY, region.state < CXL_CONFIG_ACTIVE)) return -EBUSY;
  releaseHpa(machine, region.id);
  updateRegion(machine, region.id, { state: CXL_CONFIG_IDLE });
  return 0;
}

/**
 * Takes the lowest free place in the window. −EBUSY with another size, −ENXIO before the settings, −EINVAL for a size
 * that is no multiple, −ERANGE when nothing fits.
 * @kernel drivers/cxl/core/region.c: alloc_hpa
 */
function allocHpa(machine: Machine, region: CxlRegion, size: number): Errno {
  const { kernel } = machine;
  const present = region.resource;
  if (present !== undefined && present.end - present.start === size) return 0;
  const unsized = present === undefined && region.state < CXL_CONFIG_INTERLEAVE_ACTIVE;
  if (!check(kernel, NO_SIZE_YET, unsized, { size })) return -EBUSY;
  const { id, ways, granularity, mode, uuid } = region;
  const given = ways > 0 && granularity > 0 && (mode !== 'pmem' || uuid !== UUID_NULL);
  kernel.explain?.(SETTINGS_GIVEN, given, { region: `region${id}`, ways, granularity, uuid });
  if (!given) return -ENXIO;
  const unit = SZ_256M * ways;
  const aligned = isAligned(size, unit);
  kernel.explain?.(SIZE_ALIGNED, aligned, { region: `region${id}`, size, unit });
  if (!aligned) return -EINVAL;
  const place = freeSpace(machine, region.root).find((gap) => alignUp(gap.start, SZ_256M) + size <= gap.end);
  kernel.explain?.(SPACE_LEFT, place !== undefined, { region: `region${id}`, size });
  if (place === undefined) return -ERANGE;
  const start = alignUp(place.start, SZ_256M);
  const window = rootById(machine, region.root)?.resource?.name ?? '';
  const tree = insertBelow(kernel.iomem, window, resource(start, start + size, `region${id}`, IORESOURCE_MEM));
  if (tree === undefined) return -ERANGE;
  kernel.iomem = tree;
  updateRegion(machine, id, { resource: { start, end: start + size }, state: CXL_CONFIG_INTERLEAVE_ACTIVE });
  return 0;
}

/** What nobody has of a window, by address. */
export function freeSpace(machine: Machine, rootId: number): ByteRange[] {
  const place = rootById(machine, rootId)?.resource;
  const window = place === undefined ? undefined : findResource(machine.kernel.iomem, place.name);
  if (window === undefined) return [];
  const gaps: ByteRange[] = [];
  let at = window.start;
  for (const child of [...window.children, { start: window.end, end: window.end }]) {
    if (child.start > at) gaps.push({ start: at, end: child.start });
    at = Math.max(at, child.end);
  }
  return gaps;
}

function releaseHpa(machine: Machine, id: number): void {
  const { kernel } = machine;
  const range = regionById(machine, id)?.resource;
  if (range === undefined) return;
  kernel.iomem = removeResource(kernel.iomem, range.start, range.end, `region${id}`) ?? kernel.iomem;
  updateRegion(machine, id, { resource: undefined });
}

/**
 * A decoder's name attaches it, an empty line detaches what is there. −ENODEV for an unknown name, −EINVAL for what is
 * no endpoint decoder.
 * @kernel drivers/cxl/core/region.c: store_targetN
 */
export function targetStore(machine: Machine, region: CxlRegion, position: number, text: string): Errno {
  const name = cString(text).replace(/\n$/, '');
  if (name === '') {
    const present = region.targets[position];
    if (present !== undefined) detachDecoder(machine, present);
    return 0;
  }
  if (!check(machine.kernel, IS_DECODER, endpointDecoder(machine, name) !== undefined, { written: name })) {
    return isOtherDevice(machine, name) ? -EINVAL : -ENODEV;
  }
  return attach(machine, region, position, name);
}

/** Whether the bus has a device of that name that is no endpoint decoder. */
function isOtherDevice(machine: Machine, name: string): boolean {
  const { rooted, roots, ports, memdevs, regions } = machine.devices.cxl;
  const numbered = (word: string, all: readonly { id: number }[]): boolean => all.some(({ id }) => name === `${word}${id}`);
  const isDecoder = ports.some(({ id, bridge }) =>
    Array.from({ length: bridgeByUid(machine, bridge)?.decoders ?? 0 }).some((_, i) => name === `decoder${id}.${i}`));
  return (
    (rooted && name === 'root0') || numbered('decoder0.', roots) || numbered('port', ports) || numbered('mem', memdevs) ||
    numbered('region', regions) || isDecoder || memdevs.some(({ endpoint }) => name === `endpoint${endpoint ?? '?'}`)
  );
}

/** @kernel drivers/cxl/core/region.c: cxl_region_attach */
function attach(machine: Machine, region: CxlRegion, position: number, name: string): Errno {
  const { kernel } = machine;
  const decoder = endpointDecoder(machine, name);
  const { resource: range } = region;
  check(kernel, DECODER_THERE, decoder !== undefined, { decoder: name.slice(0, 40) });
  if (decoder === undefined) return -ENODEV;
  if (decoder.mode !== region.mode) return mismatch(machine, region, name, -EINVAL);
  check(kernel, REGION_SIZED, region.state <= CXL_CONFIG_INTERLEAVE_ACTIVE && range !== undefined);
  if (region.state > CXL_CONFIG_INTERLEAVE_ACTIVE) return -EBUSY;
  if (range === undefined) return -ENXIO;
  const root = rootById(machine, region.root) as CxlRootDecoder;
  const card = cardOfDecoder(machine, decoder);
  const { targets } = root.window;
  if (!targets.includes(card.bridge)) return notRouted(machine, region, position, name);
  if (decoder.dpa === undefined) return mismatch(machine, region, name, -ENXIO);
  const bytes = decoder.dpa.end - decoder.dpa.start;
  if (bytes * region.ways !== range.end - range.start) return mismatch(machine, region, name, -EINVAL);
  const present = region.targets[position];
  const sameDevice = region.targets.some((each) => each !== undefined && endpointDecoder(machine, each)?.memdev === decoder.memdev);
  const isTaken = present !== undefined && present !== name;
  const inUse = sameDevice || regionOfDecoder(machine, name) !== undefined;
  if (!check(kernel, POSITION_FREE, !isTaken && !inUse, { position, decoder: name })) return -EBUSY;
  if (targets[position % rootWays(root)] !== card.bridge) return notRouted(machine, region, position, name);
  const free = bridgeHasDecoder(machine, region, card.bridge);
  kernel.explain?.(DECODER_FREE, free, { region: `region${region.id}`, bridge: card.bridge });
  if (!free) return -EBUSY;
  const attached = region.targets.map((each, i) => (i === position ? name : each));
  const full = !attached.includes(undefined);
  updateRegion(machine, region.id, { targets: attached, ...(full ? { state: CXL_CONFIG_ACTIVE } : {}) });
  return 0;
}

function mismatch(machine: Machine, region: CxlRegion, name: string, error: Errno): Errno {
  const decoder = endpointDecoder(machine, name);
  const bytes = decoder?.dpa === undefined ? 0 : decoder.dpa.end - decoder.dpa.start;
  const size = region.resource === undefined ? 0 : region.resource.end - region.resource.start;
  machine.kernel.explain?.(TARGET_FITS, false, { decoder: name, mode: decoder?.mode ?? 'none', bytes, ways: region.ways, size });
  return error;
}

function notRouted(machine: Machine, region: CxlRegion, position: number, name: string): Errno {
  machine.kernel.explain?.(POSITION_ROUTED, false, { region: `region${region.id}`, position, decoder: name });
  return -ENXIO;
}

/** Regions that reach devices through a host bridge, oldest first: each takes one of its decoders. */
export function regionsThrough(machine: Machine, bridge: number): CxlRegion[] {
  return machine.devices.cxl.regions.filter((region) =>
    region.targets.some((name) => {
      const decoder = name === undefined ? undefined : endpointDecoder(machine, name);
      return decoder !== undefined && cardOfDecoder(machine, decoder).bridge === bridge;
    }));
}

function bridgeHasDecoder(machine: Machine, region: CxlRegion, bridge: number): boolean {
  const others = regionsThrough(machine, bridge).filter(({ id }) => id !== region.id).length;
  return others < (machine.devices.cxl.platform.bridges.find(({ uid }) => uid === bridge)?.decoders ?? 0);
}

/**
 * With the first target of a region the decoders of all ports are cleared, but a port that led to this target alone is
 * out of the region already and keeps its range.
 * @kernel drivers/cxl/core/region.c: cxl_region_detach, cxl_region_teardown_targets
 */
function leaveRange(machine: Machine, region: CxlRegion, name: string): void {
  const decoder = endpointDecoder(machine, name);
  const { resource: range, state, targets } = region;
  if (decoder === undefined || range === undefined || state < CXL_CONFIG_ACTIVE) return;
  const { bridge, rootPort } = cardOfDecoder(machine, decoder);
  const others = targets.filter((each) => each !== undefined && each !== name).map((each) => endpointDecoder(machine, each as string));
  const alone = !others.some((other) => other !== undefined && cardOfDecoder(machine, other).bridge === bridge);
  const index = regionsThrough(machine, bridge).findIndex(({ id }) => id === region.id);
  const { ports } = machine.devices.cxl;
  const leftover = alone ? { ...range, index, rootPort } : undefined;
  setCxl(machine, { ports: ports.map((port) => (port.bridge === bridge ? { ...port, leftover } : port)) });
}

/** Takes a decoder out of its region, whose driver lets go. @kernel drivers/cxl/core/region.c: cxl_region_detach */
export function detachDecoder(machine: Machine, name: string): void {
  const region = regionOfDecoder(machine, name);
  if (region === undefined) return;
  cxlRegionUnbind(machine, region.id);
  leaveRange(machine, region, name);
  const targets = region.targets.map((each) => (each === name ? undefined : each));
  updateRegion(machine, region.id, { targets, state: CXL_CONFIG_INTERLEAVE_ACTIVE });
}

/**
 * 1 programs the decoders, 0 resets them and takes the driver off. −ENXIO before every position has a target, and, on
 * kernels that write back caches first, in every guest.
 * @kernel drivers/cxl/core/region.c: commit_store
 */
export function commitStore(machine: Machine, region: CxlRegion, text: string): Errno {
  const commit = parseKernelBool(text);
  check(machine.kernel, COMMIT_TEXT, commit !== undefined, { written: text.trim() });
  if (commit === undefined) return -EINVAL;
  if (commit === (region.state >= CXL_CONFIG_COMMIT)) return 0;
  const isFull = !commit || region.state >= CXL_CONFIG_ACTIVE;
  if (!check(machine.kernel, TARGETS_FULL, isFull, { region: `region${region.id}` })) return -ENXIO;
  if (!invalidateMemregion(machine, region)) return -ENXIO;
  if (!commit) cxlRegionUnbind(machine, region.id);
  updateRegion(machine, region.id, { state: commit ? CXL_CONFIG_COMMIT : CXL_CONFIG_ACTIVE });
  return 0;
}

/** @kernel drivers/cxl/core/region.c: cxl_region_invalidate_memregion */
function invalidateMemregion(machine: Machine, region: CxlRegion): boolean {
  const { kernel, devices } = machine;
  if (!kernel.profile.does.cxlInvalidatesCaches) return true;
  const can = devices.qemu?.machine.hypervisor !== true;
  kernel.explain?.(CACHES_FLUSHED, can, { region: `region${region.id}`, hypervisor: !can });
  if (!can) kernel.printk(4, `cxl region${region.id}: Failed to synchronize CPU cache state`);
  return can;
}
