/** BTF, a kernel's own description of its types: where members stand in structures. */

/** A structure: its size and the place of each named member, in bytes. */
export interface BtfStruct {
  readonly size: number;
  readonly members: ReadonlyMap<string, number>;
}

/** BTF that cannot be read; says at which offset. */
export class BtfError extends Error {
  override readonly name = 'BtfError';
}

const MAGIC = 0xeb9f;
const KIND_STRUCT = 4;

/** Bytes behind the common twelve, by kind: fixed, and for each of `vlen` entries. Documentation/bpf/btf.rst */
const EXTRA: readonly (readonly [fixed: number, each: number])[] = [
  [0, 0], // void
  [4, 0], // int
  [0, 0], // ptr
  [12, 0], // array
  [0, 12], // struct
  [0, 12], // union
  [0, 8], // enum
  [0, 0], // fwd
  [0, 0], // typedef
  [0, 0], // volatile
  [0, 0], // const
  [0, 0], // restrict
  [0, 0], // func
  [0, 8], // func_proto
  [4, 0], // var
  [0, 12], // datasec
  [0, 0], // float
  [4, 0], // decl_tag
  [0, 0], // type_tag
  [0, 12], // enum64
];

/** The structures of these names; the first of each name counts. @throws BtfError */
export function readBtfStructs(bytes: Buffer, names: readonly string[], bigEndian = false): Map<string, BtfStruct> {
  const word = (at: number): number => (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  if (bytes.length < 24 || (bigEndian ? bytes.readUInt16BE(0) : bytes.readUInt16LE(0)) !== MAGIC) throw new BtfError('no BTF: the magic number is missing');
  const head = word(4);
  const types = head + word(8);
  const typesEnd = types + word(12);
  const strings = head + word(16);
  const stringsEnd = strings + word(20);
  if (typesEnd > bytes.length || stringsEnd > bytes.length) throw new BtfError('BTF ends before its sections do');
  const nameAt = (offset: number): string => {
    const start = strings + offset;
    const end = bytes.indexOf(0, start);
    return start < stringsEnd && end >= 0 ? bytes.toString('latin1', start, end) : '';
  };
  const wanted = new Set(names);
  const found = new Map<string, BtfStruct>();
  for (let at = types; at + 12 <= typesEnd && found.size < wanted.size; ) {
    const info = word(at + 4);
    const kind = Math.floor(info / 2 ** 24) % 32;
    const count = info % 65536;
    const extra = EXTRA[kind];
    if (extra === undefined) throw new BtfError(`unknown BTF kind ${kind} at offset ${at}`);
    const next = at + 12 + extra[0] + extra[1] * count;
    if (next > typesEnd) throw new BtfError(`a BTF type at offset ${at} is cut short`);
    if (kind === KIND_STRUCT) {
      const name = nameAt(word(at));
      if (wanted.has(name) && !found.has(name)) {
        // With the kind flag the upper eight bits of an offset are the width of a bit field.
        const bitsOf = (offset: number): number => (info >= 2 ** 31 ? offset % 2 ** 24 : offset);
        const members = new Map<string, number>();
        for (let i = 0; i < count; i++) {
          const member = at + 12 + 12 * i;
          members.set(nameAt(word(member)), bitsOf(word(member + 8)) / 8);
        }
        found.set(name, { size: word(at + 8), members });
      }
    }
    at = next;
  }
  return found;
}
