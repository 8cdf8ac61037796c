/** Which lanes are shown, and what their colours say. */

import * as store from '../store.ts';

export function LaneChips() {
  const deck = store.first.value;
  if (deck === undefined) return null;
  const { lanes } = deck.state(store.places.value[0] ?? 0);
  const toggle = (id: string): void => {
    const next = new Set(store.hidden.value);
    if (!next.delete(id)) next.add(id);
    store.hidden.value = next;
  };
  return (
    <div class="chips" role="group" aria-label="Layers">
      {lanes.map((lane) => (
        <button type="button" key={lane.id} aria-pressed={!store.hidden.value.has(lane.id)} onClick={() => toggle(lane.id)}>
          {lane.title}
        </button>
      ))}
      <button type="button" class="as-table" aria-pressed={store.asTable.value} onClick={() => (store.asTable.value = !store.asTable.value)}>
        as a table
      </button>
    </div>
  );
}
