/** /sys/devices/platform: devices that no bus finds. Drivers of several kinds have theirs here. */

import type { Machine } from '../drivers/machine.ts';
import { cxlPlatformDirectory, cxlPlatformNames } from './cxl-files.ts';
import { hmemDirectory, hmemNames } from './dax-files.ts';
import { directory, dynamicDirectory, type DirectoryEntry, type Entry } from './entries.ts';
import { ndParentDirectory } from './nd-files.ts';

/** The platform device of legacy persistent memory, while its bus is there. */
function e820PmemNames(machine: Machine): string[] {
  return ndParentDirectory(machine, 'platform/e820_pmem') === undefined ? [] : ['e820_pmem'];
}

interface PlatformPart {
  names(machine: Machine): readonly string[];
  entry(machine: Machine, name: string): Entry | undefined;
}

/** Who has devices here. A new one adds a line. */
const PARTS: readonly PlatformPart[] = [
  { names: cxlPlatformNames, entry: cxlPlatformDirectory },
  { names: hmemNames, entry: hmemDirectory },
  { names: e820PmemNames, entry: (machine, name) => ndParentDirectory(machine, `platform/${name}`) },
];

export function platformDirectory(machine: Machine): DirectoryEntry {
  return dynamicDirectory(
    directory({}, { complete: false, lacks: (name) => /^hmem\.\d+$/.test(name) }),
    () => PARTS.flatMap((part) => part.names(machine)),
    (name) => {
      for (const part of PARTS) {
        const entry = part.entry(machine, name);
        if (entry !== undefined) return entry;
      }
      return undefined;
    },
  );
}
