/** A folder on disk as a file tree, and its machines. The only reader here that opens files by path. */

import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { EACCES, EINVAL, EIO, EISDIR, ENOENT, ENOTDIR, EPERM, type Errno } from '../kernel/errno.ts';
import type { FileKind, FileTree } from '../sysfs/file-tree.ts';
import { CaptureError } from './capture-error.ts';
import { CAPTURE_LIMITS } from './limits.ts';
import { machineRoots, type MachineRoot } from './machine-roots.ts';
import { inCLocale, normalPath } from './paths.ts';

const ERRNOS: Readonly<Record<string, Errno>> = {
  ENOENT: -ENOENT,
  EACCES: -EACCES,
  EPERM: -EPERM,
  EISDIR: -EISDIR,
  ENOTDIR: -ENOTDIR,
  EINVAL: -EINVAL,
  ELOOP: -ENOENT,
  ENAMETOOLONG: -ENOENT,
};

/** The negated errno of a failed call. */
export function errnoOf(error: unknown): Errno {
  return ERRNOS[(error as NodeJS.ErrnoException).code ?? ''] ?? -EIO;
}

/** A file's first `limit` bytes; the rest is not read. Sizes of /proc and /sys files are not to be believed. */
export function readUpTo(path: string, limit: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let total = 0; total < limit;) {
      const chunk = Buffer.alloc(Math.min(64 * 1024, limit - total));
      const got = readSync(descriptor, chunk, 0, chunk.length, null);
      if (got === 0) break;
      chunks.push(chunk.subarray(0, got));
      total += got;
    }
    return Buffer.concat(chunks);
  } finally {
    closeSync(descriptor);
  }
}

/** The tree below `folder`, read when asked. Devices and pipes are not opened. */
export function folderTree(folder: string): FileTree {
  const real = (path: string): string => join(folder, normalPath(path) ?? '/');
  const kind = (path: string): FileKind | undefined => {
    try {
      const stat = lstatSync(real(path));
      return stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'link' : stat.isFile() ? 'file' : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    kind,
    read: (path) => {
      const what = kind(path);
      if (what !== 'file') return what === 'directory' ? -EISDIR : what === 'link' ? -EINVAL : -ENOENT;
      try {
        return readUpTo(real(path), CAPTURE_LIMITS.fileBytes).toString('utf8');
      } catch (error) {
        return errnoOf(error);
      }
    },
    list: (path) => {
      try {
        return inCLocale(readdirSync(real(path)));
      } catch (error) {
        return errnoOf(error);
      }
    },
    readlink: (path) => {
      try {
        return readlinkSync(real(path));
      } catch (error) {
        return errnoOf(error);
      }
    },
  };
}

/**
 * The machines in a folder: a root with /sys, the memory folder itself, or a folder of such.
 * @throws CaptureError when nothing of a machine is found.
 */
export function machinesInFolder(folder: string): MachineRoot[] {
  // Given a folder inside a root, the root knows more: the nodes lie beside the memory folder.
  const within =
    /^(.*?)\/?(?:sys\/devices\/system\/(?:memory|node)|sys\/devices\/system|sys\/devices|sys|proc)\/*$/.exec(folder);
  if (within !== null) {
    const root = within[1] === '' ? (folder.startsWith('/') ? '/' : '.') : (within[1] as string);
    const tree = folderTree(root);
    if (tree.kind('/sys/devices/system/memory') !== undefined || tree.kind('/proc/iomem') !== undefined) {
      return [{ path: root, tree }];
    }
  }
  const tree = folderTree(folder);
  const found = machineRoots(tree, search(tree, folder));
  if (found.length > 0) return found;
  throw new CaptureError(
    'no-machine',
    { source: folder },
    'the folder holds neither /sys/devices/system/memory nor /proc/iomem of a machine',
    'give the root of a copied /sys and /proc, the memory folder itself, or a file',
  );
}

/** Paths in breadth-first order, down to where machines begin; bounded. */
function* search(tree: FileTree, folder: string): Generator<string> {
  const queue: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  for (let visited = 0; visited < queue.length; visited += 1) {
    if (visited >= CAPTURE_LIMITS.foldersSearched) {
      throw new CaptureError(
        'too-many-folders',
        { source: folder },
        `no machine in the first ${CAPTURE_LIMITS.foldersSearched} folders`,
      );
    }
    const { path, depth } = queue[visited] as { path: string; depth: number };
    const names = tree.list(path === '' ? '/' : path);
    if (typeof names === 'number') continue;
    const inMemory = names.includes('block_size_bytes') || names.some((name) => /^memory\d+$/.test(name));
    for (const name of names) {
      const inner = `${path}/${name}`;
      yield inner;
      if (inMemory) {
        if (/^memory\d+$/.test(name)) yield `${inner}/state`;
        continue;
      }
      // Only these directories of a machine lead to its memory; others are walked when no machine has begun.
      const leads = /\/(?:sys|proc)\//.test(`${inner}/`)
        ? /\/(?:sys|proc|devices|system|memory|node)$/.test(inner)
        : depth < 4;
      if (leads && tree.kind(inner) === 'directory') queue.push({ path: inner, depth: depth + 1 });
    }
  }
}
