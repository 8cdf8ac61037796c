/** Saving what the page shows: the runbook, the map as SVG, the canvases as PNG. */

import { renderSvg } from '../view/svg.ts';
import { endOf } from './map/viewport.ts';
import * as store from './store.ts';

function save(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has its own hold on the data once it began.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A name for files, from the machine's. */
function stem(): string {
  const name = (store.source.value?.name ?? 'memhp').replace(/\.[a-z]+$/, '').replace(/[^\w.-]+/g, '-');
  return `${name.slice(0, 60) || 'memhp'}-${store.first.value?.scenario.kernel ?? ''}`;
}

/** The steps done so far, as a runbook. */
export function runbookText(): string {
  const deck = store.first.value;
  if (deck === undefined) return '';
  deck.session.goTo(store.position.value);
  return deck.session.toRunbook();
}

export function saveRunbook(): void {
  save(`${stem()}.runbook`, new Blob([runbookText()], { type: 'text/plain' }));
}

/** The sections in sight as the SVG that `memhp` draws. */
export function saveSvg(): void {
  const deck = store.first.value;
  if (deck === undefined) return;
  const view = store.view.value;
  const title = `${deck.scenario.title}: Linux ${deck.scenario.kernel}, step ${store.position.value}`;
  const svg = renderSvg(deck.picture(store.places.value[0] ?? 0), { title, from: view.start, to: endOf(view), maxRows: 200 });
  save(`${stem()}.svg`, new Blob([svg], { type: 'image/svg+xml' }));
}

/** What the map shows, machines under each other. */
export function savePng(): void {
  const canvases = [...document.querySelectorAll<HTMLCanvasElement>('.canvas canvas')];
  if (canvases.length === 0) return;
  const sheet = document.createElement('canvas');
  sheet.width = Math.max(...canvases.map(({ width }) => width));
  sheet.height = canvases.reduce((sum, { height }) => sum + height + 12, 0);
  const context = sheet.getContext('2d')!;
  let y = 0;
  for (const canvas of canvases) {
    context.drawImage(canvas, 0, y);
    y += canvas.height + 12;
  }
  sheet.toBlob((blob) => {
    if (blob !== null) save(`${stem()}.png`, blob);
  });
}
