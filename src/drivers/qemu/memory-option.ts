/** `-m`: RAM at start, slots and the most memory there may be, with QEMU 7.2's refusals. */

import { alignUp, hex, MiB } from '../../kernel/units.ts';
import { RAM_GRANULE } from './layout.ts';
import { parseQemuSize, parseUint64 } from './number.ts';
import { optionValue, parseQemuOpts, type QemuOption } from './options.ts';

export interface MemoryOption {
  readonly ramSize: number;
  readonly maxramSize: number;
  readonly slots: number;
}

export interface MemoryComplaint {
  readonly message: string;
  readonly help?: string;
  readonly span?: { readonly start: number; readonly end: number };
  /** QEMU puts the option before this message. */
  readonly atOption: boolean;
}

const DEFAULT_RAM = 128 * MiB;
const MAX_SLOTS = 256;
const FORM = 'write SIZE[,slots=N,maxmem=SIZE], for example 1G,slots=4,maxmem=8G';
/** Past every address the model takes. */
const LARGEST = 2n ** 52n;

const NOT_A_SIZE = (name: string): string => `Parameter '${name}' expects a non-negative number below 2^64`;

/** Reads the text after `-m`. A plain number is MiB for the size and bytes for `maxmem`. */
export function readMemoryOption(text: string): MemoryOption | MemoryComplaint {
  const options = parseQemuOpts(text, 'size');
  for (const option of options) {
    if (!['size', 'slots', 'maxmem'].includes(option.name)) {
      return { message: `Invalid parameter '${option.name}'`, help: FORM, span: option, atOption: true };
    }
  }
  const sizes: Record<string, bigint> = {};
  for (const option of options) {
    if (option.name === 'slots') continue;
    const size = parseQemuSize(option.value);
    if (typeof size === 'string') {
      return { message: NOT_A_SIZE(option.name), help: sizeHelp(option), span: option, atOption: true };
    }
    sizes[option.name] = size.value;
  }
  const slotsOption = options.findLast((option) => option.name === 'slots');
  const slotCount = slotsOption === undefined ? 0n : parseUint64(slotsOption.value);
  if (slotCount === undefined) {
    return {
      message: "Parameter 'slots' expects a number",
      help: 'write slots=4, at most 256',
      span: slotsOption!,
      atOption: true,
    };
  }

  const sizeText = optionValue(options, 'size') ?? '';
  let ram = sizes['size'] ?? 0n;
  if (/\d$/.test(sizeText)) ram *= BigInt(MiB);
  const plain = (message: string, help: string, name?: string): MemoryComplaint => {
    const span = options.findLast((option) => option.name === name);
    return { message, help, ...(span === undefined ? {} : { span }), atOption: false };
  };
  if (ram > LARGEST || (sizes['maxmem'] ?? 0n) > LARGEST) {
    const message = "cannot set up guest memory 'pc.ram': Cannot allocate memory";
    return plain(message, 'a plain number after -m is MiB; give a suffix: 1G', ram > LARGEST ? 'size' : 'maxmem');
  }
  const ramSize = alignUp(Number(ram), RAM_GRANULE) || DEFAULT_RAM;
  const maxmem = sizes['maxmem'];
  if (maxmem === undefined) {
    if (slotsOption !== undefined)
      return plain('slots specified but no max-size', 'add maxmem=SIZE: -m 1G,slots=4,maxmem=8G', 'slots');
    return { ramSize, maxramSize: ramSize, slots: 0 };
  }
  const maxramSize = Number(maxmem);
  if (maxramSize < ramSize) {
    const rule = `maximum memory size (${hex(maxramSize)}) must be at least the initial memory size (${hex(ramSize)})`;
    return plain(`invalid value of maxmem: ${rule}`, 'maxmem counts the initial memory too', 'maxmem');
  }
  if (slotCount > 0n && maxramSize === ramSize) {
    const both = `(${hex(maxramSize)}) is equal to the initial memory size (${hex(ramSize)})`;
    const rule = `memory slots were specified but maximum memory size ${both}`;
    return plain(`invalid value of maxmem: ${rule}`, 'make maxmem larger than the size', 'maxmem');
  }
  if (slotCount > BigInt(MAX_SLOTS)) {
    return plain(`unsupported amount of memory slots: ${slotCount}`, 'at most 256 slots', 'slots');
  }
  if (maxramSize % 4096 !== 0) {
    return plain('maximum memory size must by aligned to multiple of 4096 bytes', 'give maxmem a suffix: 8G', 'maxmem');
  }
  return { ramSize, maxramSize, slots: Number(slotCount) };
}

function sizeHelp(option: QemuOption): string {
  const digits = /\d+/.exec(option.value)?.[0];
  const near =
    digits === undefined
      ? '1G'
      : `${digits.slice(0, 6)}${
          /[a-zA-Z]/
            .exec(option.value)?.[0]
            ?.toUpperCase()
            .replace(/[^KMGTPE]/, 'G') ?? 'G'
        }`;
  const name = option.name === 'size' ? '' : `${option.name}=`;
  return `suffix K, M, G, T, P or E; write ${name}${near}`;
}
