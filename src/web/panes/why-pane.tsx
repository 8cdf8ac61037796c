/** Why the last command ended as it did: the deciding check in a sentence, then every check in order. */

import { whyOf } from '../../advise/why/why.ts';
import { placeOf } from '../../advise/why/place.ts';
import { valueWords } from '../../advise/why/value-words.ts';
import { printable } from '../../runbook/printable.ts';
import type { Deck } from '../scenario/deck.ts';
import * as store from '../store.ts';
import { Instead } from './instead.tsx';

const MOST_STEPS = 200;

export function WhyPane() {
  if (store.current.value === undefined) return <p class="hint">Step to a command, or type one, to see the checks the kernel made for it.</p>;
  return (
    <>
      {store.decks.value.map((deck, index) => (
        <Why key={index} deck={deck} position={store.places.value[index] ?? 0} />
      ))}
    </>
  );
}

function Why({ deck, position }: { deck: Deck; position: number }) {
  const step = deck.session.steps[position - 1];
  if (step === undefined) return null;
  const { sentence, steps, failed, dropped } = whyOf(step.run);
  const from = failed > MOST_STEPS ? failed - MOST_STEPS + 1 : 0;
  return (
    <article class="why">
      <h3>
        <code>{step.run.command.text}</code> <small>Linux {deck.scenario.kernel}</small>
      </h3>
      <p class={`sentence ${step.run.verdict}`}>{sentence}</p>
      {step.run.verdict === 'refused' || step.run.verdict === 'depends' ? <Instead deck={deck} step={step} canTry={deck === store.first.value} /> : null}
      <ol start={from + 1}>
        {steps.slice(from, from + MOST_STEPS).map((check, index) => (
          <li key={index} class={`${check.passed ? 'passed' : 'failed'}${from + index === failed ? ' decisive' : ''}`}>
            <details open={from + index === failed}>
              <summary>
                <span class="mark">{check.passed ? '✓' : '✗'}</span> {check.condition}
              </summary>
              <p>
                <code>{placeOf(check)}</code>
              </p>
              <p>{valueWords(check).map(({ name, text }) => `${name} = ${printable(text)}`).join(', ')}</p>
            </details>
          </li>
        ))}
      </ol>
      {dropped > 0 ? <p class="hint">and {dropped} more checks that are not kept</p> : null}
    </article>
  );
}

