/** The kernel's e820 table while boot edits it: exact 64-bit arithmetic, in the kernel's order of entries. */

import { MAX_ADDRESS } from '../units.ts';
import type { LogLevel } from '../log.ts';
import type { E820Entry, E820Type } from './boot-map.ts';

/** @kernel arch/x86/include/asm/e820/types.h: enum e820_type */
export const E820_TYPE_RAM = 1;
export const E820_TYPE_RESERVED = 2;
export const E820_TYPE_ACPI = 3;
export const E820_TYPE_PRAM = 12;
export const E820_TYPE_RESERVED_KERN = 128;
export const E820_TYPE_SOFT_RESERVED = 0xefffffff;

const TYPE_NUMBERS: Readonly<Record<Exclude<E820Type, 'unknown'>, number>> = {
  ram: E820_TYPE_RAM,
  reserved: E820_TYPE_RESERVED,
  acpi: E820_TYPE_ACPI,
  nvs: 4,
  unusable: 5,
  pmem: 7,
  pram: E820_TYPE_PRAM,
  'soft-reserved': E820_TYPE_SOFT_RESERVED,
  'reserved-kern': E820_TYPE_RESERVED_KERN,
};
const TYPE_NAMES = new Map<number, E820Type>(
  Object.entries(TYPE_NUMBERS).map(([name, number]) => [number, name as E820Type]),
);

/** Room for entries: 128 of the boot protocol and three for each of 1024 nodes. @kernel E820_MAX_ENTRIES */
export const E820_MAX_ENTRIES = 128 + 3 * 1024;
const ULLONG_MAX = (1n << 64n) - 1n;
const U64_MASK = ULLONG_MAX;

export interface E820Range {
  addr: bigint;
  size: bigint;
  type: number;
}

/** A table under construction; its messages go to `say`. */
export interface E820Table {
  entries: E820Range[];
  readonly say: (level: LogLevel, text: string) => void;
}

/** An entry's type number; an unknown type keeps the number it came with. */
export function e820TypeNumber(entry: Pick<E820Entry, 'type' | 'typeNumber'>): number {
  return entry.type === 'unknown' ? (entry.typeNumber ?? 0xffff) : TYPE_NUMBERS[entry.type];
}

/** The words the kernel prints for a type. @kernel e820_print_type */
export function e820TypeText(type: number): string {
  switch (TYPE_NAMES.get(type)) {
    case 'ram':
    case 'reserved-kern':
      return 'usable';
    case 'reserved':
      return 'reserved';
    case 'soft-reserved':
      return 'soft reserved';
    case 'acpi':
      return 'ACPI data';
    case 'nvs':
      return 'ACPI NVS';
    case 'unusable':
      return 'unusable';
    case 'pmem':
    case 'pram':
      return `persistent (type ${type})`;
    default:
      return `type ${type}`;
  }
}

/** @kernel arch/x86/kernel/e820.c: e820__range_add */
export function e820RangeAdd(table: E820Table, start: bigint, size: bigint, type: number): void {
  if (table.entries.length >= E820_MAX_ENTRIES) {
    table.say(3, `too many entries; ignoring ${memRange(start, start + size - 1n)}`);
    return;
  }
  table.entries.push({ addr: start, size, type });
}

/**
 * Gives another type to what has `oldType` within a range; pieces cut off go to the end of the table.
 * @kernel arch/x86/kernel/e820.c: e820__range_update
 */
export function e820RangeUpdate(table: E820Table, start: bigint, size: bigint, oldType: number, newType: number): void {
  const end = rangeEnd(start, size);
  const types = `${e820TypeText(oldType)} ==> ${e820TypeText(newType)}`;
  table.say(7, `e820: update ${memRange(start, end - 1n)} ${types}`);
  for (let i = 0; i < table.entries.length; i++) {
    const entry = table.entries[i] as E820Range;
    if (entry.type !== oldType) continue;
    const entryEnd = wrap(entry.addr + entry.size);
    if (entry.addr >= start && entryEnd <= end) {
      entry.type = newType;
    } else if (entry.addr < start && entryEnd > end) {
      e820RangeAdd(table, start, size, newType);
      e820RangeAdd(table, end, entryEnd - end, entry.type);
      entry.size = start - entry.addr;
    } else {
      const cut = cutPart(entry, entryEnd, start, end);
      if (cut !== undefined) e820RangeAdd(table, cut.start, cut.size, newType);
    }
  }
}

/**
 * Takes a range out of the table; `oldType` undefined means whatever its type.
 * @kernel arch/x86/kernel/e820.c: e820__range_remove
 */
