/** Hand-made pictures: small exported functions, one for each case a test draws. */

import { GiB, KiB, MiB, TiB } from '../../src/kernel/units.ts';
import type { Picture, PictureBlocks, PictureSections, Segment } from '../../src/view/picture.ts';

const FULL = [0xffffffff, 0xffffffff];

function ram(start: number, end: number, online: boolean | undefined = true): Segment {
  const segment: Segment = { start, end, kind: 'ram-early', label: 'System RAM' };
  return online === undefined ? segment : { ...segment, online };
}

function sections(first: number, last: number, flags: number, subsections: readonly number[] = FULL): PictureSections {
  return { first, last, flags, subsections };
}

function blocks(first: number, last: number, zones: string, state: PictureBlocks['state'] = 'online'): PictureBlocks {
  return { first, last, state, zones };
}

const X86 = { sectionSizeBytes: 128 * MiB, subsectionSizeBytes: 2 * MiB, blockSizeBytes: 128 * MiB };

/** The thread's case: two persistent-memory ranges and System RAM in section 6 of 1 GiB. */
export function twoPmemInOneSection(mapped = true): Picture {
  const pmem = (start: number, end: number, label: string): Segment =>
    mapped ? { start, end, kind: 'device', label } : { start, end, kind: 'unmapped', label: 'Persistent Memory (legacy)' };
  return {
    ...X86,
    segments: [
      ram(4 * KiB, 639 * KiB),
      { start: 639 * KiB, end: 640 * KiB, kind: 'reserved', label: 'Reserved' },
      { start: 960 * KiB, end: 1 * MiB, kind: 'reserved', label: 'Reserved' },
      ram(1 * MiB, 800 * MiB),
      pmem(800 * MiB, 832 * MiB, 'namespace0.0'),
      ram(832 * MiB, 864 * MiB),
      pmem(864 * MiB, 880 * MiB, 'namespace1.0'),
      ram(880 * MiB, GiB - 132 * KiB),
      { start: GiB - 132 * KiB, end: GiB, kind: 'reserved', label: 'Reserved' },
    ],
    sections: mapped
      ? [sections(0, 5, 0x0f), sections(6, 6, 0x1f), sections(7, 7, 0x0f)]
      : [sections(0, 5, 0x0f), sections(6, 6, 0x0f, [0x0000ffff, 0xff00ffff]), sections(7, 7, 0x0f)],
    blocks: [blocks(0, 0, 'none'), blocks(1, 7, 'DMA32')],
  };
}

/** A 1 GiB DIMM of which three blocks are offline, one of them moved to ZONE_MOVABLE before. */
export function dimmPartlyOffline(): Picture {
  const added = (start: number, end: number, online: boolean): Segment => ({
    start, end, kind: 'ram-hotplug', label: 'System RAM', online,
  });
  const base = 4 * GiB;
  return {
    ...X86,
    segments: [
      ram(4 * KiB, 2 * GiB),
      { start: 2 * GiB, end: 2 * GiB + 768 * MiB, kind: 'mmio', label: 'PCI Bus 0000:00' },
      added(base, base + 256 * MiB, true),
      added(base + 256 * MiB, base + 640 * MiB, false),
      added(base + 640 * MiB, base + GiB, true),
    ],
    sections: [sections(0, 15, 0x0f), sections(32, 33, 0x07), sections(34, 36, 0x03), sections(37, 39, 0x07)],
    blocks: [
      { ...blocks(0, 0, 'none'), node: 0 },
      { ...blocks(1, 15, 'DMA32'), node: 0 },
      { ...blocks(32, 33, 'Normal'), node: 1 },
      { ...blocks(34, 36, 'Normal Movable', 'offline'), node: 1 },
      { ...blocks(37, 39, 'Movable'), node: 1 },
    ],
  };
}

