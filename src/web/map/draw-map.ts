/** Draws a state through a viewport onto a canvas: lanes as pixels, then grid, changes, axis and labels. */

import { hexPadded } from '../../kernel/units.ts';
import { sizeText } from '../../advise/why/value-words.ts';
import { columnsOf } from './columns.ts';
import { AXIS_HEIGHT, CHANGE_HEIGHT, labelsOf, type LaneBox } from './lane-layout.ts';
import type { Change } from './machine-lanes.ts';
import { blend, clearRaster, paintBox, paintLane, paintLines, type Ground, type Raster } from './painter.ts';
import { columnAt, endOf, ticksOf, type Viewport } from './viewport.ts';

export interface Theme extends Ground {
  readonly ink: string;
  readonly faint: string;
  readonly accent: string;
  /** Of differences between two machines. */
  readonly other: string;
}

/** What is drawn; `view` counts in device pixels, boxes in CSS pixels. */
export interface MapScene {
  readonly view: Viewport;
  readonly boxes: readonly LaneBox[];
  /** What the last command changed. */
  readonly changes: readonly Change[];
  /** What is otherwise on the machine beside it. */
  readonly differences: readonly Change[];
  readonly height: number;
  /** Device pixels of a CSS pixel. */
  readonly ratio: number;
  readonly sectionSizeBytes: number;
  readonly pageSize: number;
}

const FONT = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace';

/** Lanes that can change from page to page. */
const BY_PAGE: ReadonlySet<string> = new Set(['owner', 'valid', 'online']);

let image: ImageData | undefined;

/** Draws all of it; the canvas must have the scene's size already. */
export function drawMap(context: CanvasRenderingContext2D, scene: MapScene, theme: Theme): void {
  const { width } = scene.view;
  const height = Math.round(scene.height * scene.ratio);
  if (image?.width !== width || image.height !== height) image = context.createImageData(width, height);
  const raster: Raster = { width, height, words: new Uint32Array(image.data.buffer) };
  clearRaster(raster, theme.back);
  const scale = (css: number): number => Math.round(css * scene.ratio);
  for (const { lane, y, height: tall } of scene.boxes) {
    paintLane(raster, scale(y), scale(tall), columnsOf(lane, scene.view), lane.values, theme);
    paintUnits(raster, scene, lane.unitBytes, BY_PAGE.has(lane.id), scale(y), scale(tall), theme);
  }
  paintMarks(raster, scene, scene.differences, theme.other, theme);
  paintMarks(raster, scene, scene.changes, theme.accent, theme);
  context.putImageData(image, 0, 0);
  context.save();
  context.scale(scene.ratio, scene.ratio);
  const css: Viewport = { start: scene.view.start, perPixel: scene.view.perPixel * scene.ratio, width: width / scene.ratio };
  drawAxis(context, css, scene.pageSize, theme);
  for (const box of scene.boxes) drawLabels(context, box, css, theme);
  context.restore();
}

/** Borders of units in sight, where they are far enough apart; pages where even those can be told apart. */
function paintUnits(raster: Raster, scene: MapScene, unitBytes: number, pages: boolean, y: number, height: number, theme: Theme): void {
  const apart = 5 * scene.ratio;
  const fine = pages ? scene.pageSize : 0;
  for (const [size, colour] of [
    [fine, blend(theme.line, theme.empty, 0.35)],
    [unitBytes, blend(theme.line, theme.empty, 0.6)],
    [Math.max(unitBytes, scene.sectionSizeBytes), theme.line],
  ] as const) {
    const columns = size / scene.view.perPixel;
    // Lines that stand close are short, as on a ruler, and left out where they would run into words.
    const tall = columns >= 4 * apart ? height : height > 30 * scene.ratio ? Math.ceil(height / 3) : 0;
    if (size > 0 && columns >= apart) paintLines(raster, bordersOf(scene.view, size), y + height - tall, tall, colour);
  }
}

function bordersOf(view: Viewport, size: number): number[] {
  const xs: number[] = [];
  for (let at = Math.ceil(view.start / size) * size; at < endOf(view); at += size) xs.push(Math.round(columnAt(view, at)));
  return xs;
}

// A bar above the lanes, and a line down both ends, so that it can be followed through every lane.
function paintMarks(raster: Raster, { view, ratio, height }: MapScene, marks: readonly Change[], colour: string, theme: Theme): void {
  const y = Math.round((AXIS_HEIGHT + 1) * ratio);
  const least = Math.round(3 * ratio);
  const line = blend(colour, theme.back, 0.75);
  for (const { start, end } of marks) {
    if (end <= view.start || start >= endOf(view)) continue;
    const from = Math.round(columnAt(view, start));
    const to = Math.max(from + least, Math.round(columnAt(view, Math.min(end, endOf(view)))));
    paintBox(raster, from, y, to - from, Math.round(CHANGE_HEIGHT * ratio), colour);
    paintLines(raster, [from, to], y, Math.round(height * ratio) - y, line);
  }
}

function drawAxis(context: CanvasRenderingContext2D, view: Viewport, pageSize: number, theme: Theme): void {
  context.font = `11px ${FONT}`;
  context.textBaseline = 'middle';
  const digits = endOf(view) > 2 ** 32 ? Math.ceil(Math.log2(endOf(view)) / 4) : 8;
  for (const { address, major } of ticksOf(view, digits * 7 + 40)) {
    const x = Math.round(columnAt(view, address));
    context.fillStyle = major ? theme.faint : blend(theme.faint, theme.back, 0.4);
    context.fillRect(x, AXIS_HEIGHT - (major ? 9 : 5), 1, major ? 9 : 5);
    if (!major || x < -2) continue;
    context.fillStyle = theme.ink;
    context.fillText(hexPadded(address, digits), x + 4, 9);
    context.fillStyle = theme.faint;
    context.fillText(address % pageSize === 0 ? sizeText(address) : '', x + 4, 21);
  }
}

function drawLabels(context: CanvasRenderingContext2D, { lane, y, height }: LaneBox, view: Viewport, theme: Theme): void {
  context.font = `${lane.id === 'owner' ? 12 : 11}px ${FONT}`;
  context.textBaseline = 'middle';
  const char = context.measureText('0').width;
  for (const { x, width, text, ink, letter, hatched } of labelsOf(lane, view, 11)) {
    const room = Math.floor((width - 8) / char);
    const shown = text.length <= room ? text : room >= 6 ? `${text.slice(0, room - 1)}…` : letter;
    if (shown === '' || shown.length > Math.max(1, Math.floor((width - 2) / char))) continue;
    const left = shown === letter && text !== letter ? x + (width - char * shown.length) / 2 : x + 5;
    const middle = y + height / 2;
    if (hatched) {
      context.fillStyle = theme.empty;
      context.fillRect(left - 3, middle - 7, shown.length * char + 6, 14);
    }
    context.fillStyle = hatched ? theme.ink : ink;
    context.fillText(shown, left, middle + 0.5);
  }
}
