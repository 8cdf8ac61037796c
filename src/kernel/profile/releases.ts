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
  removableAlwaysOne: false,
  driverManagedMemory: false,
  regionIntersectsDescendants: false,
  regionWarningShowsRange: false,
  x86BlockSizeRule: 'largest-divisor',
  logsUnavailableRanges: 'none',
  nodeSpanFromRanges: false,
  acpiTablesCountForMaxPfn: false,
  probeFailureNamesDevice: false,
  acpiRescansFailedDevices: false,
  acpiMemmapOnMemoryBySize: true,
};

export const RELEASES: Readonly<Record<string, Release>> = {
  '5.0': { changes: [] },
  '5.3': { after: '5.0', changes: ['subsection-hotplug', 'section-is-early'] },
  '5.5': { after: '5.3', changes: ['shrink-zones-at-offline', 'no-blocks-with-holes', 'limit-in-add-pages'] },
  '5.7': { after: '5.5', changes: ['removable-always-one'] },
  '5.8': { after: '5.7', changes: ['driver-managed'] },
  '5.9': { after: '5.8', changes: ['keep-early-memmap', 'bare-metal-2g-blocks'] },
  '5.10': { after: '5.9', changes: ['region-warning-range'] },
  '5.12': { after: '5.10', changes: ['taint-zone-device', 'range-allowed', 'memmap-init-of-holes'] },
  '5.15': { after: '5.12', changes: ['memmap-on-memory', 'auto-movable'] },
  '5.19': { after: '5.15', changes: ['block-stores-zone', 'compound-memmap'] },
  '6.0': { after: '5.19', changes: [] },
  // Debian's 6.1 (6.1.190): stable backports reach to 2026.
  '6.1': {
    after: '6.0',
    changes: ['region-intersects-descendants', 'device-memory-max-pfn'],
    uname: '6.1.0-54-amd64',
    verified: true,
  },
  '6.6': { after: '6.0', changes: ['memmap-on-memory-force'] },
  '6.8': { after: '6.6', changes: ['memmap-on-memory-per-block'] },
  '6.11': {
    after: '6.8',
    changes: ['acpi-rescan', 'probe-text', 'memmap-vmstat', 'misaligned-text', 'acpi-tables-max-pfn'],
  },
  // Debian's 6.12 (6.12.117).
  '6.12': {
    after: '6.11',
    changes: ['region-intersects-descendants', 'device-memory-max-pfn', 'node-span-from-ranges'],
    config: { defaultOnlineType: 'online' },
    uname: '6.12.117+deb12-amd64',
    verified: true,
  },
  '6.15': { after: '6.12', changes: ['block-size-advice'] },
};
