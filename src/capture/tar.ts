/** Reads tar archives (v7, ustar, GNU long names, pax) in memory, with bounds and offsets in every error. */

import { CaptureError } from './capture-error.ts';
import type { CaptureLimits } from './limits.ts';

export interface TarEntry {
  readonly kind: 'file' | 'directory' | 'link' | 'hard-link' | 'other';
  readonly path: string;
  /** Where a link points; of a hard link, the path of the other entry. */
  readonly target: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
/** Longest name or pax header taken. */
const LONGEST_HEADER = 64 * 1024;

const UTF8 = new TextDecoder();

/** Whether the bytes start like a tar archive: a header whose checksum holds. */
export function looksLikeTar(bytes: Uint8Array): boolean {
  return bytes.length >= BLOCK && checksumHolds(bytes, 0);
}

/**
 * Yields the entries of an archive in order.
 * @throws CaptureError when a header is damaged, the archive is cut off, or a limit is met.
 */
export function* tarEntries(bytes: Uint8Array, source: string, limits: CaptureLimits): Generator<TarEntry> {
  let count = 0;
  let longPath: string | undefined;
  let longTarget: string | undefined;
  let paxPath: string | undefined;
  let paxTarget: string | undefined;
  let paxSize: number | undefined;
  for (let at = 0; at < bytes.length;) {
    if (at + BLOCK > bytes.length) throw cutOff(source, at, 'in the middle of a header');
    if (isZeroBlock(bytes, at)) return;
    if (!checksumHolds(bytes, at)) {
      throw new CaptureError(
        'tar-header',
        { source, offset: at },
        'the archive is damaged: a header has the wrong checksum',
      );
    }
    const type = String.fromCharCode(bytes[at + 156] as number);
    const size = paxSize ?? number(bytes, at + 124, 12);
    if (size === undefined || size < 0) {
      throw new CaptureError(
        'tar-header',
        { source, offset: at + 124 },
        'the archive is damaged: a size is not a number',
      );
    }
    const from = at + BLOCK;
    const hasData = !'123456'.includes(type);
    const dataSize = hasData ? size : 0;
    if (from + dataSize > bytes.length) throw cutOff(source, at, `inside a file of ${size} bytes`);
    const data = bytes.subarray(from, from + dataSize);
    at = from + Math.ceil(dataSize / BLOCK) * BLOCK;
    if (type === 'g') continue;
    if (type === 'L' || type === 'K' || type === 'x') {
      if (dataSize > LONGEST_HEADER) {
        throw new CaptureError(
          'tar-header',
          { source, offset: from },
          `a name of ${dataSize} bytes (limit ${LONGEST_HEADER})`,
        );
      }
      const text = UTF8.decode(data);
      if (type === 'L') longPath = cString(text);
      else if (type === 'K') longTarget = cString(text);
      else {
        const pax = paxRecords(text);
        paxPath = pax.get('path');
        paxTarget = pax.get('linkpath');
        const listed = pax.get('size');
        paxSize = listed !== undefined && /^\d{1,15}$/.test(listed) ? Number(listed) : undefined;
      }
      continue;
    }
    count += 1;
    if (count > limits.archiveEntries) {
      throw new CaptureError(
        'too-many-entries',
        { source, offset: at },
        `the archive has more than ${limits.archiveEntries} entries`,
      );
    }
    const header = at - Math.ceil(dataSize / BLOCK) * BLOCK - BLOCK;
    const path = longPath ?? paxPath ?? headerPath(bytes, header);
    const target = longTarget ?? paxTarget ?? field(bytes, header + 157, 100);
    longPath = longTarget = paxPath = paxTarget = paxSize = undefined;
    yield { kind: kindOf(type, path), path, target, bytes: data };
  }
  throw cutOff(source, bytes.length, 'before the two empty blocks at its end');
}

function kindOf(type: string, path: string): TarEntry['kind'] {
  if (type === '5' || ((type === '0' || type === '\0') && path.endsWith('/'))) return 'directory';
  if (type === '0' || type === '\0' || type === '7') return 'file';
  if (type === '2') return 'link';
  return type === '1' ? 'hard-link' : 'other';
}

function cutOff(source: string, offset: number, where: string): CaptureError {
  return new CaptureError('truncated', { source, offset }, `the archive is cut off ${where}`, 'copy it again, whole');
}

function isZeroBlock(bytes: Uint8Array, at: number): boolean {
  for (let index = at; index < at + BLOCK; index += 1) if (bytes[index] !== 0) return false;
  return true;
}

/** The checksum counts its own field as blanks; old archivers summed signed bytes. */
function checksumHolds(bytes: Uint8Array, at: number): boolean {
  const stored = number(bytes, at + 148, 8);
  if (stored === undefined) return false;
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < BLOCK; index += 1) {
    const byte = index >= 148 && index < 156 ? 32 : (bytes[at + index] as number);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return stored === unsigned || stored === signed;
}

/** A number field: octal digits, or base 256 when the top bit of its first byte is set. */
function number(bytes: Uint8Array, at: number, length: number): number | undefined {
  const first = bytes[at] as number;
  if (first >= 128) {
    let value = first - 128;
    for (let index = at + 1; index < at + length; index += 1) value = value * 256 + (bytes[index] as number);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const text = field(bytes, at, length).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function field(bytes: Uint8Array, at: number, length: number): string {
  return cString(UTF8.decode(bytes.subarray(at, at + length)));
}

function cString(text: string): string {
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}

/** POSIX archives split long names in two; GNU's use the room of the prefix for times. */
function headerPath(bytes: Uint8Array, at: number): string {
  const name = field(bytes, at, 100);
  const posix = UTF8.decode(bytes.subarray(at + 257, at + 263)) === 'ustar\0';
  const prefix = posix ? field(bytes, at + 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** `LENGTH KEY=VALUE\n` records; lengths count bytes, so non-ASCII text is found by its line end. */
function paxRecords(text: string): Map<string, string> {
  const records = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\d+ ([^=]+)=(.*)$/s.exec(line);
    if (match !== null) records.set(match[1] as string, match[2] as string);
  }
  return records;
}
