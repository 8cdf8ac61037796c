/** Memory blocks before and after: which were online and are no more, which changed their node. */

import type { Kernel } from '../../kernel/kernel.ts';
import { MEM_ONLINE } from '../../kernel/block-table.ts';

export type BlockFate = 'gone' | 'offline' | 'node' | 'new';

/** Neighbouring blocks with one fate. */
export interface BlockDrift {
  readonly first: number;
  readonly last: number;
  readonly fate: BlockFate;
  /** Node before; undefined for new ones. */
  readonly nodeBefore: number | undefined;
  readonly nodeAfter: number | undefined;
}

interface Seen {
  readonly online: boolean;
  readonly nid: number;
}

function seen(kernel: Kernel): Map<number, Seen> {
  const blocks = new Map<number, Seen>();
  for (const { first, last, state, nid } of kernel.blocks.runs()) {
    for (let id = first; id <= last; id++) blocks.set(id, { online: state === MEM_ONLINE, nid });
  }
  return blocks;
}

/** What changed, in runs, by number. Blocks of another size are other blocks: then all of them are gone or new. */
export function blockDrift(before: Kernel, after: Kernel): BlockDrift[] {
  const had = seen(before);
  const has = seen(after);
  const sameSize = before.memoryBlockSizeBytes === after.memoryBlockSizeBytes;
  const found: BlockDrift[] = [];
  const add = (id: number, fate: BlockFate, nodeBefore: number | undefined, nodeAfter: number | undefined): void => {
    const last = found.at(-1);
    if (last?.last === id - 1 && last.fate === fate && last.nodeBefore === nodeBefore && last.nodeAfter === nodeAfter) {
      found[found.length - 1] = { ...last, last: id };
    } else found.push({ first: id, last: id, fate, nodeBefore, nodeAfter });
  };
  for (const [id, { online, nid }] of had) {
    const now = sameSize ? has.get(id) : undefined;
    if (!online) continue;
    if (now === undefined) add(id, 'gone', nid, undefined);
    else if (!now.online) add(id, 'offline', nid, now.nid);
    else if (now.nid !== nid) add(id, 'node', nid, now.nid);
  }
  for (const [id, { nid }] of has) if (!sameSize || !had.has(id)) add(id, 'new', undefined, nid);
  return found;
}
