/** What an error number means coming from a certain driver or tool: not what strerror says. */

import { errnoName, strerror } from '../../kernel/errno.ts';

/** By driver, then by number: what that driver means by it. */
const MEANS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  nd_pmem: {
    5: 'the media could not be read',
    6: 'nothing to bind here: claimed by another personality, or the mapping met System RAM',
    12:
      'another device’s struct pages are in the way ("Conflicting mapping"), or there is no room for new ones ' +
      '(64 bytes a page): memory as such need not be short',
    13: 'the DIMM below is locked',
    16: 'its range is taken in /proc/iomem',
    17: 'some of its pages exist already: another device or RAM has them',
    22: 'the info block or the range does not satisfy an alignment',
    95:
      'the namespace cannot be mapped as it is: its range or info block does not satisfy an alignment (it stays ' +
      'off rather than lose data)',
  },
  dax_pmem: {
    12: 'another device’s struct pages are in the way, or there is no room for new ones',
    16: 'its range is taken in /proc/iomem',
    22: 'the range or the info block does not satisfy an alignment',
    95: 'the namespace cannot be mapped as it is: an alignment is not satisfied',
  },
  device_dax: {
    12: 'another device’s struct pages are in the way, or there is no room for new ones',
    16: 'its range is taken in /proc/iomem',
    17: 'some of its pages exist already',
    22: 'the device is of a shape this driver does not map',
  },
  kmem: {
    7: 'it lies above what the kernel can map',
    12: 'there is no room for its struct pages',
    16: 'its range is taken in /proc/iomem',
    17: 'the range is entered as System RAM already',
    22: 'there is not one whole memory block in it, or no node it belongs to',
  },
  virtio_mem: {
    12: 'there is no room for struct pages, or the block is beyond the limit',
    16: 'its range is taken in /proc/iomem, or pages are in use',
    22: 'the block size does not suit this kernel, or the device describes itself wrongly',
  },
  acpi: { 22: 'nothing of the DIMM could be added', 17: 'it was there already' },
  ndctl: {
    6: 'a driver refused: ndctl answers this whatever the reason was, which is in the kernel’s log',
    11: 'no region suits the request',
    16: 'it is in use: mounted, open, or System RAM that is online',
    19: 'nothing was made: no region suits, or its driver is not there',
    22: 'a size or an alignment is not a multiple of what it has to be',
    28: 'no region has that much room in one piece',
  },
  daxctl: {
    6: 'the kernel refused, or the device is not in the mode the command is for; the reason is in the kernel’s log',
    16: 'memory of it is online or pinned, or the kernel’s policy is in the way',
    19: 'no driver took the device: its module is not there, or it has no node',
    22:
      'there is not one whole memory block in it, or a size is no multiple of the alignment; for offlining also ' +
      'a kernel without CONFIG_MEMORY_HOTREMOVE',
  },
  cxl: {
    6: 'a step was refused, in a guest mostly because caches cannot be flushed',
    16: 'the decoder or region is in use',
    22: 'a size, way or granularity does not suit the decoder',
  },
  shell: {
    1: 'whoever asked may not',
    2: 'there is no such block or device',
    16: 'it is in use: a page that cannot move, or a device that is bound',
    17: 'that memory is there already',
    19: 'there is no such device',
    22: 'the word is none the file takes, or it cannot be done: a block with holes or of several zones stays online',
    12: 'there is no room for struct pages',
  },
};

const BY_TEXT: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 134 }, (_, i): [string, number] => [strerror(i), i]).filter(([text]) => !text.startsWith('Unknown')),
);

/** The number behind `-12`, `12` or `Cannot allocate memory`; undefined for other text. */
export function errnoOfText(text: string): number | undefined {
  const number = Number(text);
  if (Number.isInteger(number) && number !== 0 && Math.abs(number) < 4096) return Math.abs(number);
  for (const [words, errno] of BY_TEXT) if (text.startsWith(words)) return errno;
  return undefined;
}

/** `−12 (ENOMEM) from nd_pmem: another device’s …`; only the name where this context has nothing to add. */
export function errnoInContext(errno: number, context: string): string {
  const means = Object.hasOwn(MEANS, context) ? MEANS[context]?.[errno] : undefined;
  const name = `−${errno} (${errnoName(errno)})`;
  return means === undefined ? `${name}: ${strerror(errno)}` : `${name} from ${context === 'shell' ? 'a file under /sys' : context} means: ${means}`;
}
