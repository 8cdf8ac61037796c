/** Files as tools see them: a read-only tree (a capture, an export) and the model's writable one. */

import type { Errno } from '../kernel/errno.ts';

export type FileKind = 'file' | 'directory' | 'link';

/** A tree of files under absolute paths (`/sys/devices/system/memory/memory3/state`), links not followed. */
export interface FileTree {
  /** What stands at the path, or undefined when nothing does. */
  kind(path: string): FileKind | undefined;
  /** The file's text, or −errno (−ENOENT, −EISDIR, −EACCES). */
  read(path: string): string | Errno;
  /** Names in a directory, sorted as `ls` would in the C locale, or −errno. */
  list(path: string): readonly string[] | Errno;
  /** Where a link points, relative or absolute, or −errno (−EINVAL when it is no link). */
  readlink(path: string): string | Errno;
  /**
   * Whether the tree knows all there is at a path, so that what it does not hold does not exist. Absent: it knows
   * everything. Where it does not, tools say that they do not know instead of "No such file or directory".
   */
  covers?(path: string): boolean;
}

/** A tree of files that takes writes: the model’s /proc and /sys. */
export interface WritableFileTree extends FileTree {
  /** Writes as `echo … > path` does; the text holds the newline. Returns 0 or −errno. */
  write(path: string, text: string): Errno;
}
