/** Files dropped on the page or chosen there: unpacked, and told apart by what is in them. */

import { bunzip2, looksLikeBzip2 } from '../../capture/bunzip2.ts';
import { CaptureError } from '../../capture/capture-error.ts';
import { looksLikeGzip, refuseOtherPackers } from '../../capture/packing.ts';
import { looksLikeTar } from '../../capture/tar.ts';
import { looksLikeRunbook } from '../../runbook/parse.ts';
import { inflate, TooLarge } from './inflate.ts';
import { MOST_FILES, PAGE_LIMITS } from './page-limits.ts';
import type { PlainFile, Source } from './source.ts';

/** A file's name and bytes, compressed or not. */
export type GivenFile = PlainFile;

/**
 * Makes a source of files: a recording, a runbook (with the files its `machine:` names), or a capture.
 * @throws CaptureError for what cannot be one
 */
export async function sourceOfFiles(given: readonly GivenFile[]): Promise<Source> {
  if (given.length === 0) throw new CaptureError('empty', { source: 'nothing' }, 'no file came');
  if (given.length > MOST_FILES) {
    throw new CaptureError('too-large', { source: 'the files' }, `${given.length} files (limit ${MOST_FILES})`, 'pack the folder as a tar');
  }
  const files = await Promise.all(given.map(async ({ name, bytes }) => ({ name, bytes: await plainBytes(name, bytes) })));
  const runbook = files.find(({ bytes }) => isText(bytes) && looksLikeRunbook(head(bytes)));
  if (runbook !== undefined) {
    const others = files.filter((file) => file !== runbook);
    return { kind: 'runbook', name: runbook.name, text: textOf(runbook.bytes), files: others };
  }
  const [only] = files as [PlainFile];
  if (files.length === 1 && /^\s*\{/.test(head(only.bytes)) && head(only.bytes).includes('"kernel"')) {
    const text = textOf(only.bytes);
    if (text.includes('"boot_state"')) return { kind: 'recording', name: only.name, text, files: [] };
  }
  return { kind: 'capture', name: files.map(({ name }) => name).join(' + ').slice(0, 120), text: '', files };
}

async function plainBytes(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  const limit = PAGE_LIMITS.archiveBytes;
  if (bytes.length > limit) {
    throw new CaptureError('too-large', { source: name }, `the file has ${bytes.length} bytes (the page takes ${limit})`, 'use memhp inspect');
  }
  if (looksLikeBzip2(bytes)) return bunzip2(bytes, name, PAGE_LIMITS.unpackedBytes);
  if (looksLikeGzip(bytes)) {
    try {
      return await inflate(bytes, 'gzip', PAGE_LIMITS.unpackedBytes);
    } catch (error) {
      if (error instanceof TooLarge) {
        throw new CaptureError('unpacks-too-large', { source: name }, `it unpacks to more than ${PAGE_LIMITS.unpackedBytes} bytes`);
      }
      throw new CaptureError('gzip', { source: name }, 'the archive is damaged or cut off: gzip cannot read it');
    }
  }
  refuseOtherPackers(bytes, name);
  return bytes;
}

function isText(bytes: Uint8Array): boolean {
  return !looksLikeTar(bytes) && bytes.length <= PAGE_LIMITS.textBytes && !bytes.subarray(0, 4096).includes(0);
}

function head(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 64 * 1024));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
