/** What daxctl and cxl say. */

import type { Message, MessageKind, Speaker } from './message.ts';
import { REPORTS } from './words.ts';

type More = Omit<Message, 'id' | 'by' | 'kind' | 'wordings' | 'title' | 'rule' | 'example'>;

function said(by: Speaker) {
  return (
    id: string,
    kind: MessageKind,
    title: string,
    rule: string,
    wordings: readonly string[],
    example: string,
    more: More = {},
  ): Message => ({ id: `${by}-${id}`, by, kind, title, rule, wordings, example, ...more });
}

const daxctl = said('daxctl');
const cxl = said('cxl');

export const DAXCTL_MESSAGES: readonly Message[] = [
  daxctl(
    'auto-online', 'refusal', 'a kernel that brings memory online by itself',
    'daxctl wants to choose the zone, and the kernel’s policy would bring the memory online before it can ' +
    '(Debian’s 6.12 does).',
    [': error: kernel policy will auto-online memory, aborting'],
    'dax0.0: error: kernel policy will auto-online memory, aborting',
    {
      errno: -16,
      remedy: [
        '`echo offline > /sys/devices/system/memory/auto_online_blocks`, then again',
        'or leave the zone to the policy: add `-f`',
      ],
      reports: [REPORTS.ndctl(246)],
    },
  ),
  daxctl(
    'race',
    'loss',
    'somebody else brought memory online',
    'While daxctl brought blocks online something else did too (a udev rule, the kernel’s policy), so some may ' +
    'be in another zone.',
    ['WARNING: detected a race while onlining memory', 'Some memory may not be in the expected zone'],
    '  WARNING: detected a race while onlining memory',
    { remedy: ['see the zones: `lsmem -o RANGE,STATE,ZONES`; leave onlining to one of the two: `--no-online`'] },
  ),
  daxctl(
    'race-words', 'notice', 'daxctl’s advice on a race', 'The rest of that warning.',
    [
      'recommended to disable any other onlining mechanisms',
      'and retry. If onlining is to be left to other agents',
      'use the --no-online option to suppress this warning',
    ],
    '  use the --no-online option to suppress this warning',
  ),
  daxctl(
    'already', 'notice', 'nothing was left to do', 'The memory or the mode is as asked for already.',
    [
      ': all memory sections ({count:dec}) already online',
      ': all memory sections ({count:dec}) already offline',
      'memory section already',
      'memory sections already',
      'was already in system-ram mode',
      'was already in devdax mode',
    ],
    'dax0.0: all memory sections (744) already online', { reports: [REPORTS.ndctl(115)] },
  ),
  daxctl(
    'online-failed', 'failure', 'blocks that did not come online', 'The kernel refused to bring some blocks online.',
    [': failed to online memory: {errno:text}', ': failed to online {count:dec} memory sections'],
    'dax0.0: failed to online memory: Invalid argument',
    {
      remedy: [
        'the kernel’s reason, with its own words switched on: `echo "file memory_hotplug.c +p" > ' +
        '/proc/dynamic_debug/control`',
      ],
    },
  ),
  daxctl(
    'offline-failed',
    'refusal',
    'blocks that do not go offline',
    'A block holds pages that cannot be moved, or are held just now; memory that went online in zone Normal may ' +
    'never go.',
    [
      ': failed to offline memory: {errno:text}',
      ': failed to offline {count:dec} memory sections',
      ': Failed to offline {path}: {errno:text}',
    ],
    'libdaxctl: offline_one_memblock: dax0.0: Failed to offline /sys/devices/system/node/node1/memory272/state: ' +
    'Device or resource busy',
    {
      errno: -16,
      remedy: [
        'which zones: `lsmem -o RANGE,STATE,ZONES`',
        'for next time: `daxctl reconfigure-device -m system-ram DEVICE` onlines as movable, unless `--no-movable`',
      ],
      reports: [
        REPORTS.ndctl(256),
        REPORTS.ndctl(139),
        'https://lore.kernel.org/nvdimm/ (December 2024: EINVAL without CONFIG_MEMORY_HOTREMOVE)',
      ],
    },
  ),
  daxctl(
    'no-memory-object',
    'failure',
    'a device whose memory daxctl cannot find',
    'daxctl looks for the blocks of a device by its resource and its node; it found none: no target node, or it ' +
    'is not root.',
    [
      ': failed to get the memory object',
      ': failed to get number of memory sections',
      ': failed to determine online state: {errno:text}',
      ': Unable to determine resource',
      ': Unable to determine memory block size',
      ': Failed to get node_path',
    ],
    'dax0.0: failed to get the memory object',
    { remedy: ['as root; `daxctl list -u` must show target_node'], reports: [REPORTS.ndctl(260)] },
  ),
  daxctl(
    'device-step',
    'failure',
    'a dax device that did not take a step',
    'The kernel refused to unbind the device, or to give it a size or an alignment.',
    [
      ': disable failed: {errno:text}',
      ': enable failed: {errno:text}',
      ': failed to set size',
      ': failed to set align',
    ],
    'dax0.0: disable failed: Device or resource busy',
    {
      remedy: [
        'sizes are multiples of the alignment, alignments those of `daxctl list`; memory that is online must go ' +
        'offline first',
      ],
    },
  ),
  daxctl(
    'wrong-mode',
    'refusal',
    'a command for the other mode',
    'Online and offline are for devices in system-ram mode, enable and disable for devdax.',
    [
      ': memory operations are not applicable in devdax mode',
      ': status operations are only applicable in devdax mode',
      ': unknown mode requested:',
      'is active, specify --force for deletion',
    ],
    'dax0.0: memory operations are not applicable in devdax mode',
    { remedy: ['`daxctl list` shows the mode; `daxctl reconfigure-device -m system-ram DEVICE`'] },
  ),
  daxctl(
    'error-doing',
    'failure',
    'a command that was not carried out',
    'daxctl’s last line: at least one device was refused.',
    [
      'error reconfiguring devices: {errno:text}',
      'error creating devices: {errno:text}',
      'error destroying devices: {errno:text}',
      'error onlining memory: {errno:text}',
      'error offlining memory: {errno:text}',
      'error disabling device: {errno:text}',
      'error enabling device: {errno:text}',
    ],
    'error reconfiguring devices: Device or resource busy',
    {
      remedy: ['the kernel’s reason is in its log: `dmesg | tail -n 30`'],
      reports: [REPORTS.ndctl(243), REPORTS.ndctl(260)],
    },
  ),
  daxctl(
    'done', 'notice', 'what was done', 'daxctl’s count of what it did.',
    [
      'reconfigured {count:dec} device',
      'created {count:dec} device',
      'destroyed {count:dec} device',
      'onlined memory for {count:dec} device',
      'offlined memory for {count:dec} device',
      'disabled {count:dec} device',
      'enabled {count:dec} device',
    ],
    'reconfigured 1 device',
  ),
  daxctl(
    'usage', 'refusal', 'words daxctl cannot use', 'A word or a mixture of options is not one daxctl takes.',
    [
      'specify a device to {action:text}, or "all"',
      "error: a 'align', 'mode' or 'size' option is required",
      '--no-online is incompatible with --mode=devdax',
      '-C cannot be used with --mode', 'found in config files', 'missing or malformed config section',
    ],
    'specify a device to reconfigure, or "all"', { remedy: ['`daxctl COMMAND --help` lists them'] },
  ),
];

