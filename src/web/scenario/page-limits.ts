/** How much the page takes in: it shares its memory with everything else a browser has open. */

import { CAPTURE_LIMITS } from '../../capture/limits.ts';

const MiB = 1024 * 1024;

export const PAGE_LIMITS = {
  ...CAPTURE_LIMITS,
  archiveBytes: 64 * MiB,
  unpackedBytes: 192 * MiB,
  archiveEntries: 200_000,
} as const;

/** Files taken at once. */
export const MOST_FILES = 64;
