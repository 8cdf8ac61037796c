/** Recognises what a text is by its content; names and endings of files say little in support archives. */

import { CAPTURE_LIMITS } from './limits.ts';
import type { SourceKind } from './captured-machine.ts';

export interface Sniffed {
  readonly kind: SourceKind | 'empty' | 'binary';
  /** For `other`: what it is, when recognised. */
  readonly says: string;
}

const BOOT_LOG = new RegExp(
  [
    /BIOS-e820:|(?:modified|user|extended): \[mem 0x|e820: |SRAT: Node|last_pfn = 0x/,
    /Early memory node|\bnode\s+\d+: \[mem 0x|Zone ranges:|^\s*(?:DMA|DMA32|Normal|Movable)\s+(?:\[mem 0x|empty)/,
    /Linux version \d|Command line: /,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** Lines that tell a format; the format with most of them wins, the earlier on a tie. */
const SIGNS: readonly (readonly [kind: SourceKind, sign: RegExp])[] = [
  ['boot-log', BOOT_LOG],
  ['lsmem', /^\s*0x[0-9a-f]{8,16}-0x[0-9a-f]{8,16}\s+[\d.]+[BKMGTP]?\b|^\s*RANGE\s+SIZE\b|^\s*Memory block size:/i],
  ['iomem', /^\s*(?:0x)?[0-9a-f]{4,40}\s?-\s?(?:0x)?[0-9a-f]{4,40}\s?:(?:\s|$)/i],
  ['zoneinfo', /^\s*(?:spanned|present|managed|start_pfn:)\s+\d+$|^Node \d+, zone\s+\S+$/],
  ['numactl', /^\s*node \d+ (?:cpus|size|free):|^\s*available: \d+ nodes/],
  ['meminfo', /^\s*(?:MemTotal|MemFree|MemAvailable|SwapTotal|DirectMap4k):\s+\d+ kB/],
  ['device-json', /^\s*[{[]\s*(?:$|["{[\]}])|^\s*"[\w:]{1,40}"\s*:/],
];

const NAMED: readonly (readonly [sign: RegExp, says: string])[] = [
  [/^Page block order: \d/m, 'pagetypeinfo: free pages by type; no memory layout in it'],
  [/^Node \d+, zone\s+\S+(?:\s+\d+){5}/m, 'buddyinfo: free pages by order; no memory layout in it'],
  [/^nr_free_pages \d/m, 'vmstat: counters; no memory layout in it'],
  [/^processor\s*:\s*\d/m, 'cpuinfo: no memory layout in it'],
  [/^(?:\w+:\s*)?(?:console|BOOT_IMAGE|root)=/m, 'a kernel command line: no memory layout in it'],
];

/** Recognises a text by its first 256 KiB. */
export function sniff(text: string): Sniffed {
  const head = text.slice(0, 256 * 1024);
  if (head.trim() === '') return { kind: 'empty', says: 'empty' };
  if (isBinary(head)) return { kind: 'binary', says: 'binary data' };
  const counts = SIGNS.map(() => 0);
  for (const raw of head.split('\n')) {
    const line = raw.slice(0, CAPTURE_LIMITS.lineLength).replace(/^(?:[ \t]*[>|])+ ?/, '');
    SIGNS.forEach(([, sign], index) => {
      if (sign.test(line)) counts[index] = (counts[index] as number) + 1;
    });
  }
  const most = Math.max(...counts);
  const named = NAMED.find(([sign]) => sign.test(head));
  if (most === 0 || (named !== undefined && most < 3)) return { kind: 'other', says: named?.[1] ?? 'not recognised' };
  const [kind] = SIGNS[counts.indexOf(most)] as (typeof SIGNS)[number];
  return { kind, says: kind };
}

/** More than a stray control character means that this is no text. */
function isBinary(head: string): boolean {
  if (head.includes('\0')) return true;
  let odd = 0;
  for (const char of head.slice(0, 4096)) {
    const code = char.codePointAt(0) as number;
    if (code === 0xfffd || (code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 27)) odd += 1;
  }
  return odd * 20 > Math.min(head.length, 4096);
}
