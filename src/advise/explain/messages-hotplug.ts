/** Messages of mm/memory_hotplug.c, mm/sparse.c and the memory blocks: RAM that comes and goes. */

import { E2BIG, EEXIST, EINVAL, ENOMEM } from '../../kernel/errno.ts';
import type { Message } from './message.ts';
import { sizeText } from './values.ts';
import { addressText, offBy, REPORTS, theRange } from './words.ts';

const CORE = 'mm/memory_hotplug.c';

export const HOTPLUG_MESSAGES: readonly Message[] = [
  {
    id: 'block-unaligned',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'Block size [{blockSize:hex}] unaligned hotplug range: start {start:hex}, size {size:hex}',
      { text: 'Section-unaligned hotplug range: start {start:hex}, size {size:hex}', seen: 'before 4.18' },
    ],
    at: `${CORE}: check_hotplug_memory_range`,
    errno: -EINVAL,
    title: 'memory that is not made of whole memory blocks',
    tried: (values) => `adding ${theRange(values)} as System RAM`,
    rule: (values) => {
      const unit = Number.isNaN(values.hex('blockSize')) ? values.units.sectionSize : values.hex('blockSize');
      const [start, size] = [values.hex('start'), values.hex('size')];
      return (
        `RAM is added in whole memory blocks, here ${sizeText(unit)}, so start and size must be multiples of it: ` +
        `the start, ${offBy(start, unit)}; the size of ${sizeText(size)} leaves ${sizeText(size % unit)} over.`
      ).replace('leaves an unknown size over', 'is not known').replace('leaves 0 bytes over', 'is one');
    },
    remedy: [
      'what a block is on that machine: `cat /sys/devices/system/memory/block_size_bytes` (hexadecimal)',
      'give the device an address and a size that are multiples of it, at the virtual machine monitor or in firmware',
    ],
    reports: [
      REPORTS.kata(1769), REPORTS.kata(1841), 'https://github.com/intel/nemu/issues/48',
      'https://access.redhat.com/solutions/7062400', REPORTS.hypervisor(1686),
    ],
    example: 'Block size [0x8000000] unaligned hotplug range: start 0x144000000, size 0x18000000',
  },
  {
    id: 'removal-bug',
    by: 'kernel',
    kind: 'failure',
    wordings: ['kernel BUG at mm/memory_hotplug.c!', 'kernel BUG at mm/memory_hotplug.c:{line:dec}!'],
    at: `${CORE}: try_remove_memory`,
    title: 'the kernel dies over the removal of memory it never added',
    tried: 'removing memory',
    rule:
      'The range to be removed is not made of whole memory blocks, and the kernel stops there with BUG(). This is met when a DIMM ' +
      'of an odd size was plugged where something else is (a reserved range, a namespace): adding it failed with EEXIST, the ACPI ' +
      'driver took it for added, and now it is ejected.',
    remedy: [
      'reboot: the worker died with the locks of hotplug held, so every later change of a memory block hangs',
      'do not eject such a DIMM; plug DIMMs of whole memory blocks where nothing else is',
    ],
    example: 'kernel BUG at mm/memory_hotplug.c:2266!',
  },
  {
    id: 'range-too-high',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      {
        text: 'Hotplug memory [{start:hex}-{end:hex}] exceeds maximum addressable range [{low:hex}-{high:hex}]',
        since: 'range-allowed',
      },
    ],
    at: `${CORE}: mhp_range_allowed`,
    errno: -E2BIG,
    title: 'memory above what the kernel can map',
    tried: (values) => `mapping ${theRange(values)}`,
    rule: (values) =>
      `The kernel maps memory up to ${addressText(values.hex('high'))} and no further; the range ends at ` +
      `${addressText(values.hex('end'))}. With address randomisation (KASLR) the limit can be lower: the direct map is cut to RAM ` +
      'plus a reserve.',
    remedy: [
      'put the device lower, below the printed maximum',
      'boot with `nokaslr` to see whether randomisation took the room; five-level page tables raise the limit for good',
    ],
    reports: [REPORTS.hypervisor(8191)],
    example: 'Hotplug memory [0x400000000000-0x400008000000] exceeds maximum addressable range [0x0-0x3fffffffffff]',
  },
  {
    id: 'range-too-high-5.5',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      {
        text: 'Hotplugged memory exceeds maximum addressable address, range={start:hex}-{last:hex}, maximum={high:hex}',
        since: 'limit-in-add-pages',
        before: 'range-allowed',
      },
    ],
    at: `${CORE}: check_hotplug_memory_addressable`,
    errno: -E2BIG,
    title: 'memory above what the kernel can map',
    tried: (values) => `mapping ${theRange(values)}`,
    rule:
      'The range ends above the last address this architecture has page frames for (the printed maximum is one ' +
      'bit too high).',
    remedy: ['put the device lower'],
    example:
      'Hotplugged memory exceeds maximum addressable address, range=0x400000000000-0x400007ffffff, ' +
      'maximum=0x7fffffffffff',
  },
  {
    id: 'resource-taken',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['Unable to reserve System RAM region: {start:hex}->{end:hex}'],
    at: `${CORE}: register_memory_resource`,
    errno: -EEXIST,
    title: 'a range that somebody has already',
    tried: (values) => `adding ${theRange(values)} as System RAM`,
    rule:
      'Before memory is added its range is entered in /proc/iomem; something busy stands there already, often ' +
      'the same memory, added before.',
    remedy: [
      'see who has it, as root: `cat /proc/iomem`',
      'when it is System RAM there, it was added already: nothing is left to do',
    ],
    reports: ['https://github.com/kata-containers/agent/issues/712'],
    example: 'Unable to reserve System RAM region: 0000000100000000->0000000108000000',
  },
  {
    id: 'node-impossible',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['node {node:dec} was absent from the node_possible_map'],
    at: `${CORE}: add_memory_resource`,
    errno: -EINVAL,
    title: 'memory for a NUMA node that cannot exist',
    rule: (values) =>
      `Which nodes are possible is settled at boot, from the SRAT; node ${values.text('node')} is not among them, and ` +
      'memory cannot be added to it.',
    remedy: [
      'see `cat /sys/devices/system/node/possible`; give the memory another node, or describe the node in the SRAT',
    ],
    example: 'node 3 was absent from the node_possible_map',
  },
  {
    id: 'null-pgdat',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['Cannot online node {node:dec} due to NULL pgdat'],
    at: `${CORE}: __try_online_node`,
    errno: -ENOMEM,
    title: 'no memory for a new NUMA node',
    rule: 'The node comes into being with its first memory, and there was no room for its own data.',
    example: 'Cannot online node 1 due to NULL pgdat',
  },
  {
    id: 'misaligned-pages',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      { text: 'Misaligned __{what}_pages start: {startPfn:hex} end: #{lastPfn:hex}', before: 'misaligned-text' },
      { text: 'Misaligned __{what}_pages start: {startPfn:hex} end: {lastPfn:hex}', since: 'misaligned-text' },
    ],
    at: `${CORE}: check_pfn_span`,
    errno: -EINVAL,
    title: 'pages that are not made of whole sub-sections',
    tried: (values) =>
      `${values.text('what') === 'remove' ? 'removing' : 'adding'} struct pages for ${theRange(values)}`,
    rule: (values) => {
      const range = values.range();
      const { subsectionSize } = values.units;
      const rule = `Struct pages come in sub-sections of ${sizeText(subsectionSize)} (the numbers printed are page frames, the end inclusive)`;
      if (range === undefined) return `${rule}.`;
      return `${rule}: the start, ${offBy(range.start, subsectionSize)}; the end, ${offBy(range.end, subsectionSize)}.`;
    },
    remedy: [
      'begin and end the range at multiples of 2 MiB',
      'a PCI device that asks (peer-to-peer DMA) with a small BAR cannot have struct pages here: turn that off',
    ],
    reports: ['https://github.com/deepin-community/kernel/pull/709'],
    example: 'Misaligned __add_pages start: 0xe0200 end: 0xe0203',
  },
  {
    id: 'invalid-altmap',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['memory add fail, invalid altmap'],
    at: `${CORE}: __add_pages`,
    errno: -EINVAL,
    title: 'a memmap on the device that does not fit its range',
    rule:
      'The device was to hold its own struct pages (an altmap), and they do not begin where its memory begins. Before ' +
      '5.3 pages were added from the start of the 128 MiB section while the altmap was counted from the device, so every ' +
      'namespace that begins inside a section failed like this.',
    remedy: [
      'a kernel of 5.3 or later; before it, begin namespaces at multiples of 128 MiB',
      'or keep the struct pages in RAM: `ndctl create-namespace -f -e NAMESPACE -m fsdax -M mem`',
    ],
    reports: [REPORTS.csi(9)],
    example: 'memory add fail, invalid altmap',
  },
  {
    id: 'section-deactivated-twice',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['section already deactivated ({startPfn:hex} + {nrPages:dec})'],
    at: 'mm/sparse.c: clear_subsection_map',
    errno: -EINVAL,
    title: 'pages removed twice',
    rule: (values) =>
      `Sub-sections of ${theRange(values)} were to be removed that are not there: somebody removed them before, ` +
      'or they were never added.',
    remedy: ['this is an error in a driver, not of yours: report it with the back trace'],
    example: 'section already deactivated (0x108000 + 512)',
  },
  {
    id: 'add-pages-warning',
    by: 'kernel',
    kind: 'failure',
    wordings: ['WARNING: at arch/x86/mm/init_64.c add_pages'],
    at: 'arch/x86/mm/init_64.c: add_pages',
    title: 'adding pages failed',
    rule: 'The architecture’s code only repeats that the pages could not be added; the line before says why.',
    example: 'WARNING: at arch/x86/mm/init_64.c add_pages',
  },
  {
    id: 'sparse-remove-missing',
    by: 'kernel',
    kind: 'failure',
    wordings: ['WARNING: sparse_remove_section on a section without memmap'],
    at: 'mm/memory_hotplug.c: __remove_pages',
    title: 'pages removed that have no memmap',
    rule: 'A section was to lose its pages that has none; the rest of the range is removed all the same.',
    example: 'WARNING: sparse_remove_section on a section without memmap',
  },
  {
    id: 'unknown-online-node',
    by: 'kernel',
    kind: 'notice',
    wordings: [
      'Unknown online node for memory at {address:hex}, assuming node 0',
      'Unknown target node for memory at {address:hex}, assuming node 0',
    ],
    at: 'mm/numa.c: memory_add_physaddr_to_nid',
    title: 'memory that no table gives to a node',
    rule: 'Neither SRAT nor device tree say which node the address belongs to, so it goes to node 0.',
    example: 'Unknown online node for memory at 0x100000000, assuming node 0',
  },
  {
    id: 'memmap-waste',
    by: 'kernel',
    kind: 'notice',
    wordings: ['Memory hotplug will waste {pages:dec} pages in each memory block'],
    at: `${CORE}: mhp_memmap_on_memory`,
    title: 'memmap on memory costs pages',
    rule: (values) =>
      `With memmap_on_memory=force each block gives up ${values.text('pages')} pages more than its struct pages ` +
      'need.',
    example: 'Memory hotplug will waste 16384 pages in each memory block',
  },
  {
    id: 'demotion-targets',
    by: 'kernel',
    kind: 'notice',
    wordings: ['Demotion targets for Node {node:dec}: {targets:text}'],
    at: 'mm/memory-tiers.c: establish_demotion_targets',
    title: 'memory tiers',
    rule: 'Where pages of this node go when they grow cold; told anew whenever a node comes or goes.',
    example: 'Demotion targets for Node 0: preferred: 1, fallback: 1',
  },
  {
    id: 'zonelists',
    by: 'kernel',
    kind: 'notice',
    wordings: [
      'Built {count:dec} zonelists', 'Policy zone: {zone}', 'Fallback order for Node {node:dec}:',
    ],
    at: 'mm/page_alloc.c: build_all_zonelists',
    title: 'zones counted anew',
    rule: 'A zone became populated or empty, and allocation orders were built anew.',
    example: 'Built 2 zonelists, mobility grouping on. Total pages: 2064000',
  },
  {
    id: 'vmemmap-failure',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['vmemmap alloc failure: order:{order:dec}'],
    at: 'mm/sparse-vmemmap.c: vmemmap_alloc_block',
    errno: -ENOMEM,
    title: 'no memory for struct pages',
    rule:
      'New memory needs 64 bytes of struct page for every 4 KiB, 2 MiB for each 128 MiB, taken from the memory ' +
      'there is, in pieces of 2 MiB; there was none.',
    remedy: [
      'add memory in smaller steps, so that each pays for the next',
      'or let it hold its own: `memory_hotplug.memmap_on_memory=1` on the command line; for persistent memory `-M dev`',
    ],
    reports: [REPORTS.kata(4847), 'https://github.com/kata-containers/runtime/issues/1244'],
    example: 'vmemmap alloc failure: order:9',
  },
  {
    id: 'no-altmap-support',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['no cpu support for altmap allocations'],
    at: 'arch/x86/mm/init_64.c: vmemmap_populate',
    errno: -ENOMEM,
    title: 'struct pages on the device need large pages',
    rule:
      'The processor has no 2 MiB pages (or they were switched off), and struct pages on the device are only ' +
      'mapped with them.',
    remedy: ['keep them in RAM: `-M mem`'],
    example: 'vmemmap_populate: no cpu support for altmap allocations',
  },
  {
    id: 'offnode-memmap',
    by: 'kernel',
    kind: 'notice',
    wordings: ['potential offnode page_structs'],
    at: 'mm/sparse-vmemmap.c: vmemmap_verify',
    title: 'struct pages on another node',
    rule: 'The struct pages of some memory lie on another NUMA node; it works, a little slower.',
    example: '[ffffea0004000000-ffffea00041fffff] potential offnode page_structs',
  },
  {
    id: 'circular-usemap',
    by: 'kernel',
    kind: 'notice',
    wordings: [
      'have a circular dependency on usemap and pgdat allocations',
      'must be removed before remove section {section:dec}',
    ],
    at: 'mm/sparse.c: check_usemap_section_nr',
    title: 'sections that hold each other',
    rule:
      'A section holds data of another one; the two can only be removed in a certain order. It matters only for ' +
      'hot-removal of boot memory.',
    example: 'Section 16 and 17 (node 0) have a circular dependency on usemap and pgdat allocations',
  },
  {
    id: 'block-size-panic',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['Memory block size not suitable: {blockSize:hex}'],
    at: 'drivers/base/memory.c: memory_dev_init',
    title: 'a memory block size that cannot be',
    rule: 'A memory block is a power of two and at least one section; the kernel does not boot with another.',
    remedy: ['change or leave out what set it (`mem_block_size=`, firmware)'],
    example: 'Memory block size not suitable: 0x4000000',
  },
];
