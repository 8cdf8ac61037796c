/** Boot lines that say what memory there is: information, told only when asked for. */

import type { Message } from './message.ts';
import { sizeText } from './values.ts';
import { REPORTS, theRange } from './words.ts';

/** Lines of one kind that need no sentence of their own. */
function notice(id: string, title: string, rule: string, wordings: readonly string[], example: string, at?: string): Message {
  return { id, by: 'kernel', kind: 'notice', title, rule, wordings, example, ...(at === undefined ? {} : { at }) };
}

export const BOOT_MESSAGES: readonly Message[] = [
  notice(
    'linux-version', 'which kernel', 'The kernel’s release; the rules of other messages depend on it.',
    ['Linux version {release}'], 'Linux version 6.12.0 (build@host) #1 SMP',
  ),
  notice(
    'command-line',
    'the kernel’s command line',
    'Options such as memmap=, mem=, movable_node and memhp_default_state= change the map and how memory is onlined.',
    ['Command line: {cmdline:text}'], 'Command line: console=ttyS0 memmap=64M!0x20000000',
  ),
  {
    id: 'memory-block-size',
    by: 'kernel',
    kind: 'notice',
    wordings: ['x86/mm: Memory block size: {megabytes:dec}MB', 'UV: mem_block_size set to {blockSize:hex}'],
    at: 'arch/x86/mm/init_64.c: probe_memory_block_size',
    title: 'the memory block size',
    rule: (values) =>
      'RAM comes and goes in blocks of ' +
      `${sizeText('megabytes' in values.fields ? values.dec('megabytes') * 2 ** 20 : values.hex('blockSize'))}.`,
    reports: [REPORTS.price],
    example: 'x86/mm: Memory block size: 128MB',
  },
  notice(
    'e820',
    'the firmware’s memory map',
    'An entry of the map that firmware hands over, or that the command line made of it.',
    [
      'BIOS-e820: [mem {start:hex}-{last:hex}]',
      'user: [mem {start:hex}-{last:hex}]',
      'modified: [mem {start:hex}-{last:hex}]',
      'extended: [mem {start:hex}-{last:hex}]', 'reserve setup_data: [mem {start:hex}-{last:hex}]',
      'e820: update [mem {start:hex}-{last:hex}]',
      'e820: remove [mem {start:hex}-{last:hex}]',
      'e820: update {rest:text}',
      'BIOS-e820: {start:hex} - {end:hex}', 'modified physical RAM map:', 'BIOS-provided physical RAM map:',
      'user-defined physical RAM map:', 'extended physical RAM map:', 'BIOS-provided physical RAM map',
    ],
    'BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable', 'arch/x86/kernel/e820.c: e820__print_table',
  ),
  notice(
    'ram-buffer',
    'a gap kept above RAM',
    'Up to 64 MiB above RAM no device is placed; another driver’s request there fails.',
    ['e820: reserve RAM buffer [mem {start:hex}-{last:hex}]'], 'e820: reserve RAM buffer [mem 0x3e7df000-0x3fffffff]',
    'arch/x86/kernel/e820.c: e820__reserve_resources_late',
  ),
  {
    id: 'srat-hotplug',
    by: 'kernel',
    kind: 'notice',
    wordings: [
      'SRAT: Node {node:dec} PXM {pxm:dec} [mem {start:hex}-{last:hex}] hotplug',
      'SRAT: Node {node:dec} PXM {pxm:dec} [mem {start:hex}-{last:hex}]',
    ],
    at: 'drivers/acpi/numa/srat.c: acpi_numa_memory_affinity_init',
    title: 'which node a range belongs to',
    rule: (values) =>
      `${theRange(values)} belongs to node ${values.text('node')}, by the SRAT; "hotplug" ranges may come later.`,
    example: 'ACPI: SRAT: Node 0 PXM 0 [mem 0x100000000-0x3bfffffff] hotplug',
  },
  notice(
    'srat', 'the SRAT', 'The table of processors, memory ranges and their nodes.',
    [
      'ACPI: SRAT {address:hex}', 'SRAT: PXM {pxm:dec}', 'SRAT: SRAT not used.', 'SRAT: Too many proximity domains.',
      'Reserving SRAT table memory',
      'Reserving NFIT table memory',
      'Reserving CEDT table memory',
      'ACPI: NFIT {address:hex}',
      'ACPI: CEDT {address:hex}',
      'ACPI: HMAT {address:hex}',
      'Reserving HMAT table memory',
      'Reserving SLIT table memory',
    ],
    'SRAT: PXM 0 -> APIC 0x00 -> Node 0',
  ),
  notice(
    'numa', 'NUMA nodes', 'How memory was divided among nodes.',
    [
      'NUMA: Node {node:dec} [mem',
      'NUMA turned off',
      'No NUMA configuration found',
      'NUMA disabled',
      'Faking a node at [mem',
      'Faking node {node:dec} at',
      'NODE_DATA({node:dec})',
      'Initmem setup node {node:dec}',
      'Could not find start_pfn for node',
      'too many memblk ranges',
      'overlaps with node {node:dec}', 'overlaps with itself', 'NUMA: no nodes coverage for', 'NUMA: nodes only cover',
      'numa=fake={number} too large', 'Not enough memory for each node. NUMA emulation disabled.', 'Fake node size',
      'Too many emulated memblks', 'NUMA: Initialized distance table', 'mempolicy: Enabling automatic NUMA balancing',
    ],
    'NUMA: Node 0 [mem 0x00000000-0x0009ffff] + [mem 0x00100000-0x3e7defff] -> [mem 0x00000000-0x3e7defff]',
  ),
  notice(
    'zone-ranges', 'zones', 'Where zones begin and end, and which ranges hold memory early in boot.',
    [
      'Zone ranges:',
      'Movable zone start for each node',
      'Early memory node ranges',
      'DMA [mem {start:hex}-{last:hex}]',
      'DMA32 [mem {start:hex}-{last:hex}]',
      'Normal [mem {start:hex}-{last:hex}]',
      'Normal empty', 'Device empty', 'DMA32 empty', 'Movable empty', 'HighMem empty', 'Movable zone: {rest:text}',
      'zone: {pages:dec} pages', 'pages in unavailable ranges', 'zone {zone}: {pages:dec} pages in unavailable ranges',
      'Zeroed struct page in unavailable ranges: {pages:dec} pages', 'Reserved but unavailable: {pages:dec} pages',
      'On node {node:dec} totalpages: {pages:dec}',
      'node {node:dec}: [mem {start:hex}-{last:hex}]',
      'Node {node:dec}: {start:hex}',
    ],
    'Zone ranges:', 'mm/mm_init.c: free_area_init',
  ),
  notice(
    'last-pfn', 'the last page of RAM', 'One past the highest page frame that holds RAM.',
    ['last_pfn = {pfn:hex} max_arch_pfn = {most:hex}'], 'last_pfn = 0x3e7df max_arch_pfn = 0x400000000',
  ),
  notice(
    'pci-gap', 'room for PCI devices', 'The largest gap below 4 GiB.', ['available for PCI devices'],
    '[mem 0x3e800000-0xafffffff] available for PCI devices',
  ),
  notice(
    'boot-options', 'an option about memory', 'What boot made of an option about memory.',
    [
      'Memory limited to {megabytes:dec}MB',
      'mem=nopentium ignored!',
      'The system has no mirror memory, ignore kernelcore=mirror.',
      'The system is under kdump, ignore kernelcore=mirror.', 'This configuration results in unmirrored kernel memory.',
      'Invalid user supplied memory map',
      'too many entries; ignoring',
      'no usable memory is left',
      'kernel BUG at arch/x86/kernel/e820.c',
    ],
    'mem=nopentium ignored! (only supported on x86_32)',
  ),
  notice(
    'kdump',
    'memory kept for a crash kernel',
    'A range reserved for kdump; it stays RAM, and its blocks cannot go offline.',
    [
      'crashkernel reserved: {start:hex} - {end:hex}',
      'Reserving {megabytes:dec}MB of memory at {rest:text} for crashkernel',
      'crashkernel low memory reserved',
    ],
    'crashkernel reserved: 0x00000000af000000 - 0x00000000bf000000 (256 MB)',
  ),
  notice(
    'auto-online', 'what becomes of added memory', 'Whether added memory is brought online by itself.',
    ['memhp_default_state={state}'], 'memhp_default_state=online_movable',
  ),
  notice(
    'hotplug-cpus', 'hotplug of something else', 'It speaks of processors or PCI cards, not of memory.',
    ['hotplug CPUs', 'PCIeHotplug', 'SHPCHotplug', 'ACPI Hot Plug PCI Controller', 'Standard Hot Plug PCI Controller'],
    'smpboot: Allowing 16 CPUs, 8 hotplug CPUs',
  ),
  notice(
    'pmem-file-system',
    'a file system on persistent memory',
    'A file system’s own news; DAX means that files are mapped without the page cache.',
    [
      'XFS (pmem{disk}): {rest:text}',
      'EXT4-fs (pmem{disk}): {rest:text}',
      'on /dev/pmem{disk}',
      '/dev/pmem{disk}',
      'BTRFS info (device pmem{disk}',
    ],
    'XFS (pmem0): Mounting V5 Filesystem',
  ),
  notice(
    'nfit', 'persistent memory described by firmware', 'NVDIMMs or regions as firmware describes them.',
    ['nfit ACPI0012:', 'nd_bus ndbus{bus:dec}: {rest:text}', 'persistent (type {type:dec})'],
    'nfit ACPI0012:00: found a zero length table',
  ),
  notice(
    'memblock', 'memory handed out before there are zones', 'What memblock=debug prints.',
    [
      'memblock_reserve: [',
      'memblock_add: [',
      'memblock_alloc_try_nid: {bytes:dec} bytes',
      'memblock_alloc_exact_nid_raw: {bytes:dec} bytes',
      'memblock_phys_free: [',
      'memblock_free: [',
    ],
    'memblock_alloc_try_nid: 16384 bytes align=0x40 nid=-1',
  ),
  notice(
    'iomem', 'a line of /proc/iomem', 'Who has a range; `memhp inspect` reads the whole file.',
    [' : CXL Window {window:dec}', ' : System RAM', ' : Persistent Memory', ' : Soft Reserved'],
    '100000000-13fffffff : System RAM',
  ),
  notice(
    'modules', 'modules in a back trace', 'Which modules were loaded as a warning was printed.', ['Modules linked in:'],
    'Modules linked in: kmem device_dax dax_pmem nd_pmem nd_btt nd_e820 libnvdimm',
  ),
];
