/** What a boot log tells about a machine. */

import type { E820Entry, E820Type, SratMemory } from '../kernel/boot/boot-map.ts';
import { CaptureError } from './capture-error.ts';
import type { CapturedPart } from './captured-machine.ts';
import { hexNumber } from './iomem-line.ts';

const TYPES: readonly (readonly [RegExp, E820Type])[] = [
  [/^(?:usable|System RAM)/, 'ram'],
  [/^ACPI data|^ACPI Tables/, 'acpi'],
  [/^ACPI NVS|^ACPI Non/, 'nvs'],
  [/^persistent \(type 12\)|^Persistent Memory \(legacy\)/, 'pram'],
  [/^persistent|^Persistent/, 'pmem'],
  [/^soft reserved|^Soft Reserved/, 'soft-reserved'],
  [/^unusable|^Unusable/, 'unusable'],
  [/^reserved|^Reserved|^device reserved/, 'reserved'],
];

export function partOfBootLog(text: string, source: string): CapturedPart {
  const e820: E820Entry[] = [];
  const srat: SratMemory[] = [];
  for (const line of text.split('\n')) {
    const entry = /(?:BIOS-e820|user|modified|extended): \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\] (.*)$/.exec(line.slice(0, 500));
    const affinity = /SRAT: Node (\d+) PXM (\d+) \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\](.*)$/.exec(line.slice(0, 500));
    if (entry !== null) {
      const start = hexNumber(entry[1] as string);
      const last = hexNumber(entry[2] as string);
      const type = TYPES.find(([sign]) => sign.test(entry[3] as string))?.[1] ?? 'unknown';
      if (start !== undefined && last !== undefined && last >= start) e820.push({ start, end: last + 1, type });
    } else if (affinity !== null) {
      const start = hexNumber(affinity[3] as string);
      const last = hexNumber(affinity[4] as string);
      const flags = affinity[5] as string;
      if (start === undefined || last === undefined || last < start) continue;
      srat.push({ start, end: last + 1, nid: Number(affinity[1]), pxm: Number(affinity[2]), hotplug: /hotplug/.test(flags), nonVolatile: /non-volatile/.test(flags) });
    }
  }
  if (e820.length === 0 && srat.length === 0) throw new CaptureError('no-map', { source }, 'the log holds no memory map');
  return {
    sources: [{ name: source, kind: 'boot-log', says: `boot log: ${e820.length} map entries, ${srat.length} SRAT ranges` }],
    ...(e820.length === 0 ? {} : { e820 }),
    ...(srat.length === 0 ? {} : { srat }),
    notes: [],
  };
}
