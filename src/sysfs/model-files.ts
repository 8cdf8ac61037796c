/** The files of the model's machine. */

import type { Machine } from '../drivers/machine.ts';
import { cxlBusDirectory, cxlPciDirectories } from './cxl-files.ts';
import { daxBusDirectory, daxClassDirectory } from './dax-files.ts';
import { directory, dynamicDirectory, UNKNOWN_FILE, type DirectoryEntry, type Entry } from './entries.ts';
import { EntryTree } from './entry-tree.ts';
import { ExplainedTree } from './explained-tree.ts';
import type { WritableFileTree } from './file-tree.ts';
import { memoryBusDirectory, memoryDirectory } from './memory-files.ts';
import { moduleDirectory } from './module-files.ts';
import { blockClassDirectory, diskNames } from './nd-block-files.ts';
import { ndBusDirectory, ndClassDirectory, ndParentDirectory } from './nd-files.ts';
import { nodeDirectoryRoot } from './node-files.ts';
import { platformDirectory } from './platform-files.ts';
import { procDirectory } from './proc-files.ts';
import { PCI_DIRECTORY, pciDirectory, virtioBusDirectory } from './virtio-files.ts';

/** A directory of which the model knows a part. */
function partly(table: Parameters<typeof directory>[0], lacks?: (name: string) => boolean): DirectoryEntry {
  return directory(table, { complete: false, ...(lacks === undefined ? {} : { lacks }) });
}

/** Device-dax, libnvdimm and virtio have a bus: what is not listed of them is not there. */
const isListed = (name: string): boolean => name === 'dax' || name === 'nd' || name === 'cxl' || name === 'virtio';

/** A directory, and what is in it only at times. */
function sometimes(fixed: DirectoryEntry, table: Readonly<Record<string, () => Entry | undefined>>): DirectoryEntry {
  const entry = (name: string): Entry | undefined => (Object.hasOwn(table, name) ? table[name]?.() : undefined);
  return dynamicDirectory(fixed, () => Object.keys(table).filter((name) => entry(name) !== undefined), entry);
}

/** Where firmware's devices are; an NFIT's bus is below. */
const ACPI_ROOT = 'LNXSYSTM:00';

/** /dev holds a node for each disk of persistent memory; what is in them only tools know that ask the model. */
function devDirectory(machine: Machine): DirectoryEntry {
  return dynamicDirectory(
    partly({ null: { kind: 'file', read: () => '', write: () => 0 } }, (name) => name.startsWith('pmem')),
    () => diskNames(machine),
    (name) => (diskNames(machine).includes(name) ? UNKNOWN_FILE : undefined),
  );
}

/** Each subtree by where it stands. New drivers add theirs here. */
function root(machine: Machine): DirectoryEntry {
  const buses = partly({ dax: daxBusDirectory(machine), memory: memoryBusDirectory(machine) }, isListed);
  const classes = partly({ block: blockClassDirectory(machine, '../../'), dax: daxClassDirectory(machine) }, isListed);
  const devices = partly({
    platform: platformDirectory(machine),
    system: partly({ memory: memoryDirectory(machine), ...(machine.kernel.profile.arch.numa ? { node: nodeDirectoryRoot(machine) } : {}) }),
  });
  return partly({
    dev: devDirectory(machine),
    proc: procDirectory(machine),
    sys: partly({
      block: blockClassDirectory(machine, '../'),
      bus: sometimes(buses, { cxl: () => cxlBusDirectory(machine), nd: () => ndBusDirectory(machine), virtio: () => virtioBusDirectory(machine) }),
      class: sometimes(classes, { nd: () => ndClassDirectory(machine) }),
      devices: sometimes(devices, {
        [ACPI_ROOT]: () => ndParentDirectory(machine, ACPI_ROOT),
        [PCI_DIRECTORY]: () => pciDirectory(machine),
        ...cxlPciDirectories(machine),
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
  return new ExplainedTree(new EntryTree(root(machine)), machine.kernel);
}
