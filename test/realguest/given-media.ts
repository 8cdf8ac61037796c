/** Media written by our codecs alone: labels, info blocks of every version, BTTs. A real kernel is asked what it makes of them. */

import { bttArenaLayout, bttDiskSize, bttSbOfArena, createArenas } from '../../src/drivers/nvdimm/nd-btt-bytes.ts';
import { interleaveSetCookies, QEMU_NVDIMM_VENDOR, qemuNvdimmSerial } from '../../src/drivers/nvdimm/interleave-cookie.ts';
import { NULL_UUID } from '../../src/drivers/nvdimm/little-endian.ts';
import type { LabelStore } from '../../src/drivers/nvdimm/media.ts';
import type { LabelSize } from '../../src/drivers/nvdimm/nd-label-bytes.ts';
import { initLabelArea, settleLabel } from '../../src/drivers/nvdimm/nd-label-store.ts';
import { writeNdPfnSb, type NdPfnSb } from '../../src/drivers/nvdimm/nd-pfn-bytes.ts';
import type { ClaimClass } from '../../src/drivers/nvdimm/state.ts';

const MIB = 1024 * 1024;
const PAGE = 4096;

/** A namespace to find, and what the kernel shows of it: the holder's attributes, or none for a raw one. */
export interface GivenNamespace {
  readonly name: string;
  readonly dpa: number;
  readonly size: number;
  readonly uuid: string;
  readonly holder: 'pfn' | 'dax' | 'btt' | '';
  /** Attributes of the holder. */
  readonly shows: Readonly<Record<string, string>>;
}

export interface GivenMedia {
  readonly labels: Uint8Array;
  /** By offset from the start of the region. */
  readonly blocks: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  readonly namespaces: readonly GivenNamespace[];
}

/** The physical address the region is expected at: dataoff depends on it. */
export const BASE = 0x100000000;
export const LABEL_AREA = 128 * 1024;
export const BACKEND_SIZE = 512 * MIB + LABEL_AREA;

