/** The map: a canvas for each machine, under one pointer and one keyboard. */

import { useEffect, useRef } from 'preact/hooks';
import { effect } from '@preact/signals';
import { hex } from '../../kernel/units.ts';
import { shortSize } from '../../view/size.ts';
import { drawMap } from '../map/draw-map.ts';
import { layoutOf } from '../map/lane-layout.ts';
import { columnAt, resized, type Viewport } from '../map/viewport.ts';
import type { Deck } from '../scenario/deck.ts';
import * as store from '../store.ts';
import { pageTheme } from '../theme.ts';
import { MapKeys } from './map-keys.ts';
import { pointer } from './map-pointer.ts';
import { MapTable } from './map-table.tsx';

export function MapPane() {
  const decks = store.decks.value;
  const section = decks[0]?.state(store.places.value[0] ?? 0);
  return (
    <section class="map" aria-label="Map of physical memory">
      <Sight />
      {store.asTable.value ? (
        decks.map((deck, index) => <MapTable key={index} deck={deck} position={store.places.value[index] ?? 0} />)
      ) : (
        <div
          class="decks"
          tabIndex={0}
          role="application"
          aria-roledescription="map"
          aria-label={section === undefined ? 'Map' : mapWords(decks)}
          aria-describedby="map-help"
          onKeyDown={MapKeys}
        >
          {decks.map((deck, index) => (
            <DeckCanvas key={index} deck={deck} index={index} />
          ))}
        </div>
      )}
      <p id="map-help" class="unseen">
        Arrow keys move, plus and minus zoom, Enter chooses the middle, comma and full stop step through commands, t shows a table.
      </p>
    </section>
  );
}

function mapWords(decks: readonly Deck[]): string {
  const { value } = store.view;
  const kernels = decks.map((deck) => `Linux ${deck.scenario.kernel}`).join(' beside ');
  return `Map of ${kernels}, ${shortSize(Math.round(value.perPixel * value.width))} in sight`;
}

/** Where the map stands, in words and numbers. */
function Sight() {
  const { start, perPixel, width } = store.view.value;
  const at = store.hovered.value ?? store.chosen.value;
  const length = Math.max(1, Math.round(perPixel * width));
  return (
    <p class="sight">
      <span>
        <b>{shortSize(length)}</b> from {hex(Math.max(0, Math.floor(start)))}
      </span>
      <span>
        pixel <b>{perPixel < 1 ? '<1B' : shortSize(Math.round(perPixel * devicePixelRatio))}</b>
      </span>
      <span>
        of <b>{shortSize(store.space.value.endBytes)}</b>
      </span>
      <span class="at">{at === undefined ? '' : `${hex(Math.floor(at))}  pfn ${hex(Math.floor(at / store.space.value.pageSize))}`}</span>
    </p>
  );
}

function DeckCanvas({ deck, index }: { deck: Deck; index: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const position = store.places.value[index] ?? 0;
  const { lanes } = deck.state(position);
  const { boxes, height } = layoutOf(lanes, store.hidden.value);

  useEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => {
      const width = Math.max(100, Math.round(element.clientWidth * devicePixelRatio));
      if (width !== store.view.value.width) store.view.value = resized(store.view.value, width, store.space.value);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    let waiting = 0;
    const stop = effect(() => {
      const view = store.view.value;
      const place = store.places.value[index] ?? 0;
      const unseen = store.hidden.value;
      const colours = pageTheme.value;
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(() => paint(canvas.current, deck, place, view, unseen, colours));
    });
    return () => {
      cancelAnimationFrame(waiting);
      stop();
    };
  }, [deck, index]);

  return (
    <div class="deck">
      <div class="lane-names" aria-hidden="true">
        <p class="kernel">Linux {deck.scenario.kernel}</p>
        {index > 0 ? <p class="differs">▬ differs</p> : <p class="marks">▬ changed</p>}
        {boxes.map(({ lane, y, height: tall }) => (
          <span key={lane.id} style={{ top: `${y}px`, height: `${tall}px` }}>
            {lane.title}
          </span>
        ))}
      </div>
      <div class="canvas" ref={box} style={{ height: `${height}px` }}>
        <canvas ref={canvas} style={{ height: `${height}px` }} {...pointer} />
        <Cross />
      </div>
    </div>
  );
}

function paint(
  element: HTMLCanvasElement | null,
  deck: Deck,
  place: number,
  view: Viewport,
  unseen: ReadonlySet<string>,
  colours: (typeof pageTheme)['value'],
): void {
  const context = element?.getContext('2d', { alpha: false });
  if (element === null || context === null || context === undefined) return;
  const state = deck.state(place);
  const { boxes, height } = layoutOf(state.lanes, unseen);
  const tall = Math.round(height * devicePixelRatio);
  if (element.width !== view.width) element.width = view.width;
  if (element.height !== tall) element.height = tall;
  const { sectionSizeBytes } = state.picture;
  const { pageSize } = store.space.value;
  const [first] = store.decks.value;
  const differences = first === deck || first === undefined ? [] : deck.differences(place, first.state(store.places.value[0] ?? 0).lanes);
  const scene = { view, boxes, changes: state.changes, differences, height, ratio: devicePixelRatio, sectionSizeBytes, pageSize };
  performance.mark('map-start');
  drawMap(context, scene, colours);
  performance.measure('map', 'map-start');
}

/** The lines of the pointer and of the chosen address. */
function Cross() {
  const view = store.view.value;
  const line = (address: number | undefined, name: string) => {
    if (address === undefined) return null;
    const x = columnAt(view, address) / devicePixelRatio;
    return x < 0 || x > view.width / devicePixelRatio ? null : <i class={name} style={{ transform: `translateX(${x}px)` }} />;
  };
  return (
    <>
      {line(store.hovered.value, 'hover')}
      {line(store.chosen.value, 'chosen')}
    </>
  );
}
