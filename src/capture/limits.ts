/** Limits of the readers: named, so that an error can say which one was met. */

export interface CaptureLimits {
  /** Largest archive read from disk, bytes. */
  readonly archiveBytes: number;
  /** Largest total after decompression, bytes. */
  readonly unpackedBytes: number;
  /** Entries in one archive. */
  readonly archiveEntries: number;
  /** Largest file kept from an archive or read from a folder, bytes. */
  readonly fileBytes: number;
  /** Largest text source, bytes. */
  readonly textBytes: number;
  /** Characters of a line that is still looked at. */
  readonly lineLength: number;
  /** Directories visited while looking for a memory folder. */
  readonly foldersSearched: number;
  /** Lines of one /proc/iomem; the largest machines have some ten thousand. */
  readonly resources: number;
  /** Memory blocks of one machine. */
  readonly blocks: number;
}

export const CAPTURE_LIMITS: CaptureLimits = Object.freeze({
  archiveBytes: 512 * 1024 * 1024,
  unpackedBytes: 512 * 1024 * 1024,
  archiveEntries: 500_000,
  fileBytes: 4 * 1024 * 1024,
  textBytes: 32 * 1024 * 1024,
  lineLength: 1000,
  foldersSearched: 5000,
  resources: 100_000,
  blocks: 4_000_000,
});
