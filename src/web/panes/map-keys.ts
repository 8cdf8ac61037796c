/** Keys of the map, while it has the focus. */

import { addressAt, columnAt, reveal } from '../map/viewport.ts';
import { look, pan, zoom } from '../sight.ts';
import * as store from '../store.ts';

function chosenOrMiddle(): number {
  const view = store.view.value;
  return store.chosen.value ?? addressAt(view, view.width / 2);
}

/** Moves the chosen address by `count` units of `size`, and the sight after it. */
function step(size: number, count: number): void {
  const at = Math.floor(chosenOrMiddle() / size) * size;
  const to = Math.min(Math.max(0, at + count * size), store.space.value.endBytes - store.space.value.pageSize);
  store.chosen.value = to;
  store.tab.value = 'frame';
  look(reveal(store.view.value, to, to + Math.min(size, 1), store.space.value));
  store.spoken.value = whatIsAt(to);
}

/** The lanes' words for an address. */
export function whatIsAt(address: number): string {
  const deck = store.first.value;
  if (deck === undefined) return '';
  const { lanes } = deck.state(store.places.value[0] ?? 0);
  const words = lanes.map((lane) => {
    const run = lane.runAt(address);
    return `${lane.title}: ${run?.name ?? lane.values[run?.code ?? 0]?.label ?? ''}`;
  });
  return `0x${Math.floor(address).toString(16)}. ${words.join('; ')}`;
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  ArrowLeft: () => pan(-0.15),
  ArrowRight: () => pan(0.15),
  ArrowUp: () => zoom(1.5),
  ArrowDown: () => zoom(1 / 1.5),
  PageUp: () => pan(-0.9),
  PageDown: () => pan(0.9),
  Enter: () => step(store.space.value.pageSize, 0),
};

/** Handles a key on the map. */
export function MapKeys(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey) return;
  const picture = store.first.value?.state(store.places.value[0] ?? 0).picture;
  const side = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
  if (side !== 0 && picture !== undefined && (event.shiftKey || event.altKey)) {
    step(event.altKey ? store.space.value.pageSize : picture.subsectionSizeBytes, side);
  } else if (Object.hasOwn(ACTIONS, event.key)) {
    ACTIONS[event.key]!();
  } else {
    return;
  }
  event.preventDefault();
  const chosen = store.chosen.value;
  if (chosen !== undefined && columnAt(store.view.value, chosen) < 0) store.hovered.value = undefined;
}
