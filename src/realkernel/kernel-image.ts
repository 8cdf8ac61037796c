/** What a kernel image says of itself: its release and its architecture. */

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { bzImageRelease } from './bz-image.ts';
import { guestArch, type GuestArch } from './guest-arch.ts';

/** Offset of "ARM\x64" in an arm64 image (Documentation/arch/arm64/booting.rst). */
const ARM64_MAGIC = 0x38;
/** e_machine of ELF images. */
const EM_PPC64 = 21;
/** "S390EP" stands here in a bzImage of s390. */
const S390_MAGIC = 0x10008;
const HEAD = 0x10040;

export interface KernelImage {
  readonly release: string;
  readonly arch: GuestArch;
}

/** Reads an image's head, and of those that keep no release there, the text with its version. @throws Error for what is no kernel */
export function readKernelImage(path: string): KernelImage {
  const head = Buffer.alloc(HEAD);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, HEAD, 0);
  } finally {
    closeSync(file);
  }
  const arch = archOf(head);
  return arch === undefined ? { arch: guestArch('x86_64'), release: bzImageRelease(path) } : { arch, release: versionText(path) };
}

function archOf(head: Buffer): GuestArch | undefined {
  if (head.toString('latin1', ARM64_MAGIC, ARM64_MAGIC + 4) === 'ARMd') return guestArch('arm64');
  if (head.toString('latin1', S390_MAGIC, S390_MAGIC + 6) === 'S390EP') return guestArch('s390x');
  const isElf = head.toString('latin1', 0, 4) === '\x7fELF' && head[5] === 1;
  return isElf && head.readUInt16LE(18) === EM_PPC64 ? guestArch('ppc64le') : undefined;
}

/** From `Linux version 6.12.117+deb12-arm64 (…`, or s390's version text alone: what stands before ` (`. */
function versionText(path: string): string {
  const text = readFileSync(path).toString('latin1');
  const release = (/Linux version (\d+\.\d\S*) \(/.exec(text) ?? /\0(\d+\.\d+\.\d\S{0,60}) \([^()\0]{1,80}\) #/.exec(text))?.[1];
  if (release === undefined) throw new Error(`${path} does not say which kernel it is: is it compressed?`);
  return release;
}
