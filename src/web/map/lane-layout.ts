/** Where lanes and their labels stand on the canvas. All in CSS pixels. */

import type { Lane } from './lane.ts';
import { columnAt, endOf, type Viewport } from './viewport.ts';

export const AXIS_HEIGHT = 30;
/** The bar above the lanes that marks what the last command changed. */
export const CHANGE_HEIGHT = 5;
const OWNER_HEIGHT = 50;
const LANE_HEIGHT = 17;
const GAP = 3;

export interface LaneBox {
  readonly lane: Lane;
  readonly y: number;
  readonly height: number;
}

export function layoutOf(lanes: readonly Lane[], hidden: ReadonlySet<string>): { boxes: LaneBox[]; height: number } {
  const boxes: LaneBox[] = [];
  let y = AXIS_HEIGHT + CHANGE_HEIGHT + GAP;
  for (const lane of lanes) {
    if (hidden.has(lane.id)) continue;
    const height = lane.id === 'owner' ? OWNER_HEIGHT : LANE_HEIGHT;
    boxes.push({ lane, y, height });
    y += height + GAP;
  }
  return { boxes, height: y };
}

/** A label and the columns it may take. */
export interface LaneLabel {
  readonly x: number;
  readonly width: number;
  readonly text: string;
  readonly ink: string;
  readonly hatched: boolean;
  /** Written where the run is too narrow for its name. */
  readonly letter: string;
}

/** Labels of runs at least `narrowest` columns wide. Cost follows the runs in sight, and at most the columns. */
export function labelsOf(lane: Lane, view: Viewport, narrowest: number, most = 400): LaneLabel[] {
  const labels: LaneLabel[] = [];
  const end = endOf(view);
  let at = view.start;
  for (let index = lane.indexAfter(at); index < lane.runs.length && labels.length < most; ) {
    const run = lane.runs[index]!;
    if (run.start >= end) break;
    const from = Math.max(0, columnAt(view, run.start));
    const to = Math.min(view.width, columnAt(view, run.end));
    if (to - from >= narrowest) {
      const value = lane.values[run.code]!;
      const { ink, hatched } = value.paint;
      labels.push({ x: from, width: to - from, text: run.name ?? value.label, ink, hatched, letter: value.letter });
      index++;
    } else {
      // Narrow ones are stepped over a column at a time, however many share it.
      at = Math.max(run.end, view.start + (Math.floor(to) + 1) * view.perPixel);
      index = Math.max(index + 1, lane.indexAfter(at - 1, index));
    }
  }
  return labels;
}