/** 64 TiB in 2 GiB blocks, uniform but for a hole, a namespace that shares a section, and offline blocks. */
export function sixtyFourTebibytes(): Picture {
  const pmem = 32 * TiB + 40 * MiB;
  return {
    ...X86,
    blockSizeBytes: 2 * GiB,
    segments: [
      ram(0, 8 * TiB),
      ram(8 * TiB + 6 * MiB, pmem),
      { start: pmem, end: pmem + 300 * MiB, kind: 'device', label: 'dax0.0' },
      ram(pmem + 300 * MiB, 60 * TiB),
      ram(60 * TiB, 60 * TiB + 4 * GiB, false),
      ram(60 * TiB + 4 * GiB, 64 * TiB),
    ],
    sections: [
      sections(0, 65535, 0x0f),
      sections(65536, 65536, 0x0f, [0xfffffff8, 0xffffffff]),
      sections(65537, 262143, 0x0f),
      sections(262144, 262144, 0x1f),
      sections(262145, 262145, 0x03),
      sections(262146, 262146, 0x1f),
      sections(262147, 524287, 0x0f),
    ],
    blocks: [
      blocks(0, 0, 'none'), blocks(1, 1, 'DMA32'), blocks(2, 30719, 'Normal'),
      blocks(30720, 30721, 'Normal', 'offline'), blocks(30722, 32767, 'Normal'),
    ],
  };
}

/** ppc64le: 16 MiB sections of 8 sub-sections, 256 MiB blocks. */
export function ppc64(): Picture {
  return {
    sectionSizeBytes: 16 * MiB,
    subsectionSizeBytes: 2 * MiB,
    blockSizeBytes: 256 * MiB,
    segments: [
      ram(0, 512 * MiB),
      { start: 512 * MiB, end: 518 * MiB, kind: 'device', label: 'namespace0.0' },
      { start: 518 * MiB, end: 522 * MiB, kind: 'device', label: 'namespace1.0' },
      { start: 522 * MiB, end: 560 * MiB, kind: 'device', label: 'dax1.1' },
      ram(768 * MiB, 1024 * MiB),
    ],
    sections: [
      sections(0, 31, 0x0f, [0xff]),
      sections(32, 32, 0x13, [0xff]),
      sections(33, 34, 0x03, [0xff]),
      sections(48, 63, 0x0f, [0xff]),
    ],
    blocks: [blocks(0, 1, 'Normal'), blocks(3, 3, 'Normal')],
  };
}

/** arm64 with 64 KiB pages: 512 MiB sections of 256 sub-sections. RAM, a namespace and a hole share one. */
export function arm64With64k(): Picture {
  const GIB2 = 2 * GiB;
  return {
    sectionSizeBytes: 512 * MiB,
    subsectionSizeBytes: 2 * MiB,
    blockSizeBytes: 512 * MiB,
    segments: [
      ram(GIB2, GIB2 + GiB + 122 * MiB),
      { start: GIB2 + GiB + 128 * MiB, end: GIB2 + GiB + 386 * MiB, kind: 'device', label: 'namespace0.0' },
      { start: GIB2 + GiB + 400 * MiB, end: GIB2 + GiB + 512 * MiB, kind: 'unmapped', label: 'Soft Reserved' },
    ],
    sections: [
      sections(4, 5, 0x0f, new Array<number>(8).fill(0xffffffff)),
      sections(6, 6, 0x1f, [
        0xffffffff, 0x1fffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x00000001, 0,
      ]),
    ],
    blocks: [blocks(4, 6, 'DMA')],
  };
}

/** A kernel that forgot: a bit without owner, an owner without bit. */
export function disagreeing(): Picture {
  return {
    ...X86,
    segments: [ram(0, 128 * MiB), ram(128 * MiB, 160 * MiB)],
    sections: [sections(0, 0, 0x0f, [0xfffffff0, 0xffffffff]), sections(1, 1, 0x0f, [0x0003ffff, 0])],
    blocks: [],
  };
}
