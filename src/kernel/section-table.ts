/** The table of memory sections: flags and sub-section map of each, two levels deep as SPARSEMEM_EXTREME. */

import { CowPages, type CowPage, type CowSnapshot } from './cow-pages.ts';
import type { ArchConstants } from './profile/arch.ts';
import type { Pfn } from './units.ts';

/** @kernel include/linux/mmzone.h: the low bits of section_mem_map (5.12 to 6.14) */
export const SECTION_MARKED_PRESENT = 0x01;
export const SECTION_HAS_MEM_MAP = 0x02;
export const SECTION_IS_ONLINE = 0x04;
export const SECTION_IS_EARLY = 0x08;
export const SECTION_TAINT_ZONE_DEVICE = 0x10;

/** How the section's `struct mem_section_usage` is held. */
export const USAGE_NONE = 0;
/** From memblock at boot: never freed, reused when the section comes back. */
export const USAGE_BOOT = 1;
/** From the slab allocator at hotplug: freed with the last sub-section. */
export const USAGE_SLAB = 2;

// An entry is `stride` words: flags in the low byte of the first, usage in the next, then the sub-section map.
// One array a root, so that an answer about a frame touches one cache line.
const USAGE_SHIFT = 8;
const BYTE = 0xff;

/** One root: `sectionsPerRoot` entries. It exists as soon as one of its sections ever did. */
export class SectionRoot implements CowPage<SectionRoot> {
  readonly owner: object | undefined;
  readonly entries: Uint32Array;

  constructor(owner: object | undefined, entries: Uint32Array) {
    this.owner = owner;
    this.entries = entries;
  }

  clone(owner: object): SectionRoot {
    return new SectionRoot(owner, this.entries.slice());
  }
}

/** Neighbouring sections that look the same. `subsections` is the map's words, lowest first. */
export interface SectionRun {
  readonly first: number;
  readonly last: number;
  readonly flags: number;
  readonly subsections: readonly number[];
}

/** All sections of a machine. Reading takes constant time; a snapshot shares every unchanged root. */
export class SectionTable {
  readonly pagesPerSection: number;
  readonly pagesPerSubsection: number;
  readonly subsectionsPerSection: number;
  readonly sectionsPerRoot: number;
  /** 32-bit words of one sub-section map. */
  readonly words: number;
  /** 32-bit words of one entry, a power of two, and its log2. */
  readonly stride: number;
  readonly strideShift: number;
  /** @kernel NR_MEM_SECTIONS */
  readonly nrSections: number;
  /** First frame behind the last possible section. */
  readonly endPfn: Pfn;
  /** Exact fractions, for the paths that are asked about every frame. */
  readonly sectionsPerPage: number;
  readonly subsectionsPerPage: number;
  /** log2 of `sectionsPerRoot`. */
  readonly rootShift: number;
  readonly #roots: CowPages<SectionRoot>;

  constructor(arch: ArchConstants) {
    this.pagesPerSection = arch.pagesPerSection;
    this.pagesPerSubsection = arch.pagesPerSubsection;
    this.subsectionsPerSection = arch.subsectionsPerSection;
    this.sectionsPerRoot = arch.sectionsPerRoot;
    this.words = Math.ceil(arch.subsectionsPerSection / 32);
    this.strideShift = Math.ceil(Math.log2(1 + this.words));
    this.stride = 2 ** this.strideShift;
    this.nrSections = 2 ** (arch.maxPhysmemBits - arch.sectionSizeBits);
    this.endPfn = this.nrSections * this.pagesPerSection;
    this.sectionsPerPage = 1 / this.pagesPerSection;
    this.subsectionsPerPage = 1 / this.pagesPerSubsection;
    this.rootShift = Math.log2(this.sectionsPerRoot);
    this.#roots = new CowPages(Math.ceil(this.nrSections / this.sectionsPerRoot));
  }

