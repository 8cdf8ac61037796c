/** /proc, as far as a memory map tells. */

import type { Machine } from '../drivers/machine.ts';
import { ZONE_NAMES } from '../kernel/boot/boot-map.ts';
import { EIO, type Errno } from '../kernel/errno.ts';
import { printIomem } from '../kernel/resource-query.ts';
import { populatedZone } from '../kernel/zone.ts';
import { directory, readWrite, UNKNOWN_FILE, type DirectoryEntry, type FileEntry } from './entries.ts';

/** Files of /proc can be opened for writing by root whatever their mode; the write is what fails. */
function procFile(read: () => string): FileEntry {
  return readWrite(read, (): Errno => -EIO);
}

/**
 * /proc/zoneinfo with the lines the map determines: `spanned`, `present` and, for a zone with pages, `start_pfn`.
 * Left out are `pages free`, the watermarks, `managed`, `cma`, `protection`, the counters and `pagesets`: they hang on
 * what the running kernel has allocated.
 * @kernel mm/vmstat.c: zoneinfo_show_print
 */
export function zoneinfo(machine: Machine): string {
  const { kernel } = machine;
  let text = '';
  for (const nid of [...kernel.nodes.keys()].sort((a, b) => a - b)) {
    const node = kernel.nodes.get(nid);
    if (node === undefined || !node.online) continue;
    node.zones.forEach((zone, i) => {
      text += `Node ${nid}, zone ${(ZONE_NAMES[i] as string).padStart(8)}\n`;
      text += `        spanned  ${zone.spanned}\n        present  ${zone.present}\n`;
      if (populatedZone(zone)) text += `  start_pfn:           ${zone.startPfn}\n`;
    });
  }
  return text;
}

/** The memmap counters alone; no map tells the others. @kernel mm/vmstat.c: vmstat_show */
function vmstat(machine: Machine): string {
  const { nrMemmapPages, nrMemmapBootPages } = machine.kernel;
  return `nr_memmap_pages ${nrMemmapPages}\nnr_memmap_boot_pages ${nrMemmapBootPages}\n`;
}

export function procDirectory(machine: Machine): DirectoryEntry {
  const { kernel } = machine;
  return directory(
    {
      cmdline: procFile(() => `${machine.devices.cmdline}\n`),
      iomem: procFile(() => printIomem(kernel.iomem).map((line) => `${line}\n`).join('')),
      vmstat: kernel.profile.does.countsMemmapPages ? procFile(() => vmstat(machine)) : UNKNOWN_FILE,
      zoneinfo: procFile(() => zoneinfo(machine)),
    },
    { complete: false },
  );
}
