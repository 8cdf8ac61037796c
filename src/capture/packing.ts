/** How bytes are packed, by their first ones. */

import { CaptureError } from './capture-error.ts';

export function looksLikeGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** @throws CaptureError when the bytes are packed in a way that is not read here. */
export function refuseOtherPackers(bytes: Uint8Array, source: string): void {
  const packer = otherPacker(bytes);
  if (packer === undefined) return;
  const help =
    packer === 'an ELF file'
      ? 'dumps are not read; copy /proc/iomem and /sys instead'
      : 'unpack it, or repack it as tar.gz';
  throw new CaptureError('packer', { source }, `this is ${packer}, which is not read here`, help);
}

function otherPacker(bytes: Uint8Array): string | undefined {
  const starts = (...signature: number[]): boolean => signature.every((byte, index) => bytes[index] === byte);
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a)) return 'an xz file';
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'a zstd file';
  if (starts(0x50, 0x4b, 3, 4)) return 'a zip file';
  return starts(0x7f, 0x45, 0x4c, 0x46) ? 'an ELF file' : undefined;
}
