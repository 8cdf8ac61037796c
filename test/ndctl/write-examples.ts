/**
 * Writes examples/ndctl-*.md from what real kernels answered: `npx tsx test/ndctl/write-examples.ts`, then
 * `node scripts/embed-examples.js`. Expected output is never the model's own.
 */

import { readFileSync, writeFileSync } from 'node:fs';

import type { RecordedScenario } from './record-scenarios.ts';
import { HOST_NOISE } from './scenarios.ts';

interface Example {
  readonly file: string;
  /** Recording it is made of. */
  readonly from: string;
  readonly title: string;
  readonly description: string;
  readonly intro: string;
  /** Lines taken, from the first on. */
  readonly lines?: number;
  /** What is said above a line, by its number from 1. */
  readonly notes: Readonly<Record<number, string>>;
  /** What loading the modules logs: they were loaded before the recording began. From the device reference, G1. */
  readonly atLoad?: readonly string[];
}

const EXAMPLES: readonly Example[] = [
  {
    file: 'ndctl-align',
    from: 'align',
    title: 'Namespaces that begin between two sub-sections',
    description: "ndctl's align.sh: what a region alignment of 4 KiB allows, and what the kernel then refuses.",
    intro:
      "After ndctl's own test `align.sh`. A region normally gives out space in steps of 16 MiB. With its `align` set to\n" +
      '4 KiB a namespace may begin anywhere, but struct pages come in sub-sections of 2 MiB: such a namespace works only raw,\n' +
      'or with an info block that pads its start.',
    notes: {
      2: 'The last 14 MiB are less than one step of 16 MiB: they are not offered',
      4: 'The first namespace begins well; it ends 8 KiB behind a boundary',
      8: 'The next one begins at 0x140002000. ndctl sees that coming; with -f the kernel does',
      11: 'Raw, nothing is mapped',
      16: 'An info block made for a namespace at 0: refused where it lies',
      19: 'One made for a namespace 8 KiB behind a boundary: its start is padded',
      25: 'Back to steps of 16 MiB: what the odd end of the first namespace costs',
    },
  },
  {
    file: 'ndctl-sub-section',
    from: 'sub-section',
    title: 'Ten namespaces in two sections',
    description: "ndctl's sub-section.sh: namespaces of 16 MiB share sections of 128 MiB.",
    intro:
      "After ndctl's own test `sub-section.sh`: before Linux 5.3 the second namespace of a section could not be mapped.",
    lines: 6,
    notes: { 2: 'Ten namespaces of 16 MiB one behind the other: eight of them lie in one section' },
  },
  {
    file: 'ndctl-create',
    from: 'create',
    title: 'One namespace in every mode',
    description: "ndctl's create.sh, and what ndctl says to options that do not go together.",
    intro: "After ndctl's own test `create.sh`: a namespace becomes raw, fsdax, sector; then the options that are refused.",
    lines: 17,
    notes: { 1: 'A label area makes the region divisible', 5: 'Sector sizes', 10: 'A raw namespace keeps its sector size in its label' },
  },
  {
    file: 'ndctl-multi-dax',
    from: 'multi-dax',
    title: 'Two devdax namespaces side by side',
    description: "ndctl's multi-dax.sh: two character devices in one region.",
    intro: "After ndctl's own test `multi-dax.sh`.",
    notes: {},
  },
  {
    file: 'ndctl-max-available-extent',
    from: 'max-available-extent',
    title: 'The largest piece that is left',
    description: "ndctl's max_available_extent_ns.sh: a namespace without a size takes the largest hole.",
    intro:
      "After ndctl's own test `max_available_extent_ns.sh`. It divides the free space by four: where that is no multiple of\n" +
      'the region alignment the very first namespace is refused.',
    notes: { 2: 'A quarter of what is free, not a multiple of 16 MiB', 3: 'Rounded down it goes', 8: 'A hole in the middle' },
  },
  {
    file: 'ndctl-sector-mode',
    from: 'sector-mode',
    title: 'A region whose size is no multiple of its alignment',
    description: "ndctl's sector-mode.sh on a DIMM that is 2 MiB short of 512 MiB.",
    intro:
      "After ndctl's own test `sector-mode.sh`. The label area of QEMU's NVDIMM takes 2 MiB of the region, so that no mode\n" +
      'passes the check against 16 MiB until the alignment is lowered.',
    lines: 13,
    notes: { 2: 'Refused before labels are even thought of', 4: 'What the test does first' },
  },
  {
    file: 'ndctl-legacy-misaligned',
    from: 'legacy-misaligned',
    title: 'memmap= with both ends between two sub-sections',
    description: 'A legacy range that nothing can map, in any mode.',
    intro: 'Both ends of `memmap=200M!1025M` lie 1 MiB off a sub-section.',
    lines: 13,
    notes: { 2: 'There, but disabled' },
    atLoad: [
      'nd_pmem namespace0.0: [mem 0x40100000-0x4c8fffff flags 0x200] misaligned, unable to map',
      'nd_pmem namespace0.0: probe with driver nd_pmem failed with error -95',
    ],
  },
  {
    file: 'ndctl-legacy-modes',
    from: 'legacy-modes',
    title: 'memmap= aligned to 2 MiB, in every mode',
    description: 'What each mode leaves of 512 MiB.',
    intro: 'A legacy range is mapped as it stands; an info block takes a part of it.',
    lines: 11,
    notes: {},
  },
];

const recordedAt = (name: string): RecordedScenario =>
  JSON.parse(readFileSync(new URL(`recorded/${name}-6.12.json`, import.meta.url), 'utf8')) as RecordedScenario;

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

function transcript(example: Example, recorded: RecordedScenario): string {
  const lines = ['$ modprobe -a nfit nd_e820 nd_btt nd_pmem dax_pmem device_dax kmem'];
  for (const line of example.atLoad ?? []) lines.push(`[kernel] ${line}`);
  for (const [i, step] of recorded.steps.slice(0, example.lines).entries()) {
    const note = example.notes[i + 1];
    if (note !== undefined) lines.push('', `# ${note}`);
    lines.push(`$ ${step.run}`);
    // A uuid is new each time.
    for (const line of step.output) lines.push(UUID.test(line) && !line.includes('00000000-0000') ? '...' : line);
    while (lines.at(-1) === '') lines.pop();
    for (const line of step.dmesg.filter((each) => !HOST_NOISE.test(each))) lines.push(`[kernel] ${line}`);
    if (step.exit !== 0) lines.push(`[${step.exit}]`);
  }
  return lines.join('\n');
}

for (const example of EXAMPLES) {
  const recorded = recordedAt(example.from);
  const { memory, cmdline, qemu, release } = recorded;
  const header = [
    '---',
    `title: ${example.title}`,
    `description: ${JSON.stringify(example.description)}`,
    'kernel: "6.12"',
    `memory: ${memory}`,
    ...(cmdline === '' ? [] : [`cmdline: ${cmdline}`]),
    'qemu:',
    ...qemu.map((entry) => `  - ${entry}`),
    '---',
  ];
  const source = `Expected output: ndctl 76.1 on Linux ${release} in QEMU, recorded by \`test/ndctl/record-scenarios.ts\`.`;
  const text = `${header.join('\n')}\n\n# ${example.title}\n\n${example.intro}\n\n${source}\n\n\`\`\`console\n${transcript(example, recorded)}\n\`\`\`\n`;
  writeFileSync(new URL(`../../examples/${example.file}.md`, import.meta.url), text);
}
