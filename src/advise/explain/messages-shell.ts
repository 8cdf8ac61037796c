/** What chmem, lsmem, modprobe and the shell say. */

import type { Message, MessageKind, Speaker } from './message.ts';

function tool(
  by: Speaker,
  id: string,
  kind: MessageKind,
  title: string,
  rule: string,
  wordings: readonly string[],
  example: string,
  remedy?: readonly string[],
): Message {
  return { id: `${by}-${id}`, by, kind, title, rule, wordings, example, ...(remedy === undefined ? {} : { remedy }) };
}

/** How the modules begin that have to do with hotplug memory: about others nothing is said. */
const MODULES = ['nd_', 'dax_', 'device_da', 'kme', 'virtio_me', 'virtio_pme', 'cxl_', 'nfi', 'libnvdim', 'acpi_memhotplu'];

export const SHELL_MESSAGES: readonly Message[] = [
  tool(
    'chmem',
    'unaligned',
    'refusal',
    'a size or range that is not made of whole blocks',
    'chmem takes sizes and ranges in whole memory blocks; the end of a range is inclusive, so end + 1 is the multiple.',
    [
      'Size must be aligned to memory block size ({block})',
      'Start address and (end address + 1) must be aligned to memory block size ({block})',
    ],
    'chmem: Size must be aligned to memory block size (128M)',
    ['take multiples of the block it names; `lsmem` prints it too'],
  ),
  tool(
    'chmem',
    'partly',
    'failure',
    'less memory than asked for',
    'chmem goes through the blocks and skips those that refuse; what it got is less than the size wanted.',
    ['chmem: Could only {action} {size} of memory'], 'chmem: Could only disable 128M of memory',
    ['`lsmem -a -o RANGE,STATE,ZONES` shows which did not; only blocks of zone Movable go for sure'],
  ),
  tool(
    'chmem', 'block-failed', 'failure', 'a block that did not change', 'The kernel refused to change this block.',
    [
      'chmem: Memory Block {block:dec} ({start:hex}-{last:hex}) disable failed: {errno:text}',
      'chmem: Memory Block {block:dec} ({start:hex}-{last:hex}) enable failed: {errno:text}',
      ' disable failed: {errno:text}',
      ' enable failed: {errno:text}',
      'disable failed',
      'enable failed',
    ],
    'chmem: Memory Block 6 (0x0000000030000000-0x0000000037ffffff) disable failed: Invalid argument',
    ['EINVAL: the block has holes or lies in two zones; EBUSY: a page cannot be moved'],
  ),
  tool(
    'chmem', 'news', 'notice', 'what chmem did', 'A block that changed, or was as wanted.',
    [
      'Memory Block {block:dec} ({start:hex}-{last:hex}) {done:text}',
      'zone ignored, no valid_zones sysfs attribute present',
    ],
    'Memory Block 32 (0x0000000100000000-0x0000000107ffffff) enabled',
  ),
  tool(
    'chmem', 'usage', 'refusal', 'words chmem cannot use', 'A size, range, block number or zone could not be read.',
    [
      "Failed to parse {what:text}: '{word:text}'",
      'Invalid start address format: {word}',
      'Invalid end address format: {word}',
      'Invalid range: {word}',
      'Invalid parameter: {word}',
      'unknown memory zone: {word}',
      'mutually exclusive arguments: {words:text}',
      'Failed to parse size:',
      "Try 'chmem --help'",
    ],
    'chmem: Invalid range: 10-2',
    ['addresses are hexadecimal with 0x, blocks plain numbers with -b: `chmem -d -b 32-35`'],
  ),
  tool(
    'lsmem',
    'trouble',
    'refusal',
    'no memory blocks to list',
    'There is no /sys/devices/system/memory: the kernel has no memory hotplug, or the copy of /sys lacks it.',
    [
      'This system does not support memory blocks',
      'cannot open /sys/devices/system/memory',
      'Failed to read /sys/devices/system/memory',
      'unknown column: {word}',
      'unsupported --summary argument',
      "Try 'lsmem --help'",
      'and --summary=only are mutually exclusive',
    ],
    'lsmem: This system does not support memory blocks',
    ['CONFIG_MEMORY_HOTPLUG has to be set; a guest of some small monitors has none'],
  ),
  tool(
    'shell',
    'write-error',
    'failure',
    'a value the kernel did not take',
    'A file under /sys took the write and its function refused. What the error means depends on the file.',
    ['write error: {errno:text}', 'echo: write error'], 'sh: write error: Invalid argument',
    [
      'for memoryN/state: EINVAL a block with holes or of several zones, EBUSY a page that does not move; for ' +
      'probe: EEXIST it is there already',
    ],
  ),
  tool(
    'shell',
    'no-such-file',
    'refusal',
    'a memory block or device that is not there',
    'The file does not exist: no block has that number now, or the device has no such setting on this kernel.',
    ["can't create /sys/{file}: {errno:text}", '/sys/devices/system/memory/{file}: No such file or directory'],
    "sh: can't create /sys/devices/system/memory/memory40/state: nonexistent directory",
    ['which there are: `lsmem -a -o RANGE,BLOCK,STATE`'],
  ),
  tool(
    'shell',
    'modprobe',
    'refusal',
    'a module that was not loaded or unloaded',
    'The kernel has no such module, or it is in use.',
    MODULES.flatMap((stem) => [
      `modprobe: module ${stem}{module} not found`, `modprobe: can't unload module '${stem}{module}'`,
      `modprobe: FATAL: Module ${stem}{module} not found`, `modprobe: ERROR: could not insert '${stem}{module}'`,
      `modprobe: FATAL: Module ${stem}{module} is in use`,
    ]),
    'modprobe: module nd_pmem not found in modules.dep',
    ['in use: disable its devices first (`ndctl disable-namespace all`)'],
  ),
];
