/** The block translation table on media: info blocks, the initial log, and how a namespace is divided. */

import { alignUp, GiB, KiB, MiB } from '../../kernel/units.ts';
import { checksumHolds, sealChecksum } from './fletcher64.ts';
import { getU64, setU64, textFromBytes, textToBytes, uuidFromBytes, uuidToBytes, viewOf } from './little-endian.ts';
import { INFO_BLOCK_CHECKSUM, INFO_BLOCK_SIZE } from './nd-pfn-bytes.ts';

/** @kernel drivers/nvdimm/btt.h: BTT_SIG */
export const BTT_SIGNATURE = 'BTT_ARENA_INFO';
/** @kernel drivers/nvdimm/btt.h: ARENA_MIN_SIZE, ARENA_MAX_SIZE */
export const ARENA_MIN_SIZE = 16 * MiB;
export const ARENA_MAX_SIZE = 512 * GiB;

const BTT_PAGE = 4 * KiB;
/** Bytes of a map entry. */
const MAP_ENT_SIZE = 4;
/** Bytes of the log of one free block: four entries, two of them padding. */
const LOG_GROUP_SIZE = 64;
/** Free blocks of an arena: one for each lane. @kernel drivers/nvdimm/nd.h: ND_MAX_LANES */
const NFREE = 256;
const INTERNAL_ALIGN = 64;

/** An arena's info block. Offsets are bytes from the arena's start. @kernel drivers/nvdimm/btt.h: struct btt_sb */
export interface BttSb {
  readonly uuid: string;
  /** The namespace's uuid, or NULL_UUID. */
  readonly parentUuid: string;
  readonly flags: number;
  readonly versionMajor: number;
  readonly versionMinor: number;
  readonly externalLbasize: number;
  readonly externalNlba: number;
  readonly internalLbasize: number;
  readonly internalNlba: number;
  readonly nfree: number;
  /** To the next arena; 0 in the last one. */
  readonly nextoff: number;
  readonly dataoff: number;
  readonly mapoff: number;
  readonly logoff: number;
  readonly info2off: number;
}

/** A block that was read. */
export interface FoundBttSb extends BttSb {
  readonly checksumOk: boolean;
}

/** The block, or undefined without the signature. */
export function readBttSb(bytes: Uint8Array): FoundBttSb | undefined {
  if (bytes.length < INFO_BLOCK_SIZE) return undefined;
  const block = bytes.subarray(0, INFO_BLOCK_SIZE);
  const padded = block[14] === 0 && block[15] === 0;
  if (!padded || textFromBytes(block.subarray(0, 16)) !== BTT_SIGNATURE) return undefined;
  const view = viewOf(block);
  return {
    checksumOk: checksumHolds(block, INFO_BLOCK_CHECKSUM),
    uuid: uuidFromBytes(block.subarray(16, 32)),
    parentUuid: uuidFromBytes(block.subarray(32, 48)),
    flags: view.getUint32(48, true),
    versionMajor: view.getUint16(52, true),
    versionMinor: view.getUint16(54, true),
    externalLbasize: view.getUint32(56, true),
    externalNlba: view.getUint32(60, true),
    internalLbasize: view.getUint32(64, true),
    internalNlba: view.getUint32(68, true),
    nfree: view.getUint32(72, true),
    nextoff: getU64(view, 80),
    dataoff: getU64(view, 88),
    mapoff: getU64(view, 96),
    logoff: getU64(view, 104),
    info2off: getU64(view, 112),
  };
}

/** The block with its checksum. */
export function writeBttSb(sb: BttSb): Uint8Array {
  const bytes = new Uint8Array(INFO_BLOCK_SIZE);
  const view = viewOf(bytes);
  bytes.set(textToBytes(BTT_SIGNATURE, 16));
  bytes.set(uuidToBytes(sb.uuid), 16);
  bytes.set(uuidToBytes(sb.parentUuid), 32);
  view.setUint32(48, sb.flags, true);
  view.setUint16(52, sb.versionMajor, true);
  view.setUint16(54, sb.versionMinor, true);
  view.setUint32(56, sb.externalLbasize, true);
  view.setUint32(60, sb.externalNlba, true);
  view.setUint32(64, sb.internalLbasize, true);
  view.setUint32(68, sb.internalNlba, true);
  view.setUint32(72, sb.nfree, true);
  view.setUint32(76, INFO_BLOCK_SIZE, true);
  setU64(view, 80, sb.nextoff);
  setU64(view, 88, sb.dataoff);
  setU64(view, 96, sb.mapoff);
  setU64(view, 104, sb.logoff);
  setU64(view, 112, sb.info2off);
  sealChecksum(bytes, INFO_BLOCK_CHECKSUM);
  return bytes;
}

