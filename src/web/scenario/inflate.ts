/** Packing and unpacking with the platform's streams, within a limit. */

/** What was packed is larger than the limit. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

type Format = 'gzip' | 'deflate-raw';

/** @throws TooLarge beyond `limit` bytes; a TypeError for damaged input */
export async function inflate(bytes: Uint8Array, format: Format, limit: number): Promise<Uint8Array> {
  const reader = streamOf(bytes).pipeThrough(new DecompressionStream(format)).getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = (await reader.read()) as { done: boolean; value?: Uint8Array };
    if (done || value === undefined) break;
    total += value.length;
    if (total > limit) {
      await reader.cancel();
      throw new TooLarge(`more than ${limit} bytes`);
    }
    chunks.push(value);
  }
  return joined(chunks, total);
}

export async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = streamOf(bytes).pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([bytes as Uint8Array<ArrayBuffer>]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>;
}

function joined(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const all = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
