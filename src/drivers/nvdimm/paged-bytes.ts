/** Sparse bytes that are never changed in place: pages that hold only zeros are not kept, the others are shared. */

export interface PagedBytes {
  /** By page number; each page is PAGE_BYTES long and never written to. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
}

export const PAGE_BYTES = 4096;
export const NO_BYTES: PagedBytes = { pages: new Map() };

/** Bytes `[at, at + length)`: zeros where nothing was written. */
export function readPaged(store: PagedBytes, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  eachPiece(at, length, (page, from, to, offset) => {
    const kept = store.pages.get(page);
    if (kept !== undefined) bytes.set(kept.subarray(from, to), offset);
  });
  return bytes;
}

/** The store with `bytes` at `at`. Cost: the pages touched and one copy of the table. */
export function writePaged(store: PagedBytes, at: number, bytes: Uint8Array): PagedBytes {
  const pages = new Map(store.pages);
  eachPiece(at, bytes.length, (page, from, to, offset) => {
    const fresh = new Uint8Array(PAGE_BYTES);
    const kept = pages.get(page);
    if (kept !== undefined) fresh.set(kept);
    fresh.set(bytes.subarray(offset, offset + to - from), from);
    putPage(pages, page, fresh);
  });
  return { pages };
}

/** The store with zeros in `[start, end)`. Cost follows what was written, not the length. */
export function zeroPaged(store: PagedBytes, start: number, end: number): PagedBytes {
  const pages = new Map(store.pages);
  for (const [page, kept] of store.pages) {
    const base = page * PAGE_BYTES;
    if (base + PAGE_BYTES <= start || base >= end) continue;
    const fresh = new Uint8Array(kept);
    fresh.fill(0, Math.max(0, start - base), Math.min(PAGE_BYTES, end - base));
    putPage(pages, page, fresh);
  }
  return { pages };
}

/** What was written in `[start, end)`, by ascending address; together at most as long as the pages kept. */
export function writtenPieces(store: PagedBytes, start: number, end: number): { at: number; bytes: Uint8Array }[] {
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  for (const [page, kept] of store.pages) {
    const base = page * PAGE_BYTES;
    const at = Math.max(base, start);
    const stop = Math.min(base + PAGE_BYTES, end);
    if (at < stop) pieces.push({ at, bytes: kept.subarray(at - base, stop - base) });
  }
  return pieces.sort((a, b) => a.at - b.at);
}

function putPage(pages: Map<number, Uint8Array>, page: number, bytes: Uint8Array): void {
  if (bytes.every((byte) => byte === 0)) pages.delete(page);
  else pages.set(page, bytes);
}

/** Calls back for each page that `[at, at + length)` touches: offsets within the page, and within the range. */
function eachPiece(at: number, length: number, piece: (page: number, from: number, to: number, offset: number) => void): void {
  for (let offset = 0; offset < length; ) {
    const page = Math.floor((at + offset) / PAGE_BYTES);
    const from = at + offset - page * PAGE_BYTES;
    const to = Math.min(PAGE_BYTES, from + length - offset);
    piece(page, from, to, offset);
    offset += to - from;
  }
}
