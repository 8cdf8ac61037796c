/** Where the bytes are: for each device what is in use, what is idle, and what is lost to which rule. */

import { accountOfMachine } from '../../advise/audit/machine-account.ts';
import { bytesOf, useEntry, USES, type UseTotals } from '../../advise/audit/use.ts';
import { shortSize } from '../../view/size.ts';
import type { Deck } from '../scenario/deck.ts';
import { animateTo, viewOf } from '../sight.ts';
import * as store from '../store.ts';

export function AccountPane() {
  return (
    <>
      {store.decks.value.map((deck, index) => (
        <AccountOf key={index} deck={deck} position={store.places.value[index] ?? 0} />
      ))}
    </>
  );
}

const MOST_DEVICES = 40;

function AccountOf({ deck, position }: { deck: Deck; position: number }) {
  const account = deck.session.at(position, accountOfMachine);
  return (
    <article class="account">
      <h3>
        {shortSize(account.sizeBytes)} <small>Linux {deck.scenario.kernel}</small>
      </h3>
      <Bar totals={account.totals} sizeBytes={account.sizeBytes} />
      <p class="classes">
        {(['used', 'idle', 'lost'] as const).map((one) => (
          <span key={one} class={one}>
            {one} <b>{shortSize(bytesOf(account.totals, one))}</b>
          </span>
        ))}
      </p>
      {account.devices.slice(0, MOST_DEVICES).map((device) => (
        <section key={device.name}>
          <h4>
            {device.name} <small>{shortSize(device.sizeBytes)}</small>
          </h4>
          <Bar totals={device.totals} sizeBytes={device.sizeBytes} />
          <table>
            <tbody>
              {device.lines.map((line, index) => {
                const entry = useEntry(line.use);
                const place = line.ranges[0];
                return (
                  <tr key={index} class={entry.class}>
                    <td>{shortSize(line.bytes)}</td>
                    <td title={entry.says}>
                      {place === undefined ? (
                        entry.label
                      ) : (
                        <button type="button" onClick={() => { store.chosen.value = place.start; animateTo(viewOf(place.start, place.end, 0.5)); }}>
                          {entry.label}
                        </button>
                      )}
                      {line.owner === '' || line.owner === device.name ? null : <small> {line.owner}</small>}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      ))}
    </article>
  );
}

function Bar({ totals, sizeBytes }: { totals: UseTotals; sizeBytes: number }) {
  return (
    <div class="bar" aria-hidden="true">
      {USES.filter((use) => (totals[use] ?? 0) > 0).map((use) => (
        <i
          key={use}
          class={useEntry(use).class}
          style={{ flexGrow: String((totals[use] ?? 0) / Math.max(1, sizeBytes)) }}
          title={`${useEntry(use).label}: ${shortSize(totals[use] ?? 0)}`}
        />
      ))}
    </div>
  );
}
