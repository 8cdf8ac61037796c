/** Fields of on-media structures: little-endian integers, uuids, padded text. */

/** A 64-bit field as a number; what lies above 2^53 is rounded, as no address or size is that large. */
export function getU64(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

/** @throws RangeError for a value that is no 64-bit count: a bug of ours */
export function setU64(view: DataView, offset: number, value: number): void {
  view.setBigUint64(offset, BigInt(value), true);
}

/** The bytes as a view on themselves. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export const NULL_UUID = '00000000-0000-0000-0000-000000000000';

/** 16 bytes in the order they are written: `01020304-0506-…`. */
export function uuidFromBytes(bytes: Uint8Array): string {
  const hex = [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** @throws RangeError for text that is no uuid: a bug of ours */
export function uuidToBytes(uuid: string): Uint8Array {
  const hex = uuid.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new RangeError(`not a uuid: ${uuid.slice(0, 40)}`);
  return Uint8Array.from({ length: 16 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

/** Where byte n of a GUID's text stands on media: its first three fields are little-endian numbers. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

export function guidFromBytes(bytes: Uint8Array): string {
  return uuidFromBytes(swapGuid(bytes));
}

export function guidToBytes(guid: string): Uint8Array {
  return swapGuid(uuidToBytes(guid));
}

function swapGuid(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(GUID_ORDER, (at) => bytes[at] ?? 0);
}

/** Text up to the first NUL. Bytes above 0x7f are taken one by one. */
export function textFromBytes(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end === -1 ? bytes.length : end));
}

/** Text of at most `length` bytes with NULs behind; characters outside Latin-1 become `?`. */
export function textToBytes(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < Math.min(text.length, length); i++) {
    const code = text.charCodeAt(i);
    bytes[i] = code < 256 ? code : 0x3f;
  }
  return bytes;
}
