/** A FileTree over a folder on disk, for tests that compare with real tools. */

import { lstatSync, readFileSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { EIO, ENOENT, type Errno } from '../../src/kernel/errno.ts';
import type { WritableFileTree } from '../../src/sysfs/file-tree.ts';

function errnoOf(error: unknown): Errno {
  const number = (error as { errno?: number }).errno;
  return typeof number === 'number' ? number : -EIO;
}

/** Paths are below `root`; links in the middle of a path are followed by the system. */
export function diskTree(root: string): WritableFileTree {
  const attempt = <T>(fn: () => T): T | Errno => {
    try {
      return fn();
    } catch (error) {
      return errnoOf(error);
    }
  };
  return {
    kind(path) {
      const stat = lstatSync(root + path, { throwIfNoEntry: false });
      if (stat === undefined) return undefined;
      return stat.isSymbolicLink() ? 'link' : stat.isDirectory() ? 'directory' : 'file';
    },
    read: (path) => attempt(() => readFileSync(root + path, 'utf8')),
    list: (path) => attempt(() => readdirSync(root + path).sort()),
    readlink: (path) => attempt(() => readlinkSync(root + path)),
    write(path, text) {
      if (statSync(root + path, { throwIfNoEntry: false }) === undefined) return -ENOENT;
      const done = attempt(() => writeFileSync(root + path, text));
      return typeof done === 'number' ? done : 0;
    },
  };
}
