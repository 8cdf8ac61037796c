/** The section table of a running kernel, read from its memory. */

import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';
import { readBtfStructs } from './btf.ts';
import { GuestError } from './guest-error.ts';
import type { Guest } from './guest.ts';
import { imageFolder } from './kernel-store.ts';
import type { SectionRunRecord } from './recording.ts';
import { sectionNote } from './vmcoreinfo.ts';

/** Where the table is and how its entries look. */
export interface SectionLayout {
  /** Address of the variable `mem_section`; undefined where the kernel does not name it. */
  readonly table: bigint | undefined;
  /** What it points to, where only that is known: it lies elsewhere on every machine. */
  readonly array: bigint | undefined;
  /** Address of `__highest_present_section_nr`; undefined where the kernel does not name it. */
  readonly highest: bigint | undefined;
  /** Bytes of a `struct mem_section`, and where its members stand. */
  readonly size: number;
  readonly memMap: number;
  readonly usage: number;
  /** Where a `struct mem_section_usage` holds the sub-section map; absent before sub-sections. */
  readonly subsectionMap: number | undefined;
}

const POINTER = 8;
/** Usages no farther apart than this many bytes are read together. */
const NEAR = 16_384n;
const SYMBOLS = ['mem_section', '__highest_present_section_nr', '__start_BTF', '__stop_BTF'] as const;
/** BTF of a whole kernel is 5 to 8 MiB. */
const MAXIMUM_BTF = 64n * 1024n * 1024n;

/**
 * Where a kernel's table is and how its entries look: asked once and kept, for a search through /proc/kallsyms takes an
 * emulated processor as long as a boot. Guests run without KASLR, so a kernel's addresses never change.
 */
export async function sectionLayout(guest: Guest): Promise<SectionLayout> {
  const { size, mtimeMs } = statSync(guest.kernel.image);
  const key = createHash('sha256').update(`${FORM} ${guest.kernel.image} ${size} ${mtimeMs}`).digest('hex').slice(0, 16);
  const path = join(imageFolder(), `${guest.kernel.release}-${key}.sections.json`);
  const kept = readLayout(path);
  if (kept !== undefined) return kept;
  const layout = await askLayout(guest);
  if (layout.table === undefined) return layout;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(layout, (_, value: unknown) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value)));
  renameSync(draft, path);
  return layout;
}

/** Counted up when layouts are kept in another form. */
const FORM = 1;
const address = z.string().regex(/^0x[0-9a-f]{1,16}$/).transform((text) => BigInt(text));
const keptLayout = z.object({
  table: address.optional(),
  highest: address.optional(),
  size: z.number().int().positive(),
  memMap: z.number().int().nonnegative(),
  usage: z.number().int().nonnegative(),
  subsectionMap: z.number().int().nonnegative().optional(),
});

function readLayout(path: string): SectionLayout | undefined {
  try {
    const { subsectionMap, highest, table, ...layout } = keptLayout.parse(JSON.parse(readFileSync(path, 'utf8')));
    return { ...layout, table, array: undefined, highest, subsectionMap };
  } catch {
    // Not there, or half-written.
    return undefined;
  }
}

/** Asks the kernel where its table is and, by its BTF, how the entries look. @throws GuestError */
async function askLayout(guest: Guest): Promise<SectionLayout> {
  const { output } = await guest.fetch(`grep -E ' (${SYMBOLS.join('|')})$' /proc/kallsyms`);
  const addresses = new Map(output.map((line) => [line.split(' ')[2] ?? '', BigInt(`0x${line.split(' ')[0]}`)]));
  const [table, highest, btfStart, btfEnd] = SYMBOLS.map((name) => addresses.get(name));
  if (table === undefined || highest === undefined) return notedLayout(guest);
  if (btfStart === undefined || btfEnd === undefined) return { table, array: undefined, highest, ...(await probedLayout(guest, table)) };
  if (btfEnd - btfStart > MAXIMUM_BTF) throw new GuestError('the kernel’s BTF is larger than any kernel’s');
  return { table, array: undefined, highest, ...structLayout(guest, await guest.readMemory(btfStart, Number(btfEnd - btfStart))) };
}

type StructLayout = Pick<SectionLayout, 'size' | 'memMap' | 'usage' | 'subsectionMap'>;

/** By the kernel's own description of its types. @throws GuestError */
function structLayout(guest: Guest, btf: Buffer): StructLayout {
  const structs = readBtfStructs(btf, ['mem_section', 'mem_section_usage'], guest.arch.bigEndian);
  const section = structs.get('mem_section');
  const memMap = section?.members.get('section_mem_map');
  if (section === undefined || memMap === undefined) throw new GuestError('the kernel’s BTF does not describe mem_section');
  const usage = section.members.get('usage');
  const subsectionMap = usage === undefined ? undefined : structs.get('mem_section_usage')?.members.get('subsection_map');
  return { size: section.size, memMap, usage: usage ?? memMap + POINTER, subsectionMap };
}

/**
 * A kernel without BTF is older than sub-sections, or not of a distribution: its entries are 16 bytes, or 32 with
 * PAGE_EXTENSION; a root is full of either. In 32-byte entries the last word is padding, zero in all of them.
 */
