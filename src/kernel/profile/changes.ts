/**
 * Changes that alter what a user can observe: one entry per change, keyed by its title's gist.
 * `release` is the mainline release that first held it; a backport is an entry in releases.ts.
 * Titles are the kernel's own; the release is the first with it, from kernel-core reference §13.
 */

import type { Behaviours } from './behaviours.ts';

export interface Change {
  readonly release: string;
  readonly subject: string;
  readonly sets: Partial<Behaviours>;
}

const table = {
  'subsection-hotplug': {
    release: 'v5.3',
    subject: 'mm/sparsemem: support sub-section hotplug (ba72b4c8cf60)',
    sets: { subsectionHotplug: true },
  },
  'section-is-early': {
    release: 'v5.3',
    subject: 'mm/sparsemem: introduce a SECTION_IS_EARLY flag (326e1b8f83a4)',
    sets: { sectionIsEarly: true },
  },
  'shrink-zones-at-offline': {
    release: 'v5.5',
    subject: 'mm/memory_hotplug: shrink zones when offlining memory',
    sets: { shrinksZonesAtOffline: true },
  },
  'no-blocks-with-holes': {
    release: 'v5.5',
    subject: "mm/memory_hotplug.c: don't allow to online/offline memory blocks with holes (c5e79ef561b0)",
    sets: { refusesBlocksWithHoles: true },
  },
  'limit-in-add-pages': {
    release: 'v5.5',
    subject: 'mm/memory_hotplug.c: Add a bounds check to __add_pages',
    sets: { addressLimit: 'add-pages' },
  },
  'removable-always-one': {
    release: 'v5.7',
    subject: 'drivers/base/memory.c: indicate all memory blocks as removable',
    sets: { removableAlwaysOne: true },
  },
  'driver-managed': {
    release: 'v5.8',
    subject: 'mm/memory_hotplug: introduce add_memory_driver_managed()',
    sets: { driverManagedMemory: true },
  },
  'keep-early-memmap': {
    release: 'v5.9',
    subject: 'mm/sparse: never partially remove memmap for early section',
    sets: { keepsEarlyMemmap: true },
  },
  'bare-metal-2g-blocks': {
    release: 'v5.9',
    subject: "x86/mm: use max memory block size on bare metal",
    sets: { x86BlockSizeRule: 'bare-metal-2g' },
  },
  'region-warning-range': {
    release: 'v5.10',
    subject: 'mm/memremap_pages: support multiple ranges per invocation',
    sets: { regionWarningShowsRange: true },
  },
  'taint-zone-device': {
    release: 'v5.12',
    subject: 'mm: teach pfn_to_online_page() about ZONE_DEVICE section collisions',
    sets: { taintZoneDevice: true },
  },
  'range-allowed': {
    release: 'v5.12',
    subject: 'mm/memory_hotplug: prevalidate the address range being added with platform',
    sets: { addressLimit: 'range-allowed' },
  },
  'memmap-init-of-holes': {
    release: 'v5.12',
    subject: 'mm/page_alloc.c: refactor initialization of struct page for holes in memory layout',
    sets: { logsUnavailableRanges: 'per-zone' },
  },
  'memmap-on-memory': {
    release: 'v5.14',
    subject: 'mm,memory_hotplug: allocate memmap from the added memory range',
    sets: { memmapOnMemory: 'single-block' },
  },
  'auto-movable': {
    release: 'v5.15',
    subject: 'mm/memory_hotplug: introduce "auto-movable" online policy',
    sets: { autoMovable: true },
  },
  'block-stores-zone': {
    release: 'v5.18',
    subject: 'drivers/base/memory: determine and store zone for single-zone memory blocks',
    sets: { blockStoresZone: true },
  },
  'compound-memmap': {
    release: 'v5.19',
    subject: 'mm/sparse-vmemmap: improve memory savings for compound devmaps',
    sets: { optimisesCompoundMemmap: true },
  },
  'memmap-on-memory-force': {
    release: 'v6.6',
    subject: 'mm/memory_hotplug: support memmap_on_memory when memmap is not aligned to pageblocks',
    sets: { memmapOnMemoryForce: true },
  },
  'memmap-on-memory-per-block': {
    release: 'v6.8',
    subject: 'mm/memory_hotplug: split memmap_on_memory requests across memblocks',
    sets: { memmapOnMemory: 'per-block', acpiMemmapOnMemoryBySize: false },
  },
  'probe-text': {
    release: 'v6.10',
    subject: 'driver core: Make dev_err_probe() and probe failure messages uniform',
    sets: { probeFailureNamesDevice: true },
  },
  'acpi-rescan': {
    release: 'v6.9',
    subject: 'ACPI: scan: Fix device check notification handling',
    sets: { acpiRescansFailedDevices: true },
  },
  'memmap-vmstat': {
    release: 'v6.11',
    subject: 'mm: report per-page metadata information',
    sets: { countsMemmapPages: true },
  },
  'misaligned-text': {
    release: 'v6.11',
    subject: 'mm/memory_hotplug: print the end of a misaligned range with its prefix',
    sets: { misalignedEndHasPrefix: true },
  },
  'acpi-tables-max-pfn': {
    release: 'v6.11',
    subject: 'x86/e820: count ACPI tables towards the end of RAM',
    sets: { acpiTablesCountForMaxPfn: true },
  },
  'region-intersects-descendants': {
    release: 'v6.12',
    subject: 'resource: fix region_intersects() vs add_memory_driver_managed()',
    sets: { regionIntersectsDescendants: true },
  },
  'device-memory-max-pfn': {
    release: 'v6.15',
    subject: 'x86/mm/init: Handle the special case of device private pages in add_pages(), to not increase max_pfn',
    sets: { deviceMemoryRaisesMaxPfn: false },
  },
  'block-size-advice': {
    release: 'v6.15',
    subject: 'x86: probe memory block size advisement value during mm init',
    sets: { x86BlockSizeRule: 'advised' },
  },
  'node-span-from-ranges': {
    release: 'v7.1',
    subject: 'mm/mm_init: fix incorrect node_spanned_pages',
    sets: { nodeSpanFromRanges: true },
  },
} as const satisfies Record<string, Change>;

export type ChangeId = keyof typeof table;
export const CHANGES: Readonly<Record<ChangeId, Change>> = table;
