/** Sectors known to be bad, as the kernel lists them for a region. */

import type { JsonObject } from './json-c.ts';
import type { Region } from './region.ts';

const SECTOR = 512;

export interface Badblocks {
  /** Bad sectors. */
  readonly count: number;
  readonly list: readonly JsonObject[];
}

/** Bad sectors of a region, or of `[begin, begin + size)` within it and counted from there. */
export function readBadblocks(region: Region, range?: { readonly begin: number; readonly size: number }): Badblocks {
  const start = region.resource;
  if (range !== undefined && start === undefined) return { count: 0, list: [] };
  let count = 0;
  const list: JsonObject[] = [];
  for (const line of (region.read('badblocks') ?? '').split('\n')) {
    const match = /^([0-9]+) ([0-9]+)/.exec(line);
    if (match === null) continue;
    let [offset, length] = [Number(match[1]), Number(match[2])];
    if (range !== undefined) {
      const first = (range.begin - (start ?? 0)) / SECTOR;
      const from = Math.max(offset, first);
      const to = Math.min(offset + length, first + range.size / SECTOR);
      if (from >= to) continue;
      [offset, length] = [from - first, to - from];
    }
    count += length;
    const dimm = region.mappings.length === 1 ? region.mappings[0]?.dimm.name : undefined;
    list.push({ offset, length, ...(dimm === undefined ? {} : { dimms: [dimm] }) });
  }
  return { count, list };
}