async function probedLayout(guest: Guest, table: bigint): Promise<StructLayout> {
  const roots = await guest.readWord(table);
  const root = await guest.readWord(roots);
  const page = await guest.readMemory(root, guest.arch.pageSize);
  let padded = true;
  for (let at = 24; at < page.length; at += 32) padded &&= guest.wordAt(page, at) === 0n;
  return { size: padded ? 32 : 16, memMap: 0, usage: POINTER, subsectionMap: undefined };
}

/** Of a kernel built without KALLSYMS_ALL: by its note for crash dumps, and by what usages of live sections hold. */
async function notedLayout(guest: Guest): Promise<SectionLayout> {
  const { roots, size, memMap } = await sectionNote(guest);
  const layout = { table: undefined, array: roots, highest: undefined, size, memMap, usage: memMap + POINTER };
  const [first] = await readEntries(guest, layout);
  if (first === undefined) throw new GuestError('the kernel’s section table is empty');
  // Kernels that free usages by RCU keep its two words first; they are zero while the section lives.
  const head = await guest.readMemory(first.usage, 2 * POINTER);
  const isRcu = guest.wordAt(head, 0) === 0n && guest.wordAt(head, POINTER) === 0n;
  return { ...layout, subsectionMap: isRcu ? 2 * POINTER : 0 };
}

/** The table, run-length, as recordings hold it. */
export async function readSections(guest: Guest, layout: SectionLayout): Promise<SectionRunRecord[]> {
  const entries = await readEntries(guest, layout);
  const maps = await readMaps(guest, layout, entries.map(({ usage }) => usage));
  return runsOf(entries.map(({ nr, flags, usage }) => ({ nr, flags, subsections: maps.get(usage) ?? null })));
}

interface SectionEntry {
  readonly nr: number;
  readonly flags: number;
  /** Address of its `struct mem_section_usage`. */
  readonly usage: bigint;
}

async function readEntries(guest: Guest, layout: Omit<SectionLayout, 'subsectionMap'>): Promise<SectionEntry[]> {
  // Where nobody says how far the table reaches, all of it is looked at.
  const { maxPhysmemBits, sectionSizeBits } = ARCHITECTURES[guest.arch.name]!;
  const all = 2 ** (maxPhysmemBits - sectionSizeBits) - 1;
  const highest = layout.highest === undefined ? all : Number(await guest.readWord(layout.highest));
  if (highest > all) throw new GuestError(`section ${highest} is beyond what is read`);
  const perRoot = Math.floor(guest.arch.pageSize / layout.size);
  const rootCount = Math.floor(highest / perRoot) + 1;
  const array = layout.array ?? (await guest.readWord(layout.table as bigint));
  const roots = await guest.readMemory(array, rootCount * POINTER);
  const entries: SectionEntry[] = [];
  for (let root = 0; root < rootCount; root++) {
    const address = guest.wordAt(roots, root * POINTER);
    if (address === 0n) continue;
    const page = await guest.readMemory(address, perRoot * layout.size);
    for (let i = 0; i < perRoot; i++) {
      const memMap = guest.wordAt(page, i * layout.size + layout.memMap);
      if (memMap === 0n) continue;
      const usage = guest.wordAt(page, i * layout.size + layout.usage);
      entries.push({ nr: root * perRoot + i, flags: flagsOf(memMap), usage });
    }
  }
  return entries;
}

/** The low bits: the memmap's address is aligned to far more than the flags take, and the recordings know five. */
function flagsOf(memMap: bigint): number {
  return Number(memMap % 64n);
}

/** Sub-section maps by the address of their usage; neighbours are read together. */
async function readMaps(guest: Guest, layout: SectionLayout, usages: readonly bigint[]): Promise<Map<bigint, string>> {
  const maps = new Map<bigint, string>();
  const { subsectionMap } = layout;
  if (subsectionMap === undefined) return maps;
  const wanted = [...new Set(usages)].filter((usage) => usage !== 0n).sort((a, b) => (a < b ? -1 : 1));
  const words = Math.ceil(ARCHITECTURES[guest.arch.name]!.subsectionsPerSection / 64);
  const span = BigInt(subsectionMap + words * POINTER);
  for (let i = 0; i < wanted.length; ) {
    let j = i;
    while (j + 1 < wanted.length && wanted[j + 1]! - wanted[j]! <= NEAR) j++;
    const first = wanted[i]!;
    const bytes = await guest.readMemory(first, Number(wanted[j]! - first + span));
    for (; i <= j; i++) {
      const at = Number(wanted[i]! - first) + subsectionMap;
      const word = (n: number): string => guest.wordAt(bytes, at + n * POINTER).toString(16).padStart(16, '0');
      // A bitmap's first word holds its lowest bits.
      maps.set(wanted[i]!, Array.from({ length: words }, (_, n) => word(words - 1 - n)).join(''));
    }
  }
  return maps;
}

function runsOf(entries: readonly { nr: number; flags: number; subsections: string | null }[]): SectionRunRecord[] {
  const runs: SectionRunRecord[] = [];
  for (const { nr, flags, subsections } of entries) {
    const last = runs.at(-1);
    if (last?.last === nr - 1 && last.flags === flags && last.subsections === subsections) last.last = nr;
    else runs.push({ first: nr, last: nr, flags, subsections });
  }
  return runs;
}
