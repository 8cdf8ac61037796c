/** Keys of the page, wherever the focus is but in a field. */

import { goTo, lookAtChange } from './actions.ts';
import { placeOf } from './map/frame-facts.ts';
import { animateTo, viewOf, zoom } from './sight.ts';
import * as store from './store.ts';

/** Sight of all memory: from the first to the last section. */
function allMemory(): void {
  const picture = store.first.value?.picture(store.places.value[0] ?? 0);
  const last = picture?.sections[picture.sections.length - 1];
  if (picture === undefined || last === undefined) return;
  animateTo(viewOf((picture.sections[0]?.first ?? 0) * picture.sectionSizeBytes, (last.last + 1) * picture.sectionSizeBytes));
}

/** Sight of the section, sub-section or page of the chosen address. */
function around(unit: 'section' | 'sub-section' | 'page'): void {
  const deck = store.first.value;
  if (deck === undefined) return;
  const { value } = store.view;
  const address = store.chosen.value ?? value.start + (value.perPixel * value.width) / 2;
  store.chosen.value = Math.floor(address);
  const picture = deck.picture(store.places.value[0] ?? 0);
  const { pfn } = placeOf(deck.machine.kernel, address);
  const { pageSize } = store.space.value;
  const size = unit === 'section' ? picture.sectionSizeBytes : unit === 'sub-section' ? picture.subsectionSizeBytes : pageSize;
  const start = Math.floor((pfn * pageSize) / size) * size;
  animateTo(viewOf(start, start + size, unit === 'page' ? 4 : 0.02));
}

const KEYS: Readonly<Record<string, () => void>> = {
  '/': () => document.getElementById('line')?.focus(),
  '?': () => (store.dialog.value = 'help'),
  ',': () => goTo(store.position.value - 1),
  '.': () => goTo(store.position.value + 1),
  '<': () => goTo(0),
  '>': () => goTo(Infinity),
  '+': () => zoom(1.5),
  '=': () => zoom(1.5),
  '-': () => zoom(1 / 1.5),
  c: () => lookAtChange(0),
  w: () => animateTo(viewOf(0, store.space.value.endBytes, 0)),
  f: allMemory,
  '1': () => around('section'),
  '2': () => around('sub-section'),
  '3': () => around('page'),
  g: () => document.querySelector<HTMLElement>('.decks')?.focus(),
  t: () => (store.asTable.value = !store.asTable.value),
  i: () => (store.tab.value = 'frame'),
  y: () => (store.tab.value = 'why'),
  a: () => (store.tab.value = 'account'),
  l: () => (store.tab.value = 'log'),
  m: () => (store.dialog.value = 'machine'),
  s: () => (store.dialog.value = 'share'),
};

export function listenForKeys(): void {
  addEventListener('keydown', (event) => {
    const { target } = event;
    const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
    const isRange = target instanceof HTMLInputElement && target.type === 'range';
    if ((isField && !isRange) || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (store.dialog.value !== undefined || !Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    KEYS[event.key]!();
  });
}
