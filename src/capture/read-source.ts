/** Opens one SOURCE of `memhp inspect`: a file, a folder, an archive, `-` or this host. */

import { statSync, type Stats } from 'node:fs';
import { arch as hostArch, release as hostRelease } from 'node:os';
import { CaptureError } from './capture-error.ts';
import type { CapturedPart } from './captured-machine.ts';
import { CAPTURE_LIMITS, type CaptureLimits } from './limits.ts';
import { uncompress } from './read-archive.ts';
import { readPlainBytes, readRoots, type ReadSource } from './read-bytes.ts';
import { errnoOf, folderTree, machinesInFolder, readUpTo } from './read-folder.ts';
import { partOfTree } from './tree-part.ts';
import { EACCES, ENOENT, EPERM } from '../kernel/errno.ts';

/**
 * Reads a source by path; `-` is standard input.
 * @throws CaptureError when it is missing, unreadable, damaged, too large, or holds nothing of a machine's memory.
 */
export function readSource(path: string, limits: CaptureLimits = CAPTURE_LIMITS): ReadSource {
  if (path === '-') return readBytes(readUpTo('/dev/stdin', limits.archiveBytes), 'standard input', limits);
  const stat = statOf(path);
  if (stat.isDirectory()) return readRoots(machinesInFolder(path), path);
  if (stat.isFile() && stat.size > limits.archiveBytes) {
    throw new CaptureError(
      'too-large',
      { source: path },
      `the file has ${stat.size} bytes (limit ${limits.archiveBytes})`,
    );
  }
  if (!stat.isFile() && !stat.isFIFO())
    throw new CaptureError('no-file', { source: path }, 'this is neither a file nor a folder');
  let bytes: Uint8Array;
  try {
    bytes = readUpTo(path, limits.archiveBytes);
  } catch (error) {
    throw fileTrouble(path, error);
  }
  return readBytes(bytes, path, limits);
}

/** Reads the machine this runs on. */
export function readHost(): ReadSource {
  const tree = folderTree('/');
  const arch = { x64: 'x86_64', ppc64: 'ppc64le', loong64: 'loongarch64' }[hostArch() as string] ?? hostArch();
  const part: CapturedPart = { ...partOfTree(tree, 'this host'), kernelRelease: hostRelease(), arch };
  if (part.sources.length === 0) {
    throw new CaptureError(
      'no-machine',
      { source: 'this host' },
      'neither /sys/devices/system/memory nor /proc/iomem can be read here',
      'run on Linux, or give a SOURCE',
      3,
    );
  }
  return { parts: [{ name: 'this host', part }], trees: [{ name: 'this host', tree }] };
}

/** Reads bytes of a file: an archive, or a text recognised by its content. */
export function readBytes(bytes: Uint8Array, name: string, limits: CaptureLimits = CAPTURE_LIMITS): ReadSource {
  return readPlainBytes(uncompress(bytes, name, limits), name, limits);
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw fileTrouble(path, error);
  }
}

function fileTrouble(path: string, error: unknown): CaptureError {
  const errno = errnoOf(error);
  if (errno === -ENOENT) return new CaptureError('no-file', { source: path }, 'no such file or folder');
  if (errno === -EACCES || errno === -EPERM) {
    return new CaptureError('no-permission', { source: path }, 'permission denied', 'run as a user who may read it', 3);
  }
  return new CaptureError('unreadable', { source: path }, 'the file cannot be read');
}
