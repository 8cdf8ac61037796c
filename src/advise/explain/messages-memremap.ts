/** Messages of mm/memremap.c and kernel/resource.c: struct pages for device memory, and whose a range is. */

import { EBUSY, EINVAL, ENOMEM, ENXIO } from '../../kernel/errno.ts';
import { rangeText, REPORTS, sectionAround, theRange } from './words.ts';
import type { Message } from './message.ts';
import type { Values } from './values.ts';

const MEMREMAP = 'mm/memremap.c';

export const MEMREMAP_MESSAGES: readonly Message[] = [
  {
    id: 'conflicting-mapping',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['Conflicting mapping in same section'],
    at: `${MEMREMAP}: memremap_pages`,
    errno: -ENOMEM,
    title: 'two device mappings in one section',
    rule:
      'Struct pages for device memory cannot overlap with those of another device. Before 5.3 they came in whole sections ' +
      'of 128 MiB, so that two namespaces or regions that only touched the same section counted as overlapping; since ' +
      '5.3 the unit is 2 MiB, and the text still says section.',
    remedy: [
      'a kernel of 5.3 or later maps such neighbours side by side',
      'before it, keep namespaces to whole sections: `ndctl create-namespace -m fsdax --align=1G -s SIZE`, sizes ' +
      'in multiples of 128 MiB',
    ],
    reports: [REPORTS.ndctl(76), REPORTS.ndctl(28), REPORTS.ndctl(91), REPORTS.thread],
    example: 'nd_pmem pfn1.0: Conflicting mapping in same section',
  },
  {
    id: 'mixed-region',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      { text: 'memremap_pages attempted on {kind} region [mem {start:hex}-{last:hex}', before: 'region-warning-range' },
      { text: 'attempted on {kind} region [mem {start:hex}-{last:hex}', before: 'region-warning-range' },
    ],
    at: `${MEMREMAP}: memremap_pages`,
    errno: -ENXIO,
    title: 'device memory and System RAM in one section',
    tried: (values) => `making struct pages for device memory, ${theRange(values)}`,
    rule: mixedRule,
    remedy: [
      'a kernel of 5.3 or later, where the range has to avoid RAM by 2 MiB only',
      'before it, begin and end the range at multiples of 128 MiB, in firmware or in `memmap=SIZE!START`',
      'raw mode works everywhere, without DAX: `ndctl create-namespace -f -e NAMESPACE -m raw`',
    ],
    reports: [REPORTS.thread, 'https://patchwork.kernel.org/patch/10905849/'],
    example: 'devm_memremap_pages attempted on mixed region [mem 0x200000000-0x2fbffffff flags 0x200]',
  },
  {
    id: 'ram-in-range',
    by: 'kernel',
    kind: 'refusal',
    wordings: [{ text: 'attempted on {kind} region {start:hex}-{last:hex}', since: 'region-warning-range' }],
    at: `${MEMREMAP}: pagemap_range`,
    errno: -ENXIO,
    title: 'device memory over System RAM',
    tried: (values) => `making struct pages for device memory, ${theRange(values)}`,
    rule: (values) =>
      `Struct pages for a device are only made where there is no RAM, and ${theRange(values)} ` +
      `${values.text('kind') === 'ram' ? 'is System RAM' : 'holds some System RAM'}, byte for byte: no rounding ` +
      'is at work here.',
    remedy: [
      'compare with /proc/iomem, as root: `grep RAM /proc/iomem`',
      'move the device’s range, or keep RAM out of it (`memmap=`, firmware)',
    ],
    example: 'attempted on mixed region 0x30000000-0x33ffffff',
  },
  {
    id: 'nr-range',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['nr_range must be specified'],
    at: `${MEMREMAP}: memremap_pages`,
    errno: -EINVAL,
    title: 'a mapping without a range',
    rule: 'A driver asked for struct pages without saying for what. It is an error in the driver.',
    example: 'nr_range must be specified',
  },
  {
    id: 'altmap-ranges',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['altmap not supported for multiple ranges'],
    at: `${MEMREMAP}: pagemap_range`,
    errno: -EINVAL,
    title: 'a memmap on a device of several ranges',
    rule: 'Struct pages can lie on the device only when it is one range.',
    example: 'altmap not supported for multiple ranges',
  },
  {
    id: 'reserved-pages-left',
    by: 'kernel',
    kind: 'failure',
    wordings: ['failed to free all reserved pages'],
    at: `${MEMREMAP}: memunmap_pages`,
    title: 'struct pages left behind',
    rule:
      'Struct pages that lay on the device were not all given back: mostly the rest of a mapping that failed ' +
      'half way. Harmless by itself; look for the failure before it.',
    example: 'failed to free all reserved pages',
  },
  {
    id: 'pgmap-type',
    by: 'kernel',
    kind: 'refusal',
    wordings: [
      'Device private memory not supported', 'Missing migrate_to_ram method', 'Missing page_free method',
      'File system DAX not supported', 'Invalid pgmap type {type:dec}',
    ],
    at: `${MEMREMAP}: memremap_pages`,
    errno: -EINVAL,
    title: 'a kind of device memory this kernel was not built for',
    rule:
      'The driver asked for a kind of struct pages (private to a device, or for DAX) that this kernel’s ' +
      'configuration leaves out, or did not say how to free them.',
    example: 'Device private memory not supported',
  },
  {
    id: 'sanity-check',
    by: 'kernel',
    kind: 'loss',
    wordings: [
      'resource sanity check: requesting [mem {start:hex}-{last:hex}], which spans more than {owner:text} [mem',
    ],
    at: 'kernel/resource.c: iomem_map_sanity_check',
    title: 'a mapping wider than its owner',
    rule: (values) =>
      `A driver maps ${theRange(values)}, more than ${values.text('owner')} in /proc/iomem holds. It is allowed, ` +
      'and mostly a firmware table at fault.',
    example:
      'resource: resource sanity check: requesting [mem 0x000c0000-0x000dffff], which spans more than PCI Bus ' +
      '0000:00 [mem 0x000d0000-0x000d3fff window]',
  },
  {
    id: 'nonexistent-resource',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['Trying to free nonexistent resource <{start:hex}-{last:hex}>'],
    at: 'kernel/resource.c: __release_region',
    errno: -EINVAL,
    title: 'a range given back that nobody had',
    rule: (values) =>
      `${theRange(values)} is not in /proc/iomem as one entry; a driver gives back other pieces than it took.`,
    example: 'resource: Trying to free nonexistent resource <0x0000000100000000-0x0000000107ffffff>',
  },
  {
    id: 'unaddressable-device',
    by: 'kernel',
    kind: 'refusal',
    wordings: ['Unaddressable device {device:text} [mem {start:hex}-{last:hex}'],
    at: 'kernel/resource.c: __request_region_locked',
    errno: -EBUSY,
    title: 'a range that device-private memory took',
    rule:
      'A driver of a graphics card put pages without an address there; whoever needs the real range comes too ' +
      'late.',
    example:
      'resource: Unaddressable device HMM [mem 0x3ffffe00000-0x3ffffffffff] conflicts with [mem ' +
      '0x3ffffe00000-0x3ffffffffff]',
  },
  {
    id: 'expanded-resource',
    by: 'kernel',
    kind: 'notice',
    wordings: ['Expanded resource {name:text} due to conflict with {other:text}'],
    at: 'kernel/resource.c: insert_resource_expand_to_fit',
    title: 'a range of firmware grew',
    rule: 'Two firmware ranges overlap, and the outer one was made larger.',
    example: 'resource: Expanded resource Reserved due to conflict with PCI Bus 0000:00',
  },
];

/** The rule of the section, and what of it these numbers touch. */
function mixedRule(values: Values): string {
  const range = values.range();
  const { sectionSize } = values.units;
  const what = values.text('kind') === 'ram' ? 'is System RAM' : 'holds System RAM beside the device';
  if (range === undefined) return `The range ${what}; struct pages for a device are only made where there is no RAM.`;
  const first = sectionAround(range.start, sectionSize);
  const last = sectionAround(range.end - 1, sectionSize);
  const where = [
    ...(first.start === range.start ? [] : [`its start lies in section ${first.start / sectionSize}, ${rangeText(first)}`]),
    ...(last.end === range.end ? [] : [`its end in section ${last.start / sectionSize}, ${rangeText(last)}`]),
  ];
  const edges = where.length === 0 ? 'it begins and ends at sections, so RAM lies inside it' : where.join('; ');
  return (
    'Struct pages for a device are only made where there is no RAM. Before 5.3 the range is widened to whole sections ' +
    `for the check, and what results ${what}: ${edges}.`
  );
}
