/** The constants of a kernel on an architecture: each asked of the model, with the kernel's own name for it. */

import { allocUnit } from '../drivers/dax/dax-range.ts';
import { memremapCompatAlign } from '../drivers/nvdimm/common-probe.ts';
import { defaultAlign } from '../drivers/nvdimm/region.ts';
import { SUPPORTED_ALIGNMENTS } from '../drivers/nvdimm/pfn-validate.ts';
import { leastSubblockSize } from '../drivers/virtio-mem/units-of-device.ts';
import { probeMemoryBlockSize } from '../kernel/boot/block-size.ts';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';
import { resolveProfile, type KernelProfile } from '../kernel/profile/profile.ts';
import { memmapPages } from '../kernel/sparse.ts';
import { GiB } from '../kernel/units.ts';

/** What is asked: one kernel on one architecture with so much memory. */
export interface ConstantsQuery {
  /** A name of ARCHITECTURES. */
  readonly arch: string;
  readonly kernel: string;
  /** End of RAM in bytes, holes included: the block size follows from it on x86. */
  readonly memoryBytes: number;
  /** Whether the CPUID hypervisor bit is set. */
  readonly hypervisor: boolean;
}

export type Evidence =
  /** Recordings of that very kernel show it. */
  | 'recorded'
  /** A real machine's data show it, of another kernel perhaps. */
  | 'seen'
  /** From the kernel's source. */
  | 'source';

/** One minimum: its value, and where it comes from. */
export interface Constant {
  readonly name: ConstantName;
  /** Undefined where the kernel has no such thing. */
  readonly bytes: number | undefined;
  readonly evidence: Evidence;
}

export interface ConstantEntry {
  /** A few words for a column. */
  readonly label: string;
  /** File and symbol in the kernel. */
  readonly source: string;
  /** What must be a multiple of it, or what it is the size of. */
  readonly says: string;
}

const ENTRIES = {
  page: ['page', 'include/asm/page.h: PAGE_SIZE', 'a page frame'],
  section: ['section', 'arch/*/include/asm/sparsemem.h: SECTION_SIZE_BITS', 'a section of the sparse memory model; a memory block is one or more'],
  subsection: ['sub-section', 'include/linux/mmzone.h: SUBSECTION_SIZE', 'what device memory is mapped in; a whole section before sub-sections'],
  pageblock: ['pageblock', 'include/linux/pageblock-flags.h: pageblock_order', 'the unit of mobility, and of isolating memory to take it offline'],
  'max-order': ['max order', 'include/linux/mmzone.h: MAX_ORDER_NR_PAGES', 'the largest block of the buddy allocator'],
  block: ['memory block', 'memory_block_size_bytes() (x86: arch/x86/mm/init_64.c: probe_memory_block_size)', 'what goes on- and offline; start and size of added RAM are multiples of it'],
  'dimm-size': ['DIMM', 'mm/memory_hotplug.c: check_hotplug_memory_range', 'start and size of an ACPI DIMM that becomes System RAM'],
  'block-memmap': ['memmap of a block', 'mm/sparse-vmemmap.c: section_nr_vmemmap_pages', 'struct pages one memory block needs when it is added'],
  'namespace-map': ['namespace', 'mm/memremap.c: memremap_compat_align', 'start and end of a namespace that is mapped'],
  'namespace-size': ['new namespace', 'drivers/nvdimm/region_devs.c: default_align', 'size of a namespace cut from a region of one DIMM (N DIMMs whose number is no power of two: N times that)'],
  'dax-align': ['device-dax -a', 'drivers/nvdimm/pfn_devs.c: nd_pfn_supported_alignments', 'the least alignment of a device-dax namespace'],
  'dax-alloc': ['dax device', 'drivers/dax/bus.c: alloc_is_aligned', 'size of a dax device cut from soft-reserved or CXL memory'],
  'virtio-mem': ['virtio-mem', 'drivers/virtio/virtio_mem.c: virtio_mem_init_hotplug', 'the smallest part of a memory block that virtio-mem plugs; larger device blocks win'],
} as const satisfies Readonly<Record<string, readonly [string, string, string]>>;

export type ConstantName = keyof typeof ENTRIES;

