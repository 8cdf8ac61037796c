/** A writable tree of files over entries. */

import { EACCES, EINVAL, EISDIR, ENOENT, ENOTDIR, type Errno } from '../kernel/errno.ts';
import type { DirectoryEntry, Entry } from './entries.ts';
import type { FileKind, WritableFileTree } from './file-tree.ts';

/** Longest path looked at. @kernel include/uapi/linux/limits.h: PATH_MAX */
const MAX_PATH = 4096;

interface Found {
  readonly entry: Entry | undefined;
  /** The last directory on the way. */
  readonly parent: DirectoryEntry | undefined;
  /** What stands in the way of a path that goes on below it. */
  readonly blocked: Entry | undefined;
  /** The name that was not found in `parent`. */
  readonly missing: string;
}

export class EntryTree implements WritableFileTree {
  readonly #root: DirectoryEntry;

  constructor(root: DirectoryEntry) {
    this.#root = root;
  }

  #find(path: string): Found {
    let entry: Entry | undefined = this.#root;
    let parent: DirectoryEntry | undefined;
    for (const name of path.length > MAX_PATH ? [''] : path.split('/').slice(1)) {
      if (name === '' && path === '/') break;
      if (entry.kind !== 'directory') return { entry: undefined, parent, blocked: entry, missing: name };
      parent = entry;
      entry = entry.entry(name);
      if (entry === undefined) return { entry, parent, blocked: undefined, missing: name };
    }
    return { entry, parent, blocked: undefined, missing: '' };
  }

  kind(path: string): FileKind | undefined {
    const { entry } = this.#find(path);
    return entry?.kind === 'unknown' ? entry.looksLike : entry?.kind;
  }

  read(path: string): string | Errno {
    const { entry, blocked } = this.#find(path);
    if (entry === undefined) return blocked?.kind === 'file' ? -ENOTDIR : -ENOENT;
    if (entry.kind === 'directory' || (entry.kind === 'unknown' && entry.looksLike === 'directory')) return -EISDIR;
    if (entry.kind !== 'file' || entry.read === undefined) return -EACCES;
    return entry.read();
  }

  list(path: string): readonly string[] | Errno {
    const { entry, blocked } = this.#find(path);
    if (entry === undefined) return blocked?.kind === 'file' ? -ENOTDIR : -ENOENT;
    if (entry.kind === 'unknown' && entry.looksLike === 'directory') return [];
    return entry.kind === 'directory' ? entry.names() : -ENOTDIR;
  }

  readlink(path: string): string | Errno {
    const { entry } = this.#find(path);
    if (entry === undefined) return -ENOENT;
    return entry.kind === 'link' ? entry.target : -EINVAL;
  }

  write(path: string, text: string): Errno {
    const { entry, blocked } = this.#find(path);
    if (entry === undefined) return blocked?.kind === 'file' ? -ENOTDIR : -ENOENT;
    if (entry.kind === 'directory') return -EISDIR;
    if (entry.kind !== 'file' || entry.write === undefined) return -EACCES;
    return text === '' ? 0 : entry.write(text);
  }

  covers(path: string): boolean {
    const { entry, parent, blocked, missing } = this.#find(path);
    if (blocked !== undefined) return blocked.kind !== 'unknown';
    if (entry === undefined) return parent === undefined || parent.complete || parent.lacks?.(missing) === true;
    return entry.kind === 'directory' ? entry.complete : entry.kind !== 'unknown';
  }
}
