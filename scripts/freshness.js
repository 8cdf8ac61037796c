/** Whether the build is older than what it was made from. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Time of the newest file or folder below `path`, in milliseconds; 0 when nothing is there. */
export function newest(path) {
  if (!existsSync(path)) return 0;
  const own = statSync(path);
  // A folder's own time tells of files that were removed.
  let latest = own.mtimeMs;
  if (own.isDirectory()) for (const name of readdirSync(path)) latest = Math.max(latest, newest(join(path, name)));
  return latest;
}

/** Whether `stamp` is missing or older than anything below the `sources`. */
export function isStale(stamp, sources) {
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  return sources.some((source) => newest(source) > built);
}