export function e820RangeRemove(table: E820Table, start: bigint, size: bigint, oldType: number | undefined): void {
  const end = rangeEnd(start, size);
  const type = oldType === undefined ? '' : e820TypeText(oldType);
  table.say(7, `e820: remove ${memRange(start, end - 1n)} ${type}`);
  for (let i = 0; i < table.entries.length; i++) {
    const entry = table.entries[i] as E820Range;
    if (oldType !== undefined && entry.type !== oldType) continue;
    const entryEnd = wrap(entry.addr + entry.size);
    if (entry.addr >= start && entryEnd <= end) {
      Object.assign(entry, { addr: 0n, size: 0n, type: 0 });
    } else if (entry.addr < start && entryEnd > end) {
      e820RangeAdd(table, end, entryEnd - end, entry.type);
      entry.size = start - entry.addr;
    } else {
      cutPart(entry, entryEnd, start, end);
    }
  }
}

/** Shortens an entry by its part inside a range that reaches over one of its ends; returns the part. */
function cutPart(entry: E820Range, entryEnd: bigint, start: bigint, end: bigint) {
  const from = start > entry.addr ? start : entry.addr;
  const to = end < entryEnd ? end : entryEnd;
  if (from >= to) return undefined;
  entry.size -= to - from;
  if (entry.addr >= from) entry.addr = to;
  return { start: from, size: to - from };
}

/**
 * Sorts the table and resolves overlaps in favour of the highest type number. Neighbours of one type merge, except
 * legacy persistent and soft reserved ranges, whose borders may mean something.
 * @kernel arch/x86/kernel/e820.c: e820__update_table
 * @returns false, and leaves the table, with fewer than two entries or when an entry wraps around 2^64.
 */
export function e820UpdateTable(table: E820Table): boolean {
  const { entries } = table;
  if (entries.length < 2) return false;
  if (entries.some((entry) => entry.addr + entry.size > U64_MASK)) return false;

  const points: { addr: bigint; isEnd: boolean; entry: E820Range }[] = [];
  for (const entry of entries) {
    if (entry.size === 0n) continue;
    points.push({ addr: entry.addr, isEnd: false, entry });
    points.push({ addr: entry.addr + entry.size, isEnd: true, entry });
  }
  points.sort((a, b) => (a.addr === b.addr ? Number(a.isEnd) - Number(b.isEnd) : a.addr < b.addr ? -1 : 1));

  const result: E820Range[] = [];
  const open = new Map<number, number>();
  let lastType = 0;
  let lastAddr = 0n;
  for (const point of points) {
    const { type } = point.entry;
    const count = (open.get(type) ?? 0) + (point.isEnd ? -1 : 1);
    if (count === 0) open.delete(type);
    else open.set(type, count);
    let currentType = 0;
    for (const openType of open.keys()) if (openType > currentType) currentType = openType;
    if (currentType === lastType && !isUnmerged(currentType)) continue;
    if (lastType !== 0 && point.addr > lastAddr) {
      result.push({ addr: lastAddr, size: point.addr - lastAddr, type: lastType });
      if (result.length >= E820_MAX_ENTRIES) break;
    }
    if (currentType !== 0) lastAddr = point.addr;
    lastType = currentType;
  }
  table.entries = result;
  return true;
}

/** @kernel arch/x86/kernel/e820.c: e820_nomerge */
function isUnmerged(type: number): boolean {
  return type === E820_TYPE_PRAM || type === E820_TYPE_SOFT_RESERVED;
}

/** The table as `who: [mem …] type` lines. @kernel arch/x86/kernel/e820.c: e820__print_table */
export function e820PrintTable(table: E820Table, who: string): string[] {
  return table.entries.map(({ addr, size, type }) => {
    const last = wrap(addr + size - 1n);
    return `${who}: [mem ${hexWide(addr)}-${hexWide(last)}] ${e820TypeText(type)}`;
  });
}

/** The table with plain numbers; what lies beyond 2^53 is cut off. */
export function e820Entries(table: E820Table): E820Entry[] {
  const limit = BigInt(MAX_ADDRESS);
  const result: E820Entry[] = [];
  for (const { addr, size, type } of table.entries) {
    if (size === 0n || addr >= limit) continue;
    const end = addr + size;
    const name = TYPE_NAMES.get(type) ?? 'unknown';
    const range = { start: Number(addr), end: Number(end < limit ? end : limit), type: name };
    result.push(name === 'unknown' ? { ...range, typeNumber: type } : range);
  }
  return result;
}

/** A table entry of plain numbers as the kernel holds it. */
export function e820Range(entry: E820Entry): E820Range {
  return { addr: BigInt(entry.start), size: BigInt(entry.end - entry.start), type: e820TypeNumber(entry) };
}

function rangeEnd(start: bigint, size: bigint): bigint {
  return size > ULLONG_MAX - start ? ULLONG_MAX : start + size;
}

function wrap(value: bigint): bigint {
  return value & U64_MASK;
}

function memRange(start: bigint, last: bigint): string {
  return `[mem 0x${start.toString(16).padStart(8, '0')}-0x${wrap(last).toString(16).padStart(8, '0')}]`;
}

function hexWide(value: bigint): string {
  return '0x' + value.toString(16).padStart(16, '0');
}
