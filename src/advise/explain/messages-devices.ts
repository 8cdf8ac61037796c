/** Messages of virtio-mem, ACPI memory, CXL, and of the driver core when a driver does not take a device. */

import { EBUSY, EINVAL } from '../../kernel/errno.ts';
import type { Message } from './message.ts';
import { REPORTS, theRange } from './words.ts';

const VIRTIO = 'drivers/virtio/virtio_mem.c';
const CFMWS = 'drivers/cxl/acpi.c: cxl_parse_cfmws';

export const DEVICE_MESSAGES: readonly Message[] = [
  {
    id: 'probe-failed',
    by: 'kernel',
    kind: 'failure',
    wordings: [
      { text: ': probe with driver {driver} failed with error {errno:dec}', since: 'probe-text' },
      { text: ': probe of {device} failed with error {errno:dec}', before: 'probe-text' },
    ],
    at: 'drivers/base/dd.c: call_driver_probe',
    title: 'a driver did not take its device',
    rule:
      'The driver core only reports what the driver answered; lines before it say why. (−ENODEV and −ENXIO it ' +
      'does not report at all.)',
    example: 'nd_pmem namespace0.0: probe with driver nd_pmem failed with error -95',
  },
  {
    id: 'acpi-empty',
    by: 'kernel',
    kind: 'refusal',
    wordings: [': device is empty'],
    at: 'drivers/acpi/acpi_memhotplug.c: acpi_memory_enable_device',
    errno: -EINVAL,
    title: 'a DIMM without an address range',
    tried: 'adding a DIMM',
    rule: 'Firmware announces a memory device and describes no range for it (_CRS is empty or of size 0).',
    remedy: ['it is for firmware, or the virtual machine monitor, to mend'],
    example: 'acpi PNP0C80:01: device is empty',
  },
  {
    id: 'acpi-add-failed',
    by: 'kernel',
    kind: 'failure',
    wordings: [': add_memory failed'],
    at: 'drivers/acpi/acpi_memhotplug.c: acpi_memory_enable_device',
    errno: -EINVAL,
    title: 'a DIMM of which nothing could be added',
    tried: 'adding a DIMM',
    rule:
      'Not one range of the DIMM could be added; the memory core’s line before it says why. (Had one range been ' +
      'added, the loss of the others would be silent.)',
    example: 'acpi PNP0C80:01: add_memory failed',
  },
  {
    id: 'acpi-enable-error',
    by: 'kernel',
    kind: 'failure',
    wordings: ['acpi_memory_enable_device() error', 'PNP0C80:{instance}: Enumeration failure'],
    at: 'drivers/acpi/acpi_memhotplug.c: acpi_memory_device_add',
    title: 'a DIMM that stays unused',
    tried: 'adding a DIMM',
    rule:
      'The DIMM is there and nobody uses it. From 6.9 on it is tried again with each later hotplug event, and ' +
      'these lines come again.',
    example: 'acpi PNP0C80:01: acpi_memory_enable_device() error',
  },
  {
    id: 'virtio-mem-facts',
    by: 'kernel',
    kind: 'notice',
    wordings: [
      'virtio_mem {device}: start address: {start:hex}', 'virtio_mem {device}: region size: {size:hex}',
      'virtio_mem {device}: device block size: {block:hex}', 'virtio_mem {device}: nid: {node:dec}',
      'virtio_mem {device}: memory block size: {blockSize:hex}', 'virtio_mem {device}: subblock size: {subblock:hex}',
      'virtio_mem {device}: big block size: {bigblock:hex}', 'virtio_mem {device}: plugged size: {plugged:hex}',
      'virtio_mem {device}: requested size: {requested:hex}', 'unplugging all memory is required',
    ],
    at: `${VIRTIO}: virtio_mem_init`,
    title: 'a virtio-mem device',
    rule: 'What the device is, and how much memory of it is asked for and plugged.',
    example: 'virtio_mem virtio0: requested size: 0x20000000',
  },
  {
    id: 'virtio-mem-edges',
    by: 'kernel',
    kind: 'loss',
    wordings: [
      'The alignment of the physical {edge} address can make some memory unusable.',
      'Some device memory is not addressable/pluggable. This can make some memory unusable.',
    ],
    at: `${VIRTIO}: virtio_mem_init`,
    title: 'a virtio-mem device whose edges miss memory blocks',
    tried: 'taking a virtio-mem device into use',
    rule:
      'Memory is plugged in whole memory blocks. Where the device begins or ends inside one (or beyond what can ' +
      'be addressed), that part is never used.',
    remedy: [
      'give the device an address and a size that are multiples of the guest’s memory block size (128 MiB; up to ' +
      '2 GiB on large guests)',
    ],
    reports: [REPORTS.hypervisor(1686)],
    example: 'virtio_mem virtio0: The alignment of the physical start address can make some memory unusable.',
  },
  {
    id: 'virtio-mem-block-size',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'The block size is not supported (too big).',
      'bbm_block_size is not a power of 2',
      'bbm_block_size is too small',
    ],
    at: `${VIRTIO}: virtio_mem_init_hotplug`,
    errno: -EINVAL,
    title: 'a virtio-mem block size this kernel cannot use',
    rule:
      'The device’s block must be smaller than a memory block, or, in big block mode (5.11 and later), a power ' +
      'of two.',
    remedy: ['a smaller `block-size=` of the device, or a newer guest kernel'],
    reports: [REPORTS.hypervisor(985)],
    example: 'virtio_mem virtio0: The block size is not supported (too big).',
  },
  {
    id: 'virtio-mem-reserve',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['could not reserve device region'],
    at: `${VIRTIO}: virtio_mem_create_resource`,
    errno: -EBUSY,
    title: 'a virtio-mem device whose range is taken',
    rule:
      'Its range stands in /proc/iomem already, mostly from the driver’s life before: memory it had added stays ' +
      'when it is unloaded.',
    remedy: ['reboot: the driver cannot be loaded twice'],
    example: 'virtio_mem virtio0: could not reserve device region',
  },
  {
    id: 'virtio-mem-reload',
    by: 'kernel',
    kind: 'failure',
    wordings: ['reloading the driver is not supported', 'device still has system memory added'],
    at: `${VIRTIO}: virtio_mem_remove`,
    title: 'virtio-mem memory outlives its driver',
    rule:
      'The driver went while memory it had added is in use. The memory stays, its owner is gone until the next ' +
      'boot.',
    remedy: ['before unloading ask for 0: `qom-set DEVICE requested-size 0` at the monitor'],
    example: 'virtio_mem virtio0: device still has system memory added',
  },
  {
    id: 'virtio-mem-add-failed',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['adding memory failed: {errno:dec}'],
    at: `${VIRTIO}: virtio_mem_add_memory`,
    title: 'a block that virtio-mem could not add',
    rule: 'The memory core refused the block: no room for its struct pages, or the range is taken.',
    example: 'virtio_mem virtio0: adding memory failed: -12',
  },
  {
    id: 'virtio-mem-onlining-denied',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['memory block onlining denied'],
    at: `${VIRTIO}: virtio_mem_memory_notifier_cb`,
    errno: -EBUSY,
    title: 'virtio-mem does not let a block come online',
    rule: 'The block is being taken out by virtio-mem just now, or lies partly beyond what the device has.',
    example: 'virtio_mem virtio0: memory block onlining denied',
  },
  {
    id: 'virtio-mem-broken',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['unknown error, marking device broken: {errno:dec}'],
    at: `${VIRTIO}: virtio_mem_run_wq`,
    title: 'virtio-mem gave up',
    rule: 'An error came up that trying again does not mend; the device does nothing any more until the next boot.',
    remedy: ['the lines before it say what failed; −22 means that the memory core refused a block'],
    example: 'virtio_mem virtio0: unknown error, marking device broken: -22',
  },
  {
    id: 'cxl-window-bad',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'CFMWS Unknown Interleave Arithmetic: {value:dec}', 'CFMWS Unsupported Interleave Arithmetic',
      'CFMWS Base HPA not 256MB aligned',
      'CFMWS Window Size not 256MB aligned',
      'CFMWS Interleave Ways ({value:dec}) invalid',
      'CFMWS length {value:dec} less than expected {expected:dec}',
      'CFMWS: [BIOS BUG] base/size alignment violates spec',
    ],
    at: CFMWS,
    errno: -EINVAL,
    title: 'a CXL window that breaks the specification',
    tried: 'reading the CXL windows of the CEDT',
    rule:
      'A fixed memory window begins and ends at multiples of 256 MiB and names its targets and how it ' +
      'interleaves; this one does not, and is left out. (XOR arithmetic needs 6.3 or later.)',
    remedy: ['it is for firmware to mend: `acpidump -n CEDT`'],
    example: 'cxl_acpi ACPI0017:00: CFMWS Base HPA not 256MB aligned',
  },
  {
    id: 'cxl-window-left-out',
    by: 'kernel',
    kind: 'failure',
    wordings: [
      'CFMWS range {start:hex}-{last:hex} not registered',
      'Failed to add decode range: [{start:hex} - {last:hex}] ({errno:dec})',
      'Failed to add decode range [{start:hex} - {last:hex}]',
    ],
    at: CFMWS,
    title: 'a CXL window that is not used',
    tried: 'reading the CXL windows of the CEDT',
    rule: (values) => `No region can be made in ${theRange(values)}; other windows are read on.`,
    example: 'cxl_acpi ACPI0017:00: CFMWS range 0x100000000-0x10fffffff not registered',
  },
  {
    id: 'cxl-advise',
    by: 'kernel',
    kind: 'loss',
    wordings: ['CFMWS: memblock size advise failed ({errno:dec})'],
    at: CFMWS,
    title: 'a CXL window that could not choose the block size',
    rule:
      'From 6.15 on windows propose a memory block size that divides them; this proposal came too late or was no ' +
      'power of two, so capacity may be lost at the edges.',
    remedy: ['a smaller memory block size from the command line, where the architecture has one'],
    reports: [REPORTS.price],
    example: 'cxl_acpi ACPI0017:00: CFMWS: memblock size advise failed (-16)',
  },
  {
    id: 'cxl-cache',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['Failed to synchronize CPU cache state'],
    at: 'drivers/cxl/core/region.c: cxl_region_invalidate_memregion',
    errno: -6,
    title: 'a CXL region that needs the caches flushed',
    rule:
      'Before a region is put in place or taken away the CPU caches are written back, which a guest of a virtual ' +
      'machine monitor cannot do.',
    remedy: ['on bare metal it works; in a test guest a kernel with CONFIG_CXL_REGION_INVALIDATION_TEST'],
    example: 'cxl region0: Failed to synchronize CPU cache state',
  },
  {
    id: 'cxl-has-ram',
    by: 'kernel',
    kind: 'notice',
    wordings: ['has System RAM: [mem {start:hex}-{last:hex}'],
    at: 'drivers/cxl/core/region.c: is_system_ram',
    title: 'CXL memory that firmware made RAM',
    rule: (values) =>
      `Firmware had mapped it and handed ${theRange(values)} over as System RAM, so no dax device is made of it.`,
    example:
      'cxl_region region0: [mem 0x850000000-0x284fffffff flags 0x200] has System RAM: [mem ' +
      '0x850000000-0x284fffffff flags 0x83000200]',
  },
  {
    id: 'cxl-no-window',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['no CXL window for range {start:hex}:{last:hex}', 'No CXL window for range {start:hex}:{last:hex}'],
    at: 'drivers/cxl/core/region.c: cxl_add_to_region',
    errno: -6,
    title: 'a decoder that firmware set outside every window',
    rule: (values) =>
      `The device decodes ${theRange(values)}, which no window of the CEDT holds, so no region is made of it.`,
    remedy: ['it is for firmware to mend: decoders and CEDT contradict each other'],
    example: 'cxl_pci 0000:0e:00.0: mem0:decoder5.0 no CXL window for range 0x0:0xfffffff',
  },
  {
    id: 'cxl-attach-failed',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'failed to attach {decoder} to {region}: {errno:dec}',
      'cxl_port_setup_targets expected iw: {ways:dec} ig: {granularity:dec} [mem {start:hex}-{last:hex}',
    ],
    at: 'drivers/cxl/core/region.c: cxl_region_attach',
    title: 'a CXL decoder that does not fit its region',
    rule:
      'What firmware programmed into switches and devices (ways, granularity, position) does not make one ' +
      'interleave set.',
    example: 'cxl_port endpoint7: failed to attach decoder7.0 to region0: -6',
  },
  {
    id: 'cxl-news',
    by: 'kernel',
    kind: 'notice',
    wordings: [
      'host supports CXL', 'Failed to get interrupt for event Info log', 'cxl_region {region}: config state:',
      'decode range: node: {node:dec} range', '__construct_region {region}', ': created region{region:dec}',
      'add: nvdimm-bridge{bridge:dec}', 'cxl region{region:dec}: {rest:text}', 'cxl_mem {device}: decoder:',
      'cxl_acpi {device}: decoder{decoder:text} added to root',
    ],
    at: 'drivers/cxl',
    title: 'CXL devices being put together',
    rule: 'News of ports, decoders and regions; no trouble by itself.',
    example: ' pci0000:0c: host supports CXL',
  },
];
