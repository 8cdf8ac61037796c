/** Messages of libnvdimm: regions, namespaces, info blocks and the drivers that bind them. */

import { EBUSY, EINVAL, ENODEV, ENOSPC, ENXIO, EOPNOTSUPP } from '../../kernel/errno.ts';
import type { Message } from './message.ts';
import { sizeText } from './values.ts';
import { addressText, offBy, REPORTS, theRange } from './words.ts';

const PFN = 'drivers/nvdimm/pfn_devs.c';
const NAMESPACE = 'drivers/nvdimm/namespace_devs.c';
const REWRITE = 'the info block is made anew by `ndctl create-namespace -f -e NAMESPACE -m fsdax`: its data is lost, so copy it first in raw mode';

export const NVDIMM_MESSAGES: readonly Message[] = [
  {
    id: 'namespace-misaligned',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      { text: '[mem {start:hex}-{last:hex} flags {flags:hex}] misaligned, unable to map', since: 'compat-align' },
    ],
    at: `${NAMESPACE}: nvdimm_namespace_common_probe`,
    errno: -EOPNOTSUPP,
    title: 'persistent memory that is not a multiple of 2 MiB',
    tried: (values) => `taking ${theRange(values)} as persistent memory with struct pages`,
    rule: (values) => {
      const unit = values.units.subsectionSize;
      const range = values.range();
      if (range === undefined) return 'A namespace that is mapped with struct pages begins and ends at multiples of 2 MiB.';
      return (
        `A namespace that is mapped with struct pages begins and ends at multiples of ${sizeText(unit)}: the ` +
        `start, ${offBy(range.start, unit)}; the end, ${offBy(range.end, unit)}.`
      );
    },
    remedy: [
      'change the range where it is made: firmware, or `memmap=SIZE!START` with both multiples of 2M',
      'as it is it can serve as a plain disk: `ndctl create-namespace -f -e NAMESPACE -m raw`',
    ],
    example: 'nd_pmem namespace0.0: [mem 0x20100000-0x240fffff flags 0x200] misaligned, unable to map',
  },
  {
    id: 'resource-misaligned',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      { text: 'resource start misaligned', since: 'compat-align' },
      { text: 'resource end misaligned', since: 'compat-align' },
      { text: 'namespace resource misaligned', seen: '5.7 series' },
    ],
    at: `${PFN}: nd_pfn_validate`,
    errno: -EOPNOTSUPP,
    title: 'an info block whose range is no multiple of 2 MiB any more',
    tried: 'bringing a namespace back by its info block',
    rule:
      'The info block on the media says where the data lies; with the padding it names, the range has to begin ' +
      'and end at multiples of 2 MiB. It does not, mostly because firmware moved the range since it was written.',
    remedy: [
      'put the range back where it was (firmware settings, `memmap=`)',
      'the data is reachable in raw mode: `ndctl create-namespace -f -e NAMESPACE -m raw`',
    ],
    example: ' pfn0.1: resource start misaligned',
  },
  {
    id: 'start-misaligned-to',
    by: 'kernel',
    kind: 'refusal',
    wordings: [{ text: ': start {start:hex} misaligned to {unit:hex}', since: 'compat-align' }],
    at: `${PFN}: nd_pfn_init`,
    errno: -EINVAL,
    title: 'a new namespace whose start has no struct pages',
    tried: 'making an fsdax or devdax namespace',
    rule: (values) =>
      `Struct pages begin at multiples of ${sizeText(values.hex('unit'))}: ` +
      `${offBy(values.hex('start'), values.hex('unit'))}.`,
    remedy: [
      'begin the region at a multiple of 2M (firmware, `memmap=SIZE!START`)',
      'raw and sector mode need no struct pages: `ndctl create-namespace -f -e NAMESPACE -m raw`',
    ],
    example: 'dax_pmem dax0.0: namespace0.0: start 0x0000000020100000 misaligned to 0x200000',
  },
  {
    id: 'alignment-collision',
    by: 'kernel',
    kind: 'loss',
    wordings: [{ text: 'alignment collision, truncate {bytes:dec} bytes', before: 'no-section-padding' }],
    at: `${PFN}: nd_pfn_init`,
    title: 'capacity cut off, to keep sections apart',
    tried: 'making an fsdax or devdax namespace',
    rule: (values) =>
      `Before 5.3 a namespace was padded to whole sections of ${sizeText(values.units.sectionSize)} where RAM or another ` +
      `region shares one; ${sizeText(values.dec('bytes'))} of this one cannot be used.`,
    remedy: [
      'a kernel of 5.3 or later needs no padding; a namespace keeps what its info block says until it is made anew',
    ],
    reports: [REPORTS.ndctl(76), REPORTS.csi(349)],
    example: 'nd_pmem pfn0.1: namespace0.0 alignment collision, truncate 69206016 bytes',
  },
  {
    id: 'cannot-satisfy-alignment',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['unable to satisfy requested alignment'],
    at: `${PFN}: nd_pfn_init`,
    errno: -ENXIO,
    title: 'a namespace too small for its own metadata',
    tried: 'making an fsdax or devdax namespace',
    rule:
      'What is left after the info block, the struct pages (1/64 of the size), the padding and rounding to the ' +
      'alignment is nothing.',
    remedy: ['a larger namespace, a smaller alignment (`--align=2M`), or struct pages in RAM (`-M mem`)'],
    reports: [REPORTS.csi(133), REPORTS.ndctl(79)],
    example: 'nd_pmem pfn0.1: namespace0.0 unable to satisfy requested alignment',
  },
  {
    id: 'pfns-truncated',
    by: 'kernel',
    kind: 'loss',
    wordings: ['number of pfns truncated from {from:dec} to {to:dec}'],
    at: `${PFN}: __nvdimm_setup_pfn`,
    title: 'fewer pages than the info block promises',
    rule: (values) =>
      `The info block counts ${values.text('from')} pages, the namespace has room for ${values.text('to')}; the ` +
      'rest is not used.',
    remedy: [REWRITE],
    example: 'nd_pmem pfn0.0: number of pfns truncated from 65536 to 65024',
  },
  {
    id: 'info-block-mismatch',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'init failed, page size mismatch {size:dec}', 'init failed, struct page size mismatch {size:dec}',
      'init failed, alignment mismatch: {device:text}:{block:hex}',
      'init failed, alignment mismatch',
      'init failed, settings mismatch',
    ],
    at: `${PFN}: nd_pfn_validate`,
    errno: -EOPNOTSUPP,
    title: 'an info block that another kernel wrote',
    tried: 'bringing a namespace back by its info block',
    rule:
      'The info block was laid out for other page sizes, struct pages or alignments than this kernel has, or ' +
      'than are asked of it now. The namespace stays off rather than hand out wrong data.',
    remedy: ['boot the kernel (or page size) that made it', REWRITE],
    example: 'nd_pmem pfn0.1: init failed, alignment mismatch: 200000:40000000',
  },
  {
    id: 'align-exceeds-capacity',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['alignment: {align:hex} exceeds capacity {capacity:hex}'],
    at: `${PFN}: nd_pfn_validate`,
    errno: -EOPNOTSUPP,
    title: 'an alignment larger than the namespace',
    rule: (values) =>
      `The info block asks for ${sizeText(values.hex('align'))}, the namespace has ` +
      `${sizeText(values.hex('capacity'))}: it was made for a larger one.`,
    remedy: [REWRITE],
    example: 'nd_pmem pfn0.1: alignment: 40000000 exceeds capacity 20000000',
  },
  {
    id: 'pfn-array-too-large',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['pfn array size exceeds capacity of {namespace}'],
    at: `${PFN}: nd_pfn_validate`,
    errno: -EOPNOTSUPP,
    title: 'data that would begin beyond the end',
    rule:
      'The data offset in the info block is not smaller than the namespace: the namespace is smaller than when ' +
      'it was written.',
    remedy: ['give the region its old size back', REWRITE],
    example: 'nd_pmem pfn0.1: pfn array size exceeds capacity of namespace0.0',
  },
  {
    id: 'bad-offset',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['bad offset: {dataoff:hex} dax disabled align: {align:hex}'],
    at: `${PFN}: nd_pfn_validate`,
    errno: -EOPNOTSUPP,
    title: 'data that is not aligned any more',
    rule: (values) =>
      `Start, padding and data offset (${addressText(values.hex('dataoff'))}) together must be a multiple of ` +
      `${sizeText(values.hex('align'))}, the namespace’s alignment. They were when it was made: the range has moved.`,
    remedy: [
      'put the range back where it was (firmware, a DIMM missing, `memmap=`)',
      'the data is reachable in raw mode',
    ],
    reports: [REPORTS.thread],
    example: 'nd_pmem pfn0.1: bad offset: 0x600000 dax disabled align: 0x400000',
  },
  {
    id: 'bad-offset-small',
    by: 'kernel',
    kind: 'refusal',
    wordings: [{ text: 'bad offset with small namespace', since: 'no-zero-size-pfn' }],
    at: `${PFN}: nd_pfn_validate`,
    errno: -EOPNOTSUPP,
    title: 'a namespace with no data in it',
    rule:
      'Between padding, struct pages and truncation nothing is left. Kernels before this check made a disk of ' +
      'size 0 of it.',
    remedy: ['a larger namespace'],
    example: 'nd_pmem pfn0.1: bad offset with small namespace',
  },
  {
    id: 'read-only-region',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['is read-only, unable to init metadata', 'is read-only, unable to init btt metadata'],
    at: `${PFN}: nd_pfn_init`,
    errno: -ENXIO,
    title: 'a region that may not be written',
    rule: 'A new namespace writes its info block, and the region is read-only (firmware or a label says so).',
    remedy: ['`echo 0 > /sys/bus/nd/devices/REGION/read_only`, if the platform lets you'],
    example: 'nd_pmem pfn0.0: region0 is read-only, unable to init metadata',
  },
  {
    id: 'nd-could-not-reserve',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['could not reserve region [mem {start:hex}-{last:hex}', 'could not reserve region [??? {start:hex}-{last:hex}', 'could not reserve metadata'],
    at: 'drivers/nvdimm/claim.c: devm_nsio_enable',
    errno: -EBUSY,
    title: 'a namespace whose range somebody has',
    tried: 'taking a namespace into use',
    rule: (values) =>
      `A driver enters its range in /proc/iomem first; ${theRange(values)} holds something busy already: RAM, a ` +
      'mapping left from before, a PCI device, or the kernel itself placed there by KASLR.',
    remedy: [
      'see who has it, as root: `cat /proc/iomem`',
      'boot with `nokaslr` when `memmap=` made the region and the kernel may lie in it',
    ],
    reports: [REPORTS.ndctl(39)],
    example: 'nd_pmem namespace0.0: could not reserve region [mem 0x20000000-0x23ffffff]',
  },
  {
    id: 'no-flush',
    by: 'kernel',
    kind: 'notice',
    wordings: ['unable to guarantee persistence of writes'],
    at: 'drivers/nvdimm/pmem.c: pmem_attach_disk',
    title: 'no way to flush',
    rule: 'Firmware names no way to flush writes to the media: normal for `memmap=` regions and emulated devices.',
    example: 'nd_pmem namespace0.0: unable to guarantee persistence of writes',
  },
  {
    id: 'btt-news',
    by: 'kernel',
    kind: 'notice',
    wordings: ['No existing arenas', 'detected capacity change from {from:dec} to {to:dec}'],
    at: 'drivers/nvdimm/btt.c: btt_init',
    title: 'a new sector-mode namespace',
    rule: 'There was no sector table yet; one was written.',
    example: 'nd_pmem btt0.0: No existing arenas',
  },
  {
    id: 'btt-corrupted',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'Found corrupted metadata!',
      'init: error in arena_discover: {errno:dec}',
      'init: error in meta_init: {errno:dec}',
    ],
    at: 'drivers/nvdimm/btt.c: discover_arenas',
    errno: -ENODEV,
    title: 'a sector table that cannot be read',
    rule:
      'The table of a sector-mode namespace (BTT) is damaged, or the namespace has another size than when it was ' +
      'written.',
    remedy: [
      'look without writing: `ndctl check-namespace NAMESPACE`; repair: `ndctl check-namespace --repair NAMESPACE`',
    ],
    example: 'nd_pmem btt0.0: Found corrupted metadata!',
  },
  {
    id: 'allocation-underrun',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'allocation underrun: {got:hex} of {wanted:hex} bytes',
      'pmem reserve underrun: {got:hex} of {wanted:hex} bytes',
    ],
    at: `${NAMESPACE}: grow_dpa_allocation`,
    errno: -ENXIO,
    title: 'free space that is in pieces',
    tried: 'making a namespace, or making it larger',
    rule: (values) =>
      `Of ${sizeText(values.hex('wanted'))} wanted on a DIMM ` +
      `${values.hex('got') === 0 ? 'nothing' : sizeText(values.hex('got'))} could be had in one piece beside ` +
      'what the namespace has; the kernel does not join pieces.',
    remedy: [
      'see the largest piece: `ndctl list -R` (max_available_extent), and ask for that much at most',
      'destroying a namespace in between joins its neighbours',
    ],
    reports: [REPORTS.csi(938)],
    example: 'nd_region region0: allocation underrun: 0x0 of 0x1fff000 bytes',
  },
  {
    id: 'mapping-not-aligned',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['mapping{index:dec} is not {unit:dec} aligned'],
    at: 'drivers/nvdimm/region_devs.c: nd_region_create',
    errno: -EINVAL,
    title: 'a region of broken pages',
    rule:
      'Firmware gives a DIMM a part of the region that does not begin and end at whole pages; the region is not ' +
      'made.',
    remedy: ['it is for firmware to mend'],
    example: 'nd_bus ndbus0: nvdimm_pmem_region_create: nmem0 mapping0 is not 4096 aligned',
  },
  {
    id: 'dimm-unusable',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['is disabled, failing probe', 'is locked, failing probe'],
    at: `${NAMESPACE}: init_active_labels`,
    errno: -ENXIO,
    title: 'a region with a DIMM that is off',
    tried: 'enabling a region',
    rule: 'All DIMMs of a region must be enabled and unlocked before it can be; one is not.',
    remedy: ['`ndctl enable-dimm nmemN`, or unlock it, then `ndctl enable-region regionN`'],
    example: 'nd_region region0: nmem0: is disabled, failing probe',
  },
  {
    id: 'labels-inconsistent',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['error: conflicting extents for uuid: {uuid}', 'missing label for {uuid}'],
    at: `${NAMESPACE}: create_namespace_pmem`,
    errno: -EINVAL,
    title: 'labels that contradict each other',
    rule:
      'The labels on the DIMMs of an interleave set describe one namespace together; here one is missing or ' +
      'names other extents, as after a DIMM was exchanged or moved.',
    remedy: [
      'put the DIMMs back as they were',
      'or give it up: `ndctl disable-region all; ndctl init-labels -f all` (all namespaces are lost)',
    ],
    example: 'nd_region region0: nmem1 missing label for 294029f7-1d4f-4a55-9c5a-6b1b34ae6d01',
  },
  {
    id: 'no-suitable-capacity',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['alignment must be PAGE_SIZE', 'does not support align for dax mode'],
    at: 'drivers/dax/pmem.c: dax_pmem_probe',
    errno: -ENOSPC,
    title: 'a kernel that only knows pages of 4 KiB here',
    rule: 'This (older) kernel was built without huge pages for device-dax; only an alignment of one page works.',
    remedy: ['`ndctl create-namespace -m devdax --align=4K`, or a newer kernel'],
    reports: [REPORTS.ndctl(25), REPORTS.ndctl(18)],
    example: 'dax_pmem dax0.0: alignment must be PAGE_SIZE',
  },
];
