/** What a program or a library is linked with, read from its ELF file: `ldd` answers only for the host's own. */

/** A file that is no 64-bit ELF file, or a broken one. */
export class ElfError extends Error {
  override readonly name = 'ElfError';
}

export interface ElfNeeds {
  /** The loader a program asks for, as a path; absent in libraries and in static programs. */
  readonly interpreter: string | undefined;
  /** Libraries by name: `libc.so.6`. */
  readonly libraries: readonly string[];
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const HEADER = 64;
const PROGRAM_HEADER = 56;
const DYNAMIC_ENTRY = 16;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** Reads the program headers and the dynamic section. @throws ElfError */
export function elfNeeds(bytes: Buffer): ElfNeeds {
  if (bytes.length < HEADER || bytes.toString('latin1', 0, 4) !== '\x7fELF' || bytes[4] !== 2) {
    throw new ElfError('no 64-bit ELF file');
  }
  const little = bytes[5] === 1;
  const word = (at: number): number => {
    if (at + 8 > bytes.length) throw new ElfError(`the ELF file is cut short at ${at}`);
    return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  };
  const half = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const headers = word(0x20);
  const segments = Array.from({ length: half(0x38) }, (_, index): Segment => {
    const at = headers + index * PROGRAM_HEADER;
    if (at + PROGRAM_HEADER > bytes.length) throw new ElfError('the ELF file’s program headers are cut short');
    const type = little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    return { type, offset: word(at + 8), address: word(at + 16), size: word(at + 32) };
  });
  const textAt = (at: number): string => bytes.toString('latin1', at, Math.max(at, bytes.indexOf(0, at)));
  const interp = segments.find(({ type }) => type === PT_INTERP);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  const named: number[] = [];
  let strings: number | undefined;
  for (let at = dynamic?.offset ?? 0; dynamic !== undefined && at < dynamic.offset + dynamic.size; at += DYNAMIC_ENTRY) {
    const tag = word(at);
    if (tag === 0) break;
    if (tag === DT_NEEDED) named.push(word(at + 8));
    if (tag === DT_STRTAB) strings = word(at + 8);
  }
  const table = strings === undefined ? undefined : offsetOf(strings, segments);
  return {
    interpreter: interp === undefined ? undefined : textAt(interp.offset),
    libraries: table === undefined ? [] : named.map((name) => textAt(table + name)),
  };
}

/** Where in the file an address of the loaded program stands. */
function offsetOf(address: number, segments: readonly Segment[]): number | undefined {
  const home = segments.find(({ type, address: start, size }) => type === PT_LOAD && start <= address && address < start + size);
  return home === undefined ? undefined : home.offset + address - home.address;
}
