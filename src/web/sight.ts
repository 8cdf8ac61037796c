/** Moving the sight: at once, or along a short way so that the eye can follow. */

import { between, endOf, fitRange, panBy, zoomAt, type Viewport } from './map/viewport.ts';
import * as store from './store.ts';

const MILLISECONDS = 220;

let moving = 0;

/** A viewport of the present width that shows [start, end). */
export function viewOf(start: number, end: number, margin = 0.02): Viewport {
  return fitRange(store.view.value.width, start, end, store.space.value, margin);
}

export function sightOf(view: Viewport): [start: number, end: number] {
  return [view.start, endOf(view)];
}

/** Goes to a viewport; at once for those who asked for less motion. */
export function animateTo(wanted: Viewport): void {
  cancelAnimationFrame(moving);
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
    store.view.value = wanted;
    return;
  }
  const from = store.view.value;
  const started = performance.now();
  const frame = (now: number): void => {
    const t = Math.min(1, (now - started) / MILLISECONDS);
    store.view.value = between(from, { ...wanted, width: store.view.value.width }, 1 - (1 - t) ** 3, store.space.value);
    if (t < 1) moving = requestAnimationFrame(frame);
  };
  moving = requestAnimationFrame(frame);
}

/** Jumps; stops what is on its way. */
export function look(view: Viewport): void {
  cancelAnimationFrame(moving);
  store.view.value = view;
}

/** Zooms about a column, the middle when none is given. */
export function zoom(factor: number, x?: number): void {
  const { value } = store.view;
  const chosen = store.chosen.value;
  const at = chosen === undefined ? value.width / 2 : (chosen - value.start) / value.perPixel;
  const centre = x ?? (at >= 0 && at <= value.width ? at : value.width / 2);
  look(zoomAt(value, factor, centre, store.space.value));
}

export function pan(share: number): void {
  look(panBy(store.view.value, store.view.value.width * share, store.space.value));
}
