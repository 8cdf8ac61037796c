/** /sys/devices/system/memory: the memory blocks and what holds for all of them. */

import type { Machine } from '../drivers/machine.ts';
import { MEM_ONLINE, ONLINE_TYPE_NAMES, type MemoryBlock } from '../kernel/block-table.ts';
import { EIO } from '../kernel/errno.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { autoOnlineBlocksStore, onlineStore, stateStore, validZones } from '../kernel/memory-block.ts';
import { isRemovable } from '../kernel/removable.ts';
import {
  directory, dynamicDirectory, link, readOnly, readWrite, UNKNOWN_FILE,
  type DirectoryEntry, type Entry,
} from './entries.ts';

/** A block number as names hold it: no leading zeros, no more digits than a number takes exactly. */
export function blockIdOf(name: string): number | undefined {
  const digits = /^memory(0|[1-9][0-9]{0,14})$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function isOnline(kernel: Kernel, id: number): boolean {
  return kernel.blocks.state(id) === MEM_ONLINE;
}

const EMPTY = readOnly(() => '');

/**
 * What a device without power management shows.
 * @kernel drivers/base/power/sysfs.c: power_attrs, runtime_attrs
 */
const POWER = directory({
  async: readOnly(() => 'disabled\n'),
  autosuspend_delay_ms: readOnly(() => -EIO),
  control: readOnly(() => 'auto\n'),
  runtime_active_kids: readOnly(() => '0\n'),
  runtime_active_time: readOnly(() => '0\n'),
  runtime_enabled: readOnly(() => 'disabled\n'),
  runtime_status: readOnly(() => 'unsupported\n'),
  runtime_suspended_time: readOnly(() => '0\n'),
  runtime_usage: readOnly(() => '0\n'),
});

/**
 * A block's files by name, made when somebody looks: there are thousands of blocks.
 * @kernel drivers/base/memory.c: memory_memblk_attrs
 */
const BLOCK_FILES: Readonly<Record<string, (kernel: Kernel, id: number) => Entry>> = {
  online: (kernel, id) =>
    readWrite(() => (isOnline(kernel, id) ? '1\n' : '0\n'), (text) => onlineStore(kernel, id, text)),
  phys_device: () => readOnly(() => '0\n'),
  phys_index: (_kernel, id) => readOnly(() => `${id.toString(16).padStart(8, '0')}\n`),
  power: () => POWER,
  removable: (kernel, id) => readOnly(() => (isRemovable(kernel, id, kernel.blocks.get(id) as MemoryBlock) ? '1\n' : '0\n')),
  state: (kernel, id) =>
    readWrite(() => (isOnline(kernel, id) ? 'online\n' : 'offline\n'), (text) => stateStore(kernel, id, text)),
  subsystem: () => link('../../../../bus/memory'),
  uevent: () => EMPTY,
  valid_zones: (kernel, id) => readOnly(() => `${validZones(kernel, id)}\n`),
};

/** Links to nodes are there where the kernel has nodes to speak of. */
function linkedNodes(kernel: Kernel, id: number): readonly number[] {
  return kernel.profile.arch.numa ? kernel.blocks.nodesOf(id) : [];
}

function blockDirectory(kernel: Kernel, id: number): DirectoryEntry {
  return {
    kind: 'directory',
    complete: true,
    names: () => [...Object.keys(BLOCK_FILES), ...linkedNodes(kernel, id).map((nid) => `node${nid}`)].sort(),
    entry: (name) => {
      if (Object.hasOwn(BLOCK_FILES, name)) return BLOCK_FILES[name]?.(kernel, id);
      return linkedNodes(kernel, id).some((nid) => name === `node${nid}`) ? link(`../../node/${name}`) : undefined;
    },
  };
}

function blockNames(kernel: Kernel): string[] {
  return [...kernel.blocks.ids()].map((id) => `memory${id}`);
}

function existingBlock(kernel: Kernel, name: string): number | undefined {
  const id = blockIdOf(name);
  return id !== undefined && kernel.blocks.has(id) ? id : undefined;
}

/**
 * No profile has ARCH_MEMORY_PROBE, so that there is no `probe`. The files that offline pages
 * with hardware errors are there, but not modelled.
 * @kernel drivers/base/memory.c: memory_root_attrs
 */
export function memoryDirectory(machine: Machine): DirectoryEntry {
  const { kernel } = machine;
  const crash = kernel.profile.does.crashHotplugShows;
  const fixed = directory({
    auto_online_blocks: readWrite(
      () => `${ONLINE_TYPE_NAMES[kernel.params.defaultOnlineType]}\n`,
      (text) => autoOnlineBlocksStore(kernel, text),
    ),
    block_size_bytes: readOnly(() => `${kernel.memoryBlockSizeBytes.toString(16)}\n`),
    crash_hotplug: crash === 'none' ? undefined : readOnly(() => `${crash}\n`),
    hard_offline_page: UNKNOWN_FILE,
    power: POWER,
    soft_offline_page: UNKNOWN_FILE,
    uevent: EMPTY,
  });
  return dynamicDirectory(
    fixed,
    () => blockNames(kernel),
    (name): Entry | undefined => {
      const id = existingBlock(kernel, name);
      return id === undefined ? undefined : blockDirectory(kernel, id);
    },
  );
}

/** /sys/bus/memory: the same blocks, as the driver core lists them. */
export function memoryBusDirectory(machine: Machine): DirectoryEntry {
  const { kernel } = machine;
  const devices = dynamicDirectory(
    directory({}),
    () => blockNames(kernel),
    (name) =>
      existingBlock(kernel, name) === undefined ? undefined : link(`../../../devices/system/memory/${name}`),
  );
  return directory({ devices }, { complete: false });
}
