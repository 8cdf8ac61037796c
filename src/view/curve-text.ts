/** Curves as a chart of letters. */

import { highest, lastX, roundUp, valueAt, type Curve, type CurveTitles } from './curve.ts';
import { shortSize } from './size.ts';

export interface CurveTextOptions {
  readonly width?: number;
  readonly height?: number;
  readonly unicode?: boolean;
}

/** Where curves meet. */
const SHARED = '*';
const SCALE = 7;

/** Draws the chart; the letters are explained by whoever calls. `*` stands where curves meet. */
export function renderCurves(curves: readonly Curve[], titles: CurveTitles, options: CurveTextOptions = {}): string[] {
  const { width = 80, height = 12, unicode = false } = options;
  const columns = Math.max(16, Math.min(width - SCALE - 2, 100));
  const top = roundUp(highest(curves));
  const end = lastX(curves);
  const rows = Array.from({ length: height + 1 }, () => Array.from({ length: columns }, () => ' '));
  for (let column = 0; column < columns; column++) {
    const x = 1 + Math.round((column * (end - 1)) / Math.max(1, columns - 1));
    for (const curve of curves) {
      const row = Math.round((valueAt(curve, x) / top) * height);
      const taken = rows[row]![column];
      rows[row]![column] = taken === ' ' || taken === curve.letter ? curve.letter : SHARED;
    }
  }
  const [axis, tick, corner, line] = unicode ? ['│', '┤', '└', '─'] : ['|', '+', '+', '-'];
  const marks = new Set([0, Math.round(height / 2), height]);
  const body = rows.map((cells, row) => {
    const text = marks.has(row) ? shortSize(Math.round((top * row) / height)) : '';
    return `${text.padStart(SCALE - 1)} ${marks.has(row) ? tick : axis}${cells.join('')}`.trimEnd();
  });
  const foot = `${' '.repeat(SCALE)}${corner}${line.repeat(columns)}`;
  const right = `${end} ${titles.across}`;
  return [
    titles.title,
    ...body.toReversed(),
    foot,
    `${' '.repeat(SCALE + 1)}1${right.padStart(Math.max(right.length + 1, columns - 1))}`,
  ];
}
