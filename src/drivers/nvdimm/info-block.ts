/** Bytes of a namespace: where its info blocks are read and written. */

import { EIO, type Errno } from '../../kernel/errno.ts';
import type { Machine } from '../machine.ts';
import { readMedia, writeMedia } from './media.ts';
import { INFO_BLOCK_OFFSET, INFO_BLOCK_SIZE, readNdPfnSb, writeNdPfnSb, type FoundPfnSb, type NdPfnSb } from './nd-pfn-bytes.ts';
import type { NdNamespace, NdRegion } from './state.ts';

/** The block of that kind as it stands, if there is one. */
export function readPfnSb(machine: Machine, namespace: NdNamespace, kind: NdPfnSb['kind']): FoundPfnSb | undefined {
  return readNdPfnSb(readMedia(machine, namespace.start + INFO_BLOCK_OFFSET, INFO_BLOCK_SIZE), kind);
}

/** Writes a block; −EIO when the region cannot be flushed, though the bytes are there. */
export function writePfnSb(machine: Machine, region: NdRegion, namespace: NdNamespace, sb: NdPfnSb): Errno {
  return nvdimmWriteBytes(machine, region, namespace.start + INFO_BLOCK_OFFSET, writeNdPfnSb(sb));
}

/** @kernel drivers/nvdimm/claim.c: nsio_rw_bytes */
export function nvdimmWriteBytes(machine: Machine, region: NdRegion, at: number, bytes: Uint8Array): Errno {
  const error = writeMedia(machine, at, bytes);
  if (error !== 0) return error;
  return region.flags.flushFails === true ? -EIO : 0;
}
