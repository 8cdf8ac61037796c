/** What chmem is asked to change: a size to find room for, or a range of blocks. */

import { chmemError, type ChmemExit } from './chmem-options.ts';
import { humanSize, parseSize } from './human-size.ts';

export type ChmemTarget =
  | { readonly kind: 'size'; readonly blocks: bigint }
  /** Inclusive, as typed. */
  | { readonly kind: 'range'; readonly first: bigint; readonly last: bigint };

const MAX_U64 = (1n << 64n) - 1n;

/** An unsigned number in the given base as strtoull reads it, or the rest of the message. */
function parseNumber(what: string, text: string | undefined, base: 10 | 16): bigint | ChmemExit {
  const digits = text?.trimStart().replace(/^\+/, '') ?? '';
  const valid = base === 10 ? /^[0-9]+$/.test(digits) : /^(?:0x)?[0-9a-fA-F]+$/.test(digits);
  if (!valid) return chmemError(`Failed to parse ${what}: '${text ?? '(null)'}'`);
  const value = base === 10 ? BigInt(digits) : BigInt(`0x${digits.replace(/^0x/, '')}`);
  if (value > MAX_U64) return chmemError(`Failed to parse ${what}: '${text}': Numerical result out of range`);
  return value;
}

function parseOne(text: string | undefined, useBlocks: boolean, blockSize: bigint): ChmemTarget | ChmemExit {
  if (useBlocks) {
    const block = parseNumber(text === undefined ? 'start' : 'block number', text, 10);
    return typeof block === 'bigint' ? { kind: 'range', first: block, last: block } : block;
  }
  // The program reads the last character of nothing here.
  if (text === undefined) return { exit: 139, stderr: 'Segmentation fault\n' };
  const size = parseSize(text);
  if ('error' in size) return chmemError(`Failed to parse size: '${text}': ${size.error}`);
  // A bare number counts MiB.
  const bytes = BigInt.asUintN(64, /[0-9]$/.test(text) ? size.bytes * 1048576n : size.bytes);
  if (blockSize === 0n) return { exit: 136, stderr: 'Floating point exception\n' };
  if (bytes % blockSize !== 0n) {
    return chmemError(`Size must be aligned to memory block size (${humanSize(blockSize)})`);
  }
  return { kind: 'size', blocks: bytes / blockSize };
}

function parseAddresses(start: string, end: string, whole: string, blockSize: bigint): ChmemTarget | ChmemExit {
  if (!start.startsWith('0x')) return chmemError(`Invalid start address format: ${start}`);
  if (!end.startsWith('0x')) return chmemError(`Invalid end address format: ${end}`);
  const first = parseNumber('start address', start, 16);
  if (typeof first !== 'bigint') return first;
  const last = parseNumber('end address', end, 16);
  if (typeof last !== 'bigint') return last;
  if (blockSize === 0n) return { exit: 136, stderr: 'Floating point exception\n' };
  if (first % blockSize !== 0n || (last + 1n) % blockSize !== 0n) {
    const size = humanSize(blockSize);
    return chmemError(`Start address and (end address + 1) must be aligned to memory block size (${size})`);
  }
  if (first > last) return chmemError(`Invalid range: ${whole}`);
  return { kind: 'range', first: first / blockSize, last: last / blockSize };
}

/** Reads SIZE, RANGE (`0x…-0x…`) or, with `useBlocks`, BLOCKRANGE; several dashes count as one. */
export function parseChmemTarget(text: string, useBlocks: boolean, blockSize: bigint): ChmemTarget | ChmemExit {
  const parts = text.split('-').filter((part) => part !== '');
  if (parts.length > 2) return chmemError(`Invalid parameter: ${text}`);
  const [start, end] = parts;
  if (start === undefined || end === undefined) return parseOne(start, useBlocks, blockSize);
  if (!useBlocks) return parseAddresses(start, end, text, blockSize);
  const first = parseNumber('start', start, 10);
  if (typeof first !== 'bigint') return first;
  const last = parseNumber('end', end, 10);
  if (typeof last !== 'bigint') return last;
  return first > last ? chmemError(`Invalid range: ${text}`) : { kind: 'range', first, last };
}