const uuidOf = (kind: number, index: number): string =>
  `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

/** A label area in memory. */
export function memoryStore(bytes: Uint8Array): LabelStore {
  return {
    sizeBytes: bytes.length,
    read: (offset, length) => bytes.slice(offset, offset + length),
    write(offset, piece) {
      bytes.set(piece, offset);
      return 0;
    },
  };
}

type Block = Pick<NdPfnSb, 'kind' | 'dataoff' | 'mode'> & Partial<NdPfnSb>;

interface Wish {
  readonly name: string;
  readonly size: number;
  readonly claim?: ClaimClass;
  readonly lbasize?: number;
  readonly pfn?: Block;
  readonly btt?: number;
  /** Only with v1.2 labels. */
  readonly newer?: boolean;
  /** Breaks the info block's checksum. */
  readonly broken?: boolean;
}

const WISHES: readonly Wish[] = [
  { name: 'v1.4 on device', size: 64 * MIB, claim: 'pfn', pfn: { kind: 'pfn', dataoff: 2 * MIB, mode: 2, align: 2 * MIB } },
  { name: 'v1.4 dax in ram', size: 32 * MIB, claim: 'dax', pfn: { kind: 'dax', dataoff: 2 * MIB, mode: 1, align: PAGE } },
  { name: 'blocks of 4096', size: 64 * MIB, claim: 'btt', lbasize: 4096, btt: 4096 },
  { name: 'raw', size: 16 * MIB },
  { name: 'v1.2', size: 32 * MIB, pfn: { kind: 'pfn', dataoff: 2 * MIB, mode: 2, align: 2 * MIB, versionMinor: 2 } },
  { name: 'v1.1', size: 32 * MIB, pfn: { kind: 'pfn', dataoff: 2 * MIB, mode: 2, versionMinor: 1 } },
  { name: 'v1.0', size: 32 * MIB, pfn: { kind: 'pfn', dataoff: 2 * MIB, mode: 1, versionMinor: 0 } },
  {
    name: 'padded', size: 64 * MIB,
    pfn: { kind: 'pfn', dataoff: 6 * MIB, mode: 2, align: 2 * MIB, startPad: 2 * MIB, endTrunc: 2 * MIB, versionMinor: 3 },
  },
  { name: 'broken', size: 32 * MIB, broken: true, pfn: { kind: 'pfn', dataoff: 2 * MIB, mode: 2, align: 2 * MIB } },
  { name: 'blocks of 520', size: 32 * MIB, btt: 520 },
  { name: 'btt v2', size: 48 * MIB, claim: 'btt2', lbasize: 512, btt: 512, newer: true },
];

/** The media, with labels of that size. */
export function givenMedia(labelSize: LabelSize): GivenMedia {
  const labels = new Uint8Array(LABEL_AREA);
  const store = memoryStore(labels);
  initLabelArea(store, labelSize);
  const cookies = interleaveSetCookies([{ regionOffset: 0, serial: qemuNvdimmSerial(0), vendor: QEMU_NVDIMM_VENDOR }]);
  const isetcookie = labelSize === 128 ? cookies.cookie1 : cookies.cookie2;
  const blocks: { at: number; bytes: Uint8Array }[] = [];
  const namespaces: GivenNamespace[] = [];
  let dpa = 0;
  for (const [i, wish] of WISHES.filter(({ newer }) => newer !== true || labelSize === 256).entries()) {
    const { size } = wish;
    const uuid = uuidOf(labelSize, i);
    settleLabel(store, {
      uuid, name: wish.name, nlabel: 1, position: 0, isetcookie, lbasize: wish.lbasize ?? 512, dpa, rawsize: size,
      claimClass: wish.claim ?? 'none',
    });
    const { holder, shows, pieces } = contentOf(wish, dpa, uuid, uuidOf(0xc1a1, i));
    blocks.push(...pieces.map(({ at, bytes }) => ({ at: dpa + at, bytes })));
    namespaces.push({ name: wish.name, dpa, size, uuid, holder, shows });
    dpa += size;
  }
  return { labels, blocks, namespaces };
}

interface Content extends Pick<GivenNamespace, 'holder' | 'shows'> {
  readonly pieces: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}

function contentOf(wish: Wish, dpa: number, parentUuid: string, uuid: string): Content {
  if (wish.btt !== undefined) return bttContent(wish, wish.btt, parentUuid, uuid);
  if (wish.pfn === undefined) return { holder: '', shows: {}, pieces: [] };
  const { startPad = 0, endTrunc = 0, dataoff, mode, kind, align = 2 * MIB } = wish.pfn;
  const left = wish.size - startPad - endTrunc - dataoff;
  const bytes = writeNdPfnSb({
    uuid, parentUuid, flags: 0, versionMajor: 1, versionMinor: 4, npfns: left / PAGE, startPad, endTrunc, align: 0,
    pageSize: PAGE, pageStructSize: 64, ...wish.pfn,
  });
  const pieces = [{ at: PAGE, bytes }];
  if (wish.broken === true) {
    bytes[4088] = ((bytes[4088] ?? 0) + 1) % 256;
    return { holder: '', shows: {}, pieces };
  }
  const resource = `0x${(BASE + dpa + startPad + dataoff).toString(16)}`;
  const shows = { uuid, mode: mode === 1 ? 'ram' : 'pmem', align: `${align}`, size: `${left}`, resource };
  return { holder: kind, shows, pieces };
}

function bttContent(wish: Wish, lbasize: number, parentUuid: string, uuid: string): Content {
  const version = wish.claim === 'btt2' ? { versionMajor: 2, versionMinor: 0 } : { versionMajor: 1, versionMinor: 1 };
  const offset = wish.claim === 'btt2' ? 0 : PAGE;
  const arenas = createArenas(wish.size - offset, lbasize);
  const identity = { ...version, uuid, parentUuid: lbasize === 520 ? NULL_UUID : parentUuid };
  const pieces = arenas.flatMap((arena) =>
    bttArenaLayout(arena, bttSbOfArena(arena, identity, lbasize)).map(({ at, bytes }) => ({ at: offset + arena.start + at, bytes })),
  );
  return { holder: 'btt', shows: { uuid, size: `${bttDiskSize(arenas, lbasize)}` }, pieces };
}
