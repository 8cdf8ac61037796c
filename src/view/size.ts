/** Sizes as the neighbouring tools print them. */

const LETTERS = ['B', 'K', 'M', 'G', 'T', 'P', 'E'];
const NAMES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/**
 * A size as lsmem prints it: `128M`, `2.6G`, `16T`. One decimal, rounded half up, left out when it is zero;
 * the unit is the largest that fits, and rounding does not carry into the next (`1024K`).
 */
export function shortSize(bytes: number): string {
  const [text, power] = scaled(bytes);
  return text + LETTERS[power];
}

/** The same number with its unit spelt out: `1 GiB`, `2.6 GiB`. */
export function longSize(bytes: number): string {
  const [text, power] = scaled(bytes);
  return `${text} ${NAMES[power]}`;
}

function scaled(bytes: number): [text: string, power: number] {
  let power = 0;
  let unit = 1;
  while (power < LETTERS.length - 1 && bytes >= unit * 1024) {
    unit *= 1024;
    power++;
  }
  const whole = Math.floor(bytes / unit);
  const tenths = Math.floor(((bytes % unit) / unit) * 10 + 0.5);
  if (tenths === 10) return [String(whole + 1), power];
  return [tenths === 0 ? String(whole) : `${whole}.${tenths}`, power];
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
