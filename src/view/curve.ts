/** Several curves over one axis: what both drawings share. */

/** One curve. Points ascend in `x`; values are bytes. */
export interface Curve {
  /** One letter, unique among its neighbours: what the terminal draws. */
  readonly letter: string;
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly bytes: number }[];
}

export interface CurveTitles {
  readonly title: string;
  /** What `x` counts, e.g. `devices`. */
  readonly across: string;
}

/** The largest value of all curves; at least one byte, so that it can divide. */
export function highest(curves: readonly Curve[]): number {
  return Math.max(1, ...curves.flatMap(({ points }) => points.map((point) => point.bytes)));
}

export function lastX(curves: readonly Curve[]): number {
  return Math.max(1, ...curves.flatMap(({ points }) => points.map((point) => point.x)));
}

/** The value at `x`: that of the last point not behind it. */
export function valueAt({ points }: Curve, x: number): number {
  let value = 0;
  for (const point of points) {
    if (point.x > x) break;
    value = point.bytes;
  }
  return value;
}

/** A round number of bytes not below the highest, for the top of the scale: 1, 2 or 5 times a power, in binary units. */
export function roundUp(bytes: number): number {
  let unit = 1;
  while (bytes / unit >= 1024) unit *= 1024;
  for (const step of [1, 2, 4, 5, 8, 10, 16, 20, 32, 40, 50, 64, 80, 100, 128, 200, 256, 400, 512, 800, 1024]) {
    if (step * unit >= bytes) return step * unit;
  }
  return unit * 1024;
}
