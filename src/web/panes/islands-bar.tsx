/** A way to jump: whole space, memory, and every island of the address space by its size. */

import { hex } from '../../kernel/units.ts';
import { shortSize } from '../../view/size.ts';
import { islandsOf } from '../map/islands.ts';
import { endOf } from '../map/viewport.ts';
import { animateTo, viewOf } from '../sight.ts';
import * as store from '../store.ts';

const MOST_ISLANDS = 10;

export function IslandsBar() {
  const deck = store.first.value;
  if (deck === undefined) return null;
  const { lanes, picture } = deck.state(store.places.value[0] ?? 0);
  const islands = islandsOf(lanes[0]!, picture.sectionSizeBytes, MOST_ISLANDS);
  const view = store.view.value;
  const isSeen = (start: number, end: number): boolean => start < endOf(view) && end > view.start;
  const space = store.space.value.endBytes;
  return (
    <nav class="islands" aria-label="Parts of the address space">
      <button type="button" class="whole" onClick={() => animateTo(viewOf(0, space, 0))} title="the whole address space (w)">
        all {shortSize(space)}
      </button>
      {islands.map(({ start, end }, index) => {
        const gap = start - (islands[index - 1]?.end ?? 0);
        const size = Math.max(1, end - start);
        return (
          <>
            {gap > 0 ? <span class="gap" key={`gap${start}`}>{shortSize(gap)}</span> : null}
            <button
              type="button"
              key={start}
              class={isSeen(start, end) ? 'seen' : ''}
              style={{ flexGrow: String(Math.max(1, Math.log2(size / 65536))) }}
              onClick={() => animateTo(viewOf(start, end))}
              title={`${hex(start)}, ${shortSize(size)}`}
            >
              <b>{shortSize(size)}</b> <span>{hex(start)}</span>
            </button>
          </>
        );
      })}
    </nav>
  );
}
