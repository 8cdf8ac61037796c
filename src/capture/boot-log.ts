/** A boot log read back: the machine it describes, and what the kernel printed about memory. */

import type { ByteRange, Nid, PhysAddr } from '../kernel/units.ts';
import { MAX_ADDRESS } from '../kernel/units.ts';
import type { BootInput, E820Entry, E820Type, SratMemory } from '../kernel/boot/boot-map.ts';
import { kernelLines, type KernelLine } from './boot-log-lines.ts';
import { printedResults, type PrintedResults } from './boot-log-results.ts';

/** What a boot log tells. Absent parts are empty, and `notes` says what was odd. */
export interface BootLog {
  /** After `Linux version`, or in the name of the image that was booted. */
  readonly kernelRelease?: string;
  /** The stable version behind a distribution's release, where the log names it. */
  readonly stableVersion?: string;
  /** Firmware's map as first printed. */
  readonly e820: readonly E820Entry[];
  readonly srat: readonly SratMemory[];
  /** Nodes the SRAT gives processors. */
  readonly cpuNodes: readonly Nid[];
  readonly cmdline: string;
  /** Whether it ran in a virtual machine that says so. */
  readonly hypervisor: boolean;
  /** Host bridge windows. */
  readonly pciWindows: readonly ByteRange[];
  /** RAM the kernel reserved before memblock, beside page 0 (`e820: update … usable ==> reserved`). */
  readonly reservedByBoot: readonly ByteRange[];
  /** The same, later. */
  readonly reservedLate: readonly ByteRange[];
  /** Reserved ranges taken out of the map (`e820: remove … reserved`), memory-mapped I/O in truth. */
  readonly removedReserved: readonly ByteRange[];
  readonly printed: PrintedResults;
  readonly notes: readonly string[];
}

const HEX = '0x([0-9a-fA-F]{1,16})';
const MEM = `\\[mem ${HEX}-${HEX}`;
/** The map as printed, whoever provided it, and as the command line and the kernel changed it. */
const E820_LINE = new RegExp(`(?:^|\\s)(BIOS-e820|BIOS-e801|BIOS-88|Xen|extended|user|modified): ${MEM}\\]\\s*(.*)$`);
/** Kernels before 3.5 print bare digits and an exclusive end. */
const OLD_E820_LINE = /(?:^|\s)(BIOS-e820|Xen): ([0-9a-f]{16}) - ([0-9a-f]{16}) \(([^)]*)\)/;
const SRAT_LINE = new RegExp(`SRAT: Node (\\d{1,5}) PXM (\\d{1,10}) ${MEM}\\](.*)$`);
const SRAT_CPU_LINE = /SRAT: PXM \d+ -> (?:X2?APIC|APIC) \S+ -> Node (\d{1,5})/;
const WINDOW_LINE = new RegExp(`root bus resource ${MEM}(?: window)?`);
const UPDATE_LINE = new RegExp(`(?:^|\\s)e820: update ${MEM}\\] (usable|System RAM) ==> (?:device )?reserved`);
const REMOVE_LINE = new RegExp(`(?:^|\\s)e820: remove ${MEM}\\] (?:device )?reserved`);
const HYPERVISOR_LINE = /Hypervisor detected: |Booting paravirtualized kernel on (?!bare )/;
const HYPERVISOR_DMI = /(?:^|\s)DMI: .*\b(?:QEMU|VMware|VirtualBox|KVM|Bochs|Xen|crosvm|Virtual Machine|Compute Engine)\b/;

/** `#1 SMP Debian 5.10.92-1`, `(Ubuntu 5.4.0-97.110-generic 5.4.162)`; the compiler has a Debian version too. */
const STABLE_VERSION = /#\d.*(?:Debian |\(Ubuntu [^()\s]{1,80} )(\d{1,4}\.\d{1,6}\.\d{1,6})/;

interface Collected {
  maps: Map<string, E820Entry[]>;
  srat: SratMemory[];
  cpuNodes: Set<Nid>;
  windows: ByteRange[];
  early: ByteRange[];
  late: ByteRange[];
  removed: ByteRange[];
  hypervisor: boolean;
  notes: string[];
}

