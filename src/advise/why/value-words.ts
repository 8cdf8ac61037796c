/** The values of a check as people read them. */

import type { CheckStep } from '../../kernel/explain.ts';
import { GiB, KiB, MiB, TiB, hex } from '../../kernel/units.ts';

/** `start is 0x100000000, size is 192M, block size is 128M`; empty when there are none. */
export function valuesAsWords(step: CheckStep): string {
  return valueWords(step)
    .map(({ name, text }) => `${name} is ${text}`)
    .join(', ');
}

/** Each value by its name in words. */
export function valueWords(step: CheckStep): { name: string; text: string }[] {
  return Object.entries(step.values).map(([name, value]) => ({ name: words(name), text: valueText(name, value) }));
}

/** `blockSize` → `block size`, `startPfn` → `start pfn`. */
function words(name: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
}

const SIZE = /size|bytes|align|unit|granularity|available|present|left|limit$/i;
const ADDRESS = /start|end|addr|base|pfn|range|dpa/i;
const COUNT = /pages|^nr|count|ranges|blocks$|slots/i;

/** Sizes with their unit where they are whole, addresses and frames in hex, counts in decimal. */
export function valueText(name: string, value: number | string | boolean): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === Infinity) return 'none';
  if (!Number.isSafeInteger(value) || value < 0 || COUNT.test(name)) return String(value);
  if (SIZE.test(name)) return sizeText(value);
  return ADDRESS.test(name) ? hex(value) : String(value);
}

/** `192M`, `0x4001000 (65540K)`: exact, so that it can be typed. */
export function sizeText(bytes: number): string {
  if (bytes === 0) return '0';
  const units = [
    ['T', TiB],
    ['G', GiB],
    ['M', MiB],
    ['K', KiB],
  ] as const;
  for (const [letter, unit] of units) if (bytes % unit === 0) return `${bytes / unit}${letter}`;
  return bytes < KiB ? String(bytes) : hex(bytes);
}
