/** /sys/devices/platform: devices that no bus finds. Drivers of several kinds have theirs here. */

import type { Machine } from '../drivers/machine.ts';
import { hmemDirectory, hmemNames } from './dax-files.ts';
import { directory, dynamicDirectory, type DirectoryEntry, type Entry } from './entries.ts';

interface PlatformPart {
  names(machine: Machine): readonly string[];
  entry(machine: Machine, name: string): Entry | undefined;
}

/** Who has devices here. A new one adds a line. */
const PARTS: readonly PlatformPart[] = [{ names: hmemNames, entry: hmemDirectory }];

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
