/** Finds machines in a file tree: wherever a memory folder, or /proc/iomem, lies. */

import type { FileTree } from '../sysfs/file-tree.ts';
import { MEMORY_FOLDER } from './memory-folder.ts';
import { parentOf } from './paths.ts';
import { subTree } from './stored-tree.ts';

export interface MachineRoot {
  /** Where it was found, for people. */
  readonly path: string;
  /** The machine's file tree, `/sys` and `/proc` at its root. */
  readonly tree: FileTree;
}

/** What marks a machine's root, longest first. */
const MARKS = [
  '/sys/devices/system/memory',
  '/sys/devices/system/node',
  '/proc/iomem',
  '/proc/zoneinfo',
  '/proc/meminfo',
];

/** The roots below which something of a machine lies, from the paths of a tree. */
export function machineRoots(tree: FileTree, paths: Iterable<string>): MachineRoot[] {
  const roots = new Set<string>();
  const folders = new Set<string>();
  for (const path of paths) {
    const mark = MARKS.find((one) => path.endsWith(one));
    if (mark !== undefined) roots.add(path.slice(0, -mark.length) || '/');
    else if (/\/block_size_bytes$|\/memory\d+\/(?:state|online|phys_index)$/.test(path)) {
      const up = parentOf(path);
      folders.add(/\/block_size_bytes$/.test(path) ? up : parentOf(up));
    }
  }
  for (const folder of [...folders]) if (folder.endsWith(MEMORY_FOLDER)) folders.delete(folder);
  const outer = [...roots].filter((root) => ![...roots].some((other) => other !== root && inside(root, other)));
  return [
    ...outer.sort().map((path) => ({ path, tree: subTree(tree, path) })),
    ...[...folders].sort().map((path) => ({ path, tree: subTree(tree, path, MEMORY_FOLDER) })),
  ];
}

/** A root within another's /sys or /proc is part of that machine (a container's, a bind mount). */
function inside(root: string, other: string): boolean {
  const prefix = other === '/' ? '/' : other + '/';
  return root.startsWith(prefix + 'sys/') || root.startsWith(prefix + 'proc/');
}
