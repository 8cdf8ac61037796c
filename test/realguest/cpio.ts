/** Writes an initramfs: a cpio archive in the "newc" form. */

export interface CpioEntry {
  /** Without a leading slash. */
  readonly path: string;
  /** File type and permissions as in st_mode. */
  readonly mode: number;
  /** Contents; the target of a link. */
  readonly data: Uint8Array;
}

export function fileEntry(path: string, data: Uint8Array | string, mode = 0o100755): CpioEntry {
  return { path, mode, data: typeof data === 'string' ? new TextEncoder().encode(data) : data };
}

export function folderEntry(path: string): CpioEntry {
  return { path, mode: 0o040755, data: new Uint8Array() };
}

export function linkEntry(path: string, target: string): CpioEntry {
  return { path, mode: 0o120777, data: new TextEncoder().encode(target) };
}

/** The archive. Folders must stand before what they hold. */
export function cpio(entries: readonly CpioEntry[]): Uint8Array {
  const parts = [...entries, { path: 'TRAILER!!!', mode: 0, data: new Uint8Array() }].flatMap((entry, i) => {
    const name = new TextEncoder().encode(`${entry.path}\0`);
    const fields = [i + 1, entry.mode, 0, 0, 1, 0, entry.data.length, 0, 0, 0, 0, name.length, 0];
    const head = new TextEncoder().encode('070701' + fields.map((field) => field.toString(16).padStart(8, '0')).join(''));
    return [head, name, padding(head.length + name.length), entry.data, padding(entry.data.length)];
  });
  return Buffer.concat(parts);
}

function padding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4);
}
