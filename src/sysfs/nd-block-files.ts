/** Block devices of persistent memory: their directories, and /sys/block. */

import type { Machine } from '../drivers/machine.ts';
import { ndSysfsPath } from '../drivers/nvdimm/nd-path.ts';
import { childName, regionById, type ChildRef, type NdDisk } from '../drivers/nvdimm/state.ts';
import {
  directory, dynamicDirectory, link, readOnly, UNKNOWN_DIRECTORY, UNKNOWN_FILE, type DirectoryEntry,
} from './entries.ts';

const SECTOR = 512;

interface AttachedDisk {
  readonly ref: ChildRef;
  readonly disk: NdDisk;
}

function disks(machine: Machine): AttachedDisk[] {
  return machine.devices.nvdimm.regions.flatMap((region) =>
    region.children.flatMap((child) => {
      const disk = child.attachment?.disk;
      return disk === undefined ? [] : [{ ref: { region: region.id, name: childName(region, child) }, disk }];
    }),
  );
}

export function diskDirectory(machine: Machine, path: string, region: number, disk: NdDisk): DirectoryEntry {
  const up = '../'.repeat(path.split('/').length - 2);
  return directory(
    {
      badblocks: readOnly(() => ''),
      device: link('../..'),
      queue: directory(
        {
          logical_block_size: readOnly(() => `${disk.sectorSize}\n`),
          hw_sector_size: readOnly(() => `${disk.sectorSize}\n`),
          physical_block_size: readOnly(() => '4096\n'),
        },
        { complete: false },
      ),
      ro: readOnly(() => (regionById(machine, region)?.readOnly === true ? '1\n' : '0\n')),
      size: readOnly(() => `${Math.floor(disk.sizeBytes / SECTOR)}\n`),
      subsystem: link(`${up}class/block`),
      uevent: UNKNOWN_FILE,
      power: UNKNOWN_DIRECTORY,
    },
    { complete: false },
  );
}

/** /sys/block and /sys/class/block; `prefix` leads from there to /sys. */
export function blockClassDirectory(machine: Machine, prefix: string): DirectoryEntry {
  return dynamicDirectory(
    directory({}, { complete: false, lacks: (name) => name.startsWith('pmem') }),
    () => disks(machine).map(({ disk }) => disk.name),
    (name) => {
      const found = disks(machine).find(({ disk }) => disk.name === name);
      if (found === undefined) return undefined;
      return link(`${prefix}${ndSysfsPath(machine, found.ref).slice('/sys/'.length)}/block/${name}`);
    },
  );
}

/** Names of /dev entries; what is in them only the tools read that know how. */
export function diskNames(machine: Machine): string[] {
  return disks(machine).map(({ disk }) => disk.name);
}
