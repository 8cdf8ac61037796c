/** Ranges typed on the command line, as `/proc/iomem` would name them. */

import type { CapturedMachine, CapturedResource } from '../capture/captured-machine.ts';
import { ownerOfName } from '../capture/resource-owner.ts';
import { MAX_ADDRESS } from '../kernel/units.ts';
import { parseSize64 } from '../tools/ndctl/size.ts';

/** `240400000-33fdfffff`, `0x3ff010000000+512M`, either with `:NAME` behind; undefined for what is no range. */
export function parseRange(text: string): CapturedResource | undefined {
  const match = /^(?:0x)?([\da-f]{1,14})(?:-(?:0x)?([\da-f]{1,14})|\+(\w{1,20}))(?::(.{1,60}))?$/i.exec(text.trim());
  if (match === null) return undefined;
  const start = parseInt(match[1] as string, 16);
  const size = match[3] === undefined ? undefined : parseSize64(match[3])?.bytes;
  const end = match[2] === undefined ? start + (size ?? 0) : parseInt(match[2], 16) + 1;
  if (end <= start || end > MAX_ADDRESS) return undefined;
  const name = match[4] ?? 'dax0.0';
  const isMemory = ['ram', 'device', 'unmapped'].includes(ownerOfName(name, undefined, false));
  return isMemory ? { name, start, end, line: 0, children: [] } : undefined;
}

/** A machine that is these ranges and nothing else. */
export function machineOfRanges(ranges: readonly CapturedResource[]): CapturedMachine {
  const roots = ranges.toSorted((a, b) => a.start - b.start);
  return {
    name: 'ranges given',
    sources: [],
    iomem: { roots, lines: roots.length, masked: false, notes: [] },
    notes: [],
    unknown: [],
  };
}
