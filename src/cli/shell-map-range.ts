/** Ranges of the map as people type them. */

import { parseSize64 } from '../tools/ndctl/size.ts';

export interface AddressRange {
  readonly from: number;
  /** One past the last byte. */
  readonly to: number;
}

/** `0x30000000-0x38000000`, `4G-8G`, `4G+512M`, `0x30000000`, `memory6`, `memory6-9`; undefined for anything else. */
export function parseMapRange(text: string, blockSizeBytes: number): AddressRange | undefined {
  const blocks = /^memory(\d{1,9})(?:-(?:memory)?(\d{1,9}))?$/.exec(text);
  if (blocks !== null) {
    const first = Number(blocks[1]);
    return ordered(first * blockSizeBytes, (Number(blocks[2] ?? first) + 1) * blockSizeBytes);
  }
  const match = /^(\w+)(?:([-+])(\w+))?$/.exec(text);
  const from = match === null ? undefined : parseSize64(match[1]!)?.bytes;
  if (match === null || from === undefined) return undefined;
  if (match[3] === undefined) return { from, to: from + 1 };
  const second = parseSize64(match[3])?.bytes;
  if (second === undefined) return undefined;
  return match[2] === '+' ? ordered(from, from + second) : ordered(from, second);
}

function ordered(from: number, to: number): AddressRange | undefined {
  return to > from ? { from, to } : undefined;
}
