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
