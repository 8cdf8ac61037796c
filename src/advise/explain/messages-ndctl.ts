/** What ndctl says. */

import type { Message, MessageKind } from './message.ts';
import { sizeText } from './values.ts';
import { REPORTS } from './words.ts';

type More = Omit<Message, 'id' | 'by' | 'kind' | 'wordings' | 'title' | 'rule' | 'example'>;

function ndctl(
  id: string,
  kind: MessageKind,
  title: string,
  rule: Message['rule'],
  wordings: readonly string[],
  example: string,
  more: More = {},
): Message {
  return { id: `ndctl-${id}`, by: 'ndctl', kind, title, rule, wordings, example, ...more };
}

const SEE_LOG = ['the kernel’s reason is in its log: `dmesg | tail -n 30`'];

export const NDCTL_MESSAGES: readonly Message[] = [
  ndctl(
    'failed-to-enable', 'failure', 'a namespace that does not come on',
    'ndctl wrote everything the kernel wanted, asked it to bind the device, and the driver refused. ndctl ' +
    'answers ENXIO whatever the driver’s reason was.',
    [': failed to enable'], '  Error: namespace0.0: failed to enable',
    { remedy: SEE_LOG, reports: [REPORTS.ndctl(288), REPORTS.ndctl(28)] },
  ),
  ndctl(
    'failed-to-disable', 'failure', 'a device that does not go off',
    'The driver was unbound and is still there: mostly something holds the device.',
    [': failed to disable'], 'libndctl: ndctl_namespace_disable: namespace0.0: failed to disable',
  ),
  ndctl(
    'step-failed', 'failure', 'a setting the kernel did not take',
    'ndctl sets a namespace up by writing attributes one by one; the kernel refused this one.',
    [
      ': set_uuid failed: {errno:text}', ': set_alt_name failed: {errno:text}', ': set_size failed: {errno:text}',
      ': set_sector_size failed: {errno:text}',
      ': set_location failed: {errno:text}',
      ': set_align failed: {errno:text}',
      ': set_namespace failed: {errno:text}',
      ' failed to set alignment: {errno:text}',
      'Failed to set namespace size: {errno:text}',
    ],
    '  Error: create namespace: dax0.0: set_align failed: Invalid argument',
    {
      remedy: [
        'for set_size: a multiple of the region’s align, at most its max_available_extent (`ndctl list -R -v`)',
        'for set_align: one of `cat /sys/bus/nd/devices/DEVICE/supported_alignments`; older kernels know 4 KiB ' +
        'only: `--align=4K`',
      ],
      reports: [REPORTS.ndctl(274), REPORTS.ndctl(125), REPORTS.csi(964)],
    },
  ),
  ndctl(
    'command-failed',
    'failure',
    'a command that was not carried out',
    'ndctl’s last line: what it was asked for did not happen.',
    [
      'failed to create namespace: {errno:text}',
      'failed to reconfigure namespace: {errno:text}',
      'failed to {action} namespace: {errno:text}',
    ],
    'failed to create namespace: No space left on device',
    { remedy: ['what there is to have: `ndctl list -R -v` (available_size, max_available_extent)'] },
  ),
  ndctl(
    'error-doing',
    'failure',
    'a command that was not carried out',
    'ndctl’s last line: at least one namespace was refused.',
    [
      'error enabling namespaces: {errno:text}',
      'error disabling namespaces: {errno:text}',
      'error destroying namespaces: {errno:text}',
      'error checking namespaces: {errno:text}',
      'error {action} namespaces: {errno:text}',
      'error reading infoblock data: {errno:text}',
      'error checking infoblocks: {errno:text}',
    ],
    'error destroying namespaces: Device or resource busy',
    { remedy: ['what is in use: `ndctl list -N -v`; unmount it, or close who has it open'] },
  ),
  ndctl(
    'done', 'notice', 'what was done', 'ndctl’s count of what it did.',
    [
      'created {count:dec} namespace',
      'enabled {count:dec} namespace',
      'disabled {count:dec} namespace',
      'destroyed {count:dec} namespace',
      'checked {count:dec} namespace',
      'cleared {count:dec} namespace',
      'read {count:dec} infoblock',
      'wrote {count:dec} infoblock',
      'initialized {count:dec} nmem',
      'zeroed {count:dec} nmem',
      'enabled {count:dec} region',
      'disabled {count:dec} region',
      'enabled {count:dec} nmem',
      'disabled {count:dec} nmem', 'successfully verified {count:dec} nmem label',
    ],
    'destroyed 1 namespace',
  ),
  ndctl(
    'no-subdividing', 'refusal', 'a size for a namespace that is its region',
    'A region without labels (memmap=, many virtual NVDIMMs) is one namespace, as large as the region; a size ' +
    'can only be its own.',
    ['namespaces do not support sub-dividing a region', 'Retry without -s/--size='],
    '  Error: Legacy / label-less namespaces do not support sub-dividing a region',
    {
      remedy: [
        'leave `-s` out, and make the region as large as you want it: `memmap=SIZE!START`',
        'NVDIMMs with a label area: `ndctl init-labels -f nmem0`',
      ],
    },
  ),
  ndctl(
    'region-misaligned', 'refusal', 'a size that misses the region’s alignment',
    (values) =>
      `Sizes are multiples of the region’s align, ${sizeText(values.hex('align'))}; ${sizeText(values.hex('size'))} leaves ` +
      `${sizeText(values.hex('size') % values.hex('align'))} over. (It is 16 MiB for one DIMM, and as many times ` +
      'that as there are DIMMs in the set.)',
    ['align setting is {align:hex} size {size:hex} is misaligned'],
    '  Error: create namespace: region0: align setting is 0x1000000 size 0x6400000 is misaligned',
    {
      errno: -22,
      remedy: (values) => sizesAround(values.hex('size'), values.hex('align')),
      reports: [REPORTS.csi(938), REPORTS.csi(964), REPORTS.ndctl(107)],
    },
  ),
  ndctl(
    'interleave-misaligned', 'refusal', 'a size that misses interleave width times alignment',
    (values) => {
      const unit = values.dec('ways') * values.dec('align');
      return (
        `Each of the ${values.text('ways')} DIMMs gives the same whole number of ` +
        `${sizeText(values.dec('align'))} units, so the size is a multiple of ${sizeText(unit)}.`
      );
    },
    [
      "'--size=' must align to interleave-width: {ways:dec} and alignment: {align:dec}",
      'did you intend --size={size}?',
    ],
    "  Error: create namespace: '--size=' must align to interleave-width: 6 and alignment: 2097152",
    { errno: -22, remedy: ['take the size ndctl proposes (the next larger one)'], reports: [REPORTS.ndctl(125)] },
  ),
  ndctl(
    'below-16M', 'refusal', 'a namespace below 16 MiB', 'Every mode but raw needs at least 16 MiB.',
    ["'--size=' must be >= 16MiB for '{mode:text}' mode"], "  Error: '--size=' must be >= 16MiB for 'fsdax' mode",
    { errno: -22, remedy: ['`-s 16M` or more, or `-m raw`'] },
  ),
  ndctl(
    'misaligned-16M', 'refusal', 'a namespace that does not begin at a multiple of 16 MiB',
    'ndctl only claims namespaces that begin at multiples of 16 MiB, so that every architecture can map them.',
    ['misaligned to 16M, adjust region alignment and retry', 'unable to validate alignment'],
    '  Error: namespace0.0 misaligned to 16M, adjust region alignment and retry',
    {
      errno: -22,
      remedy: [
        'begin the region at a multiple of 16M (firmware, `memmap=`), or go on with `--force`: 2 MiB is enough for x86',
      ],
    },
  ),
  ndctl(
    'unsupported-align', 'refusal', 'an alignment the kernel has no pages for',
    'fsdax and devdax take the sizes the processor has pages of: 4K, 2M, 1G on x86.',
    [
      'unsupported align: {align}',
      'mode does not support setting an alignment',
      'Kernel does not support setting an alignment in fsdax mode',
      "not support 'align' for dax mode",
    ],
    '  Error: unsupported align: 16M',
    { errno: -6, remedy: ['`--align=2M`, or leave it out'], reports: [REPORTS.ndctl(42), REPORTS.ndctl(18)] },
  ),
  ndctl(
    'mode-missing',
    'refusal',
    'a mode this kernel or region does not have',
    'The kernel offers no seed device for the mode: its module is not loaded, or it was built without it.',
    [
      'fsdax mode not available',
      'Kernel does not support devdax mode',
      'cannot support requested mode',
      "does not support 'sector' mode",
      '--map= only valid for fsdax mode namespace',
    ],
    '  Error: Kernel does not support devdax mode',
    { remedy: ['load the modules: `modprobe -a nd_pmem dax_pmem nd_btt`'] },
  ),
  ndctl(
    'sector-size',
    'refusal',
    'a sector size that is not offered',
    'Sector sizes are those the kernel lists: 512 and 4096 bytes, some with metadata.',
    [
      'does not support btt sector_size {bytes}',
      'does not support namespace sector_size {bytes}',
      ': sector_size: {bytes} not supported',
    ],
    '  Error: create namespace: region0: does not support btt sector_size 1024',
  ),
  ndctl(
    'active',
    'refusal',
    'a namespace that is in use',
    'A namespace that is on is only changed or destroyed when told so twice.',
    [
      'is active, specify --force for re-configuration',
      ': check aborted, namespace online',
      'is active, skipping...',
      'is active in {where:text}, failing autolabel',
      'regions active, abort label write',
    ],
    '  Error: namespace0.0 is active, specify --force for re-configuration',
    {
      errno: -16,
      remedy: ['save its data, then add `-f`; for labels disable the region first: `ndctl disable-region all`'],
    },
  ),
  ndctl(
    'labels-there',
    'refusal',
    'labels that exist already',
    'The DIMM has an index of labels; writing a new one loses all namespaces.',
    ['error: labels already initialized', ': failed to initialize labels', 'is not a valid label version'],
    'nmem0: error: labels already initialized',
    { remedy: ['`ndctl init-labels -f nmem0`, if nothing on it is needed'] },
  ),
  ndctl(
    'zeroing',
    'failure',
    'an info block that could not be wiped',
    'Before a namespace becomes something else its old info block is overwritten; that did not work.',
    [
      'failed to enable for zeroing, continuing',
      'to zero info block',
      ': failed to read info block, continuing',
      ': failed to zero info block',
      ': read-only, re-configuration disabled',
    ],
    '  Error: namespace0.0 failed to enable for zeroing, continuing', { remedy: SEE_LOG },
  ),
  ndctl(
    'btt-check',
    'failure',
    'a sector-mode namespace that could not be checked',
    'No table (BTT) could be read, or the namespace could not be switched to raw and back.',
    [
      ': failed to enable in raw mode: {errno:text}',
      ': failed to re-enable namespace',
      'Unable to recover any BTT info blocks',
      'This may not be a sector mode namespace',
      '--rewrite-log also requires --repair',
    ],
    '  Error: Unable to recover any BTT info blocks',
  ),
  ndctl(
    'no-seed',
    'failure',
    'no namespace left to make',
    'The kernel keeps one unused namespace ready (the seed); there is none, mostly because the region is off or full.',
    [': failed to get seed'],
    '  Error: create namespace: region0: failed to get seed',
    { remedy: ['`ndctl list -R -v -i`; `ndctl enable-region REGION`'] },
  ),
  ndctl(
    'infoblock-align',
    'refusal',
    'an info block for a size that does not fit',
    'The size is a multiple of the alignment, and something has to be left after the struct pages.',
    ['--size={size} not aligned to {align}'], '--size=1000000 not aligned to 2097152',
  ),
  ndctl(
    'nothing-there', 'notice', 'nothing matched', 'No device matches what was asked for.',
    [
      'Warning: no matching devices found',
      'This kernel does not provide NUMA node information per-region',
      'alt name overflow',
    ],
    '  Warning: no matching devices found',
  ),
  ndctl(
    'usage',
    'refusal',
    'words ndctl does not know',
    'A word on the command line is not one of those the command takes.',
    [
      'unknown extra parameter "{word}"',
      'unknown parameter "{word}"',
      "Unknown command: '{word}'",
      'Unknown option: {word}',
      'unknown type "{word}" must be',
      'unknown region type {word}',
      "invalid mode: '{word}'",
      "invalid numa_node: '{word}'",
      'specify a specific region id to act on',
      'is not a valid dimm name',
      '--size and --offset are incompatible with --json',
      'pick either --size, or --index, not both', 'specify a namespace to {action}', 'specify a region to {action}',
    ],
    'unknown extra parameter "region0"', { remedy: ['`ndctl COMMAND --help` lists them'] },
  ),
];

/** The multiples beside a size, as options. */
function sizesAround(size: number, align: number): readonly string[] {
  if (Number.isNaN(size) || Number.isNaN(align) || align === 0) return [];
  const below = Math.floor(size / align) * align;
  return [`\`-s ${below + align}\` (${sizeText(below + align)})${below > 0 ? ` or \`-s ${below}\` (${sizeText(below)})` : ''}`];
}
