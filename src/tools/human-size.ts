/** Sizes as util-linux prints and reads them. */

const SUFFIXES = ['B', 'K', 'M', 'G', 'T', 'P', 'E'] as const;

/**
 * A size in bytes with at most one decimal and a one-letter suffix: `128M`, `2.6G`, `0B`.
 * The fraction is cut to thousandths before it is rounded to tenths, so 1.9496 becomes 1.9 and 1.95 becomes 2.
 */
export function humanSize(bytes: bigint): string {
  let power = 0;
  while (power < 6 && bytes >= 1024n ** BigInt(power + 1)) power++;
  const unit = 1024n ** BigInt(power);
  let whole = bytes / unit;
  let tenths = (((bytes % unit) * 1000n) / unit + 50n) / 100n;
  if (tenths === 10n) {
    whole += 1n;
    tenths = 0n;
  }
  return `${whole}${tenths === 0n ? '' : `.${tenths}`}${SUFFIXES[power]}`;
}

/** A size as typed, or the C library's words for why it is none. */
export type ParsedSize = { readonly bytes: bigint } | { readonly error: string };

const MAX_U64 = (1n << 64n) - 1n;
const INVALID: ParsedSize = { error: 'Invalid argument' };
const OUT_OF_RANGE: ParsedSize = { error: 'Numerical result out of range' };

/** A C integer literal in base 16, 8 or 10 by its prefix. */
function parseLiteral(text: string): bigint {
  return /^0[0-7]+$/.test(text) ? BigInt(`0o${text.slice(1)}`) : BigInt(text);
}

/**
 * Reads `2G`, `1.5GiB`, `1GB` (powers of 1000), `0x8000000`; util-linux's grammar. A fraction is taken digit by
 * digit with integer division, so `1.25G` comes out one byte short there and here.
 */
export function parseSize(text: string): ParsedSize {
  const match = /^\s*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)(?:\.([0-9]*))?([KMGTPEkmgtpe])?(iB|B)?$/.exec(text);
  if (match === null) return INVALID;
  const [, digits = '', fraction, letter, tail] = match;
  const whole = parseLiteral(digits);
  if (whole > MAX_U64) return OUT_OF_RANGE;
  if (letter === undefined) return fraction === undefined && tail === undefined ? { bytes: whole } : INVALID;
  const power = BigInt('KMGTPE'.indexOf(letter.toUpperCase()) + 1);
  const unit = (tail === 'B' ? 1000n : 1024n) ** power;
  let bytes = whole * unit;
  [...(fraction ?? '')].slice(0, 18).forEach((digit, i) => {
    if (digit !== '0') bytes += unit / (10n ** BigInt(i + 1) / BigInt(digit));
  });
  return bytes > MAX_U64 ? OUT_OF_RANGE : { bytes };
}
