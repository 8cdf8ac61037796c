/** Takes the compression off an archive, with Node's zlib; the rest of reading needs no Node. */

import { gunzipSync } from 'node:zlib';
import { bunzip2, looksLikeBzip2 } from './bunzip2.ts';
import { CaptureError } from './capture-error.ts';
import type { CaptureLimits } from './limits.ts';
import { looksLikeGzip, refuseOtherPackers } from './packing.ts';

/**
 * The bytes without their compression; others come back as they are.
 * @throws CaptureError when they are damaged, cut off, or unpack to more than the limit.
 */
export function uncompress(bytes: Uint8Array, source: string, limits: CaptureLimits): Uint8Array {
  if (looksLikeBzip2(bytes)) return bunzip2(bytes, source, limits.unpackedBytes);
  if (looksLikeGzip(bytes)) return gunzip(bytes, source, limits);
  refuseOtherPackers(bytes, source);
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
