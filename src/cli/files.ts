/** Files at the program's edge: read with limits, written whole or not at all. */

import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { diagnostic, type Diagnostic } from '../runbook/diagnostic.ts';
import { RUNBOOK_LENGTH_LIMIT } from '../runbook/parse.ts';
import { sourceText } from '../runbook/source-text.ts';

/** Bytes of a runbook file read: its characters at up to three bytes each, checked again after decoding. */
const FILE_LIMIT = RUNBOOK_LENGTH_LIMIT;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  ENOTDIR: 'a part of the path is not a directory',
  ELOOP: 'its links go round in a circle',
  ENAMETOOLONG: 'the name is too long',
};

export type ReadText = { readonly text: string } | { readonly diagnostic: Diagnostic };

/** Reads a UTF-8 text file; `-` is standard input. */
export function readTextFile(path: string): ReadText {
  const name = path === '-' ? 'standard input' : path;
  const refuse = (code: Diagnostic['code'], message: string, help?: string): ReadText => ({
    diagnostic: diagnostic(code, message, sourceText(name, ''), undefined, { help }),
  });
  let bytes: Buffer | 'too-large' | 'special';
  try {
    bytes = readBounded(path === '-' ? 0 : path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'EAGAIN') return { text: '' };
    return refuse(
      'MHP0001',
      `cannot read ${name}: ${REASONS[code] ?? (code || 'unknown reason')}`,
      helpFor(code, path),
    );
  }
  if (bytes === 'too-large')
    return refuse(
      'MHP0002',
      `the file is larger than ${FILE_LIMIT / 1024 / 1024} MiB`,
      'a runbook is a few pages of text; is this the right file?',
    );
  if (bytes === 'special') return refuse('MHP0001', `cannot read ${name}: it is neither a file nor a pipe`);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { diagnostic: invalidUtf8(name, bytes) };
  }
}

function readBounded(path: string | 0): Buffer | 'too-large' | 'special' {
  const fd = path === 0 ? 0 : openSync(path, 'r');
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (path !== 0 && stat.isCharacterDevice() && path !== '/dev/stdin' && path !== '/dev/null') return 'special';
    if (stat.isFile() && stat.size > FILE_LIMIT) return 'too-large';
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(64 * 1024);
      const got = readSync(fd, chunk, 0, chunk.length, null);
      if (got === 0) break;
      chunks.push(chunk.subarray(0, got));
      length += got;
      // A pipe, or /proc, tells no size beforehand.
      if (length > FILE_LIMIT) return 'too-large';
    }
    return Buffer.concat(chunks);
  } finally {
    if (path !== 0) closeSync(fd);
  }
}

/** Points at the first byte that is not UTF-8: the text before it is, and counts as the source. */
function invalidUtf8(name: string, bytes: Buffer): Diagnostic {
  let low = 0;
  let high = bytes.length;
  // The longest prefix that decodes, trailing incomplete sequences allowed.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (decodes(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  const before = new TextDecoder().decode(bytes.subarray(0, low), { stream: true });
  const source = sourceText(name, `${before}\ufffd`);
  // A byte that only begins a sequence decodes so far; it is the one that is wrong.
  const offset = Buffer.byteLength(before);
  const byte = `byte 0x${(bytes[offset] ?? 0).toString(16).padStart(2, '0')}`;
  return diagnostic(
    'MHP0003',
    `the file is not UTF-8 text: ${byte} at offset ${offset}`,
    source,
    { start: before.length, end: before.length + 1 },
    { help: 'is it compressed, or in another encoding? Runbooks are UTF-8' },
  );
}

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function helpFor(code: string, path: string): string | undefined {
  if (code === 'EISDIR') return 'name the files in it; to read a machine from a folder, use `memhp inspect`';
  if (code === 'ENOENT' && /^[$(]|\s/.test(path)) return `to play a single command, write -c '${path}'`;
  return undefined;
}

/** Writes a file so that readers see the old or the new text, never a part. Keeps the file's mode. */
export function writeFileAtomic(link: string, text: string): void {
  // A link stays a link: what it points to is replaced.
  const path = exists(link) ? realpathSync(link) : link;
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode;
    writeFileSync(temporary, text, { flag: 'wx', ...(mode === undefined ? {} : { mode: mode & 0o777 }) });
    const fd = openSync(temporary, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Whether `writeFileAtomic` could write there, asked before something that takes long. @throws an error with a code */
export function assertWritable(link: string): void {
  const path = exists(link) ? realpathSync(link) : link;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw Object.assign(new Error(), { code: 'EISDIR' });
  const folder = statSync(dirname(path));
  if (!folder.isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  accessSync(dirname(path), constants.W_OK);
}

/** Whether a path names something that exists. */
export function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
