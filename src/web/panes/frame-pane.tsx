/** Everything known about one page frame, on each kernel. */

import { hex } from '../../kernel/units.ts';
import type { Deck } from '../scenario/deck.ts';
import { animateTo, viewOf } from '../sight.ts';
import * as store from '../store.ts';
import { CloseUp } from './close-up.tsx';

export function FramePane() {
  const address = store.hovered.value ?? store.chosen.value;
  if (address === undefined) {
    return <p class="hint">Point at the map, or choose a place with a click (keys: Enter, then Shift with the arrows), to see what the kernel knows of it.</p>;
  }
  return (
    <>
      {store.decks.value.map((deck, index) => (
        <Frame key={index} deck={deck} position={store.places.value[index] ?? 0} address={address} />
      ))}
    </>
  );
}

function Frame({ deck, position, address }: { deck: Deck; position: number; address: number }) {
  const { place, facts } = deck.facts(position, address);
  const { picture, lanes } = deck.state(position);
  const pageSize = store.space.value.pageSize;
  const section = place.sectionNr * picture.sectionSizeBytes;
  const sub = section + place.subsection * picture.subsectionSizeBytes;
  const page = place.pfn * pageSize;
  return (
    <article class="frame">
      <h3>
        {hex(Math.floor(address))} <small>Linux {deck.scenario.kernel}</small>
      </h3>
      <p class="goto">
        <button type="button" onClick={() => animateTo(viewOf(section, section + picture.sectionSizeBytes))}>section</button>
        <button type="button" onClick={() => animateTo(viewOf(sub, sub + picture.subsectionSizeBytes))}>sub-section</button>
        <button type="button" onClick={() => animateTo(viewOf(page, page + pageSize, 4))}>page</button>
      </p>
      <CloseUp picture={picture} lanes={lanes} place={place} />
      <dl>
        {facts.map(({ name, value, notes }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value}
              {notes.map((note) => (
                <small key={note}>{note}</small>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </article>
  );
}
