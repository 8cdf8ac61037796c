/** Messages about memory that goes: offline, out of a zone, out of the machine. */

import { EBUSY, EINVAL } from '../../kernel/errno.ts';
import type { Message } from './message.ts';
import { sizeText } from './values.ts';
import { REPORTS, theRange } from './words.ts';

const CORE = 'mm/memory_hotplug.c';

export const OFFLINE_MESSAGES: readonly Message[] = [
  {
    id: 'remove-while-online',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['removing memory fails, because memory [{start:hex}-{last:hex}] is onlined'],
    at: `${CORE}: check_memblock_offlined_cb`,
    errno: -EBUSY,
    title: 'memory that is still in use',
    tried: 'removing memory from the machine',
    rule: (values) =>
      `Memory is removed only when all its blocks are offline; the block ${theRange(values)} is online.`,
    remedy: (values) => {
      const [start, block] = [values.hex('start'), values.hex('last') + 1 - values.hex('start')];
      const id = start / block;
      const one = Number.isInteger(id) ? `memory${id}` : 'memoryN';
      return [
        `take it offline first: \`echo offline > /sys/devices/system/memory/${one}/state\``,
        'for a dax device: `daxctl offline-memory DEVICE`, then `daxctl reconfigure-device -m devdax DEVICE`',
      ];
    },
    example: 'removing memory fails, because memory [0x0000000108000000-0x000000010fffffff] is onlined',
  },
  {
    id: 'remove-wrong-granularity',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['Refuse to remove {start:hex} - {end:hex},wrong granularity'],
    at: `${CORE}: try_remove_memory`,
    errno: -EINVAL,
    title: 'a removal of other pieces than were added',
    rule:
      'Memory that holds its own struct pages (memmap_on_memory) is removed one memory block at a time; this ' +
      'request was larger.',
    remedy: ['remove the blocks one by one, or boot without `memory_hotplug.memmap_on_memory`'],
    example: 'Refuse to remove 0x100000000 - 0x110000000,wrong granularity',
  },
  {
    id: 'altmap-not-unmapped',
    by: 'kernel',
    kind: 'failure',
    wordings: ['Altmap not fully unmapped'],
    at: `${CORE}: remove_memory_blocks_and_altmaps`,
    title: 'struct pages left behind',
    rule:
      'Struct pages that lay on the memory itself were not all given back as it was removed. It is a leak of the ' +
      'kernel’s.',
    example: 'Altmap not fully unmapped',
  },
  {
    id: 'offline-and-remove-failed',
    by: 'kernel',
    kind: 'failure',
    wordings: [
      'offline_and_remove_memory: Failed to remove memory: {errno:dec}',
      'offline_and_remove_memory: Failed to re-online memory: {errno:dec}',
    ],
    at: `${CORE}: offline_and_remove_memory`,
    title: 'taking memory out half way',
    rule: 'A driver (virtio-mem, device-dax) took memory offline to remove it, and the second half failed.',
    example: 'offline_and_remove_memory: Failed to remove memory: -16',
  },
  {
    id: 'online-failed',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['online_pages [mem {start:hex}-{last:hex}] failed'],
    at: `${CORE}: online_pages`,
    title: 'onlining that somebody vetoed',
    tried: (values) => `bringing ${theRange(values)} online`,
    rule:
      'Before memory is brought online those who keep accounts of it are asked; one of them (a balloon or ' +
      'virtio-mem driver, memory for the page tables of the memmap) said no.',
    remedy: ['look at the lines before it for who refused'],
    example: 'online_pages [mem 0x108000000-0x10fffffff] failed',
  },
  {
    id: 'offline-failed',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['memory offlining [mem {start:hex}-{last:hex}] failed due to {reason:text}'],
    at: `${CORE}: offline_pages`,
    errno: -EBUSY,
    title: 'memory that cannot go offline',
    tried: (values) => `taking ${theRange(values)} offline`,
    rule: (values) => offlineRule(values.text('reason')),
    remedy: (values) =>
      values.text('reason').includes('holes')
        ? ['there is no way: choose a block that is RAM from end to end']
        : [
            'online memory that must go again as movable: `echo online_movable > ' +
            '/sys/devices/system/memory/memoryN/state`',
            'stop what uses the memory, and try again; a block in zone Normal may never go',
          ],
    reports: [REPORTS.ndctl(256)],
    example: 'memory offlining [mem 0x108000000-0x10fffffff] failed due to failure to isolate range',
  },
  {
    id: 'unmovable-page',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['page dumped because: unmovable page'],
    at: 'mm/page_isolation.c: set_migratetype_isolate',
    errno: -EBUSY,
    title: 'a page that cannot be moved',
    tried: 'taking a memory block offline',
    rule:
      'A block goes offline when all its pages can be moved elsewhere. One of them belongs to the kernel (slab, ' +
      'page tables, a pinned page) and cannot.',
    remedy: [
      'choose a block of zone Movable: `lsmem -o RANGE,STATE,ZONES`',
      'online memory that must go again as movable: `echo online_movable > /sys/devices/system/memory/memoryN/state`',
    ],
    reports: [REPORTS.ndctl(256)],
    example: 'page dumped because: unmovable page',
  },
  {
    id: 'migration-failed',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'migrating pfn {pfn:hex} failed ret:{errno:dec}', 'failed to isolate pfn {pfn:hex}',
      'page dumped because: isolation failed', 'page dumped because: migration failure',
    ],
    at: `${CORE}: do_migrate_range`,
    errno: -EBUSY,
    title: 'a page that would not move',
    tried: 'taking a memory block offline',
    rule:
      'A page in the block is movable, but was held (pinned by a device or under I/O) while it was to move. The ' +
      'kernel tries on; a signal ends it.',
    remedy: ['stop what holds the page: RDMA, VFIO, io_uring with registered buffers, long DMA; then try again'],
    example: 'migrating pfn 10a3f2 failed ret:1',
  },
  {
    id: 'boot-memory-offlining',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['Boot memory [{start:hex} {end:hex}] offlining attempted'],
    at: 'arch/arm64/mm/mmu.c: prevent_bootmem_remove_notifier',
    errno: -EBUSY,
    title: 'memory from boot that stays',
    tried: (values) => `taking ${theRange(values)} offline`,
    rule:
      'On arm64 memory that was there at boot never goes offline: its mapping and its struct pages cannot be ' +
      'taken down.',
    remedy: ['choose memory that was added while the machine ran'],
    example: 'Boot memory [40000000 48000000] offlining attempted',
  },
  {
    id: 'offlined-pages',
    by: 'kernel',
    kind: 'notice',
    wordings: ['Offlined Pages {pages:dec}'],
    at: `${CORE}: offline_pages`,
    title: 'memory went offline',
    rule: (values) =>
      `${values.text('pages')} pages went offline (${sizeText(values.dec('pages') * values.units.pageSize)}).`,
    example: 'Offlined Pages 32768',
  },
  {
    id: 'acpi-offline-failed',
    by: 'kernel',
    kind: 'failure',
    wordings: ['memory memory{block:dec}: Offline failed.'],
    at: 'drivers/acpi/scan.c: acpi_scan_try_to_offline',
    title: 'a DIMM that cannot be taken out',
    tried: 'taking out a DIMM that firmware asked back',
    rule: (values) =>
      `Before a DIMM is ejected all its blocks go offline; memory${values.text('block')} did not, so the DIMM ` +
      'stays, and the blocks that had gone come back.',
    remedy: (values) => [
      `find what keeps it: \`cat /sys/devices/system/memory/memory${values.text('block')}/valid_zones\` (Normal ` +
      'holds pages that cannot move)',
      'for next time, online hot-added memory as movable: `echo online_movable > ' +
      '/sys/devices/system/memory/auto_online_blocks`',
    ],
    example: 'memory memory32: Offline failed.',
  },
];

function offlineRule(reason: string): string {
  if (reason.includes('holes')) {
    return (
      'A block goes offline only when all of it is RAM; this one has holes (firmware, reserved ranges), and ' +
      'stays online for good.'
    );
  }
  if (reason.includes('several zones') || reason.includes('multizone')) {
    return 'A block goes offline only when all its pages are in one zone; this one lies in two.';
  }
  if (reason.includes('unmovable')) return 'A page in it belongs to the kernel and cannot be moved elsewhere.';
  if (reason.includes('signal')) return 'Somebody interrupted it, while a page would not move.';
  if (reason.includes('isolate')) return 'Its pages could not be set apart: one of them cannot be moved elsewhere.';
  return `A block goes offline when all its pages can be moved elsewhere; the kernel says: ${reason}.`;
}
