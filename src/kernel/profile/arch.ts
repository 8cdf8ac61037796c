/** Constants of each architecture that memory hotplug depends on. */

export type ArchName = 'x86_64' | 'arm64' | 'ppc64le' | 's390x' | 'riscv64' | 'loongarch64';

/** The constants of an architecture and page size. */
export interface ArchConstants {
  readonly name: ArchName;
  /** Page size in bytes. */
  readonly pageSize: number;
  /** @kernel SECTION_SIZE_BITS */
  readonly sectionSizeBits: number;
  /** @kernel MAX_PHYSMEM_BITS, as the running kernel evaluates it */
  readonly maxPhysmemBits: number;
  /** Sub-section size in bytes: 2 MiB everywhere. @kernel SUBSECTION_SHIFT 21 */
  readonly subsectionSize: number;
  readonly pagesPerSection: number;
  readonly pagesPerSubsection: number;
  readonly subsectionsPerSection: number;
  /** @kernel pageblock_nr_pages */
  readonly pageblockPages: number;
  /** Pages of the largest buddy block. @kernel MAX_ORDER_NR_PAGES */
  readonly maxOrderPages: number;
  /** sizeof(struct page) on the kernels of interest. */
  readonly structPageSize: number;
  /** sizeof(struct mem_section) in the profiled configuration. */
  readonly memSectionSize: number;
  /** @kernel SECTIONS_PER_ROOT with SPARSEMEM_EXTREME */
  readonly sectionsPerRoot: number;
  /** How memory_block_size_bytes() is found. */
  readonly blockSizeRule: 'x86-probe' | 'section' | 's390-increment' | 'ppc-lmb';
  /** Who tells the kernel where memory is. */
  readonly firmware: 'e820' | 'device-tree' | 'sclp';
  /** Where the zones for devices with short addresses end, in bytes; undefined where Debian's kernel has no such zone. */
  readonly dmaEnd: number | undefined;
  readonly dma32End: number | undefined;
  /**
   * Memory of boot never goes offline, whatever its pages hold.
   * @kernel arch/arm64/mm/mmu.c: prevent_bootmem_remove_notifier
   */
  readonly keepsBootMemory: boolean;
  /** CONFIG_NUMA as Debian has it: nodes in /sys, and files that speak of them. */
  readonly numa: boolean;
  /** CONFIG_MHP_MEMMAP_ON_MEMORY may be chosen at all; on ppc64le since v6.6, on s390x since v6.8. */
  readonly memmapOnMemory: boolean;
  /** Highest hot-pluggable address, exclusive. @kernel PHYSMEM_END + 1 */
  readonly physmemEnd: number;
  /** Size of the huge page that maps the memmap of a section. */
  readonly pmdSize: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;
const SUBSECTION_SIZE = 2 * MiB;

type BootConstants = Pick<ArchConstants, 'firmware' | 'dmaEnd' | 'dma32End' | 'keepsBootMemory' | 'numa' | 'memmapOnMemory'>;

const tree = (dmaEnd: number | undefined, dma32End: number | undefined, more: Partial<BootConstants> = {}): BootConstants => ({
  firmware: 'device-tree',
  dmaEnd,
  dma32End,
  keepsBootMemory: false,
  numa: true,
  memmapOnMemory: false,
  ...more,
});

/**
 * How boot differs. Zones end where devices of the architecture stop reaching; arm64's DMA zone is what a device tree
 * without limits of its own leaves of 4 GiB. riscv64 and loongarch64 have been looked up, not recorded.
 * @kernel zone_sizes_init (arm64, x86), paging_init (s390, powerpc)
 */
const BOOT: Readonly<Record<ArchName, BootConstants>> = {
  x86_64: tree(16 * MiB, 4 * GiB, { firmware: 'e820', memmapOnMemory: true }),
  arm64: tree(4 * GiB, 4 * GiB, { keepsBootMemory: true, memmapOnMemory: true }),
  ppc64le: tree(undefined, undefined),
  s390x: tree(2 * GiB, undefined, { firmware: 'sclp', numa: false }),
  riscv64: tree(undefined, 4 * GiB),
  loongarch64: tree(undefined, 4 * GiB),
};

function arch(
  name: ArchName,
  pageSize: number,
  sectionSizeBits: number,
  maxPhysmemBits: number,
  pageblockBytes: number,
  pmdSize: number,
  maxOrderBytes: number,
  blockSizeRule: ArchConstants['blockSizeRule'],
  memSectionSize: number,
): ArchConstants {
  const sectionSize = 2 ** sectionSizeBits;
  return Object.freeze({
    name,
    pageSize,
    sectionSizeBits,
    maxPhysmemBits,
    subsectionSize: SUBSECTION_SIZE,
    pagesPerSection: sectionSize / pageSize,
    pagesPerSubsection: SUBSECTION_SIZE / pageSize,
    subsectionsPerSection: sectionSize / SUBSECTION_SIZE,
    pageblockPages: pageblockBytes / pageSize,
    maxOrderPages: maxOrderBytes / pageSize,
    structPageSize: 64,
    memSectionSize,
    sectionsPerRoot: pageSize / memSectionSize,
    blockSizeRule,
    ...BOOT[name],
    physmemEnd: 2 ** maxPhysmemBits,
    pmdSize,
  });
}

/**
 * Every supported architecture by `name` or `name-pagesize`; the bare name is Debian's page size.
 * Section and address bits stand in `arch/<arch>/include/asm/sparsemem.h` and were read in 6.1 and 6.12, pageblocks follow
 * from `include/linux/pageblock-flags.h`. Recordings hold x86-64, arm64, s390x and ppc64le to them. The largest buddy
 * block and huge pages beyond x86-64, loongarch's pageblock and riscv64's entries are Debian's defaults as far as known.
 * arm64 with LPA2 reaches 52 bits, and ppc64le's pageblock is 16 MiB with the hash MMU; both are variants not listed.
 */
export const ARCHITECTURES: Readonly<Record<string, ArchConstants>> = Object.freeze({
  x86_64: arch('x86_64', 4 * KiB, 27, 46, 2 * MiB, 2 * MiB, 4 * MiB, 'x86-probe', 32),
  // Five-level paging is decided at run time.
  'x86_64-5level': arch('x86_64', 4 * KiB, 27, 52, 2 * MiB, 2 * MiB, 4 * MiB, 'x86-probe', 32),
  arm64: arch('arm64', 4 * KiB, 27, 48, 2 * MiB, 2 * MiB, 4 * MiB, 'section', 32),
  'arm64-16k': arch('arm64', 16 * KiB, 27, 48, 32 * MiB, 32 * MiB, 32 * MiB, 'section', 32),
  'arm64-64k': arch('arm64', 64 * KiB, 29, 48, 512 * MiB, 512 * MiB, 512 * MiB, 'section', 32),
  ppc64le: arch('ppc64le', 64 * KiB, 24, 51, 2 * MiB, 2 * MiB, 16 * MiB, 'ppc-lmb', 32),
  s390x: arch('s390x', 4 * KiB, 28, 46, 1 * MiB, 1 * MiB, 4 * MiB, 's390-increment', 32),
  riscv64: arch('riscv64', 4 * KiB, 27, 56, 2 * MiB, 2 * MiB, 4 * MiB, 'section', 32),
  loongarch64: arch('loongarch64', 16 * KiB, 29, 48, 32 * MiB, 32 * MiB, 32 * MiB, 'section', 32),
});
