/** A tree whose refused writes are never without a failed check. */

import { errnoName, EACCES, type Errno } from '../kernel/errno.ts';
import { namingRefusal, type CheckStep, type Explain } from '../kernel/explain.ts';
import type { FileKind, WritableFileTree } from './file-tree.ts';

/** Source files by where their attributes stand; the first that fits. */
const STORES: readonly (readonly [under: RegExp, file: string])[] = [
  [/\/(?:bind|unbind)$/, 'drivers/base/bus.c'],
  [/^\/sys\/devices\/system\/memory\//, 'drivers/base/memory.c'],
  [/^\/sys\/module\/memory_hotplug\//, 'mm/memory_hotplug.c'],
  [/\/namespace\d+\.\d+\//, 'drivers/nvdimm/namespace_devs.c'],
  [/\/(?:pfn|dax)\d+\.\d+\/(?!size|align$)|\/pfn\d+\.\d+\//, 'drivers/nvdimm/pfn_devs.c'],
  [/\/btt\d+\.\d+\//, 'drivers/nvdimm/btt_devs.c'],
  [/\/nd\/|\/ndbus|\/region\d+\/[a-z_]+$/, 'drivers/nvdimm/region_devs.c'],
  [/dax/, 'drivers/dax/bus.c'],
  [/cxl|decoder/, 'drivers/cxl/core/region.c'],
  [/^\/proc\//, 'fs/proc/inode.c'],
];

/** What holds for every write: the attribute takes the text as the device stands. */
function storeRefused(path: string, text: string, errno: Errno): Omit<CheckStep, 'passed'> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const values = { path, written: text.trim().slice(0, 100), error: errnoName(errno) };
  if (errno === -EACCES) return { file: 'fs/kernfs/file.c', fn: 'kernfs_fop_open', condition: 'the file can be written', values };
  const file = STORES.find(([under]) => under.test(path))?.[1] ?? 'fs/kernfs/file.c';
  const driver = name === 'bind' || name === 'unbind';
  const condition = driver
    ? `the device is one ${name === 'bind' ? 'no driver has, and that this driver takes' : 'this driver has'}`
    : `\`${name}\` takes what is written, as the device stands`;
  return { file, fn: `${name}_store`, condition, decides: 'if-nothing-else', values };
}

/** Passes everything on; a write that fails without a failed check leaves one. */
export class ExplainedTree implements WritableFileTree {
  readonly #tree: WritableFileTree;
  readonly #listener: { explain: Explain | undefined };

  constructor(tree: WritableFileTree, listener: { explain: Explain | undefined }) {
    this.#tree = tree;
    this.#listener = listener;
  }

  kind(path: string): FileKind | undefined {
    return this.#tree.kind(path);
  }

  read(path: string): string | Errno {
    return this.#tree.read(path);
  }

  list(path: string): readonly string[] | Errno {
    return this.#tree.list(path);
  }

  readlink(path: string): string | Errno {
    return this.#tree.readlink(path);
  }

  covers(path: string): boolean {
    return this.#tree.covers?.(path) !== false;
  }

  write(path: string, text: string): Errno {
    const write = (): Errno => this.#tree.write(path, text);
    return namingRefusal(this.#listener, write, (errno) => (errno === 0 ? undefined : storeRefused(path, text, errno)));
  }
}
