/** What would work instead of a refused command: asked of the model, each answer one click from being tried. */

import { useEffect, useState } from 'preact/hooks';
import type { Suggestion } from '../../advise/nearest/suggestion.ts';
import type { SessionStep } from '../../runbook/session-step.ts';
import { tryInstead } from '../actions.ts';
import type { Deck } from '../scenario/deck.ts';

/** Answers by step: a search takes longer than a look. */
const found = new WeakMap<SessionStep, readonly Suggestion[]>();

export function Instead({ deck, step, canTry }: { deck: Deck; step: SessionStep; canTry: boolean }) {
  const [suggestions, set] = useState(found.get(step));
  useEffect(() => {
    let gone = false;
    set(found.get(step));
    if (!found.has(step)) {
      // Loaded with the first refusal; the page is drawn before it searches.
      void import('../../advise/nearest/nearest.ts').then(({ nearestLegal, QUICK_WORK }) => {
        if (gone) return;
        const { prompt, text } = step.run.command;
        const history = deck.session.steps.slice(0, step.number - 1).map(({ run }) => ({ prompt: run.command.prompt, text: run.command.text }));
        const answer = deck.session.at(step.number - 1, (machine) =>
          nearestLegal(machine, { prompt, text }, { history, work: QUICK_WORK, boots: 'last' }),
        );
        found.set(step, answer);
        set(answer);
      });
    }
    return () => {
      gone = true;
    };
  }, [deck, step]);
  if (suggestions === undefined) return <p class="hint">asking the model what would work …</p>;
  // Where no other request would do, the refusal itself may say what would.
  if (suggestions.length === 0) return <>{deck.nextSteps(step).map((one) => <p class="try" key={one}>try: {one}</p>)}</>;
  return (
    <ul class="instead" aria-label="What would work instead">
      {suggestions.slice(0, 8).map((one) => (
        <li key={`${one.what} ${one.to}`}>
          <p>
            {one.what} <s>{one.from}</s> <b>{one.to}</b>
            {one.costs.length > 0 ? <small> {one.costs.join('; ')}</small> : null}
          </p>
          {one.boot === undefined ? (
            <p>
              <code>{one.lines.map(({ prompt, text }) => `${prompt === 'monitor' ? '(qemu)' : '$'} ${text}`).join('\n')}</code>
              {canTry ? <button type="button" onClick={() => tryInstead(step.number, one.lines)}>try it</button> : null}
            </p>
          ) : (
            <p>
              <code>{Object.entries(one.boot).map(([key, value]) => `${key}: ${Array.isArray(value) ? value.join(' ') : String(value)}`).join('\n')}</code>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
