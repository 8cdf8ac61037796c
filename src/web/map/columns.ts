/** A lane seen through a viewport: what each column of pixels holds. */

import type { Lane, LaneRun } from './lane.ts';
import { addressAt, type Viewport } from './viewport.ts';

/** Values drawn above each other in one column; of more, the smallest are left out. */
export const MOST_BANDS = 6;

/** For each column its bands: `codes[x * MOST_BANDS + i]`, with `ends` the share of the height at which it ends. */
export interface Columns {
  readonly width: number;
  readonly counts: Uint8Array;
  readonly codes: Uint8Array;
  readonly ends: Float32Array;
}

/**
 * Aggregates a lane for a viewport. Cost follows the columns and the runs in sight (of crowded columns only their
 * logarithm), never the address space.
 */
export function columnsOf(lane: Lane, view: Viewport): Columns {
  const { width } = view;
  const counts = new Uint8Array(width);
  const codes = new Uint8Array(width * MOST_BANDS);
  const ends = new Float32Array(width * MOST_BANDS);
  let from = lane.indexAfter(view.start);
  for (let x = 0; x < width; ) {
    const start = addressAt(view, x);
    while (from < lane.runs.length && (lane.runs[from] as LaneRun).end <= start) from = lane.indexAfter(start, from + 1);
    const run = lane.runs[from];
    // A stretch of columns that lie within one run, or within a gap, is written in one go.
    const inside = run !== undefined && run.start <= start;
    const limit = inside ? run.end : (run?.start ?? Infinity);
    const whole = Math.min(width, Math.floor((limit - view.start) / view.perPixel));
    if (whole > x) {
      const code = inside ? Math.min(run.code, 31) : 0;
      for (; x < whole; x++) {
        counts[x] = 1;
        codes[x * MOST_BANDS] = code;
        ends[x * MOST_BANDS] = 1;
      }
      continue;
    }
    const next = addressAt(view, x + 1);
    const border = plainBorder(lane, start, next, from);
    if (border === undefined) write(x, lane, start, next, from, counts, codes, ends);
    else {
      counts[x] = 1;
      codes[x * MOST_BANDS] = Math.min(border, 31);
      ends[x * MOST_BANDS] = 1;
    }
    x++;
  }
  return { width, counts, codes, ends };
}

/**
 * The code that has more of a column in which two stretches merely meet; undefined where anything lies within it, which
 * must stay to be seen.
 */
function plainBorder(lane: Lane, start: number, end: number, from: number): number | undefined {
  const run = lane.runs[from];
  const next = lane.runs[from + 1];
  if (run === undefined) return 0;
  if (run.start > start) return run.end >= end ? (end - run.start > run.start - start ? run.code : 0) : undefined;
  const isFirst = run.end - start >= end - run.end;
  if (next === undefined || next.start >= end) return isFirst ? run.code : 0;
  return next.start === run.end && next.end >= end ? (isFirst ? run.code : next.code) : undefined;
}

function write(
  x: number,
  lane: Lane,
  start: number,
  end: number,
  from: number,
  counts: Uint8Array,
  codes: Uint8Array,
  ends: Float32Array,
): void {
  const shares = lane.shares(start, end, from);
  let order = shares.codes.map((_, index) => index);
  if (order.length > MOST_BANDS) {
    order.sort((a, b) => (shares.bytes[b] as number) - (shares.bytes[a] as number));
    order = order.slice(0, MOST_BANDS).sort((a, b) => a - b);
  }
  // Largest code on top: what stands out is what differs from plain memory and from nothing.
  order.reverse();
  const total = order.reduce((sum, index) => sum + (shares.bytes[index] as number), 0);
  counts[x] = order.length;
  let sum = 0;
  order.forEach((index, band) => {
    sum += shares.bytes[index] as number;
    codes[x * MOST_BANDS + band] = shares.codes[index] as number;
    ends[x * MOST_BANDS + band] = band === order.length - 1 ? 1 : sum / total;
  });
}
