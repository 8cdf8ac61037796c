/** Files of a folder as a tar archive: one form for what was dropped, packed or not. */

import type { PlainFile } from './source.ts';

const BLOCK = 512;

/** A ustar archive; paths longer than its header holds are left out, as nothing read here has such. */
export function packFolder(files: readonly PlainFile[]): Uint8Array {
  const fitting = files.flatMap(({ name, bytes }) => {
    const split = splitPath(new TextEncoder().encode(name));
    return split === undefined ? [] : [{ ...split, bytes }];
  });
  const size = fitting.reduce((sum, { bytes }) => sum + BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK, 2 * BLOCK);
  const archive = new Uint8Array(size);
  let at = 0;
  for (const { prefix, name, bytes } of fitting) {
    writeHeader(archive.subarray(at, at + BLOCK), prefix, name, bytes.length);
    archive.set(bytes, at + BLOCK);
    at += BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK;
  }
  return archive;
}

const SLASH = 47;

/** A path of up to 100 bytes, or one that a slash parts into 155 and 100. */
function splitPath(path: Uint8Array): { prefix: Uint8Array; name: Uint8Array } | undefined {
  if (path.length <= 100) return { prefix: new Uint8Array(), name: path };
  for (let at = path.length - 101; at <= 155 && at < path.length - 1; at++) {
    if (at > 0 && path[at] === SLASH) return { prefix: path.subarray(0, at), name: path.subarray(at + 1) };
  }
  return undefined;
}

function writeHeader(header: Uint8Array, prefix: Uint8Array, name: Uint8Array, size: number): void {
  const text = (at: number, value: string): void => header.set(new TextEncoder().encode(value), at);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  header.set(name, 0);
  text(100, octal(0o644, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) + octal(0, 11));
  text(148, '        0');
  text(257, 'ustar\u000000');
  header.set(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  text(148, `${sum.toString(8).padStart(6, '0')}\0 `);
}
