/** Numbers as they are typed, kept in the way they were typed. */

import { GiB, hex, KiB, MiB, TiB } from '../../kernel/units.ts';

const UNITS = { '': 1, K: KiB, M: MiB, G: GiB, T: TiB } as const;

/** A number in a line: bytes (or what it counts), and how to write another in its place. */
export interface TypedNumber {
  readonly value: number;
  write(value: number): string;
}

/** Reads `192M`, `0x100000000`, `262144K`; a bare number counts `bareUnit`. Undefined for anything else. */
export function typedNumber(text: string, bareUnit = 1): TypedNumber | undefined {
  const match = /^(0[xX][\da-fA-F]{1,13}|\d{1,15})([KMGT]?)(?:i?B)?$/i.exec(text);
  if (match === null) return undefined;
  const [, digits, letter] = match as unknown as [string, string, string];
  const isHex = /^0x/i.test(digits);
  const unit = letter === '' ? bareUnit : UNITS[letter.toUpperCase() as keyof typeof UNITS];
  const value = Number(digits) * unit;
  if (!Number.isSafeInteger(value)) return undefined;
  const write = (other: number): string => {
    if (isHex) return letter === '' ? hex(other) : unitText(other);
    return letter === '' && bareUnit === 1 ? String(other) : unitText(other);
  };
  return { value, write };
}

/** In the largest unit that leaves no rest: `384M`, `1G`, `65540K`. */
export function unitText(bytes: number): string {
  if (bytes === 0) return '0';
  for (const letter of ['T', 'G', 'M', 'K'] as const) {
    if (bytes % UNITS[letter] === 0) return `${bytes / UNITS[letter]}${letter}`;
  }
  return String(bytes);
}
