/** Paints of lanes, from the colours the terminal's map has. */

import {
  BLUE, DARK, DEVICE_PAINTS, GREEN, GREY, SKY, TEAL, WARNING, rgbOf, type Paint,
} from '../../view/palette.ts';
import type { LanePaint } from './lane.ts';

/** What a lane shows where it has nothing to say. */
export const NOTHING: LanePaint = { fill: '', ink: '', hatched: false };

/** A terminal paint on the canvas: what is hollow there is hatched here. */
export function lanePaint(paint: Paint): LanePaint {
  if (paint === DARK) return { fill: rgbOf(242), ink: rgbOf(231), hatched: true };
  if (paint.hollow === true) return { fill: rgbOf(paint.fg), ink: rgbOf(paint.fg), hatched: true };
  return { fill: rgbOf(paint.bg ?? 231), ink: rgbOf(paint.fg), hatched: false };
}

const [ORANGE, PINK, VERMILION, YELLOW, PURPLE, SAND] = DEVICE_PAINTS as readonly [Paint, Paint, Paint, Paint, Paint, Paint];

/** Paints in an order in which neighbours differ. */
export const SERIES: readonly LanePaint[] = [BLUE, ORANGE, GREEN, PINK, SKY, YELLOW, VERMILION, PURPLE, TEAL, SAND].map(lanePaint);

export const PAINTS = {
  blue: lanePaint(BLUE),
  sky: lanePaint(SKY),
  green: lanePaint(GREEN),
  teal: lanePaint(TEAL),
  grey: lanePaint(GREY),
  orange: lanePaint(ORANGE),
  pink: lanePaint(PINK),
  yellow: lanePaint(YELLOW),
  purple: lanePaint(PURPLE),
  sand: lanePaint(SAND),
  warning: lanePaint(WARNING),
} as const;

/** The same colour as stripes: there, but not in use. */
export function hatched(paint: LanePaint): LanePaint {
  return { ...paint, ink: paint.fill, hatched: true };
}
