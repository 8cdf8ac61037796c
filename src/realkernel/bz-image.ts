/** The header of an x86 kernel image. */

import { closeSync, openSync, readSync } from 'node:fs';

/** Offset of "HdrS", and of the pointer to the version text, less 0x200 (Documentation/arch/x86/boot.rst). */
const MAGIC = 0x202;
const KERNEL_VERSION = 0x20e;
const HEAD = 64 * 1024;

/** The release an image says it is, `6.12.117+deb12-amd64`. @throws Error for what is no kernel image */
export function bzImageRelease(path: string): string {
  const head = Buffer.alloc(HEAD);
  const file = openSync(path, 'r');
  let length: number;
  try {
    length = readSync(file, head, 0, HEAD, 0);
  } finally {
    closeSync(file);
  }
  if (length < KERNEL_VERSION + 2 || head.toString('latin1', MAGIC, MAGIC + 4) !== 'HdrS') {
    throw new Error(`${path} is no x86 kernel image (vmlinuz, bzImage)`);
  }
  const start = head.readUInt16LE(KERNEL_VERSION) + 0x200;
  const end = head.indexOf(0, start);
  const release = /^\S+/.exec(head.toString('latin1', start, Math.min(end < 0 ? length : end, start + 256)))?.[0];
  if (release === undefined || start >= length) throw new Error(`${path} does not say which kernel it is`);
  return release;
}
