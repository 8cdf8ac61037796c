/** Mouse, pen and fingers on the map: point, choose, drag, zoom with the wheel or with two fingers. */

import { addressAt, panBy, zoomAt, type Viewport } from '../map/viewport.ts';
import { look } from '../sight.ts';
import * as store from '../store.ts';

/** Pointers that are down, by their id, with the column they are at. */
const down = new Map<number, number>();
let drag: { readonly x: number; readonly view: Viewport; moved: boolean } | undefined;
let pinch: { readonly apart: number; readonly middle: number; readonly view: Viewport } | undefined;

function columnOf(event: MouseEvent): number {
  return event.offsetX * devicePixelRatio;
}

function fingers(): { apart: number; middle: number } {
  const [a = 0, b = 0] = down.values();
  return { apart: Math.max(8, Math.abs(a - b)), middle: (a + b) / 2 };
}

/** Handlers of a map's canvas. */
export const pointer = {
  onPointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    down.set(event.pointerId, columnOf(event));
    const view = store.view.value;
    drag = down.size === 1 ? { x: columnOf(event), view, moved: false } : undefined;
    pinch = down.size === 2 ? { ...fingers(), view } : undefined;
  },

  onPointerMove(event: PointerEvent): void {
    const x = columnOf(event);
    if (down.has(event.pointerId)) down.set(event.pointerId, x);
    if (pinch !== undefined) {
      const { apart, middle } = fingers();
      const closer = zoomAt(pinch.view, apart / pinch.apart, pinch.middle, store.space.value);
      look(panBy(closer, pinch.middle - middle, store.space.value));
      return;
    }
    if (drag !== undefined && (drag.moved || Math.abs(x - drag.x) > 4)) {
      drag.moved = true;
      look(panBy(drag.view, drag.x - x, store.space.value));
    }
    store.hovered.value = Math.max(0, addressAt(store.view.value, x));
  },

  onPointerUp(event: PointerEvent): void {
    if (drag !== undefined && !drag.moved) {
      store.chosen.value = Math.max(0, Math.floor(addressAt(store.view.value, columnOf(event))));
      store.tab.value = 'frame';
    }
    forget(event);
  },

  onPointerCancel(event: PointerEvent): void {
    forget(event);
  },

  onPointerLeave(): void {
    store.hovered.value = undefined;
  },

  onWheel(event: WheelEvent): void {
    event.preventDefault();
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (sideways || event.shiftKey) {
      look(panBy(store.view.value, (sideways ? event.deltaX : event.deltaY) * devicePixelRatio, store.space.value));
      return;
    }
    const pixels = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    look(zoomAt(store.view.value, 2 ** (-pixels / 200), columnOf(event), store.space.value));
  },

  onDblClick(event: MouseEvent): void {
    look(zoomAt(store.view.value, 4, columnOf(event), store.space.value));
  },
};

function forget(event: PointerEvent): void {
  down.delete(event.pointerId);
  drag = undefined;
  pinch = undefined;
}
