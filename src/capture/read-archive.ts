/** Unpacks tar, tar.gz and tar.bz2 in memory into a file tree, within limits. */

import { gunzipSync } from 'node:zlib';
import { bunzip2, looksLikeBzip2 } from './bunzip2.ts';
import { CaptureError } from './capture-error.ts';
import type { CaptureLimits } from './limits.ts';
import { StoredTree } from './stored-tree.ts';
import { looksLikeTar, tarEntries } from './tar.ts';

const UTF8 = new TextDecoder();

export function looksLikeGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The bytes without their compression; others come back as they are.
 * @throws CaptureError when they are damaged, cut off, or unpack to more than the limit.
 */
export function uncompress(bytes: Uint8Array, source: string, limits: CaptureLimits): Uint8Array {
  if (looksLikeBzip2(bytes)) return bunzip2(bytes, source, limits.unpackedBytes);
  if (looksLikeGzip(bytes)) return gunzip(bytes, source, limits);
  const packer = otherPacker(bytes);
  if (packer !== undefined) {
    const help =
      packer === 'an ELF file'
        ? 'dumps are not read; copy /proc/iomem and /sys instead'
        : 'unpack it, or repack it as tar.gz';
    throw new CaptureError('packer', { source }, `this is ${packer}, which is not read here`, help);
  }
  return bytes;
}

function gunzip(bytes: Uint8Array, source: string, limits: CaptureLimits): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: limits.unpackedBytes });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new CaptureError(
        'unpacks-too-large',
        { source },
        `the archive unpacks to more than ${limits.unpackedBytes} bytes`,
      );
    }
    if (code === 'Z_BUF_ERROR')
      throw new CaptureError('truncated', { source }, 'the archive is cut off', 'copy it again, whole');
    throw new CaptureError('gzip', { source }, 'the archive is damaged: gzip cannot read it');
  }
}

function otherPacker(bytes: Uint8Array): string | undefined {
  const starts = (...signature: number[]): boolean => signature.every((byte, index) => bytes[index] === byte);
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a)) return 'an xz file';
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'a zstd file';
  if (starts(0x50, 0x4b, 3, 4)) return 'a zip file';
  return starts(0x7f, 0x45, 0x4c, 0x46) ? 'an ELF file' : undefined;
}

export interface Unpacked {
  readonly tree: StoredTree;
  readonly entries: number;
}

/** Whether bytes, already uncompressed, are a tar archive. */
export { looksLikeTar };

/** @throws CaptureError as `tarEntries` does. Files that cannot matter here are kept by name only. */
export function unpackTar(bytes: Uint8Array, source: string, limits: CaptureLimits): Unpacked {
  const tree = new StoredTree();
  let entries = 0;
  for (const entry of tarEntries(bytes, source, limits)) {
    entries += 1;
    if (entry.kind === 'directory') tree.addDirectory(entry.path);
    else if (entry.kind === 'link') tree.addLink(entry.path, entry.target);
    else if (entry.kind === 'hard-link') {
      const text = tree.read(entry.target);
      if (typeof text === 'string') tree.addFile(entry.path, text);
    } else if (entry.kind === 'file') {
      tree.addFile(
        entry.path,
        matters(entry.path) && entry.bytes.length <= limits.fileBytes ? UTF8.decode(entry.bytes) : '',
      );
    }
  }
  return { tree, entries };
}

/** Files of /sys and /proc that describe memory, and anything lying about that may be a memory folder. */
function matters(path: string): boolean {
  if (!/(?:^|\/)(?:sys|proc)\//.test(path)) return true;
  return /(?:^|\/)(?:sys\/devices\/system\/(?:memory|node)\/|sys\/firmware\/memmap\/|proc\/[^/]+$)/.test(path);
}
