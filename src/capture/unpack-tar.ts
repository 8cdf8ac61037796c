/** Unpacks a tar archive in memory into a file tree, within limits. */

import type { CaptureLimits } from './limits.ts';
import { StoredTree } from './stored-tree.ts';
import { tarEntries } from './tar.ts';

const UTF8 = new TextDecoder();

export interface Unpacked {
  readonly tree: StoredTree;
  readonly entries: number;
}

/** @throws CaptureError as `tarEntries` does. Files that cannot matter here are kept by name only. */
export function unpackTar(bytes: Uint8Array, source: string, limits: CaptureLimits): Unpacked {
  const tree = new StoredTree();
  let entries = 0;
  for (const entry of tarEntries(bytes, source, limits)) {
    entries += 1;
    if (entry.kind === 'directory') tree.addDirectory(entry.path);
    else if (entry.kind === 'link') tree.addLink(entry.path, entry.target);
    else if (entry.kind === 'hard-link') {
      const text = tree.read(entry.target);
      if (typeof text === 'string') tree.addFile(entry.path, text);
    } else if (entry.kind === 'file') {
      tree.addFile(
        entry.path,
        matters(entry.path) && entry.bytes.length <= limits.fileBytes ? UTF8.decode(entry.bytes) : '',
      );
    }
  }
  return { tree, entries };
}

/** Files of /sys and /proc that describe memory, and anything lying about that may be a memory folder. */
function matters(path: string): boolean {
  if (!/(?:^|\/)(?:sys|proc)\//.test(path)) return true;
  return /(?:^|\/)(?:sys\/devices\/system\/(?:memory|node)\/|sys\/firmware\/memmap\/|proc\/[^/]+$)/.test(path);
}
