/** Decompresses bzip2, with a bound on what comes out. Node has no reader of its own for it. */

import { CaptureError } from './capture-error.ts';

/** Bits from the stream's start, most significant first. */
class BitReader {
  readonly #bytes: Uint8Array;
  readonly #source: string;
  #at = 0;
  #buffer = 0;
  #held = 0;
  constructor(bytes: Uint8Array, source: string) {
    this.#bytes = bytes;
    this.#source = source;
  }

  /** Up to 24 bits as a number. */
  take(count: number): number {
    while (this.#held < count) {
      if (this.#at >= this.#bytes.length)
        throw this.trouble('truncated', 'the archive is cut off', 'copy it again, whole');
      this.#buffer = ((this.#buffer << 8) | (this.#bytes[this.#at] as number)) >>> 0;
      this.#at += 1;
      this.#held += 8;
    }
    this.#held -= count;
    const value = (this.#buffer >>> this.#held) & (2 ** count - 1);
    // What stays is below eight bits, so the next shift cannot overflow.
    this.#buffer &= 2 ** this.#held - 1;
    return value;
  }

  alignToByte(): void {
    this.#held = 0;
    this.#buffer = 0;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  trouble(code: string, message: string, help?: string): CaptureError {
    return new CaptureError(code, { source: this.#source, offset: this.#at }, message, help);
  }
}

/** Output that grows by doubling and refuses to pass its limit. */
class Output {
  #bytes = new Uint8Array(64 * 1024);
  #length = 0;
  readonly #limit: number;
  readonly #bits: BitReader;
  constructor(limit: number, bits: BitReader) {
    this.#limit = limit;
    this.#bits = bits;
  }

  push(byte: number, count: number): void {
    if (this.#length + count > this.#limit) {
      throw this.#bits.trouble('unpacks-too-large', `the archive unpacks to more than ${this.#limit} bytes`);
    }
    if (this.#length + count > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(this.#limit, Math.max(this.#bytes.length * 2, this.#length + count)));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.fill(byte, this.#length, this.#length + count);
    this.#length += count;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

export function looksLikeBzip2(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x42 && bytes[1] === 0x5a && bytes[2] === 0x68 && (bytes[3] ?? 0) >= 0x31 && (bytes[3] ?? 0) <= 0x39
  );
}

/**
 * Decompresses all streams of a bzip2 file.
 * @throws CaptureError when it is damaged, cut off, or unpacks to more than `limit` bytes.
 */
export function bunzip2(bytes: Uint8Array, source: string, limit: number): Uint8Array {
  const bits = new BitReader(bytes, source);
  const output = new Output(limit, bits);
  for (let first = true; first || !bits.atEnd; first = false) {
    const magic = bits.take(24);
    const level = bits.take(8) - 0x30;
    if (magic !== 0x425a68 || level < 1 || level > 9) {
      // Padding after the last stream is not ours to judge.
      if (!first) break;
      throw bits.trouble('bzip2-header', 'this is not a bzip2 file');
    }
    readStream(bits, level * 100_000, output);
    bits.alignToByte();
  }
  return output.bytes();
}

function readStream(bits: BitReader, blockSize: number, output: Output): void {
  for (;;) {
    const high = bits.take(24);
    const low = bits.take(24);
    const crc = bits.take(16) * 65536 + bits.take(16);
    if (high === 0x177245 && low === 0x385090) return;
    if (high !== 0x314159 || low !== 0x265359)
      throw bits.trouble('bzip2-block', 'the archive is damaged: no block starts here');
    if (readBlock(bits, blockSize, output) !== crc) {
      throw bits.trouble('bzip2-checksum', 'the archive is damaged: a block has the wrong checksum');
    }
  }
}

function readBlock(bits: BitReader, blockSize: number, output: Output): number {
  const damaged = (what: string): CaptureError => bits.trouble('bzip2-block', `the archive is damaged: ${what}`);
  if (bits.take(1) === 1) throw damaged('randomised blocks, which no archiver has made since 1998');
  const origin = bits.take(24);
  const symbols = usedSymbols(bits);
  if (symbols.length === 0) throw damaged('a block without symbols');
  const alphabet = symbols.length + 2;
  const groups = bits.take(3);
  const selectorCount = bits.take(15);
  if (groups < 2 || groups > 6 || selectorCount === 0) throw damaged('a block without code tables');
  const selectors = readSelectors(bits, groups, selectorCount, damaged);
  const tables = Array.from({ length: groups }, () => readTable(bits, alphabet, damaged));

  const counts = new Uint32Array(256);
  const block = new Uint32Array(blockSize);
  const end = alphabet - 1;
  let length = 0;
  let run = 0;
  let weight = 1;
  let group = 0;
  let left = 0;
  let table = tables[0] as CodeTable;
  for (;;) {
    if (left === 0) {
      const selector = selectors[group];
      if (selector === undefined) throw damaged('a block longer than its tables');
      group += 1;
      left = 50;
      table = tables[selector] as CodeTable;
    }
    left -= 1;
    const symbol = decode(bits, table, damaged);
    if (symbol <= 1) {
      run += weight * (symbol + 1);
      weight *= 2;
      if (run > blockSize) throw damaged('a run longer than a block');
      continue;
    }
    if (run > 0) {
      const byte = symbols[0] as number;
      if (length + run > blockSize) throw damaged('more data than a block holds');
      block.fill(byte, length, length + run);
      counts[byte] = (counts[byte] as number) + run;
      length += run;
      run = 0;
      weight = 1;
    }
    if (symbol === end) break;
    if (length >= blockSize) throw damaged('more data than a block holds');
    const [byte] = symbols.splice(symbol - 1, 1) as [number];
    symbols.unshift(byte);
    block[length] = byte;
    counts[byte] = (counts[byte] as number) + 1;
    length += 1;
  }
  if (length === 0) return 0;
  if (origin >= length) throw damaged('a block that starts outside itself');
  return undoTransform(block, length, origin, counts, output);
}

function usedSymbols(bits: BitReader): number[] {
  const rows = bits.take(16);
  const symbols: number[] = [];
  for (let row = 0; row < 16; row += 1) {
    if (Math.floor(rows / 2 ** (15 - row)) % 2 === 0) continue;
    const used = bits.take(16);
    for (let column = 0; column < 16; column += 1) {
      if (Math.floor(used / 2 ** (15 - column)) % 2 === 1) symbols.push(row * 16 + column);
    }
  }
  return symbols;
}

type Damaged = (what: string) => CaptureError;

function readSelectors(bits: BitReader, groups: number, count: number, damaged: Damaged): Uint8Array {
  const order = Array.from({ length: groups }, (_, index) => index);
  const selectors = new Uint8Array(count);
  for (let index = 0; index < count; index += 1) {
    let position = 0;
    while (bits.take(1) === 1) {
      position += 1;
      if (position >= groups) throw damaged('a table number out of range');
    }
    const [chosen] = order.splice(position, 1) as [number];
    order.unshift(chosen);
    selectors[index] = chosen;
  }
  return selectors;
}

/** A canonical prefix code: per length the first code, how many there are, and where their symbols start. */
interface CodeTable {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly offset: Int32Array;
  readonly symbols: Uint16Array;
  readonly shortest: number;
}

const LONGEST_CODE = 20;

function readTable(bits: BitReader, alphabet: number, damaged: Damaged): CodeTable {
  const lengths = new Uint8Array(alphabet);
  let length = bits.take(5);
  for (let symbol = 0; symbol < alphabet; symbol += 1) {
    for (;;) {
      if (length < 1 || length > LONGEST_CODE) throw damaged('a code of impossible length');
      if (bits.take(1) === 0) break;
      length += bits.take(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  const count = new Int32Array(LONGEST_CODE + 2);
  for (const one of lengths) count[one] = (count[one] as number) + 1;
  const first = new Int32Array(LONGEST_CODE + 2);
  const offset = new Int32Array(LONGEST_CODE + 2);
  let code = 0;
  let at = 0;
  for (let size = 1; size <= LONGEST_CODE; size += 1) {
    first[size] = code;
    offset[size] = at;
    code = (code + (count[size] as number)) * 2;
    at += count[size] as number;
  }
  const symbols = new Uint16Array(alphabet);
  const next = Int32Array.from(offset);
  for (let symbol = 0; symbol < alphabet; symbol += 1) {
    const size = lengths[symbol] as number;
    symbols[next[size] as number] = symbol;
    next[size] = (next[size] as number) + 1;
  }
  let shortest = 1;
  while (shortest < LONGEST_CODE && count[shortest] === 0) shortest += 1;
  return { first, count, offset, symbols, shortest };
}

function decode(bits: BitReader, table: CodeTable, damaged: Damaged): number {
  let code = bits.take(table.shortest);
  for (let size = table.shortest; size <= LONGEST_CODE; size += 1) {
    const index = code - (table.first[size] as number);
    if (index >= 0 && index < (table.count[size] as number)) {
      return table.symbols[(table.offset[size] as number) + index] as number;
    }
    code = code * 2 + bits.take(1);
  }
  throw damaged('a code that no table holds');
}

/** Inverts the block-sorting transform and the first run-length coding; returns the checksum of what it wrote. */
function undoTransform(
  block: Uint32Array,
  length: number,
  origin: number,
  counts: Uint32Array,
  output: Output,
): number {
  const starts = new Uint32Array(256);
  for (let byte = 0, sum = 0; byte < 256; byte += 1) {
    starts[byte] = sum;
    sum += counts[byte] as number;
  }
  // Low eight bits keep the byte, the rest the successor: at most 900000 * 256, which fits 32 bits.
  for (let index = 0; index < length; index += 1) {
    const byte = (block[index] as number) & 255;
    const position = starts[byte] as number;
    starts[byte] = position + 1;
    block[position] = ((block[position] as number) & 255) + index * 256;
  }
  let crc = 0xffffffff;
  let at = Math.floor((block[origin] as number) / 256);
  let previous = -1;
  let same = 0;
  for (let index = 0; index < length; index += 1) {
    const entry = block[at] as number;
    const byte = entry & 255;
    at = Math.floor(entry / 256);
    if (same === 4) {
      if (byte > 0) output.push(previous, byte);
      for (let again = 0; again < byte; again += 1) crc = crcStep(crc, previous);
      same = 0;
      previous = -1;
      continue;
    }
    same = byte === previous ? same + 1 : 1;
    previous = byte;
    output.push(byte, 1);
    crc = crcStep(crc, byte);
  }
  return ~crc >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

function crcStep(crc: number, byte: number): number {
  return ((crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 255] as number)) >>> 0;
}
