/** Sizes as the neighbouring tools print them. */

import { humanSize } from '../tools/human-size.ts';

/** A size as lsmem prints it: `128M`, `2.6G`, `16T`. */
export function shortSize(bytes: number): string {
  return humanSize(BigInt(bytes));
}

/** The same number with its unit spelt out: `1 GiB`, `2.6 GiB`, `12 B`. */
export function longSize(bytes: number): string {
  const text = shortSize(bytes);
  const letter = text.slice(-1);
  return `${text.slice(0, -1)} ${letter === 'B' ? 'B' : `${letter}iB`}`;
}

const KiB = 1024;
const MiB = KiB * 1024;
const GiB = MiB * 1024;
const TiB = GiB * 1024;

/**
 * A size as `ndctl -u` prints it: `15.63 GiB (16.78 GB)`. Below 5000 KiB it stays a bare number of bytes;
 * MiB up to 2 GiB, GiB up to 2 TiB, then TiB.
 */
export function ndctlSize(bytes: number): string {
  if (bytes < 5000 * KiB) return String(bytes);
  if (bytes < 2 * GiB) return `${hundredths(bytes, MiB)} MiB (${hundredths(bytes, 1e6)} MB)`;
  if (bytes < 2 * TiB) return `${hundredths(bytes, GiB)} GiB (${hundredths(bytes, 1e9)} GB)`;
  return `${hundredths(bytes, TiB)} TiB (${hundredths(bytes, 1e12)} TB)`;
}

// Two decimals, rounded half up, in whole numbers: a double would lose the half.
function hundredths(bytes: number, unit: number): string {
  const value = Number((BigInt(bytes) * 200n / BigInt(unit) + 1n) / 2n);
  return `${Math.floor(value / 100)}.${String(value % 100).padStart(2, '0')}`;
}
