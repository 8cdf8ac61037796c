/** The files of the model's machine. */

import type { Machine } from '../drivers/machine.ts';
import { daxBusDirectory, daxClassDirectory } from './dax-files.ts';
import { directory, type DirectoryEntry } from './entries.ts';
import { EntryTree } from './entry-tree.ts';
import type { WritableFileTree } from './file-tree.ts';
import { memoryBusDirectory, memoryDirectory } from './memory-files.ts';
import { moduleDirectory } from './module-files.ts';
import { nodeDirectoryRoot } from './node-files.ts';
import { platformDirectory } from './platform-files.ts';
import { procDirectory } from './proc-files.ts';

/** A directory of which the model knows a part. */
function partly(table: Parameters<typeof directory>[0], lacks?: (name: string) => boolean): DirectoryEntry {
  return directory(table, { complete: false, ...(lacks === undefined ? {} : { lacks }) });
}

/** Device-dax is of a bus or of a class: what is not listed is not there. */
const isDax = (name: string): boolean => name === 'dax';

/** Each subtree by where it stands. New drivers add theirs here. */
function root(machine: Machine): DirectoryEntry {
  return partly({
    dev: partly({ null: { kind: 'file', read: () => '', write: () => 0 } }),
    proc: procDirectory(machine),
    sys: partly({
      bus: partly({ dax: daxBusDirectory(machine), memory: memoryBusDirectory(machine) }, isDax),
      class: partly({ dax: daxClassDirectory(machine) }, isDax),
      devices: partly({
        platform: platformDirectory(machine),
        system: partly({ memory: memoryDirectory(machine), node: nodeDirectoryRoot(machine) }),
      }),
      module: moduleDirectory(machine),
    }),
  });
}

/**
 * The machine's files as they are whenever somebody looks. `covers` tells where the tree is known to hold
 * everything a real machine has. Writing an empty text is opening for writing: −EACCES where that is not allowed.
 */
export function modelFiles(machine: Machine): WritableFileTree {
  return new EntryTree(root(machine));
}
