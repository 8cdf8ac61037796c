/** What a recording of media holds, and how bytes are written down in it. */

/** A piece of media: offset and hexadecimal bytes; zeros between pieces are left out. */
export type Piece = readonly [offset: number, hex: string];

export interface RecordedBlock {
  readonly namespace: string;
  /** Where the block lies in the namespace: 4096, or 0 for a BTT v2.0. */
  readonly at: number;
  /** The 4 KiB of the block. */
  readonly info: readonly Piece[];
  /** Only of a BTT: SHA-256 of its log and of the copy of its info block. */
  readonly log?: string;
  readonly info2?: string;
}

export interface RecordedStep {
  readonly run: string;
  readonly exit: number;
  readonly output: readonly string[];
  /** Attributes by device and name, as sysfs shows them. */
  readonly devices: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly labels: readonly Piece[];
  readonly blocks: readonly RecordedBlock[];
}

export interface MediaRecording {
  readonly kernel: string;
  readonly ndctl: string;
  readonly backendSize: number;
  readonly labelSize: number;
  /** Physical address of the region. */
  readonly base: number;
  readonly steps: readonly RecordedStep[];
}

/** Media our codecs wrote, and what a real kernel made of them. */
export interface GivenRecording {
  readonly kernel: string;
  readonly labelSize: 128 | 256;
  readonly labels: readonly Piece[];
  readonly blocks: readonly { readonly at: number; readonly pieces: readonly Piece[] }[];
  readonly devices: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dmesg: readonly string[];
}

const GRAIN = 16;

/** The bytes that are not zero, in pieces of whole 16 bytes. */
export function piecesOf(bytes: Uint8Array): Piece[] {
  const pieces: [number, string][] = [];
  for (let at = 0; at < bytes.length; at += GRAIN) {
    const grain = bytes.subarray(at, at + GRAIN);
    if (grain.every((byte) => byte === 0)) continue;
    const hex = Buffer.from(grain).toString('hex');
    const last = pieces.at(-1);
    if (last !== undefined && last[0] + last[1].length / 2 === at) last[1] += hex;
    else pieces.push([at, hex]);
  }
  return pieces;
}

/** `length` bytes with the pieces in their places. */
export function bytesOf(pieces: readonly Piece[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const [at, hex] of pieces) bytes.set(Buffer.from(hex, 'hex'), at);
  return bytes;
}