/** Reads a boot log in any of the forms people keep and send; of several boots the first with a memory map. */
export function parseBootLog(text: string): BootLog {
  const lines = firstBoot(kernelLines(text));
  const seen: Collected = {
    maps: new Map(),
    srat: [],
    cpuNodes: new Set(),
    windows: [],
    early: [],
    late: [],
    removed: [],
    hypervisor: false,
    notes: [],
  };
  const lastPfnAt = lines.findLastIndex((line) => /(?:^|\s)last_pfn = /.test(line.text));
  for (const [index, line] of lines.entries()) collect(line, index < lastPfnAt, seen);
  const e820 = firmwareMap(seen);
  const banner = lines.find((line) => /(?:^|\s)Linux version \d/.test(line.text))?.text ?? '';
  const cmdline = commandLine(lines);
  const release = /Linux version (\S+)/.exec(banner)?.[1] ?? /\bBOOT_IMAGE=\S*vmlinuz-(\d\S*)/.exec(cmdline)?.[1];
  const stable = STABLE_VERSION.exec(banner)?.[1];
  return {
    ...(release === undefined ? {} : { kernelRelease: release }),
    ...(stable === undefined ? {} : { stableVersion: stable }),
    e820,
    srat: seen.srat,
    cpuNodes: [...seen.cpuNodes].sort((a, b) => a - b),
    cmdline,
    hypervisor: seen.hypervisor,
    pciWindows: seen.windows,
    reservedByBoot: seen.early,
    reservedLate: seen.late,
    removedReserved: seen.removed,
    printed: printedResults(lines),
    notes: seen.notes,
  };
}

/** The first map printed; one of more than 128 entries is printed again with all of them. */
function firmwareMap({ maps, notes }: Collected): E820Entry[] {
  const [who, first] = [...maps][0] ?? ['', []];
  // What the command line made of the map already: its options change nothing when applied again.
  if (who === 'user' || who === 'modified') notes.push(`only the map called "${who}" was found, not firmware's own`);
  return maps.get('extended') ?? first;
}

/** The machine a boot log describes. `alone` leaves out what the kernel said it reserved or removed. */
export function bootInputOf(log: BootLog, alone = false): BootInput {
  const input = {
    cmdline: log.cmdline,
    srat: log.srat,
    hypervisor: log.hypervisor,
    cpuNodes: log.cpuNodes,
    pciWindows: log.pciWindows,
  };
  if (alone) return { ...input, e820: log.e820 };
  const e820 = log.removedReserved.reduce<readonly E820Entry[]>(withoutReserved, log.e820);
  return { ...input, e820, reservedByBoot: log.reservedByBoot, reservedLate: log.reservedLate };
}

function withoutReserved(entries: readonly E820Entry[], range: ByteRange): E820Entry[] {
  return entries.flatMap((entry) => {
    if (entry.type !== 'reserved' || entry.end <= range.start || range.end <= entry.start) return [entry];
    const below = { ...entry, end: range.start };
    const above = { ...entry, start: range.end };
    return [below, above].filter((part) => part.start < part.end);
  });
}

function firstBoot(lines: readonly KernelLine[]): readonly KernelLine[] {
  const starts = lines.flatMap((line, index) => (/(?:^|\s)Linux version \d/.test(line.text) ? [index] : []));
  for (const [order, start] of starts.entries()) {
    const boot = lines.slice(order === 0 ? 0 : start, starts[order + 1] ?? lines.length);
    if (boot.some((line) => E820_LINE.test(line.text))) return boot;
  }
  return lines;
}

