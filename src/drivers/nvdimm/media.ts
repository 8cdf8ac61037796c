/**
 * What persists: bytes at physical addresses of persistent memory, and the label areas of DIMMs. Info blocks, BTT
 * logs and labels are a few pages each, so only those are kept; everything never written reads as zeros.
 */

import { EINVAL, ENOSPC, type Errno } from '../../kernel/errno.ts';
import { MAX_ADDRESS } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { NO_BYTES, PAGE_BYTES, readPaged, writePaged, writtenPieces, zeroPaged, type PagedBytes } from './paged-bytes.ts';

export interface MediaState {
  readonly memory: PagedBytes;
  /** Label areas by the name of their DIMM, the same before and after a reboot. */
  readonly labels: ReadonlyMap<string, PagedBytes>;
}

export const NO_MEDIA: MediaState = { memory: NO_BYTES, labels: new Map() };

/** Pages of anything but zeros that one store may hold: 64 MiB. */
export const MAX_MEDIA_PAGES = 16384;

/** Bytes at a physical address; zeros where nothing was ever written. `length` is at most 64 MiB. */
export function readMedia(machine: Machine, physAddress: number, length: number): Uint8Array {
  assertRange(physAddress, length);
  return readPaged(machine.devices.media.memory, physAddress, length);
}

/** Writes bytes at a physical address. −ENOSPC when more than 64 MiB would differ from zero: nothing is written then. */
export function writeMedia(machine: Machine, physAddress: number, bytes: Uint8Array): Errno {
  assertRange(physAddress, bytes.length);
  const memory = writePaged(machine.devices.media.memory, physAddress, bytes);
  if (memory.pages.size > MAX_MEDIA_PAGES) return -ENOSPC;
  setMedia(machine, { memory });
  return 0;
}

/** Fills `[start, end)` with zeros. Cost follows what was written there. */
export function zeroMedia(machine: Machine, start: number, end: number): void {
  setMedia(machine, { memory: zeroPaged(machine.devices.media.memory, start, end) });
}

/** A range of bytes that the next boot finds elsewhere: its DIMM was placed at another address. */
export interface MediaMove {
  readonly from: number;
  /** Undefined when it is not there any more. */
  readonly to: number | undefined;
  readonly size: number;
}

/** The media after all moves at once: two DIMMs may change places. What a move lands on is lost. */
export function moveMedia(media: MediaState, moves: readonly MediaMove[]): MediaState {
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  let { memory } = media;
  for (const { from, to, size } of moves) {
    if (to === undefined) continue;
    for (const { at, bytes } of writtenPieces(media.memory, from, from + size)) pieces.push({ at: at - from + to, bytes });
  }
  for (const { from, size } of moves) memory = zeroPaged(memory, from, from + size);
  for (const { to, size } of moves) if (to !== undefined) memory = zeroPaged(memory, to, to + size);
  for (const { at, bytes } of pieces) memory = writePaged(memory, at, bytes);
  return { ...media, memory };
}

/** A DIMM's label area as its driver sees it. */
export interface LabelStore {
  readonly sizeBytes: number;
  read(offset: number, length: number): Uint8Array;
  /** −EINVAL for bytes outside the area. */
  write(offset: number, bytes: Uint8Array): Errno;
}

/** The label area named `area`, `sizeBytes` long. */
export function labelStore(machine: Machine, area: string, sizeBytes: number): LabelStore {
  return {
    sizeBytes,
    read(offset, length) {
      return readPaged(machine.devices.media.labels.get(area) ?? NO_BYTES, offset, Math.max(0, Math.min(length, sizeBytes - offset)));
    },
    write(offset, bytes) {
      if (offset < 0 || offset + bytes.length > sizeBytes) return -EINVAL;
      const { labels } = machine.devices.media;
      const store = writePaged(labels.get(area) ?? NO_BYTES, offset, bytes);
      if (store.pages.size > MAX_MEDIA_PAGES) return -ENOSPC;
      const next = new Map(labels);
      if (store.pages.size === 0) next.delete(area);
      else next.set(area, store);
      setMedia(machine, { labels: next });
      return 0;
    },
  };
}

function setMedia(machine: Machine, patch: Partial<MediaState>): void {
  machine.devices = { ...machine.devices, media: { ...machine.devices.media, ...patch } };
}

function assertRange(start: number, length: number): void {
  const inside = start >= 0 && length >= 0 && length <= MAX_MEDIA_PAGES * PAGE_BYTES && start + length <= MAX_ADDRESS;
  if (!inside) throw new RangeError(`media: ${length} bytes at ${start}`);
}
