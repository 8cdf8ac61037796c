/** Sizes as ndctl and daxctl read and print them. */

import { JsonText, type JsonValue } from './json-c.ts';

const ULLONG_MAX = (1n << 64n) - 1n;

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

export interface ParsedSize {
  /** Bytes; above 2^53 rounded. */
  readonly bytes: number;
  /** The unit the number was given in, 1 without one. */
  readonly unit: number;
}

/** The digits a C library's strtoull takes with base 0, and what follows them. */
function strtoull(text: string): { value: bigint; rest: string } {
  const match = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]{1,400}|0[0-7]{0,400}|[1-9][0-9]{0,400})?/.exec(text);
  const digits = match?.[2];
  if (match === null || digits === undefined) return { value: 0n, rest: text };
  const octal = /^0[0-7]+$/.test(digits);
  const magnitude = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  const value = magnitude > ULLONG_MAX ? ULLONG_MAX : BigInt.asUintN(64, match[1] === '-' ? -magnitude : magnitude);
  return { value, rest: text.slice(match[0].length) };
}

/** A number with an optional unit K, M, G or T of either case; undefined for anything else, and for 2^64 and above. */
export function parseSize64(text: string): ParsedSize | undefined {
  const { value, rest } = strtoull(text);
  if (value === ULLONG_MAX) return undefined;
  const unit = UNITS[rest.slice(0, 1).toUpperCase()] ?? 1;
  if (rest.length > (unit === 1 ? 0 : 1)) return undefined;
  const bytes = BigInt.asUintN(64, value * BigInt(unit));
  return bytes < value ? undefined : { bytes: Number(bytes), unit };
}

/** `n / unit` with two places, rounded half up in the tools' integer arithmetic. */
function centi(value: bigint): string {
  return `${value / 100n}.${String(value % 100n).padStart(2, '0')}`;
}

/** A size for people: `"62.00 MiB (65.01 MB)"`, with plain numbers below 5000 KiB. */
export function humanSizeText(bytes: number): string {
  const size = BigInt(bytes);
  if (size < 5000n * 1024n) return String(size);
  const isMega = size < 2n ** 31n;
  const binary = (size * 200n / (isMega ? 2n ** 20n : 2n ** 30n) + 1n) / 2n;
  const decimal = (size / (isMega ? 5_000n : 5_000_000n) + 1n) / 2n;
  const letter = isMega ? 'M' : 'G';
  return `"${centi(binary)} ${letter}iB (${centi(decimal)} ${letter}B)"`;
}

export function jsonSize(bytes: number, human: boolean): JsonValue {
  return human ? new JsonText(humanSizeText(bytes)) : bytes;
}

/** A number that people read in hexadecimal: `"0x1"`; zero stays `"0"`. */
export function jsonHex(value: number | bigint, human: boolean): JsonValue {
  const digits = BigInt.asUintN(64, BigInt(value)).toString(16);
  return human ? new JsonText(digits === '0' ? '"0"' : `"0x${digits}"`) : BigInt.asIntN(64, BigInt(value));
}
