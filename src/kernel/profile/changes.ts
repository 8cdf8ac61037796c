/**
 * Changes that alter what a user can observe: one entry per change, keyed by its title's gist.
 * `release` is the mainline release that first held it; a backport is an entry in releases.ts.
 * Titles are the kernel's own. Titles and commits were checked against mailing-list archives and tree histories, and
 * what differs between 6.1 and 6.12 against Debian's trees; what could not be found is said in `note`.
 */

import type { Change } from './change.ts';
import { DEVICE_CHANGES } from './device-changes.ts';

export type { Change };

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
  'no-section-padding': {
    release: 'v5.3',
    subject: 'libnvdimm/pfn: stop padding pmem namespaces to section alignment (a3619190d62e)',
    sets: { padsPfnToSections: false },
  },
  'ram-nests': {
    release: 'v5.1',
    subject: 'mm/memory-hotplug: Allow memory resources to be children (2794129e902d)',
    note: 'Title, commit and release from memory.',
    sets: { ramNestsInResources: true },
  },
  'honour-force-raw': {
    release: 'v5.1',
    subject: 'libnvdimm/pmem: Honor force_raw for legacy pmem regions',
    note: 'Distributions list it among their backports of early 2019; the recordings of 5.0 behave as before it.',
    sets: { forceRawSkipsPages: true },
  },
  'no-dax-labels': {
    release: 'v5.2',
    subject: 'libnvdimm/pfn: Remove dax_label_reserve',
    note: 'Title and release from memory; the reserve is in 5.0, and a tree of about 5.2 lacks it.',
    sets: { reservesDaxLabels: false },
  },
  'kpageflags-online': {
    release: 'v5.4',
    subject: "fs/proc/page.c: don't access uninitialized memmaps in fs/proc/page.c (aad5f69bc161)",
    note: 'Commit from memory. Recordings of 5.0 and 6.1 show both sides.',
    sets: { kpageflagsOnlineOnly: true },
  },
  'memremap-without-device': {
    release: 'v5.4',
    subject: 'memremap: provide a not device managed memremap_pages',
    note: 'Title and release from memory: the function that warns is memremap_pages() since.',
    sets: { memremapNamesDevice: false },
  },
  'kpageflags-last-section': {
    release: 'v5.6',
    subject: 'fs/proc/page.c: allow inspection of last section and fix end detection (abec749facff)',
    note: 'Commit from memory. Recordings of 5.0 and 6.1 show both sides.',
    sets: { kpageflagsEndsAtSection: true },
  },
  'default-online-type': {
    release: 'v5.7',
    subject: 'mm/memory_hotplug: allow to specify a default online_type',
    note: 'Title from memory, release as the core reference has it; the recordings of 5.0 ignore online_movable there.',
    sets: { defaultOnlineByZone: true },
  },
  'region-align': {
    release: 'v5.7',
    subject: "libnvdimm/region: Introduce an 'align' attribute (2522afb86a8c)",
    sets: { regionAlign: true },
  },
  'quiet-btt': {
    release: 'v5.10',
    subject: 'nvdimm: simplify revalidate_disk handling',
    note: 'Title and release from memory: 5.0 announces the size, 6.1 does not.',
    sets: { bttAnnouncesCapacity: false },
  },
  'quiet-offline': {
    release: 'v5.11',
    subject: 'mm/memory_hotplug: quieting offline operation',
    note: 'Title and release from memory: 5.0 says it at level info, 6.1 at debug.',
    sets: { offlineIsQuiet: true },
  },
  'info-block-1-3': {
    release: 'v5.3',
    subject: 'libnvdimm/pfn: fix fsdax-mode namespace info-block zero-fields (7e3e888dfc13)',
    sets: { infoBlockMinor: 3 },
  },
  'info-block-1-4': {
    release: 'v5.4',
    subject: 'libnvdimm/pfn_dev: Add page size and struct page size to pfn superblock',
    note: 'Its commit was not established; the release is the core of what the device reference says (5.4 to 5.5).',
    sets: { infoBlockMinor: 4, checksInfoBlockPageSize: true },
  },
  'compat-align': {
    release: 'v5.7',
    subject: 'libnvdimm/namespace: Enforce memremap_compat_align() (6acd7d5ef264)',
    sets: { checksCompatAlign: true, badInfoBlockStopsProbe: true },
  },
  'no-zero-size-pfn': {
    release: 'v6.6',
    subject: 'nvdimm/pfn_dev: Prevent the creation of zero-sized namespaces',
    note: 'Its commit was not established. The check is in 6.12 and not in 6.1.',
    sets: { refusesZeroSizePfn: true },
  },
  'shrink-zones-at-offline': {
    release: 'v5.5',
    subject: 'mm/memory_hotplug: shrink zones when offlining memory (feee6b298916)',
    sets: { shrinksZonesAtOffline: true },
  },
  'no-blocks-with-holes': {
    release: 'v5.5',
    subject: "mm/memory_hotplug.c: don't allow to online/offline memory blocks with holes (c5e79ef561b0)",
    sets: { refusesBlocksWithHoles: true },
  },
  'limit-in-add-pages': {
    release: 'v5.5',
    subject: 'mm/memory_hotplug.c: Add a bounds check to __add_pages (dca4436d1cf9)',
    note:
      'Posted as memory_hotplug: Add a bounds check to __add_pages; the file in front is as the tree merged it, by memory.',
    sets: { addressLimit: 'add-pages' },
  },
  'five-level-paging': {
    release: 'v5.5',
    subject: 'x86/mm: Enable 5-level paging support by default',
    note: 'title and release from memory; the recordings of 6.1 and 6.12 show max_arch_pfn 0x10000000000, those of 5.0 0x400000000',
    sets: { fiveLevelPaging: true },
  },
  'demotion-targets-logged': {
    release: 'v6.11',
    subject: 'memory tier: log the demotion targets of nodes (gist)',
    note: 'In 6.12.117, not in 6.1.192; the commit, its title and the release between them were not established.',
    sets: { logsDemotionTargets: true },
  },
  'removable-always-one': {
    release: 'v5.6',
    subject: 'drivers/base/memory.c: indicate all memory blocks as removable (53cdc1cb29e8)',
    note: 'Merged on the day v5.6 came out (29 March 2020) and in 5.5.14; the core reference says 5.7.',
    sets: { removableAlwaysOne: true },
  },
  'driver-managed': {
    release: 'v5.8',
    subject: 'mm/memory_hotplug: introduce add_memory_driver_managed() (7b7b27214bba)',
    sets: { driverManagedMemory: true },
  },
  'keep-early-memmap': {
    release: 'v5.9',
    subject: 'mm/sparse: never partially remove memmap for early section (ef69bc9f689d)',
    sets: { keepsEarlyMemmap: true },
  },
  'bare-metal-2g-blocks': {
    release: 'v5.9',
    subject: 'x86/mm: use max memory block size on bare metal (fe124c95df9e)',
    sets: { x86BlockSizeRule: 'bare-metal-2g' },
  },
  'region-warning-range': {
    release: 'v5.10',
    subject: 'mm/memremap_pages: support multiple ranges per invocation (b7b3c01b1915)',
    sets: { regionWarningShowsRange: true },
  },
  'taint-zone-device': {
    release: 'v5.12',
    subject: 'mm: teach pfn_to_online_page() about ZONE_DEVICE section collisions (1f90a3477df3)',
    sets: { taintZoneDevice: true },
  },
  'range-allowed': {
    release: 'v5.12',
    subject: 'mm/memory_hotplug: prevalidate the address range being added with platform (bca3feaa0764)',
    sets: { addressLimit: 'range-allowed' },
  },
  'memmap-of-last-section': {
    release: 'v5.6',
    subject: 'mm/page_alloc.c: fix uninitialized memmaps on a partially populated last section (e822969cab48)',
    sets: { logsUnavailableRanges: 'zeroed-section' },
  },
  'memmap-init-of-holes': {
    release: 'v5.12',
    subject: 'mm/page_alloc.c: refactor initialization of struct page for holes in memory layout (0740a50b9baa)',
    sets: { logsUnavailableRanges: 'zone-totals' },
  },
  'memmap-init-by-address': {
    release: 'v5.14',
    subject: 'mm/page_alloc: fix memory map initialization for descending nodes (122e093c1734)',
    sets: { logsUnavailableRanges: 'per-zone' },
  },
  'numa-coverage-of-memblock': {
    release: 'v6.8',
    subject: 'NUMA: optimize detection of memory with no node id assigned by firmware (ff6c3d81f2e8)',
    sets: { numaCoverage: 'memblock' },
  },
  'tree-numa-memblks': {
    release: 'v6.12',
    subject: 'arch_numa: switch over to numa_memblks', note: 'Its commit was not looked up. In 6.12, not in 6.1.',
    sets: { treeKeepsNumaRanges: true },
  },
  'numa-trims-to-dram': {
    release: 'v6.12',
    subject: 'mm: numa_memblks: use memblock_{start,end}_of_DRAM() when sanitizing meminfo (f7feea289f9a)',
    sets: { numaTrimsToDram: true },
  },
  'memmap-on-memory': {
    release: 'v5.14',
    subject: 'mm,memory_hotplug: allocate memmap from the added memory range (a08a2ae34613)',
    sets: { memmapOnMemory: 'single-block' },
  },
  'auto-movable': {
    release: 'v5.15',
    subject: 'mm/memory_hotplug: introduce "auto-movable" online policy (e83a437faa62)',
    sets: { autoMovable: true },
  },
  'block-stores-zone': {
    release: 'v5.18',
    subject: 'drivers/base/memory: determine and store zone for single-zone memory blocks (395f6081bad4)',
    sets: { blockStoresZone: true },
  },
  'compound-memmap': {
    release: 'v5.19',
    subject: 'mm/sparse-vmemmap: improve memory savings for compound devmaps (4917f55b4ef9)',
    sets: { optimisesCompoundMemmap: true },
  },
  'crash-hotplug-file': {
    release: 'v6.6',
    subject: 'crash: memory and CPU hotplug sysfs attributes (88a6f8994421)',
    sets: { crashHotplugShows: '1' },
  },
  'crash-hotplug-flag': {
    release: 'v6.10',
    subject: 'crash: add a new kexec flag for hotplug support (79365026f869)',
    sets: { crashHotplugShows: '0' },
  },
  'memmap-on-memory-force': {
    release: 'v6.6',
    subject: 'mm/memory_hotplug: support memmap_on_memory when memmap is not aligned to pageblocks (2d1f649c7c08)',
    sets: { memmapOnMemoryForce: true },
  },
  'memmap-on-memory-per-block': {
    release: 'v6.8',
    subject: 'mm/memory_hotplug: split memmap_on_memory requests across memblocks (6b8f0798b85a)',
    sets: { memmapOnMemory: 'per-block', acpiMemmapOnMemoryBySize: false },
  },
  'probe-text': {
    release: 'v6.9',
    subject: 'driver: core: Log probe failure as error and with device metadata (32de4b4f9dfa)',
    sets: { probeFailureNamesDevice: true },
  },
  'acpi-device-check-may-fail': {
    release: 'v6.9',
    subject: 'ACPI: scan: Fix device check notification handling (793551c96511)',
    sets: { acpiWarnsEnumerationFailure: false },
  },
  'acpi-rescan': {
    release: 'v6.9',
    subject: 'ACPI: scan: Rework Device Check and Bus Check notification handling (520c2286c222)',
    note:
      'Since then a device check scans from the parent on; the backport that 6.1 has, Fix device check notification handling, does not.',
    sets: { acpiRescansFailedDevices: true },
  },
  'memmap-vmstat': {
    release: 'v6.11',
    subject: 'mm: report per-page metadata information (15995a352474)',
    sets: { countsMemmapPages: true },
  },
  'misaligned-text': {
    release: 'v6.5',
    subject: 'mm: memory_hotplug: fix format string in warnings',
    note: 'Posted in May 2023; its final commit and release were not found. The text is in 6.12 and not in 6.1.',
    sets: { misalignedEndHasPrefix: true },
  },
  'acpi-tables-max-pfn': {
    release: 'v6.11',
    subject: 'x86/mm: Make e820__end_ram_pfn() cover E820_TYPE_ACPI ranges (06fa48d85b09)',
    sets: { acpiTablesCountForMaxPfn: true },
  },
  'region-intersects-descendants': {
    release: 'v6.12',
    subject: 'resource: fix region_intersects() vs add_memory_driver_managed() (b4afe4183ec7)',
    sets: { regionIntersectsDescendants: true },
  },
  'device-memory-max-pfn': {
    release: 'v6.15',
    subject:
      'x86/mm/init: Handle the special case of device private pages in add_pages(), to not increase max_pfn and trigger dma_addressing_limited() bounce buffers (7170130e4c72)',
    sets: { deviceMemoryRaisesMaxPfn: false },
  },
  'block-size-advice': {
    release: 'v6.15',
    subject: 'x86: probe memory block size advisement value during mm init',
    note: 'In linux-next in early 2025 under several commits; which one was merged was not established.',
    sets: { x86BlockSizeRule: 'advised' },
  },
  'node-span-from-ranges': {
    release: 'v7.2',
    subject: 'mm/mm_init: fix incorrect node_spanned_pages (7783dcd79ae9)',
    note: 'Seen among the fixes of 7.2-rc1 in linux-next; its merge was not seen. In 6.12.110, not in 6.1.',
    sets: { nodeSpanFromRanges: true },
  },
  ...DEVICE_CHANGES,
} as const satisfies Record<string, Change>;

export type ChangeId = keyof typeof table;
export const CHANGES: Readonly<Record<ChangeId, Change>> = table;
