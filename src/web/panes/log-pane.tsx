/** The kernel's log up to where the page stands. */

import { logLines } from '../../kernel/log.ts';
import { printable } from '../../runbook/printable.ts';
import * as store from '../store.ts';

const MOST_LINES = 500;

export function LogPane() {
  return (
    <>
      {store.decks.value.map((deck, index) => {
        const lines = deck.session.at(store.places.value[index] ?? 0, (machine) => logLines(machine.kernel.log));
        const fresh = (store.current.value?.run.log.length ?? 0);
        return (
          <article class="kernel-log" key={index}>
            <h3>
              {lines.length} lines <small>Linux {deck.scenario.kernel}</small>
            </h3>
            {lines.slice(-MOST_LINES).map(({ level, text }, at, shown) => (
              <p key={at} class={`log${level <= 3 ? ' bad' : ''}${at >= shown.length - fresh ? ' fresh' : ''}`}>
                {printable(text)}
              </p>
            ))}
          </article>
        );
      })}
    </>
  );
}
