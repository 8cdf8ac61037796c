/** The memory blocks daxctl holds for a device's, counted, brought online and taken offline one by one. */

import { EACCES, EINVAL, ENOENT, ENXIO, strerror, type Errno } from '../../kernel/errno.ts';
import type { WritableFileTree } from '../../sysfs/file-tree.ts';
import { kernfsOrder } from '../../sysfs/kernfs-order.ts';
import { MEMORY_DIR, parseBlockSize, readLine } from '../memory-block-dirs.ts';
import { ProcessFiles } from '../process-files.ts';
import { driverOf, type DaxDevice, type DaxMemory } from './dax-sysfs.ts';

/** Where a tool's and the library's complaints go. */
export interface Speaker {
  readonly files: WritableFileTree;
  stderr(text: string): void;
}

export type OnlineZone = 'movable' | 'normal';

const ONLINE_TEXT: Readonly<Record<OnlineZone, string>> = { movable: 'online_movable', normal: 'online' };

/** What the library says when something fails; `fn` is its function. */
export function libraryError(speaker: Speaker, fn: string, text: string): void {
  speaker.stderr(`libdaxctl: ${fn}: ${text}\n`);
}

/** The device's memory, undefined in devdax mode. It is looked up once, and forgotten as the device is disabled. */
export function memoryOf(speaker: Speaker, device: DaxDevice): DaxMemory | undefined {
  if (device.memory !== undefined) return device.memory;
  const { files } = speaker;
  if (driverOf(files, device) !== 'kmem') return undefined;
  const blockSize = Number(parseBlockSize(readLine(files, `${MEMORY_DIR}/block_size_bytes`) ?? ''));
  const nodePath = device.targetNode < 0 ? undefined : `/sys/devices/system/node/node${device.targetNode}`;
  device.memory = { blockSize, nodePath };
  return device.memory;
}

/** Blocks of a node in the order its directory is read. */
function blockNames(files: WritableFileTree, nodePath: string): string[] | Errno {
  if (files.kind(nodePath) === undefined) return -ENOENT;
  const names = files instanceof ProcessFiles ? files.namesForPattern(nodePath, 'memory') : files.list(nodePath);
  if (typeof names === 'number') return names;
  return kernfsOrder(names.filter((name) => /^memory[0-9]/.test(name)));
}

/**
 * Whether daxctl holds a block for the device's: its first byte must lie in the device's range, taken as one piece from
 * its first byte on. A block of ordinary memory in the rounded-off tail counts, and a second range does not.
 */
function isInDevice(speaker: Speaker, device: DaxDevice, memory: DaxMemory, block: string): boolean | Errno {
  const index = readLine(speaker.files, `${MEMORY_DIR}/${block}/phys_index`) ?? '';
  if (device.resource === 0) {
    libraryError(speaker, 'memblock_in_dev', `${device.name}: Unable to determine resource`);
    return -EACCES;
  }
  if (memory.blockSize === 0) {
    libraryError(speaker, 'memblock_in_dev', `${device.name}: Unable to determine memory block size`);
    return -ENXIO;
  }
  const start = Number.parseInt(index, 16) * memory.blockSize;
  return start >= device.resource && start < device.resource + device.size;
}

function isOnline({ files }: Speaker, memory: DaxMemory, block: string): boolean {
  return readLine(files, `${memory.nodePath ?? ''}/${block}/state`)?.startsWith('online') === true;
}

/**
 * Does something to each of the device's blocks until one fails. Counts those for which it returned 0; a negative
 * value is the error of the first that failed.
 */
function forEachBlock(speaker: Speaker, device: DaxDevice, memory: DaxMemory, act: (block: string) => number): number {
  if (memory.nodePath === undefined) {
    libraryError(speaker, 'daxctl_memory_op', `${device.name}: Failed to get node_path`);
    return -ENXIO;
  }
  const names = blockNames(speaker.files, memory.nodePath);
  if (typeof names === 'number') return names;
  let count = 0;
  for (const block of names) {
    const inside = isInDevice(speaker, device, memory, block);
    if (typeof inside === 'number') return inside;
    const result = inside ? act(block) : 1;
    if (result < 0) return result;
    if (result === 0) count++;
  }
  return count;
}

/** Number of blocks, or −errno. */
export function countBlocks(speaker: Speaker, device: DaxDevice, memory: DaxMemory): number {
  return forEachBlock(speaker, device, memory, () => 0);
}

/** Number of blocks online, or −errno. */
export function countOnline(speaker: Speaker, device: DaxDevice, memory: DaxMemory): number {
  return forEachBlock(speaker, device, memory, (block) => (isOnline(speaker, memory, block) ? 0 : 1));
}

/** Brings the blocks online that are not. Returns how many that were, or the first error. */
export function onlineBlocks(speaker: Speaker, device: DaxDevice, memory: DaxMemory, zone: OnlineZone): number {
  const count = forEachBlock(speaker, device, memory, (block) => {
    if (isOnline(speaker, memory, block)) return 1;
    const error = speaker.files.write(`${memory.nodePath ?? ''}/${block}/state`, ONLINE_TEXT[zone]);
    return error !== 0 && isOnline(speaker, memory, block) ? 0 : error;
  });
  return count;
}

/** Takes the blocks offline that are online. Returns how many that were, or the first error. */
export function offlineBlocks(speaker: Speaker, device: DaxDevice, memory: DaxMemory): number {
  return forEachBlock(speaker, device, memory, (block) => {
    if (!isOnline(speaker, memory, block)) return 1;
    const path = `${memory.nodePath ?? ''}/${block}/state`;
    const error = speaker.files.write(path, 'offline');
    if (error === 0) return 0;
    if (!isOnline(speaker, memory, block)) return 1;
    const text = `${device.name}: Failed to offline ${path}: ${strerror(error)}`;
    libraryError(speaker, 'offline_one_memblock', text);
    return error;
  });
}

/**
 * Whether all blocks are in the movable zone; undefined while one is offline. Blocks of different zones count as not
 * movable.
 */
export function isMovable(speaker: Speaker, device: DaxDevice, memory: DaxMemory): boolean | undefined {
  const zones = new Set<string>();
  const result = forEachBlock(speaker, device, memory, (block) => {
    if (!isOnline(speaker, memory, block)) return -ENXIO;
    const zone = readLine(speaker.files, `${memory.nodePath ?? ''}/${block}/valid_zones`);
    if (zone === undefined) return -EINVAL;
    zones.add(zone);
    return 0;
  });
  if (result < 0) return undefined;
  return zones.size === 1 && zones.has('Movable');
}
