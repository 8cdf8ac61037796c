/** Where a kernel keeps its section table and its BTF, read from an unpacked image: for kernels that name no variables. */

/** Offsets from the image's first byte, which is where `_text` lies in memory. */
export interface ImageSymbols {
  readonly memSection: number;
  /** The type description, as it stands in the file. */
  readonly btf: Buffer;
}

/** A BTF header of version 1 in little-endian order. Documentation/bpf/btf.rst */
const BTF_HEAD = Buffer.from([0x9f, 0xeb, 1, 0, 24, 0, 0, 0]);
const BTF_HEADER_SIZE = 24;
const WORD = 4;

/**
 * `mem_section` is exported to modules, so the image has an entry for it: two words, the distances from themselves to
 * the variable and to its name. Undefined for an image that is packed, or of another form.
 */
export function imageSymbols(image: Buffer): ImageSymbols | undefined {
  const btf = btfOf(image);
  const places = namePlaces(image, 'mem_section').flatMap((name) => exportsNamed(image, name));
  if (btf === undefined || places.length === 0) return undefined;
  // Other tables may look alike by chance; variables lie behind all of them.
  return { btf, memSection: Math.max(...places) };
}

function namePlaces(image: Buffer, name: string): number[] {
  const places: number[] = [];
  const wanted = Buffer.from(`\0${name}\0`, 'latin1');
  for (let at = image.indexOf(wanted); at >= 0; at = image.indexOf(wanted, at + 1)) places.push(at + 1);
  return places;
}

function exportsNamed(image: Buffer, name: number): number[] {
  const found: number[] = [];
  for (let at = WORD; at + WORD <= image.length; at += WORD) {
    if (at + image.readInt32LE(at) !== name) continue;
    const value = at - WORD + image.readInt32LE(at - WORD);
    if (value > 0) found.push(value);
  }
  return found;
}

/** The largest: modules built in may bring small ones. */
function btfOf(image: Buffer): Buffer | undefined {
  let best: Buffer | undefined;
  for (let at = image.indexOf(BTF_HEAD); at >= 0; at = image.indexOf(BTF_HEAD, at + 1)) {
    if (at + BTF_HEADER_SIZE > image.length) break;
    const end = at + BTF_HEADER_SIZE + image.readUInt32LE(at + 16) + image.readUInt32LE(at + 20);
    if (end <= image.length && end - at > (best?.length ?? 0)) best = image.subarray(at, end);
  }
  return best;
}