function collect(line: KernelLine, beforeMemblock: boolean, seen: Collected): void {
  const { text } = line;
  if (HYPERVISOR_LINE.test(text) || HYPERVISOR_DMI.test(text)) seen.hypervisor = true;
  const cpu = SRAT_CPU_LINE.exec(text);
  if (cpu !== null) seen.cpuNodes.add(Number(cpu[1]));
  if (!text.includes('[mem ') && !text.includes('e820')) return;
  collectE820(line, seen);
  const srat = SRAT_LINE.exec(text);
  if (srat !== null) {
    const [, nid, pxm, start, last, flags] = srat as unknown as string[];
    const range = byteRange(start as string, last as string);
    const hotplug = /\bhotplug\b/.test(flags as string);
    const nonVolatile = /non-volatile/.test(flags as string);
    seen.srat.push({ ...range, nid: Number(nid), pxm: Number(pxm), hotplug, nonVolatile });
  }
  const window = WINDOW_LINE.exec(text);
  if (window !== null) seen.windows.push(byteRange(window[1] as string, window[2] as string));
  const update = UPDATE_LINE.exec(text);
  if (update !== null) {
    const range = byteRange(update[1] as string, update[2] as string);
    const isPageZero = range.start === 0 && range.end === 4096;
    if (!isPageZero) (beforeMemblock ? seen.early : seen.late).push(range);
  }
  const removed = REMOVE_LINE.exec(text);
  if (removed !== null) seen.removed.push(byteRange(removed[1] as string, removed[2] as string));
}

function collectE820(line: KernelLine, seen: Collected): void {
  const match = E820_LINE.exec(line.text);
  const old = match === null ? OLD_E820_LINE.exec(line.text) : null;
  const [, who, start, last, typeText] = (match ?? old ?? []) as string[];
  if (who === undefined || start === undefined || last === undefined || typeText === undefined) return;
  const range = old === null ? byteRange(start, last) : { start: address(start), end: address(last) };
  const type = e820Type(typeText);
  if (type === undefined) seen.notes.push(`line ${line.line}: the e820 entry has no known type, taken as reserved`);
  const entries = seen.maps.get(who) ?? [];
  if (range.start < range.end) entries.push({ ...range, ...(type ?? { type: 'reserved' }) });
  seen.maps.set(who, entries);
}

const TYPE_WORDS: readonly (readonly [RegExp, E820Type])[] = [
  [/^(?:usable|System RAM)/, 'ram'],
  [/^soft reserved/i, 'soft-reserved'],
  [/^(?:device )?reserved/i, 'reserved'],
  [/^ACPI data/, 'acpi'],
  [/^ACPI NVS/, 'nvs'],
  [/^unusable/i, 'unusable'],
];
const TYPE_NUMBERS: Readonly<Record<number, E820Type>> = {
  1: 'ram',
  2: 'reserved',
  3: 'acpi',
  4: 'nvs',
  5: 'unusable',
  7: 'pmem',
  12: 'pram',
};

/** The type behind the words of any kernel, 7.x included; undefined when there are none. */
function e820Type(text: string): Pick<E820Entry, 'type' | 'typeNumber'> | undefined {
  const words = TYPE_WORDS.find(([pattern]) => pattern.test(text));
  if (words !== undefined) return { type: words[1] };
  const number = /^(?:persistent\b[^(]*\(|\(?unknown[^(]*\(|\()?type[ =](\d{1,10})/i.exec(text)?.[1];
  if (number === undefined) return undefined;
  const type = TYPE_NUMBERS[Number(number)];
  return type === undefined ? { type: 'unknown', typeNumber: Number(number) } : { type };
}

/** The longer of what the boot loader gave and what the kernel took, which may add its built-in part. */
function commandLine(lines: readonly KernelLine[]): string {
  const first = (pattern: RegExp) =>
    lines.map((line) => pattern.exec(line.text)?.[1]).find((match) => match !== undefined);
  const given = first(/(?:^|\s)Command line: (.*)$/) ?? '';
  const taken = first(/(?:^|\s)Kernel command line:\s?(.*)$/) ?? '';
  return given === '' || taken.includes(given) ? taken : given;
}

function byteRange(start: string, last: string): ByteRange {
  return { start: address(start), end: Math.min(address(last) + 1, MAX_ADDRESS) };
}

function address(digits: string): PhysAddr {
  return Math.min(Number.parseInt(digits, 16), MAX_ADDRESS);
}
