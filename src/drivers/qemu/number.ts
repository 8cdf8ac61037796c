/** Numbers and sizes as QEMU 7.2 reads them from options and from the monitor. */

const U64 = 2n ** 64n;
const SCALE: Readonly<Record<string, bigint>> = {
  b: 1n,
  k: 2n ** 10n,
  m: 2n ** 20n,
  g: 2n ** 30n,
  t: 2n ** 40n,
  p: 2n ** 50n,
  e: 2n ** 60n,
};

/** A size that was understood; `hexScaled` when QEMU warns of a suffix on a hexadecimal number. */
export interface ParsedSize {
  readonly value: bigint;
  readonly hexScaled: boolean;
}

/**
 * A size in bytes with an optional suffix B, K, M, G, T, P or E in either case, or a reason why not.
 * Decimal fractions need a suffix; hexadecimal takes no fraction; octal does not exist.
 */
export function parseQemuSize(text: string): ParsedSize | 'invalid' | 'range' {
  const match = /^[ \t\n\v\f\r]*\+?(?:0[xX]([0-9a-fA-F]+)|(\d+)(\.\d*)?)([bBkKmMgGtTpPeE]?)$/.exec(text);
  if (match === null) return 'invalid';
  const [, hexDigits, digits, fraction, suffix] = match as unknown as (string | undefined)[];
  // A run of digits longer than any 64-bit number, so that a long text costs nothing.
  if ((hexDigits ?? digits ?? '').replace(/^0+/, '').length > 20) return 'range';
  const whole = BigInt(hexDigits === undefined ? (digits as string) : '0x' + hexDigits);
  const scale = SCALE[(suffix ?? '').toLowerCase() || 'b'] as bigint;
  const part = Number('0' + (fraction ?? '.0') + '0');
  if (part !== 0 && scale === 1n) return 'invalid';
  const value = whole * scale + BigInt(Math.trunc(part * Number(scale)));
  if (whole >= U64 || value >= U64) return 'range';
  return { value, hexScaled: hexDigits !== undefined && (suffix ?? '') !== '' };
}

/** An integer as C's strtoull and its kin read it with base 0: decimal, `0x…` or octal `0…`, with a sign. */
export function parseQemuInteger(text: string): bigint | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9]\d*))$/.exec(text);
  if (match === null) return undefined;
  const [, sign, hexDigits, octal, decimal] = match as unknown as (string | undefined)[];
  if ((hexDigits ?? octal ?? decimal ?? '').replace(/^0+/, '').length > 24) return undefined;
  const literal = hexDigits !== undefined ? '0x' + hexDigits : octal !== undefined ? '0o' + octal : (decimal as string);
  const magnitude = BigInt(literal === '0o0' ? '0' : literal);
  return sign === '-' ? -magnitude : magnitude;
}

/** An unsigned 64-bit integer; negative ones wrap, as in C. */
export function parseUint64(text: string): bigint | undefined {
  const value = parseQemuInteger(text);
  if (value === undefined || value >= U64 || value <= -U64) return undefined;
  return value < 0n ? value + U64 : value;
}

/** A signed 64-bit integer. */
export function parseInt64(text: string): bigint | undefined {
  const value = parseQemuInteger(text);
  return value === undefined || value >= U64 / 2n || value < -U64 / 2n ? undefined : value;
}

/** `on`/`off` and what else QEMU takes for a boolean; undefined for anything else. */
export function parseQemuBool(text: string): boolean | undefined {
  if (['on', 'yes', 'true', 'y'].includes(text)) return true;
  if (['off', 'no', 'false', 'n'].includes(text)) return false;
  return undefined;
}
