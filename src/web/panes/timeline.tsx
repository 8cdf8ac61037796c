/** The commands in order: step, scrub, see at a glance which were refused. */

import { goTo, lineOf, lookAtChange } from '../actions.ts';
import type { Verdict } from '../../runbook/verdict.ts';
import * as store from '../store.ts';

const MARKS: Readonly<Record<Verdict, string>> = { ok: '✓', refused: '✗', depends: '?', differs: '≠', 'not-modelled': '–' };

export function Timeline() {
  const steps = store.steps.value;
  const position = store.position.value;
  const deck = store.first.value;
  const changes = deck?.state(store.places.value[0] ?? 0).changes ?? [];
  const now = store.current.value;
  return (
    <section class="timeline" aria-label="Timeline of commands">
      <button type="button" onClick={() => goTo(position - 1)} disabled={position === 0} aria-label="Step back" title="step back (,)">
        ◀
      </button>
      <div class="track">
        <input
          type="range"
          min={0}
          max={steps.length}
          value={position}
          step={1}
          aria-label="Commands done"
          aria-valuetext={now === undefined ? 'as it began' : `${position} of ${steps.length}: ${lineOf(now)}`}
          onInput={(event) => goTo(Number(event.currentTarget.value))}
        />
        <ol aria-hidden="true">
          {[undefined, ...steps].map((step, index) => (
            <li
              key={index}
              class={`${step?.run.verdict ?? 'boot'}${index === position ? ' now' : ''}${index > position ? ' later' : ''}`}
              onClick={() => goTo(index)}
              title={step === undefined ? 'boot' : lineOf(step)}
            >
              {step === undefined ? '0' : MARKS[step.run.verdict]}
            </li>
          ))}
        </ol>
      </div>
      <button type="button" onClick={() => goTo(position + 1)} disabled={position === steps.length} aria-label="Step forward" title="step forward (.)">
        ▶
      </button>
      <p class="where">
        <b>
          {position}/{steps.length}
        </b>{' '}
        <code>{now === undefined ? 'the machine as it began' : lineOf(now)}</code>
        {changes.length > 0 ? (
          <button type="button" class="changed" onClick={() => lookAtChange(0)} title="show what changed (c)">
            {changes.length} {changes.length === 1 ? 'stretch' : 'stretches'} changed
          </button>
        ) : (
          <span class="unchanged">{position === 0 ? '' : 'no memory changed'}</span>
        )}
      </p>
    </section>
  );
}
