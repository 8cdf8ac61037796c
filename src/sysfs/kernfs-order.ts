/** The order in which sysfs lists a directory: by a hash of the names. */

const GOLDEN_RATIO_64 = 0x61c8864680b583ebn;
const MASK_64 = (1n << 64n) - 1n;

/**
 * The hash sysfs files a name under.
 * @kernel fs/kernfs/dir.c: kernfs_name_hash; include/linux/stringhash.h: partial_name_hash
 */
function nameHash(name: string): number {
  let hash = 0n;
  for (let i = 0; i < name.length; i++) {
    const c = BigInt(name.charCodeAt(i));
    hash = ((hash + c * 16n + c / 16n) * 11n) & MASK_64;
  }
  const kept = Number((((hash * GOLDEN_RATIO_64) & MASK_64) / 2n ** 32n) % 2n ** 31n);
  // 0, 1 and the largest are taken by the directory's own entries and its end.
  if (kept < 2) return kept + 2;
  return kept >= 0x7fffffff ? 0x7ffffffe : kept;
}

/** `names` as a reader of the directory meets them. */
export function kernfsOrder(names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, hash: nameHash(name) }))
    .sort((a, b) => a.hash - b.hash || (a.name < b.name ? -1 : 1))
    .map((entry) => entry.name);
}
