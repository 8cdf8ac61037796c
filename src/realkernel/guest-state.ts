/** All facets of a running kernel's state, as recordings hold them. */

import { attributeLines } from './device-attributes.ts';
import { PART } from './guest-agent.ts';
import { GuestError } from './guest-error.ts';
import { GuestPages } from './guest-pages.ts';
import { readSections, sectionLayout, type SectionLayout } from './guest-sections.ts';
import type { Guest } from './guest.ts';
import type { BlockRunRecord, RecordedState, ZoneRecord } from './recording.ts';

export interface GuestReading {
  /** The kernel's log since the last reading, time stamps removed. */
  readonly log: readonly string[];
  readonly state: RecordedState;
}

/** Readings repeated while the log goes on, at most. */
const REREADS = 5;

/** Reads a guest's state again and again. */
export class GuestStateReader {
  readonly #guest: Guest;
  readonly #layout: SectionLayout;
  readonly #pages = new GuestPages();

  readonly #withDevices: boolean;

  private constructor(guest: Guest, layout: SectionLayout, withDevices: boolean) {
    this.#guest = guest;
    this.#layout = layout;
    this.#withDevices = withDevices;
  }

  /** `withDevices`: with the facet that the first recordings lack. */
  static async of(guest: Guest, withDevices = false): Promise<GuestStateReader> {
    return new GuestStateReader(guest, await sectionLayout(guest), withDevices);
  }

  /**
   * Reads the log and every facet; once more when the kernel logged in the middle of it. `afresh`: all page frames
   * too, not only those that may have changed.
   */
  async read(afresh = false): Promise<GuestReading> {
    const log: string[] = [];
    for (let attempt = 0; ; attempt++) {
      const parts = partsOf((await this.#guest.fetch('memhp-state')).output);
      log.push(...parts('log'), ...parts('late'));
      if (parts('late').length > 0 && attempt < REREADS) continue;
      const sections = await readSections(this.#guest, this.#layout);
      const state: RecordedState = {
        iomem: parts('iomem'),
        blocks: blockRuns(parts('blocks')),
        zones: zonesOf(parts('zones')),
        online_pfns: await this.#pages.read(this.#guest, sections, afresh),
        sections,
        ...(this.#withDevices ? { devices: attributeLines(parts('devices')), memory: memoryLines(parts('memory')) } : {}),
      };
      return { log: log.map(withoutTime), state };
    }
  }
}

/** `[   12.345678] text` → `text`; with caller ids too. */
export function withoutTime(line: string): string {
  return line.replace(/^(<\d+>)?\[\s*\d+\.\d+\](\[\s*[TC]\d+\])? ?/, '');
}

function partsOf(lines: readonly string[]): (name: string) => string[] {
  const parts = new Map<string, string[]>();
  let part: string[] = [];
  for (const line of lines) {
    if (line.startsWith(`${PART} `)) parts.set(line.slice(PART.length + 1), (part = []));
    else part.push(line);
  }
  if (!parts.has('end')) throw new GuestError('the guest’s state is incomplete', lines);
  return (name) => parts.get(name) ?? [];
}

/** From lines of meminfo and vmstat: `MemTotal: 1 kB`, `Node 0 MemTotal: 1 kB`, `nr_memmap_pages 1`. */
export function memoryLines(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [, node, total] = /^(?:Node (\d+) )?MemTotal:\s+(\d+) kB$/.exec(line) ?? [];
    if (total !== undefined) return [`${node === undefined ? '' : `node${node} `}MemTotal ${total}`];
    return /^nr_memmap(_boot)?_pages \d+$/.test(line) ? [line] : [];
  });
}

/** From lines `memoryN/state:…` and `memoryN/valid_zones:…`. */
export function blockRuns(lines: readonly string[]): BlockRunRecord[] {
  const blocks = new Map<number, { state: string; zones: string }>();
  for (const line of lines) {
    const [, id, file, value = ''] = /^memory(\d+)\/(state|valid_zones):(.*)$/.exec(line) ?? [];
    if (id === undefined) continue;
    const block = blocks.get(Number(id)) ?? { state: '', zones: '' };
    if (file === 'state') block.state = value;
    else block.zones = value.trim().replaceAll(' ', ',');
    blocks.set(Number(id), block);
  }
  const runs: BlockRunRecord[] = [];
  for (const [id, { state, zones }] of [...blocks].sort(([a], [b]) => a - b)) {
    const last = runs.at(-1);
    if (last?.last === id - 1 && last.state === state && last.valid_zones === zones) last.last = id;
    else runs.push({ first: id, last: id, state, valid_zones: zones });
  }
  return runs;
}

/** From /proc/zoneinfo: the zones that print a start_pfn. */
export function zonesOf(lines: readonly string[]): ZoneRecord[] {
  const zones: ZoneRecord[] = [];
  let here = { node: 0, zone: '', spanned: 0, present: 0 };
  for (const line of lines) {
    const head = /^Node (\d+), zone\s+(\S+)/.exec(line);
    if (head !== null) here = { node: Number(head[1]), zone: head[2]!, spanned: 0, present: 0 };
    const [, key, value] = /^\s+(spanned|present|start_pfn:)\s+(\d+)/.exec(line) ?? [];
    if (key === 'spanned' || key === 'present') here[key] = Number(value);
    if (key === 'start_pfn:') {
      const { node, zone, spanned, present } = here;
      zones.push({ node, zone, start_pfn: Number(value), spanned, present });
    }
  }
  return zones;
}
