/** Messages of device-dax and kmem: device memory as files, and as System RAM. */

import { EBUSY, EINVAL, ENODEV } from '../../kernel/errno.ts';
import { alignDown, alignUp, hex } from '../../kernel/units.ts';
import type { Message } from './message.ts';
import { sizeText } from './values.ts';
import { REPORTS, theRange } from './words.ts';

const KMEM = 'drivers/dax/kmem.c';
const HMEM = 'drivers/dax/hmem/hmem.c';

export const DAX_MESSAGES: readonly Message[] = [
  {
    id: 'kmem-too-small',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['mapping{index:dec}: {start:hex}-{last:hex} too small after alignment'],
    at: `${KMEM}: dev_dax_kmem_probe`,
    title: 'device memory without one whole memory block',
    tried: (values) => `using ${theRange(values)} of a dax device as System RAM`,
    rule: (values) => {
      const { blockSize } = values.units;
      const rule = 'As System RAM the device is cut to whole memory blocks, start rounded up and end down; nothing is left';
      const range = values.range();
      if (blockSize === undefined || range === undefined) return `${rule}.`;
      return (
        `${rule}: blocks are ${sizeText(blockSize)}, the first whole one would begin at ${hex(alignUp(range.start, blockSize))}, ` +
        `the last would end at ${hex(alignDown(range.end, blockSize))}.`
      );
    },
    remedy: [
      'what a block is on that machine: `cat /sys/devices/system/memory/block_size_bytes` (2 GiB on many with 64 ' +
      'GiB or more)',
      'a larger namespace: it loses 1/64 to struct pages and 2 MiB to the info block before it is cut to blocks',
    ],
    reports: [REPORTS.ndctl(243)],
    example: 'kmem dax0.0: mapping0: 0x40800000-0x4fffffff too small after alignment',
  },
  {
    id: 'kmem-nothing-left',
    by: 'kernel',
    kind: 'failure',
    wordings: ['rejecting DAX region without any memory after alignment'],
    at: `${KMEM}: dev_dax_kmem_probe`,
    errno: -EINVAL,
    title: 'a dax device without one whole memory block',
    tried: 'using a dax device as System RAM',
    rule: 'None of the device’s ranges holds a whole memory block, so kmem does not take it.',
    reports: [REPORTS.ndctl(243)],
    example: 'kmem dax0.0: rejecting DAX region without any memory after alignment',
  },
  {
    id: 'kmem-rejecting-region',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['rejecting DAX region [mem {start:hex}-{last:hex}', 'rejecting DAX region {start:hex}-{last:hex}'],
    at: `${KMEM}: dev_dax_kmem_probe`,
    errno: -EINVAL,
    title: 'a dax device that kmem does not take',
    rule: (values) =>
      `kmem takes whole memory blocks on a known node; ${theRange(values)} has none of them, or no node.`,
    example: 'kmem dax0.0: rejecting DAX region [mem 0x40800000-0x4fffffff flags 0x200] with invalid node: -1',
  },
  {
    id: 'kmem-invalid-node',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['rejecting DAX region with invalid node: {node:dec}'],
    at: `${KMEM}: dev_dax_kmem_probe`,
    errno: -EINVAL,
    title: 'device memory that belongs to no NUMA node',
    tried: 'using a dax device as System RAM',
    rule: (values) =>
      `RAM needs a node; firmware names none for this device (node ${values.text('node')}): the SRAT has no ` +
      'entry for its range.',
    remedy: [
      'see target_node: `daxctl list`',
      'firmware has to describe the range in the SRAT (or NFIT proximity); `numa=off` takes nodes away too',
    ],
    reports: [REPORTS.ndctl(260)],
    example: 'kmem dax0.0: rejecting DAX region with invalid node: -1',
  },
  {
    id: 'dax-truncated',
    by: 'kernel',
    kind: 'loss',
    wordings: [
      { text: 'DAX region truncated by {amount:text} due to alignment', seen: '6.16 and later; before it, silently' },
    ],
    at: `${KMEM}: dev_dax_kmem_probe`,
    title: 'device memory lost to rounding',
    tried: 'using a dax device as System RAM',
    rule: (values) =>
      `Cut to whole memory blocks the device loses ${values.text('amount')}. Kernels before this message lose ` +
      'the same and say nothing.',
    remedy: [
      'smaller memory blocks lose less; a range that begins and ends at multiples of the block size loses nothing',
    ],
    reports: [REPORTS.price],
    example: 'kmem dax0.0: DAX region truncated by 2560 MiB due to alignment',
  },
  {
    id: 'kmem-could-not-reserve',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'mapping{index:dec}: {start:hex}-{last:hex} could not reserve region',
      'could not reserve region [{start:hex}-{last:hex}]',
      'could not reserve region {start:hex}-{last:hex}',
    ],
    at: `${KMEM}: dev_dax_kmem_probe`,
    errno: -EBUSY,
    title: 'device memory whose range somebody has',
    tried: (values) => `using ${theRange(values)} of a dax device as System RAM`,
    rule: (values) =>
      `${theRange(values)} stands in /proc/iomem already: the same memory under another driver (soft-reserved ` +
      'and CXL at once), or left behind by a removal that did not finish.',
    remedy: ['see who has it, as root: `cat /proc/iomem`', 'after a removal that failed only a reboot frees it'],
    example: 'kmem dax0.0: mapping0: 0x48000000-0x4fffffff could not reserve region',
  },
  {
    id: 'kmem-add-failed',
    by: 'kernel',
    kind: 'failure',
    wordings: ['mapping{index:dec}: {start:hex}-{last:hex} memory add failed'],
    at: `${KMEM}: dev_dax_kmem_probe`,
    title: 'device memory that was not added',
    tried: (values) => `adding ${theRange(values)} as System RAM (kmem)`,
    rule:
      'The memory core refused the range; a line before it says why (some of its refusals are silent: an ' +
      'impossible node, a range taken).',
    example: 'kmem dax0.0: mapping0: 0x48000000-0x4fffffff memory add failed',
  },
  {
    id: 'kmem-stays',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'mapping{index:dec}: {start:hex}-{last:hex} cannot be hotremoved until the next reboot',
      'cannot be hotremoved until the next reboot',
    ],
    at: `${KMEM}: dev_dax_kmem_remove`,
    errno: -EBUSY,
    title: 'device memory that stays RAM until the next boot',
    tried: 'taking a dax device away from kmem',
    rule:
      'The driver was unbound while blocks of it were online. They stay online, and nobody can take them out any ' +
      'more.',
    remedy: [
      'next time take it offline first: `daxctl reconfigure-device -m devdax -f DEVICE`',
      'now only a reboot helps',
    ],
    example: 'kmem dax0.0: mapping0: 0x48000000-0x4fffffff cannot be hotremoved until the next reboot',
  },
  {
    id: 'dax-could-not-reserve',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['mapping{index:dec}: {start:hex}-{last:hex} could not reserve range', 'could not reserve range'],
    at: 'drivers/dax/device.c: dev_dax_probe',
    errno: -EBUSY,
    title: 'a dax device whose range somebody has',
    tried: (values) => `opening ${theRange(values)} as a dax device`,
    rule: 'The range stands in /proc/iomem already, as RAM or under another driver.',
    remedy: ['see who has it, as root: `cat /proc/iomem`'],
    example: 'device_dax dax0.0: mapping0: 0x40800000-0x4fffffff could not reserve range',
  },
  {
    id: 'dax-pgmap',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['static pgmap / multi-range device conflict', 'dynamic-dax with pre-populated page map'],
    at: 'drivers/dax/device.c: dev_dax_probe',
    errno: -EINVAL,
    title: 'a dax device of several ranges where one is needed',
    rule:
      'On persistent memory the struct pages are made for one range; the device was put together of several, or ' +
      'made twice.',
    remedy: ['make the device anew in one piece: `daxctl destroy-device`, `daxctl create-device`'],
    example: 'device_dax dax0.1: static pgmap / multi-range device conflict',
  },
  {
    id: 'dax-size-misaligned',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['size_store: size: {bytes:dec} misaligned'],
    at: 'drivers/dax/bus.c: size_store',
    errno: -EINVAL,
    title: 'a size that is no multiple of the alignment',
    rule: (values) => `A dax device is a multiple of its alignment, ${values.text('bytes')} bytes is not.`,
    remedy: ['`daxctl list` shows the alignment; ask for a multiple of it'],
    example: 'dax dax0.0: size_store: size: 1048576 misaligned',
  },
  {
    id: 'dax-align-invalid',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['align_store: align {align:text} invalid for range {range:text}'],
    at: 'drivers/dax/bus.c: align_store',
    errno: -EINVAL,
    title: 'an alignment that does not fit the device',
    rule: 'Size, start and every range of the device must be multiples of the new alignment; one is not.',
    remedy: ['make the device 0 bytes first, then set the alignment, then the size'],
    example: 'dax dax0.0: align_store: align 1073741824 invalid for range 0',
  },
  {
    id: 'dax-memmap-on-memory',
    by: 'kernel',
    kind: 'refusal',
    wordings: [{ text: 'memmap_on_memory is not available', since: 'dax-memmap-on-memory' }],
    at: 'drivers/dax/bus.c: memmap_on_memory_store',
    errno: -EINVAL,
    title: 'struct pages on the memory itself are switched off',
    rule: 'The core was booted without memmap_on_memory, so a device cannot ask for it.',
    remedy: ['boot with `memory_hotplug.memmap_on_memory=1`'],
    example: 'dax dax0.0: memmap_on_memory is not available',
  },
  {
    id: 'hmem-arbitration',
    by: 'kernel',
    kind: 'notice',
    wordings: [
      'deferring range to CXL: [mem {start:hex}-{last:hex}',
      'registering CXL range: [mem {start:hex}-{last:hex}',
      'Soft Reserved range: [mem {start:hex}-{last:hex}',
    ],
    at: `${HMEM}: hmem_register_device`,
    title: 'who takes soft-reserved memory',
    rule: (values) =>
      `${theRange(values)} is reserved for special purpose; the kernel decides whether the CXL drivers or ` +
      'dax_hmem take it.',
    example: 'hmem_platform hmem_platform.0: deferring range to CXL: [mem 0x850000000-0x284fffffff flags 0x80000200]',
  },
  {
    id: 'hmem-failed',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'failed to register device for [mem {start:hex}-{last:hex}',
      'range {start:hex}-{last:hex} already active',
      'unable to register memory as DAX',
    ],
    at: `${HMEM}: dax_hmem_probe`,
    errno: -ENODEV,
    title: 'special-purpose memory that became no device',
    rule: 'A soft-reserved range was to become a dax device, and was taken or could not be registered.',
    example: 'dax_hmem hmem.0: range 0x850000000-0x284fffffff already active',
  },
];
