/** The memory blocks as lsmem and chmem find them in a tree: what each file says, unparsed text forgiven as they do. */

import type { FileTree } from '../sysfs/file-tree.ts';
import { kernfsOrder } from '../sysfs/kernfs-order.ts';

export const MEMORY_DIR = '/sys/devices/system/memory';

/** `online`, `offline`, `going-offline`, or anything else the file may say. */
export type BlockState = 'online' | 'offline' | 'going-offline' | 'unknown';

export interface BlockDir {
  /** `memory32` */
  readonly name: string;
  readonly id: bigint;
}

export interface BlockFiles extends BlockDir {
  readonly state: BlockState;
  readonly removable: boolean;
  /** −1 without a link to a node. */
  readonly nid: number;
  /** Zone names in util-linux's spelling, `Unknown` for others. */
  readonly zones: readonly string[];
}

const ZONES = ['DMA', 'DMA32', 'Normal', 'Highmem', 'Movable', 'Device', 'None'] as const;
export type ZoneName = (typeof ZONES)[number];

/** More zones than this in valid_zones are not looked at. */
const MAX_ZONES = 8;

/** The zone of that name in any case, in util-linux's spelling. */
export function zoneByName(name: string): ZoneName | undefined {
  const wanted = name.toLowerCase();
  return ZONES.find((zone) => zone.toLowerCase() === wanted);
}

/** The text of a file without its last newline; undefined when it cannot be read. */
export function readLine(tree: FileTree, path: string): string | undefined {
  const text = tree.read(path);
  if (typeof text === 'number') return undefined;
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

/** block_size_bytes, which the kernel prints in hex without a prefix; 0 for what is no number. */
export function parseBlockSize(text: string): bigint {
  const digits = /^\s*(?:0[xX])?([0-9a-fA-F]{1,16})/.exec(text)?.[1];
  return digits === undefined ? 0n : BigInt(`0x${digits}`);
}

/** Directories named `memoryN`, by number; undefined when the directory cannot be listed. */
export function listBlocks(tree: FileTree, dir: string): BlockDir[] | undefined {
  const names = tree.list(dir);
  if (typeof names === 'number') return undefined;
  return names
    .filter((name) => /^memory[0-9]{1,20}$/.test(name))
    .map((name) => ({ name, id: BigInt(name.slice(6)) }))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Where a block's node link is looked for: the first `nodeN` in the order sysfs lists names. */
export function nodeOf(tree: FileTree, path: string): number {
  const names = tree.list(path);
  if (typeof names === 'number') return -1;
  const links = names.filter((name) => /^node[0-9]+$/.test(name));
  const first = links.length > 1 ? kernfsOrder(links)[0] : links[0];
  return first === undefined ? -1 : Number.parseInt(first.slice(4), 10);
}

function parseState(text: string | undefined): BlockState {
  return text === 'online' || text === 'offline' || text === 'going-offline' ? text : 'unknown';
}

/** Names in valid_zones. */
export function parseZones(text: string): string[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, MAX_ZONES)
    .map((word) => zoneByName(word) ?? 'Unknown');
}

/** Everything lsmem wants to know of a block. */
export function readBlock(
  tree: FileTree,
  dir: string,
  block: BlockDir,
  want: { readonly nodes: boolean; readonly zones: boolean },
): BlockFiles {
  const path = `${dir}/${block.name}`;
  const removable = Number.parseInt(readLine(tree, `${path}/removable`) ?? '', 10);
  const zones = want.zones ? readLine(tree, `${path}/valid_zones`) : undefined;
  return {
    ...block,
    state: parseState(readLine(tree, `${path}/state`)),
    removable: removable === 1,
    nid: want.nodes ? nodeOf(tree, path) : -1,
    zones: zones === undefined ? [] : parseZones(zones),
  };
}
