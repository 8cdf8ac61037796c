/** Writes an initramfs: a cpio archive in the "newc" form. */

export interface CpioEntry {
  /** Without a leading slash. */
  readonly path: string;
  /** File type and permissions as in st_mode. */
  readonly mode: number;
  /** Contents; the target of a link. */
  readonly data: Uint8Array;
}

const text = new TextEncoder();
const NOTHING = new Uint8Array();
const TRAILER: CpioEntry = { path: 'TRAILER!!!', mode: 0, data: NOTHING };
/** Largest file the form holds: sizes have eight hexadecimal digits. */
const MAXIMUM_SIZE = 0xffff_ffff;

export function fileEntry(path: string, data: Uint8Array | string, mode = 0o755): CpioEntry {
  return { path, mode: 0o100000 + mode, data: typeof data === 'string' ? text.encode(data) : data };
}

export function linkEntry(path: string, target: string): CpioEntry {
  return { path, mode: 0o120777, data: text.encode(target) };
}

/** The archive, with the folders its entries stand in; of two entries with one path the later stays. */
export function cpio(entries: readonly CpioEntry[]): Uint8Array {
  const files = new Map<string, CpioEntry>();
  for (const entry of entries) {
    if (entry.data.length > MAXIMUM_SIZE) throw new RangeError(`${entry.path} is too large for a cpio archive`);
    for (let at = entry.path.indexOf('/'); at >= 0; at = entry.path.indexOf('/', at + 1)) {
      const folder = entry.path.slice(0, at);
      if (!files.has(folder)) files.set(folder, { path: folder, mode: 0o040755, data: NOTHING });
    }
    files.set(entry.path, entry);
  }
  return Buffer.concat([...files.values(), TRAILER].flatMap((entry, index) => record(entry, index + 1)));
}

function record(entry: CpioEntry, inode: number): Uint8Array[] {
  const name = text.encode(`${entry.path}\0`);
  const fields = [inode, entry.mode, 0, 0, 1, 0, entry.data.length, 0, 0, 0, 0, name.length, 0];
  const head = text.encode(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return [head, name, padding(head.length + name.length), entry.data, padding(entry.data.length)];
}

function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}
