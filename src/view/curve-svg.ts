/** Curves as a self-contained SVG picture, in light and in dark. */

import { highest, lastX, roundUp, type Curve, type CurveTitles } from './curve.ts';
import { shortSize } from './size.ts';
import { MONO, element, xmlEscape } from './svg-text.ts';

const WIDTH = 820;
const PLOT = { left: 70, top: 56, right: 560, bottom: 376 };
const HEIGHT = 424;
/** Colours that colour-blind people can tell apart (Okabe and Ito), and dashes for who sees none. */
const STROKES = [
  { colour: '#d55e00', dash: '' },
  { colour: '#e69f00', dash: '9 4' },
  { colour: '#cc79a7', dash: '2 4' },
  { colour: '#0072b2', dash: '' },
  { colour: '#009e73', dash: '12 4 2 4' },
] as const;
const STYLE = `text{font-family:${MONO};font-size:13px;fill:#24292f}.pale{fill:#57606a}.title{font-size:15px;font-weight:bold}
.paper{fill:#ffffff}.grid{stroke:#d0d7de;stroke-width:1}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.pale{fill:#9da7b3}.paper{fill:#0d1117}.grid{stroke:#30363d}}`;
/** Least distance of two labels. */
const LABEL = 34;

/** Draws the curves, each with its name and its last value at its end. */
export function renderCurvesSvg(curves: readonly Curve[], titles: CurveTitles): string {
  const top = roundUp(highest(curves));
  const end = lastX(curves);
  const xOf = (x: number): number => PLOT.left + ((PLOT.right - PLOT.left) * (x - 1)) / Math.max(1, end - 1);
  const yOf = (bytes: number): number => PLOT.bottom - ((PLOT.bottom - PLOT.top) * bytes) / top;
  const parts = [
    element('style', {}, STYLE),
    element('rect', { class: 'paper', width: WIDTH, height: HEIGHT }),
    text(PLOT.left - 50, 28, titles.title, 'title'),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      element('line', { class: 'grid', x1: PLOT.left, x2: PLOT.right, y1: yOf(share * top), y2: yOf(share * top) }),
      text(PLOT.left - 8, yOf(share * top) + 4, share === 0 ? '0' : shortSize(share * top), 'pale', 'end'),
    ]),
    ...[1, Math.round(end / 2), end].map((x) => text(xOf(x), PLOT.bottom + 22, String(x), 'pale', 'middle')),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 42, titles.across, 'pale', 'middle'),
  ];
  const places = labelPlaces(curves.map((curve) => yOf(curve.points.at(-1)?.bytes ?? 0)));
  curves.forEach(({ label, points }, index) => {
    const { colour, dash } = STROKES[index % STROKES.length]!;
    const path = points.map(({ x, bytes }) => `${round(xOf(x))},${round(yOf(bytes))}`).join(' ');
    const stroke = { stroke: colour, 'stroke-width': 2.5, fill: 'none', ...(dash === '' ? {} : { 'stroke-dasharray': dash }) };
    const last = points.at(-1)?.bytes ?? 0;
    const y = places[index]!;
    parts.push(
      element('polyline', { points: path, ...stroke }),
      element('polyline', { points: `${PLOT.right + 4},${round(yOf(last))} ${PLOT.right + 16},${round(y)} ${PLOT.right + 38},${round(y)}`, ...stroke }),
      text(PLOT.right + 44, y, label),
      text(PLOT.right + 44, y + 15, last === 0 ? 'nothing lost' : `${shortSize(last)} lost`, 'pale'),
    );
  });
  const attributes = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, role: 'img' };
  return `${element('svg', { ...attributes, 'aria-label': titles.title }, parts.join('\n'))}\n`;
}

/** Moves labels apart, in the order of their curves' ends. */
function labelPlaces(wanted: readonly number[]): number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  const placed: number[] = [];
  order.forEach(({ y, index }, nth) => {
    const before = nth === 0 ? -Infinity : placed[order[nth - 1]!.index]!;
    placed[index] = Math.max(y, before + LABEL);
  });
  // Pushed below the plot, the lower ones move up again.
  let limit = PLOT.bottom - 10;
  for (const { index } of order.toReversed()) {
    placed[index] = Math.min(placed[index]!, limit);
    limit = placed[index]! - LABEL;
  }
  return placed;
}

function text(x: number, y: number, words: string, kind = '', anchor = 'start'): string {
  return element('text', { x, y, class: kind, 'text-anchor': anchor }, xmlEscape(words));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
