/** Sizes in an account: exact where a unit fits, since they are to be added up. */

const UNITS = [
  ['TiB', 2 ** 40],
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
] as const;

/** `2560 MiB`, `126 MiB`, `242.5 GiB`, `8 KiB`: a whole number of a unit below 16384, else rounded to a tenth. */
export function exactSize(bytes: number): string {
  for (const [unit, size] of UNITS) {
    const count = bytes / size;
    if (count >= 1 && count < 16384 && Number.isInteger(count)) return `${count} ${unit}`;
    if (count >= 100 || (count >= 1 && !Number.isInteger(bytes / 2 ** 20))) return `${Math.round(count * 10) / 10} ${unit}`;
  }
  return `${bytes} B`;
}

/** `49.9 %`; a loss never rounds to nothing. */
export function share(part: number, whole: number): string {
  if (whole === 0) return '';
  const percent = (100 * part) / whole;
  return percent > 0 && percent < 0.05 ? '<0.1 %' : `${(Math.round(percent * 10) / 10).toFixed(1)} %`;
}
