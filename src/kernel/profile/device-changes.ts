/** Changes in drivers that bring memory: device-dax, CXL, virtio-mem. As in changes.ts. */

import type { Change } from './change.ts';

export const DEVICE_CHANGES = {
  'dax-bus': {
    release: 'v5.1',
    subject: 'device-dax: Introduce bus + driver model',
    note: 'Its commit was not looked up. kmem came with it.',
    sets: { daxBus: true },
  },
  'dax-match-type': {
    release: 'v6.3',
    subject: 'dax: Assign RAM regions to memory-hotplug by default',
    note: 'Part of the CXL RAM region series of early 2023; its commit was not looked up. In 6.12, not in 6.1.',
    sets: { daxMatchesByType: true },
  },
  'cxl-pmem-regions': {
    release: 'v6.0',
    subject: 'cxl/region: Add region creation support',
    note: 'One of the CXL region provisioning series of summer 2022; its commit was not looked up. In 6.1.',
    sets: { cxlRegions: 'pmem' },
  },
  'cxl-pci-hosts': {
    release: 'v6.2',
    subject: 'cxl: the host bridge as a PCI device',
    note: 'Title and release are ours: the change was not looked up. Seen in 6.12.117 and not in 6.1.190, both run.',
    sets: { cxlHostIsPci: true },
  },
  'cxl-cache-invalidation': {
    release: 'v6.2',
    subject: 'cxl/region: Manage CPU caches relative to DPA invalidation events',
    note: 'Its commit was not looked up. In 6.12, not in 6.1.',
    sets: { cxlInvalidatesCaches: true },
  },
  'cxl-ram-regions': {
    release: 'v6.3',
    subject: 'cxl/region: Add volatile region creation support',
    note: 'Part of the CXL RAM region series of early 2023; its commit was not looked up. In 6.12, not in 6.1.',
    sets: { cxlRegions: 'pmem-and-ram' },
  },
  'cxl-event-logs': {
    release: 'v6.3',
    subject: 'cxl/mem: Wire up event interrupts',
    note: 'Its commit was not looked up. In 6.12, where it keeps devices without such interrupts out; not in 6.1.',
    sets: { cxlReadsEventLogs: true },
  },
  'cxl-xor': {
    release: 'v6.3',
    subject: 'cxl/acpi: Support CXL XOR Interleave Math (CXIMS)',
    note: 'Its commit was not looked up. In 6.12, not in 6.1. The text for bad windows changed too, when is not known.',
    sets: { cxlXorArithmetic: true },
  },
  'hmem-platform': {
    release: 'v6.3',
    subject: 'dax/hmem: Move hmem device registration to dax_hmem.ko',
    note: 'Part of the CXL RAM region series of early 2023; its commit was not looked up. In 6.12, not in 6.1.',
    sets: { hmemPlatform: true },
  },
  'dax-memmap-on-memory': {
    release: 'v6.9',
    subject: 'dax: add a sysfs knob to control memmap_on_memory behavior',
    note:
      'Posted in December 2023; its final commit was not found. kmem could place the memmap since v6.8, but only for CXL.',
    sets: { daxMemmapOnMemory: true },
  },
  'dax-rwsem': {
    release: 'v6.9',
    subject: 'dax/bus.c: replace driver-core lock usage by a local rwsem',
    note: 'Its commit was not looked up. In 6.12, not in 6.1.',
    sets: { daxMappingStoreSilent: true },
  },
  'kmem-truncation-warning': {
    release: 'v6.16',
    subject: 'DAX: warn when kmem regions are truncated for memory block alignment (gist)',
    note: 'Posted in April 2025; not in 6.12.117. The release, and that the amount has three digits, are from memory.',
    sets: { kmemWarnsTruncation: true },
  },
  'virtio-mem': {
    release: 'v5.8',
    subject: 'virtio-mem: Paravirtualized memory hotplug (5f1f79bbc9e2)',
    sets: { virtioMem: 'sub-blocks' },
  },
  'virtio-mem-big-blocks': {
    release: 'v5.11',
    subject: 'virtio-mem: Big Block Mode (BBM) - basic memory hotunplug',
    note: 'The last of a series of late 2020; its commit was not looked up. In 6.1 and 6.12.',
    sets: { virtioMem: 'all' },
  },
  'virtio-mem-pageblocks': {
    release: 'v5.19',
    subject: 'drivers: virtio_mem: use pageblock size as the minimum virtio_mem size.',
    note: 'Part of the series that let alloc_contig_range work on pageblocks; its commit was not looked up.',
    sets: { virtioMemSubblock: 'pageblock' },
  },
  'virtio-mem-keeps-removing': {
    release: 'v6.6',
    subject: 'virtio-mem: keep retrying on offline_and_remove_memory() errors in Sub Block Mode (SBM)',
    note: 'Of one series with the removal of bbm_safe_unplug; its commit was not looked up. In 6.12, not in 6.1.',
    sets: { virtioMemKeepsRemoving: true },
  },
} as const satisfies Record<string, Change>;
