/** /proc/iomem as boot leaves it: firmware ranges, host bridge windows, RAM buffers. */

import type { BootMap, E820Entry, E820Type } from './boot/boot-map.ts';
import {
  insertResource,
  insertResourceExpandToFit,
  IORESOURCE_BUSY,
  IORESOURCE_MEM,
  IORESOURCE_SYSTEM_RAM,
  iomemRoot,
  reserveRegionWithSplit,
  resource,
  type Resource,
  type ResourceDesc,
} from './resource.ts';
import { alignUp, type ByteRange, KiB, MiB, type PhysAddr } from './units.ts';

/** @kernel arch/x86/kernel/e820.c: e820_type_to_string, e820_type_to_iores_desc, do_mark_busy */
const E820_RESOURCES: Readonly<Record<E820Type, { name: string; desc: ResourceDesc; busy: boolean }>> = {
  ram: { name: 'System RAM', desc: 'none', busy: true },
  'reserved-kern': { name: 'System RAM', desc: 'none', busy: true },
  acpi: { name: 'ACPI Tables', desc: 'acpi-tables', busy: true },
  nvs: { name: 'ACPI Non-volatile Storage', desc: 'acpi-nvs', busy: true },
  unusable: { name: 'Unusable memory', desc: 'none', busy: true },
  pmem: { name: 'Persistent Memory', desc: 'persistent-memory', busy: false },
  pram: { name: 'Persistent Memory (legacy)', desc: 'persistent-memory-legacy', busy: false },
  reserved: { name: 'Reserved', desc: 'reserved', busy: false },
  'soft-reserved': { name: 'Soft Reserved', desc: 'soft-reserved', busy: false },
  unknown: { name: 'Unknown E820 type', desc: 'none', busy: true },
};

/** The name a host bridge window has in the tree. */
export const PCI_BUS_NAME = 'PCI Bus 0000:00';

function isRam(entry: E820Entry): boolean {
  return entry.type === 'ram' || entry.type === 'reserved-kern';
}

function toResource(entry: E820Entry): Resource {
  const { name, desc, busy } = E820_RESOURCES[entry.type];
  const type = isRam(entry) ? IORESOURCE_SYSTEM_RAM : IORESOURCE_MEM;
  const isBusy = busy || entry.start < MiB;
  return resource(entry.start, entry.end, name, isBusy ? type | IORESOURCE_BUSY : type, desc);
}

/**
 * The resource tree after boot. Busy entries go in first, then host bridge windows, then the rest, grown to fit;
 * what lies between RAM and the next boundary becomes a RAM buffer.
 * @kernel arch/x86/kernel/e820.c: e820__reserve_resources, e820__reserve_resources_late
 */
export function bootResources(map: BootMap, pageSize: number, pciWindows: readonly ByteRange[], end: PhysAddr): Resource {
  if (map.e820.length === 0) return systemRam(map, pageSize, end);
  let root = iomemRoot(end);
  const late: Resource[] = [];
  for (const entry of map.e820) {
    const claimed = toResource(entry);
    if ((claimed.flags & IORESOURCE_BUSY) === 0) {
      late.push(claimed);
      continue;
    }
    const inserted = insertResource(root, claimed);
    if (inserted.ok) root = inserted.tree;
  }
  for (const window of pciWindows) {
    const inserted = insertResource(root, resource(window.start, window.end, PCI_BUS_NAME, IORESOURCE_MEM));
    if (inserted.ok) root = inserted.tree;
  }
  for (const claimed of late) root = insertResourceExpandToFit(root, claimed).tree;
  for (const entry of map.e820) {
    if (!isRam(entry)) continue;
    const end = alignUp(entry.end, ramAlignment(entry.end));
    if (end > entry.end) root = reserveRegionWithSplit(root, entry.end, end, 'RAM buffer');
  }
  return root;
}

/** Without a table of firmware's, memory is what memblock holds. @kernel arch/arm64/kernel/setup.c: request_standard_resources */
function systemRam(map: BootMap, pageSize: number, end: PhysAddr): Resource {
  return map.memblock.reduce((root, { startPfn, endPfn }) => {
    const flags = IORESOURCE_SYSTEM_RAM | IORESOURCE_BUSY;
    const inserted = insertResource(root, resource(startPfn * pageSize, endPfn * pageSize, 'System RAM', flags, 'none'));
    return inserted.ok ? inserted.tree : root;
  }, iomemRoot(end));
}

/** What RAM is assumed to end at. @kernel arch/x86/kernel/e820.c: ram_alignment */
function ramAlignment(at: number): number {
  const megabytes = Math.floor(at / MiB);
  if (megabytes === 0) return 64 * KiB;
  return megabytes < 16 ? MiB : 64 * MiB;
}
