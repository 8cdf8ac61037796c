/** Bytes of a namespace: where its info blocks are read and written. */

import type { Errno } from '../../kernel/errno.ts';
import type { Machine } from '../machine.ts';
import { readMedia, writeMedia } from './media.ts';
import { INFO_BLOCK_OFFSET, INFO_BLOCK_SIZE, readNdPfnSb, writeNdPfnSb, type FoundPfnSb, type NdPfnSb } from './nd-pfn-bytes.ts';
import type { NdNamespace } from './state.ts';

/** The block of that kind as it stands, if there is one. */
export function readPfnSb(machine: Machine, namespace: NdNamespace, kind: NdPfnSb['kind']): FoundPfnSb | undefined {
  return readNdPfnSb(readMedia(machine, namespace.start + INFO_BLOCK_OFFSET, INFO_BLOCK_SIZE), kind);
}

export function writePfnSb(machine: Machine, namespace: NdNamespace, sb: NdPfnSb): Errno {
  return writeMedia(machine, namespace.start + INFO_BLOCK_OFFSET, writeNdPfnSb(sb));
}
