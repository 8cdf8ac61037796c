/** Puts a tree description on disk, or into memory. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { directory, dynamicDirectory, link, readWrite, type DirectoryEntry } from '../../src/sysfs/entries.ts';
import { EntryTree } from '../../src/sysfs/entry-tree.ts';
import type { WritableFileTree } from '../../src/sysfs/file-tree.ts';
import type { TreeSpec } from './random-trees.ts';

/** Writes the tree below `root`, replacing what `root/sys` held. */
export function layOnDisk(root: string, tree: TreeSpec): void {
  const base = `${root}/sys/devices/system/memory`;
  rmSync(`${root}/sys`, { recursive: true, force: true });
  mkdirSync(base, { recursive: true });
  writeFileSync(`${base}/block_size_bytes`, `${tree.blockSize}\n`);
  for (const { id, files, nodes } of tree.blocks) {
    mkdirSync(`${base}/memory${id}`);
    for (const [name, text] of Object.entries(files)) writeFileSync(`${base}/memory${id}/${name}`, `${text}\n`);
    for (const node of nodes) mkdirSync(`${base}/memory${id}/${node}`);
  }
}

/** The same tree in memory; `writes` collects what is written, as `memory3/state online`. */
export function layInMemory(tree: TreeSpec, writes: string[] = []): WritableFileTree {
  const block = ({ id, files, nodes }: TreeSpec['blocks'][number]): DirectoryEntry =>
    directory({
      ...Object.fromEntries(
        Object.entries(files).map(([name, text]) => [
          name,
          readWrite(() => `${text}\n`, (written) => {
            writes.push(`memory${id}/${name} ${written}`);
            return 0;
          }),
        ]),
      ),
      ...Object.fromEntries(nodes.map((node) => [node, link(`../../node/${node}`)])),
    });
  const blocks = new Map(tree.blocks.map((spec) => [`memory${spec.id}`, block(spec)]));
  const size = readWrite(() => `${tree.blockSize}\n`, () => 0);
  const memory = dynamicDirectory(directory({ block_size_bytes: size }), () => [...blocks.keys()], (name) => blocks.get(name));
  const system = directory({ memory });
  return new EntryTree(directory({ sys: directory({ devices: directory({ system }) }) }));
}
