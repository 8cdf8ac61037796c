/** What a boot log tells about a machine. */

import type { E820Entry, E820Type, SratMemory } from '../kernel/boot/boot-map.ts';
import { bootInputOf, parseBootLog, type BootLog } from './boot-log.ts';
import { CaptureError, shown, type CaptureNote } from './capture-error.ts';
import type { CapturedPart } from './captured-machine.ts';
import { archFromText } from './captured-profile.ts';
import { countText } from './finding.ts';
import { hexNumber } from './iomem-line.ts';
import { CAPTURE_LIMITS } from './limits.ts';

/** Types as the lines of a map made on the command line ("user:") word them. */
const TYPES: readonly (readonly [RegExp, E820Type])[] = [
  [/^(?:usable|System RAM)/, 'ram'],
  [/^ACPI data/, 'acpi'],
  [/^ACPI NVS/, 'nvs'],
  [/^persistent \(type 12\)/, 'pram'],
  [/^persistent/, 'pmem'],
  [/^soft reserved/i, 'soft-reserved'],
  [/^unusable/i, 'unusable'],
  [/reserved/i, 'reserved'],
];

/** @throws CaptureError when the log holds no memory map at all. */
export function partOfBootLog(text: string, source: string): CapturedPart {
  const log = parseBootLog(text);
  const found = mapOf(log, text);
  if (found === undefined && log.srat.length === 0 && log.kernelRelease === undefined) {
    const help = 'its first lines hold the map ("BIOS-e820: [mem 0x…-0x…] usable"); later parts of a log do not';
    throw new CaptureError('no-map', { source }, 'the log holds no memory map', help);
  }
  const notes: CaptureNote[] = log.notes
    .slice(0, 50)
    .map((note) => ({ code: 'boot-log', source, text: shown(note, 200) }));
  const whole = found?.from === 'firmware';
  const blockSizeBytes = log.printed.memoryBlockSizeBytes;
  const arch = archOf(log, text) ?? (found?.from === 'firmware' || found?.from === 'user' ? 'x86_64' : undefined);
  const says =
    found === undefined
      ? 'no memory map in it'
      : `${found.entries.length === 1 ? '1 entry' : `${found.entries.length} entries`} of ${WORDS[found.from]}`;
  return {
    sources: [
      { name: source, kind: 'boot-log', says: `boot log: ${says}, ${countText(log.srat.length, 'SRAT range')}` },
    ],
    ...(found === undefined ? {} : { e820: found.entries }),
    ...(log.srat.length > 0 ? { srat: log.srat } : found?.srat === undefined ? {} : { srat: found.srat }),
    ...(whole ? { bootInput: bootInputOf(log), cmdline: log.cmdline, hypervisor: log.hypervisor } : {}),
    ...(log.kernelRelease === undefined ? {} : { kernelRelease: log.kernelRelease }),
    ...(log.stableVersion === undefined ? {} : { stableVersion: log.stableVersion }),
    ...(arch === undefined ? {} : { arch }),
    ...(blockSizeBytes === undefined ? {} : { blockSizeBytes, blockSizeFrom: 'boot log' as const }),
    notes,
  };
}

function archOf(log: BootLog, text: string): string | undefined {
  // The first line of an arm64 kernel; its releases seldom name the architecture.
  if (/Booting Linux on physical CPU 0x/.test(text.slice(0, 4000))) return 'arm64';
  return archFromText(`${log.kernelRelease ?? ''} ${text.slice(0, 4000)}`);
}

const WORDS = {
  firmware: "the firmware's map",
  user: 'the map made on the command line',
  nodes: 'the early node ranges',
};

interface FoundMap {
  readonly from: keyof typeof WORDS;
  readonly entries: readonly E820Entry[];
  readonly srat?: readonly SratMemory[];
}

/** The firmware's map, or what a fragment of a log shows of what became of it. */
function mapOf(log: BootLog, text: string): FoundMap | undefined {
  if (log.e820.some(({ type }) => type === 'ram')) return { from: 'firmware', entries: log.e820 };
  const user = userMap(text);
  if (user.length > 0) return { from: 'user', entries: user };
  const early = log.printed.earlyRanges ?? nodeRanges(text);
  if (early.length > 0) {
    const entries = early.map(({ start, end }): E820Entry => ({ start, end, type: 'ram' }));
    const srat = early.map(({ start, end, nid }) => ({
      start,
      end,
      nid,
      pxm: nid,
      hotplug: false,
      nonVolatile: false,
    }));
    return { from: 'nodes', entries, ...(early.every(({ nid }) => nid === 0) ? {} : { srat }) };
  }
  return log.e820.length > 0 ? { from: 'firmware', entries: log.e820 } : undefined;
}

function userMap(text: string): E820Entry[] {
  const entries: E820Entry[] = [];
  for (const line of text.split('\n')) {
    const match = /\b(?:user|modified): \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\] (.*)$/i.exec(
      line.slice(0, CAPTURE_LIMITS.lineLength),
    );
    const range = match === null ? undefined : rangeOf(match[1] as string, match[2] as string);
    if (match === null || range === undefined) continue;
    entries.push({ ...range, type: TYPES.find(([sign]) => sign.test(match[3] as string))?.[1] ?? 'unknown' });
  }
  return entries;
}

/** Node ranges of a fragment that has lost the heading above them. */
function nodeRanges(text: string): { start: number; end: number; nid: number }[] {
  const ranges: { start: number; end: number; nid: number }[] = [];
  for (const line of text.split('\n')) {
    const match = /\bnode\s+(\d{1,5}): \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\]/i.exec(
      line.slice(0, CAPTURE_LIMITS.lineLength),
    );
    const range = match === null ? undefined : rangeOf(match[2] as string, match[3] as string);
    if (match !== null && range !== undefined) ranges.push({ ...range, nid: Number(match[1]) });
  }
  return ranges;
}

function rangeOf(first: string, second: string): { start: number; end: number } | undefined {
  const start = hexNumber(first);
  const last = hexNumber(second);
  return start === undefined || last === undefined || last < start ? undefined : { start, end: last + 1 };
}
