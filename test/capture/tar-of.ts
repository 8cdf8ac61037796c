/** Makes small tar archives for tests. */

const BLOCK = 512;

/** An archive of files by path; `size` in place of the first file's real size makes a lie. */
export function tarOf(files: Readonly<Record<string, string>>, lie: { readonly size?: number } = {}): Uint8Array {
  const parts: Buffer[] = [];
  Object.entries(files).forEach(([path, content], index) => {
    const data = Buffer.from(content);
    const header = Buffer.alloc(BLOCK);
    const size = index === 0 && lie.size !== undefined ? lie.size : data.length;
    header.write(path.slice(0, 100), 0);
    header.write('0000644\0', 100);
    // Eleven octal digits hold 8 GiB; larger sizes are stored in base 256.
    if (size < 8 ** 11) header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
    else {
      header[124] = 0x80;
      header.writeBigUInt64BE(BigInt(size), 128);
    }
    header.write('0', 156);
    header.write('ustar\0', 257);
    header.fill(' ', 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    parts.push(header, data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK));
  });
  parts.push(Buffer.alloc(BLOCK * 2));
  return Buffer.concat(parts);
}