/** One arena of a new BTT: `start` is its place within the BTT, sizes in bytes. */
export interface BttArena {
  readonly start: number;
  readonly size: number;
  readonly externalNlba: number;
  readonly internalNlba: number;
  readonly internalLbasize: number;
  readonly nextoff: number;
  readonly dataoff: number;
  readonly mapoff: number;
  readonly logoff: number;
  readonly info2off: number;
}

/**
 * Divides `rawSize` bytes into arenas of 512 GiB; a rest of less than 16 MiB is left over. The BTT takes the
 * namespace without its first 4 KiB (v1.1) or all of it (v2.0).
 * @kernel drivers/nvdimm/btt.c: create_arenas, alloc_arena
 */
export function createArenas(rawSize: number, lbasize: number): BttArena[] {
  const arenas: BttArena[] = [];
  for (let start = 0; rawSize - start >= ARENA_MIN_SIZE; ) {
    const size = Math.min(ARENA_MAX_SIZE, rawSize - start);
    const more = rawSize - start - size >= ARENA_MIN_SIZE;
    arenas.push(arenaOf(start, size, lbasize, more));
    start += size;
  }
  return arenas;
}

function arenaOf(start: number, size: number, lbasize: number, more: boolean): BttArena {
  const internalLbasize = alignUp(lbasize, INTERNAL_ALIGN);
  const logSize = alignUp(NFREE * LOG_GROUP_SIZE, BTT_PAGE);
  const available = size - (size % BTT_PAGE) - 2 * BTT_PAGE - logSize;
  const internalNlba = Math.floor((available - BTT_PAGE) / (internalLbasize + MAP_ENT_SIZE));
  const externalNlba = internalNlba - NFREE;
  const mapSize = alignUp(externalNlba * MAP_ENT_SIZE, BTT_PAGE);
  const mapoff = BTT_PAGE + available - mapSize;
  const logoff = mapoff + mapSize;
  const offsets = { nextoff: more ? size : 0, dataoff: BTT_PAGE, mapoff, logoff, info2off: logoff + logSize };
  return { start, size, externalNlba, internalNlba, internalLbasize, ...offsets };
}

/** Bytes of the disk a BTT offers: all blocks of all arenas, in sectors of 512 or 4096 bytes without their metadata. */
export function bttDiskSize(arenas: readonly Pick<BttArena, 'externalNlba'>[], lbasize: number): number {
  const sector = lbasize >= 4096 ? 4096 : 512;
  return arenas.reduce((sum, { externalNlba }) => sum + externalNlba, 0) * sector;
}

/** What a new arena's info block says. */
export function bttSbOfArena(
  arena: BttArena,
  identity: Pick<BttSb, 'uuid' | 'parentUuid' | 'versionMajor' | 'versionMinor'>,
  lbasize: number,
): BttSb {
  const { start: _start, size: _size, ...layout } = arena;
  return { ...identity, ...layout, flags: 0, externalLbasize: lbasize, nfree: NFREE };
}

/**
 * The log of a new arena: every lane's first entry names one free block behind those that are offered.
 * @kernel drivers/nvdimm/btt.c: btt_log_init
 */
export function initialBttLog(arena: Pick<BttArena, 'externalNlba'>): Uint8Array {
  const bytes = new Uint8Array(NFREE * LOG_GROUP_SIZE);
  const view = viewOf(bytes);
  for (let lane = 0; lane < NFREE; lane++) {
    const block = arena.externalNlba + lane;
    for (const [i, word] of [lane, block, block, 1].entries()) view.setUint32(lane * LOG_GROUP_SIZE + 4 * i, word, true);
  }
  return bytes;
}

/** Bytes to write for a new arena, by their offset from the arena's start; its map is zeros. */
export function bttArenaLayout(arena: BttArena, sb: BttSb): { readonly at: number; readonly bytes: Uint8Array }[] {
  const info = writeBttSb(sb);
  return [
    { at: arena.logoff, bytes: initialBttLog(arena) },
    { at: 0, bytes: info },
    { at: arena.info2off, bytes: info },
  ];
}
