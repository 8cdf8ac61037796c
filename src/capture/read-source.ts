/** Opens one SOURCE of `memhp inspect`: a file, a folder, an archive, `-` or this host. */

import { statSync, type Stats } from 'node:fs';
import { arch as hostArch, release as hostRelease } from 'node:os';
import type { FileTree } from '../sysfs/file-tree.ts';
import type { NamedPart } from './assemble.ts';
import { partOfBootLog } from './boot-log-part.ts';
import { CaptureError, shown } from './capture-error.ts';
import type { CapturedPart } from './captured-machine.ts';
import { parseDeviceJson } from './device-json.ts';
import { countText } from './finding.ts';
import { parseIomem } from './iomem.ts';
import { CAPTURE_LIMITS, type CaptureLimits } from './limits.ts';
import { machineRoots, type MachineRoot } from './machine-roots.ts';
import { looksLikeTar, uncompress, unpackTar } from './read-archive.ts';
import { errnoOf, folderTree, machinesInFolder, readUpTo } from './read-folder.ts';
import { sniff } from './sniff.ts';
import { parseLsmem, parseMeminfo, parseNumactl, parseZoneinfo } from './text-readers.ts';
import { partOfTree } from './tree-part.ts';
import { EACCES, ENOENT, EPERM } from '../kernel/errno.ts';

/** What a source holds, and the trees behind it, for tools that read files (lsmem). */
export interface ReadSource {
  readonly parts: NamedPart[];
  readonly trees: { readonly name: string; readonly tree: FileTree }[];
}

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
  const plain = uncompress(bytes, name, limits);
  if (looksLikeTar(plain)) {
    const { tree, entries } = unpackTar(plain, name, limits);
    const roots = machineRoots(tree, tree.paths());
    if (roots.length === 0) {
      throw new CaptureError(
        'no-machine',
        { source: name },
        `none of the ${entries} entries of the archive belongs to /sys/devices/system/memory, ` +
          '/sys/devices/system/node or /proc/iomem',
      );
    }
    return readRoots(roots, name);
  }
  if (plain.length > limits.textBytes) {
    throw new CaptureError(
      'too-large',
      { source: name },
      `the text has ${plain.length} bytes (limit ${limits.textBytes})`,
    );
  }
  return { parts: [{ name, part: partOfText(decode(plain), name) }], trees: [] };
}

/** UTF-8 or, marked so, UTF-16, as other systems' editors save it. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  return new TextDecoder().decode(bytes);
}

/** @throws CaptureError for a text that holds nothing of a memory layout. */
export function partOfText(text: string, name: string): CapturedPart {
  const { kind, says } = sniff(text);
  switch (kind) {
    case 'iomem': {
      const iomem = parseIomem(text, name);
      const hidden = iomem.masked ? ', addresses hidden' : '';
      return {
        sources: [{ name, kind, says: `/proc/iomem: ${countText(iomem.lines, 'line')}${hidden}` }],
        iomem,
        notes: iomem.notes,
      };
    }
    case 'boot-log':
      return partOfBootLog(text, name);
    case 'lsmem':
      return parseLsmem(text, name);
    case 'numactl':
      return parseNumactl(text, name);
    case 'meminfo':
      return parseMeminfo(text, name);
    case 'zoneinfo':
      return parseZoneinfo(text, name);
    case 'device-json':
      return parseDeviceJson(name, text);
    case 'empty':
      throw new CaptureError('empty', { source: name }, 'the file is empty', ACCEPTED);
    case 'binary':
      throw new CaptureError('binary', { source: name }, 'this is neither text nor a tar archive', ACCEPTED);
    default:
      if (says !== 'not recognised') return { sources: [{ name, kind: 'other', says }], notes: [] };
      throw new CaptureError(
        'not-recognised',
        { source: name, line: 1 },
        `this text is nothing that is read here: \`${shown(text.trimStart().split('\n', 1)[0] ?? '')}\``,
        ACCEPTED,
      );
  }
}

const ACCEPTED =
  'read are: /proc/iomem, a /sys tree (folder, tar, tar.gz, tar.bz2), a boot log, lsmem, numactl ' +
  '--hardware, ndctl/daxctl/cxl JSON';

function readRoots(roots: readonly MachineRoot[], source: string): ReadSource {
  const parts: NamedPart[] = [];
  const trees: { name: string; tree: FileTree }[] = [];
  for (const root of roots) {
    const name = roots.length === 1 ? source : `${source}:${root.path}`;
    const part = partOfTree(root.tree, name);
    // A root that was only a folder of that name holds no machine; with several, the others still count.
    if (part.sources.length === 0 && part.notes.length === 0 && roots.length > 1) continue;
    parts.push({ name, part });
    trees.push({ name, tree: root.tree });
  }
  if (parts.every(({ part }) => part.sources.length === 0)) {
    const first = parts.flatMap(({ part }) => part.notes)[0];
    throw new CaptureError(
      'no-machine',
      { source },
      first === undefined ? 'no memory block, node or resource is recorded here' : `nothing can be used: ${first.text}`,
    );
  }
  return { parts, trees };
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
