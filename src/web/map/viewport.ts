/** The part of the address space a map shows, and the arithmetic of zooming and panning. Plain numbers in and out. */

/** What bounds a viewport. */
export interface Space {
  /** Bytes of the whole address space: 2^MAX_PHYSMEM_BITS. */
  readonly endBytes: number;
  readonly pageSize: number;
}

/** Addresses from `start`, `perPixel` bytes in each column. Both may be fractions. */
export interface Viewport {
  readonly start: number;
  readonly perPixel: number;
  readonly width: number;
}

/** Columns a single page takes at the closest. */
const WIDEST_PAGE = 64;

export function endOf(view: Viewport): number {
  return view.start + view.perPixel * view.width;
}

/** The address at a column. */
export function addressAt(view: Viewport, x: number): number {
  return view.start + x * view.perPixel;
}

/** The column of an address; outside the viewport it is below 0 or beyond the width. */
export function columnAt(view: Viewport, address: number): number {
  return (address - view.start) / view.perPixel;
}

/** Within the space, neither wider than all of it nor closer than a page across `WIDEST_PAGE` columns. */
export function clampView(view: Viewport, space: Space): Viewport {
  const width = Math.max(1, view.width);
  const widest = space.endBytes / width;
  const perPixel = Math.min(widest, Math.max(Math.min(widest, space.pageSize / WIDEST_PAGE), view.perPixel));
  const start = Math.min(Math.max(0, view.start), Math.max(0, space.endBytes - perPixel * width));
  return { start, perPixel, width };
}

/** Zooms by `factor` (above 1: closer) and keeps the address under column `x` where it is. */
export function zoomAt(view: Viewport, factor: number, x: number, space: Space): Viewport {
  const closer = clampView({ ...view, perPixel: view.perPixel / factor }, space);
  return clampView({ ...closer, start: addressAt(view, x) - x * closer.perPixel }, space);
}

export function panBy(view: Viewport, columns: number, space: Space): Viewport {
  return clampView({ ...view, start: view.start + columns * view.perPixel }, space);
}

/** Shows [start, end) with `margin` (a share of its length) on either side. */
export function fitRange(width: number, start: number, end: number, space: Space, margin = 0.02): Viewport {
  const length = Math.max(space.pageSize, end - start);
  const pad = length * margin;
  return clampView({ start: start - pad, perPixel: (length + 2 * pad) / Math.max(1, width), width }, space);
}

/** The same addresses in another width. */
export function resized(view: Viewport, width: number, space: Space): Viewport {
  return clampView({ start: view.start, perPixel: (view.perPixel * view.width) / Math.max(1, width), width }, space);
}

/** Moves just so much that [start, end) can be seen. */
export function reveal(view: Viewport, start: number, end: number, space: Space): Viewport {
  const length = view.perPixel * view.width;
  if (start >= view.start && end <= view.start + length) return view;
  if (end - start > length) return fitRange(view.width, start, end, space, 0.1);
  return clampView({ ...view, start: (start + end) / 2 - length / 2 }, space);
}

/** A step on the way from one viewport to another, at equal speed of zooming: `t` from 0 to 1. */
export function between(from: Viewport, to: Viewport, t: number, space: Space): Viewport {
  if (t >= 1) return to;
  const perPixel = from.perPixel * (to.perPixel / from.perPixel) ** t;
  const ratio = from.perPixel === to.perPixel ? t : (from.perPixel - perPixel) / (from.perPixel - to.perPixel);
  const start = from.start + (to.start - from.start) * ratio;
  return clampView({ start, perPixel, width: to.width }, space);
}

/** A mark of the axis. */
export interface Tick {
  readonly address: number;
  /** Written out, not only marked. */
  readonly major: boolean;
}

/** Marks at powers of two, major ones at least `apart` columns from each other. */
export function ticksOf(view: Viewport, apart: number): Tick[] {
  const major = 2 ** Math.ceil(Math.log2(view.perPixel * apart));
  const minor = major / 4;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(view.start / minor) * minor; at <= endOf(view); at += minor) {
    ticks.push({ address: at, major: at % major === 0 });
  }
  return ticks;
}