export const CONSTANT_NAMES: readonly ConstantName[] = Object.keys(ENTRIES) as ConstantName[];

export function constantEntry(name: ConstantName): ConstantEntry {
  const [label, source, says] = ENTRIES[name];
  return { label, source, says };
}

/** What no profile tells, by architecture. */
export const CAVEATS: Readonly<Record<string, string>> = {
  arm64: 'before 5.12, sections and memory blocks were 1 GiB (SECTION_SIZE_BITS 30)',
  ppc64le: 'the memory block is the logical memory block the device tree names, 256 MiB on machines of today; pageblock with the radix MMU',
  s390x: 'the memory block is at least a storage increment of the machine: 1 GiB where there is much memory',
};

/** Constants that recordings of x86 kernels show, and those that data of real machines show. */
const RECORDED: ReadonlySet<ConstantName> = new Set([
  'page', 'section', 'subsection', 'block', 'dimm-size', 'block-memmap', 'namespace-map', 'namespace-size', 'dax-alloc', 'virtio-mem',
]);
const SEEN: Readonly<Record<string, ReadonlySet<ConstantName>>> = { arm64: new Set(['section', 'block']) };

/** Largest region or memory size that is asked for; only its being large matters. */
const LARGE_REGION = 64 * GiB;

/** Every constant, in one order. @throws RangeError for an unknown kernel or architecture */
export function constantsOf(query: ConstantsQuery): Constant[] {
  const profile = resolveProfile(query.kernel, query.arch);
  const machine = { kernel: { profile } };
  const { arch, does } = profile;
  const block = probeMemoryBlockSize(profile, query.memoryBytes, query.hypervisor);
  const bytes: Readonly<Record<ConstantName, number | undefined>> = {
    page: arch.pageSize,
    section: 2 ** arch.sectionSizeBits,
    subsection: does.subsectionHotplug ? arch.subsectionSize : 2 ** arch.sectionSizeBits,
    pageblock: arch.pageblockPages * arch.pageSize,
    'max-order': arch.maxOrderPages * arch.pageSize,
    block,
    'dimm-size': arch.name === 's390x' ? undefined : block,
    'block-memmap': memmapPages(machine.kernel, block / arch.pageSize, undefined) * arch.pageSize,
    'namespace-map': !hasNvdimm(profile) ? undefined : does.checksCompatAlign ? memremapCompatAlign(machine) : arch.pageSize,
    'namespace-size': hasNvdimm(profile) && (does.regionAlign || arch.pageSize === 4096) ? defaultAlign(machine.kernel, LARGE_REGION, 1) : undefined,
    // Which larger ones there are depends on the huge pages of the architecture: known for x86-64.
    'dax-align': !hasNvdimm(profile) ? undefined : arch.name === 'x86_64' ? Math.min(...SUPPORTED_ALIGNMENTS) : arch.pageSize,
    'dax-alloc': does.daxBus ? allocUnit(machine, { align: arch.pageSize }) : undefined,
    'virtio-mem': does.virtioMem === 'none' || !hasVirtioMem(profile) ? undefined : leastSubblockSize(profile),
  };
  return CONSTANT_NAMES.map((name) => ({ name, bytes: bytes[name], evidence: evidenceOf(name, query.arch, profile) }));
}

/** Persistent memory as namespaces: not on s390. */
function hasNvdimm({ arch }: KernelProfile): boolean {
  return arch.name !== 's390x';
}

/** @kernel drivers/virtio/Kconfig: VIRTIO_MEM (as of 6.12) */
function hasVirtioMem({ arch }: KernelProfile): boolean {
  return ['x86_64', 'arm64', 'riscv64'].includes(arch.name);
}

function evidenceOf(name: ConstantName, arch: string, profile: KernelProfile): Evidence {
  if (arch === 'x86_64' && profile.verified && RECORDED.has(name)) return 'recorded';
  return SEEN[arch]?.has(name) === true ? 'seen' : 'source';
}

/** Names of architectures with their page sizes; variants that differ in neither are left out. */
export function archNames(): string[] {
  const seen = new Set<string>();
  return Object.entries(ARCHITECTURES).flatMap(([name, { name: family, pageSize }]) => {
    const key = `${family} ${pageSize}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [name];
  });
}
