/** The map as a table, for readers of text. */

import { endOf } from '../map/viewport.ts';
import { tableRows } from '../map/table-rows.ts';
import type { Deck } from '../scenario/deck.ts';
import { animateTo, viewOf } from '../sight.ts';
import * as store from '../store.ts';

const MOST = 400;

export function MapTable({ deck, position }: { deck: Deck; position: number }) {
  const { picture } = deck.state(position);
  const view = store.view.value;
  const { rows, left } = tableRows(picture, view.start, endOf(view), MOST);
  return (
    <div class="table" tabIndex={0} role="region" aria-label={`Sections in sight, Linux ${deck.scenario.kernel}`}>
      <table>
        <caption>Linux {deck.scenario.kernel}: sections in sight, top to bottom in order of address</caption>
        <thead>
          <tr>
            {['sections', 'addresses', 'flags', 'owner', 'memory block'].map((title) => (
              <th key={title} scope="col">{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.start}>
              <th scope="row">
                <button type="button" onClick={() => { store.chosen.value = row.start; animateTo(viewOf(row.start, row.end, 0.1)); }}>
                  {row.sections}
                </button>
              </th>
              <td>{row.addresses}</td>
              <td>{row.flags}</td>
              <td>{row.owners}</td>
              <td>{row.block}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 ? <p>and {left} more rows; zoom in to see them</p> : null}
      {rows.length === 0 ? <p>No section is present in sight.</p> : null}
    </div>
  );
}
