/** Releases: each is its predecessor plus changes; a distribution's kernel is a release plus backports and configuration. */

import type { Behaviours } from './behaviours.ts';
import type { ChangeId } from './changes.ts';

export interface Release {
  /** The release this one builds on; absent for the oldest. */
  readonly after?: string;
  readonly changes: readonly ChangeId[];
  /** Build configuration that differs from the predecessor's. */
  readonly config?: Partial<Behaviours>;
  /** `uname -r`, where it is not the name. */
  readonly uname?: string;
  readonly verified?: boolean;
}

/** The world of the thread: 5.0, section granularity everywhere. */
export const BASE: Behaviours = {
  subsectionHotplug: false,
  sectionIsEarly: false,
  taintZoneDevice: false,
  keepsEarlyMemmap: false,
  countsMemmapPages: false,
  optimisesCompoundMemmap: false,
  kpageflagsOnlineOnly: false,
  kpageflagsEndsAtSection: false,
  misalignedEndHasPrefix: false,
  deviceMemoryRaisesMaxPfn: true,
  memmapOnMemory: 'none',
  memmapOnMemoryForce: false,
  autoMovable: false,
  addressLimit: 'none',
  refusesBlocksWithHoles: false,
  shrinksZonesAtOffline: false,
  blockStoresZone: false,
  defaultOnlineType: 'offline',
  defaultOnlineByZone: false,
  offlineIsQuiet: false,
  ramNestsInResources: false,
  crashHotplugShows: 'none',
  removableAlwaysOne: false,
  driverManagedMemory: false,
  regionIntersectsDescendants: false,
  regionWarningShowsRange: false,
  memremapNamesDevice: true,
  x86BlockSizeRule: 'largest-divisor',
  logsUnavailableRanges: 'zeroed',
  zoneDma: true,
  fiveLevelPaging: false,
  logsDemotionTargets: false,
  numaTrimsToDram: false,
  treeKeepsNumaRanges: false,
  numaCoverage: 'e820',
  nodeSpanFromRanges: false,
  acpiTablesCountForMaxPfn: false,
  daxBus: false,
  daxMatchesByType: false,
  daxMemmapOnMemory: false,
  daxMappingStoreSilent: false,
  kmemWarnsTruncation: false,
  hmemPlatform: false,
  cxlRegions: 'none',
  cxlXorArithmetic: false,
  cxlHostIsPci: false,
  cxlReadsEventLogs: false,
  cxlInvalidatesCaches: false,
  virtioMem: 'none',
  virtioMemSubblock: 'max-order',
  virtioMemKeepsRemoving: false,
  virtioBuiltIn: false,
  checksCompatAlign: false,
  badInfoBlockStopsProbe: false,
  checksInfoBlockPageSize: false,
  infoBlockMinor: 2,
  refusesZeroSizePfn: false,
  padsPfnToSections: true,
  reservesDaxLabels: true,
  forceRawSkipsPages: false,
  bttAnnouncesCapacity: true,
  regionAlign: false,
  memoryBlocks: 'fixed',
  hidesSharedRam: false,
  driversBuiltIn: false,
  probeFailureNamesDevice: false,
  acpiRescansFailedDevices: false,
  acpiWarnsEnumerationFailure: true,
  acpiMemmapOnMemoryBySize: true,
};

export const RELEASES: Readonly<Record<string, Release>> = {
  // Mainline's 5.0.0, configured without modules.
  '5.0': { changes: [], config: { driversBuiltIn: true }, uname: '5.0.0', verified: true },
  '5.3': { after: '5.0', changes: ['dax-bus', 'subsection-hotplug', 'section-is-early', 'info-block-1-3', 'no-section-padding', 'ram-nests', 'honour-force-raw', 'no-dax-labels'], config: { driversBuiltIn: false } },
  '5.4': { after: '5.3', changes: ['info-block-1-4', 'kpageflags-online', 'memremap-without-device'] },
  '5.5': { after: '5.4', changes: ['shrink-zones-at-offline', 'no-blocks-with-holes', 'limit-in-add-pages', 'five-level-paging'] },
  '5.6': { after: '5.5', changes: ['removable-always-one', 'memmap-of-last-section', 'kpageflags-last-section'] },
  '5.7': { after: '5.6', changes: ['compat-align', 'default-online-type', 'region-align'] },
  '5.8': { after: '5.7', changes: ['driver-managed', 'virtio-mem'] },
  '5.9': { after: '5.8', changes: ['keep-early-memmap', 'bare-metal-2g-blocks'] },
  '5.10': { after: '5.9', changes: ['region-warning-range', 'quiet-btt'] },
  '5.12': { after: '5.10', changes: ['taint-zone-device', 'range-allowed', 'memmap-init-of-holes', 'virtio-mem-big-blocks', 'quiet-offline'] },
  '5.14': { after: '5.12', changes: ['memmap-on-memory', 'memmap-init-by-address'] },
  '5.15': { after: '5.14', changes: ['auto-movable'] },
  '5.18': { after: '5.15', changes: ['block-stores-zone'] },
  '5.19': { after: '5.18', changes: ['compound-memmap', 'virtio-mem-pageblocks'] },
  '6.0': { after: '5.19', changes: ['cxl-pmem-regions'] },
  // Debian's 6.1 (6.1.190): stable backports reach to 2026.
  '6.1': {
    after: '6.0',
    changes: ['region-intersects-descendants', 'device-memory-max-pfn', 'acpi-device-check-may-fail'],
    uname: '6.1.0-54-amd64',
    verified: true,
  },
  '6.5': { after: '6.0', changes: ['misaligned-text', 'dax-match-type', 'hmem-platform', 'cxl-pci-hosts', 'cxl-cache-invalidation', 'cxl-ram-regions', 'cxl-event-logs', 'cxl-xor'] },
  '6.6': { after: '6.5', changes: ['crash-hotplug-file', 'memmap-on-memory-force', 'no-zero-size-pfn', 'virtio-mem-keeps-removing'] },
  '6.8': { after: '6.6', changes: ['memmap-on-memory-per-block', 'numa-coverage-of-memblock'] },
  '6.9': { after: '6.8', changes: ['acpi-rescan', 'acpi-device-check-may-fail', 'probe-text', 'dax-memmap-on-memory', 'dax-rwsem'] },
  '6.11': { after: '6.9', changes: ['crash-hotplug-flag', 'memmap-vmstat', 'acpi-tables-max-pfn', 'demotion-targets-logged'] },
  // Debian's 6.12 (6.12.117).
  '6.12': {
    after: '6.11',
    changes: ['region-intersects-descendants', 'device-memory-max-pfn', 'node-span-from-ranges', 'numa-trims-to-dram', 'tree-numa-memblks'],
    config: { defaultOnlineType: 'online', virtioBuiltIn: true },
    uname: '6.12.117+deb12-amd64',
    verified: true,
  },
  // Mainline again: nothing of Debian's 6.12 but what mainline's own had.
  '6.15': {
    after: '6.11',
    changes: ['region-intersects-descendants', 'numa-trims-to-dram', 'tree-numa-memblks', 'device-memory-max-pfn', 'block-size-advice'],
  },
  '7.2': { after: '6.15', changes: ['node-span-from-ranges', 'kmem-truncation-warning'] },
};
