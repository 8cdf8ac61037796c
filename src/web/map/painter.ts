/** Lanes into pixels: a palette look-up for each column, rows copied. Needs no canvas, only its buffer. */

import { MOST_BANDS, type Columns } from './columns.ts';
import type { LaneValue } from './lane.ts';

/** Colours of the page, `#rrggbb`. */
export interface Ground {
  /** Behind all lanes. */
  readonly back: string;
  /** Where a lane has nothing to say. */
  readonly empty: string;
  /** Lines between units. */
  readonly line: string;
}

/** Pixels of a canvas, one word each, as ImageData holds them on a little-endian machine. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly words: Uint32Array;
}

/** Stripes repeat after this many pixels. */
const PERIOD = 8;
const STRIPE = 3;

/** The word of `#rrggbb`, opaque. */
export function wordOf(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
  return 0xff000000 + b * 65536 + g * 256 + r;
}

/** A colour between two: `share` of the first. */
export function blend(a: string, b: string, share: number): string {
  const part = (at: number): string => {
    const [x, y] = [parseInt(a.slice(at, at + 2), 16), parseInt(b.slice(at, at + 2), 16)];
    return Math.round(x * share + y * (1 - share)).toString(16).padStart(2, '0');
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}

export function clearRaster(raster: Raster, colour: string): void {
  raster.words.fill(wordOf(colour));
}

/** A lane's colours: two words for each code, equal ones where nothing is striped. */
function paletteOf(values: readonly LaneValue[], ground: Ground): Uint32Array {
  const words = new Uint32Array(64);
  values.forEach(({ paint }, code) => {
    const fill = paint.fill === '' ? ground.empty : paint.fill;
    words[code * 2] = wordOf(fill);
    words[code * 2 + 1] = wordOf(paint.hatched ? blend(fill, ground.empty, 0.18) : fill);
  });
  return words;
}

/** Draws one lane into rows [y, y + height). Cost follows its pixels. */
export function paintLane(
  raster: Raster,
  y: number,
  height: number,
  columns: Columns,
  values: readonly LaneValue[],
  ground: Ground,
): void {
  const { width, words } = raster;
  const palette = paletteOf(values, ground);
  const { counts, codes } = columns;
  const rows = Math.min(PERIOD, height);
  for (let row = 0; row < rows; row++) {
    const at = (y + row) * width;
    for (let x = 0; x < width; x++) {
      const code = codes[x * MOST_BANDS] as number;
      words[at + x] = palette[code * 2 + ((x + row) % PERIOD < STRIPE ? 0 : 1)] as number;
    }
  }
  for (let row = PERIOD; row < height; row++) {
    words.copyWithin((y + row) * width, (y + row - PERIOD) * width, (y + row - PERIOD + 1) * width);
  }
  for (let x = 0; x < width; x++) if ((counts[x] as number) > 1) paintBands(raster, x, y, height, columns, palette);
}

// One column with several values: each gets its share of the height, and enough of it to be seen.
function paintBands(raster: Raster, x: number, y: number, height: number, columns: Columns, palette: Uint32Array): void {
  const { counts, codes, ends } = columns;
  const count = counts[x] as number;
  const least = Math.max(1, Math.min(Math.round(height / 8) + 1, Math.floor(height / count)));
  let from = 0;
  for (let band = 0; band < count; band++) {
    const left = count - band - 1;
    const wanted = Math.round((ends[x * MOST_BANDS + band] as number) * height);
    const to = band === count - 1 ? height : Math.max(from + least, Math.min(wanted, height - left * least));
    const code = codes[x * MOST_BANDS + band] as number;
    for (let row = from; row < to && row < height; row++) {
      raster.words[(y + row) * raster.width + x] = palette[code * 2 + ((x + row) % PERIOD < STRIPE ? 0 : 1)] as number;
    }
    from = to;
  }
}

/** Draws a line through columns `xs`, rows [y, y + height). */
export function paintLines(raster: Raster, xs: readonly number[], y: number, height: number, colour: string): void {
  const word = wordOf(colour);
  for (const x of xs) {
    if (x < 0 || x >= raster.width) continue;
    for (let row = y; row < y + height; row++) raster.words[row * raster.width + x] = word;
  }
}

/** Fills a box. */
export function paintBox(raster: Raster, x: number, y: number, width: number, height: number, colour: string): void {
  const word = wordOf(colour);
  const from = Math.max(0, x);
  const to = Math.min(raster.width, x + width);
  for (let row = y; row < y + height; row++) raster.words.fill(word, row * raster.width + from, row * raster.width + Math.max(from, to));
}