  /** @kernel include/linux/mmzone.h: pfn_to_section_nr */
  sectionNr(pfn: Pfn): number {
    return Math.floor(pfn / this.pagesPerSection);
  }

  /** @kernel include/linux/mmzone.h: subsection_map_index */
  subsectionIndex(pfn: Pfn): number {
    return Math.floor((pfn % this.pagesPerSection) / this.pagesPerSubsection);
  }

  /** The root a section lies in, or undefined when it was never allocated. */
  rootOf(sectionNr: number): SectionRoot | undefined {
    // Out of range first: the shift sees 32 bits.
    if (!(sectionNr >= 0 && sectionNr < this.nrSections)) return undefined;
    return this.#roots.get(sectionNr >>> this.rootShift);
  }

  /** The root by its own number, for a caller that has checked the range. */
  rootAt(rootNr: number): SectionRoot | undefined {
    return this.#roots.get(rootNr);
  }

  /** Low bits of section_mem_map; 0 for a section that is not there. */
  flags(sectionNr: number): number {
    return this.#firstWord(sectionNr) & BYTE;
  }

  usage(sectionNr: number): number {
    return (this.#firstWord(sectionNr) >>> USAGE_SHIFT) & BYTE;
  }

  /** Whether the sub-section's bit is set. */
  subsectionBit(sectionNr: number, index: number): boolean {
    const root = this.rootOf(sectionNr);
    if (root === undefined) return false;
    const word = root.entries[this.#entryAt(sectionNr) + 1 + (index >>> 5)] as number;
    return ((word >>> (index & 31)) & 1) === 1;
  }

  /** The map's words, lowest sub-section first. */
  subsectionWords(sectionNr: number): readonly number[] {
    const root = this.rootOf(sectionNr);
    if (root === undefined) return new Array<number>(this.words).fill(0);
    const at = this.#entryAt(sectionNr) + 1;
    return Array.from(root.entries.subarray(at, at + this.words));
  }

  /** Number of bits set in the section's map. */
  countSubsections(sectionNr: number): number {
    return this.countSubsectionsIn(sectionNr, 0, this.subsectionsPerSection - 1);
  }

  /** How many of the bits `first` to `last`, both included, are set. */
  countSubsectionsIn(sectionNr: number, first: number, last: number): number {
    const root = this.rootOf(sectionNr);
    if (root === undefined) return 0;
    const map = this.#entryAt(sectionNr) + 1;
    let count = 0;
    for (let word = first >>> 5; word <= last >>> 5; word++) {
      count += popcount((root.entries[map + word] as number) & wordMask(word, first, last));
    }
    return count;
  }

  setFlags(sectionNr: number, flags: number): void {
    this.#setFirstWord(sectionNr, flags, this.usage(sectionNr));
  }

  setUsage(sectionNr: number, usage: number): void {
    this.#setFirstWord(sectionNr, this.flags(sectionNr), usage);
  }

  /** Sets or clears the bits `first` to `last`, both included. */
  writeSubsections(sectionNr: number, first: number, last: number, on: boolean): void {
    const { entries } = this.#writable(sectionNr);
    const map = this.#entryAt(sectionNr) + 1;
    for (let word = first >>> 5; word <= last >>> 5; word++) {
      const mask = wordMask(word, first, last);
      const old = entries[map + word] as number;
      entries[map + word] = on ? old | mask : old & ~mask;
    }
  }

  /** Gives sections `first` to `last` the same flags, usage and full map: whole roots share one page. */
  fill(first: number, last: number, flags: number, usage: number): void {
    const perRoot = this.sectionsPerRoot;
    let uniform: SectionRoot | undefined;
    for (let nr = first; nr <= last; ) {
      if (nr % perRoot === 0 && last - nr + 1 >= perRoot) {
        uniform ??= this.#uniformRoot(flags, usage);
        this.#roots.put(nr / perRoot, uniform);
        nr += perRoot;
        continue;
      }
      this.#setFirstWord(nr, flags, usage);
      this.writeSubsections(nr, 0, this.subsectionsPerSection - 1, true);
      nr++;
    }
  }

  /** Allocated roots, ascending: [number of the root's first section, root]. */
  *roots(): Generator<[firstSection: number, root: SectionRoot]> {
    for (const [index, root] of this.#roots.entries()) yield [index * this.sectionsPerRoot, root];
  }

  /** Present sections as runs of equal ones; neighbouring shared roots are told apart once. */
  runs(): SectionRun[] {
    const runs: { first: number; last: number; flags: number; subsections: readonly number[] }[] = [];
    const knownUniform = new Set<SectionRoot>();
    for (const [start, root] of this.roots()) {
      if (root.owner === undefined && knownUniform.has(root)) {
        const tail = runs.at(-1);
        const nextIsOurs = tail !== undefined && tail.last === start - 1 && tail.flags === this.flags(start);
        if (nextIsOurs && sameWords(tail.subsections, this.subsectionWords(start))) {
          tail.last = start + this.sectionsPerRoot - 1;
          continue;
        }
      }
      if (root.owner === undefined) knownUniform.add(root);
      for (let i = 0; i < this.sectionsPerRoot; i++) {
        const flags = this.flags(start + i);
        if (flags === 0) continue;
        const subsections = this.subsectionWords(start + i);
        const tail = runs.at(-1);
        if (tail?.last === start + i - 1 && tail.flags === flags && sameWords(tail.subsections, subsections)) {
          tail.last++;
        } else {
          runs.push({ first: start + i, last: start + i, flags, subsections });
        }
      }
    }
    return runs;
  }

  snapshot(): CowSnapshot<SectionRoot> {
    return this.#roots.snapshot();
  }

  restore(roots: CowSnapshot<SectionRoot>): void {
    this.#roots.restore(roots);
  }

  #entryAt(sectionNr: number): number {
    return (sectionNr % this.sectionsPerRoot) * this.stride;
  }

  #firstWord(sectionNr: number): number {
    return this.rootOf(sectionNr)?.entries[this.#entryAt(sectionNr)] ?? 0;
  }

  #setFirstWord(sectionNr: number, flags: number, usage: number): void {
    this.#writable(sectionNr).entries[this.#entryAt(sectionNr)] = flags | (usage << USAGE_SHIFT);
  }

  #writable(sectionNr: number): SectionRoot {
    return this.#roots.writable(
      Math.floor(sectionNr / this.sectionsPerRoot),
      (owner) => new SectionRoot(owner, new Uint32Array(this.sectionsPerRoot * this.stride)),
    );
  }

  #uniformRoot(flags: number, usage: number): SectionRoot {
    const entry = new Uint32Array(this.stride);
    entry[0] = flags | (usage << USAGE_SHIFT);
    for (let word = 0; word < this.words; word++) entry[1 + word] = wordMask(word, 0, this.subsectionsPerSection - 1);
    const entries = new Uint32Array(this.sectionsPerRoot * this.stride);
    for (let at = 0; at < entries.length; at += this.stride) entries.set(entry, at);
    return new SectionRoot(undefined, entries);
  }
}

/** The part of bits `first` to `last` that falls into the given word. */
function wordMask(word: number, first: number, last: number): number {
  const from = Math.max(first - word * 32, 0);
  const to = Math.min(last - word * 32, 31);
  const count = to - from + 1;
  return ((count === 32 ? 0xffffffff : (1 << count) - 1) << from) >>> 0;
}

export function popcount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

function sameWords(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

/** A sub-section map in the recordings' hexadecimal form, 16 digits for 64 sub-sections. */
export function subsectionsHex(words: readonly number[]): string {
  return words
    .map((word) => word.toString(16).padStart(8, '0'))
    .reverse()
    .join('');
}