export const CXL_MESSAGES: readonly Message[] = [
  cxl(
    'region-refused',
    'refusal',
    'a CXL region that was not made',
    'What was asked for does not fit the decoder, its devices or its free space.',
    [
      ': region size {size:text} exceeds max available space',
      'no active memdevs found: decoder:',
      'must specify option for target object types (-m)',
      'no root decoder specified',
      'create_region: unable to determine region size',
      'Invalid size: {size}',
      'Invalid interleave ways: {ways}',
      'Interleave ways {ways} is {than:text} than number of memdevs',
      'Invalid interleave granularity: {granularity}',
      'is not an integral multiple of interleave-ways',
      'not found in CXL topology',
      'is not {kind} capable',
      "region type '{kind}' not supported yet",
      'unsupported type: {kind}',
      'only root decoder granularity ({granularity}) permitted',
    ],
    'cxl region: create_region: decoder0.0: region size 0x40000000 exceeds max available space',
    {
      remedy: [
        'what there is: `cxl list -D -M -u` (max_available_extent, ram_size, pmem_size); sizes are multiples of ' +
        'ways × 256 MiB',
      ],
      reports: [REPORTS.ndctl(272), REPORTS.ndctl(279)],
    },
  ),
  cxl(
    'region-step',
    'failure',
    'a CXL region that got stuck half way',
    'The kernel refused a step of setting the region up or taking it down.',
    [
      ': failed to commit decode: {errno:text}',
      ': failed to reset decode: {errno:text}',
      'failed to create region under {decoder}',
      'could not get a free decoder for {device}',
      ': failed to set target{index:dec} to',
      ': error getting interleave ways',
      'one or more failures, last failure: {errno:text}',
      'active. Disable it or use --force',
    ],
    'cxl region: create_region: region0: failed to commit decode: No such device or address',
    {
      remedy: [
        'the kernel’s reason is in its log: `dmesg | tail -n 30`; inside a guest caches cannot be flushed, see ' +
        '"Failed to synchronize CPU cache state"',
      ],
    },
  ),
  cxl('done', 'notice', 'what was done', 'cxl’s count of what it did.', ['created {count:dec} region', 'destroyed {count:dec} region', 'cxl region: {rest:text}'], 'cxl region: cmd_create_region: created 1 region'),
];
