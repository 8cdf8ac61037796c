/** The console: what was typed and answered so far, and a line to type the next command. */

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { complete } from '../../runbook/complete/complete.ts';
import type { SessionStep } from '../../runbook/session-step.ts';
import { promptText } from '../../runbook/typed-command.ts';
import { printable } from '../../runbook/printable.ts';
import { goTo, lineOf, type } from '../actions.ts';
import * as store from '../store.ts';

/** Complaints about lines that made no step, by the step they came after. */
const complaints = signal<{ readonly after: number; readonly line: string; readonly lines: readonly string[] } | undefined>(undefined);
const offers = signal<readonly string[]>([]);
const line = signal('');
let recalled = 0;

const MOST_OUTPUT = 200;

export function Terminal() {
  const steps = store.steps.value;
  const position = store.position.value;
  const end = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const now = box.current?.querySelector('.step.now') ?? end.current;
    const frame = box.current;
    if (now !== null && now !== undefined && frame !== null) {
      const { top, bottom } = now.getBoundingClientRect();
      const around = frame.getBoundingClientRect();
      if (bottom > around.bottom) frame.scrollTop += bottom - around.bottom + 8;
      else if (top < around.top) frame.scrollTop -= around.top - top + 8;
    }
  }, [position, steps.length, complaints.value, store.decks.value]);
  const complaint = complaints.value?.after === position ? complaints.value : undefined;
  return (
    <section class="terminal" aria-label="Console">
      <div class="scroll" ref={box} tabIndex={0} role="log" aria-label="Transcript">
        {steps.map((step, index) => (
          <Entry key={index} step={step} index={index + 1} position={position} />
        ))}
        {steps.length === 0 ? <p class="hint">A machine to type at: try <code>lsmem</code>, <code>cat /proc/iomem</code>, or <code>(qemu) info memory-devices</code>.</p> : null}
        {complaint === undefined ? null : (
          <div class="complaint" role="alert">
            <p><code>{complaint.line}</code></p>
            <pre>{complaint.lines.join('\n')}</pre>
          </div>
        )}
        <div ref={end} />
      </div>
      {offers.value.length > 1 ? <p class="offers">{offers.value.slice(0, 60).join('  ')}</p> : null}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <label for="line">{/^\s*\(qemu\)/.test(line.value) ? '(qemu)' : '#'}</label>
        <input
          id="line"
          value={line.value}
          onInput={(event) => { line.value = event.currentTarget.value; offers.value = []; }}
          onKeyDown={onKey}
          onPaste={onPaste}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          aria-label="Command line"
          placeholder={position < steps.length ? 'type here: replaces what follows this step' : 'type a command; (qemu) … for the monitor'}
        />
      </form>
    </section>
  );
}

function Entry({ step, index, position }: { step: SessionStep; index: number; position: number }) {
  const { run } = step;
  const name = `step ${run.verdict}${index === position ? ' now' : ''}${index > position ? ' later' : ''}`;
  const output = run.output.slice(0, MOST_OUTPUT);
  const log = run.log.filter(({ level }) => level < 7);
  return (
    <div class={name}>
      {run.command.comments.map((comment, at) => (
        <p class="comment" key={at}># {comment}</p>
      ))}
      <button type="button" class="typed" onClick={() => goTo(index)} aria-current={index === position ? 'step' : undefined}>
        <span>{promptText(run.command.prompt)}</span> {run.command.text}
      </button>
      {output.length > 0 ? <pre>{output.map(printable).join('\n')}</pre> : null}
      {run.output.length > MOST_OUTPUT ? <p class="comment">… {run.output.length - MOST_OUTPUT} more lines</p> : null}
      {log.map(({ level, text }, at) => (
        <p key={at} class={level <= 3 ? 'log bad' : 'log'}>{printable(text)}</p>
      ))}
      {run.exit !== 0 && run.command.prompt === 'shell' ? <p class="exit">exit status {run.exit}</p> : null}
      {run.verdict === 'depends' ? <p class="exit">depends: {run.depends.join('; ')}</p> : null}
    </div>
  );
}

function submit(): void {
  const typed = line.value;
  if (typed.trim() === '') return;
  const lines = type(typed);
  complaints.value = lines.length === 0 ? undefined : { after: store.position.value, line: typed, lines };
  line.value = '';
  offers.value = [];
  recalled = 0;
}

/** Several lines at once are a transcript: each is typed. */
function onPaste(event: ClipboardEvent): void {
  const text = event.clipboardData?.getData('text/plain') ?? '';
  const lines = text.split(/\r?\n/).filter((one) => one.trim() !== '');
  if (lines.length < 2 || lines.length > 500) return;
  event.preventDefault();
  const prompts = lines.filter((one) => /^\s*(\$|\(qemu\))\s/.test(one));
  for (const one of prompts.length > 0 ? prompts : lines) {
    line.value = one;
    submit();
  }
}

function onKey(event: KeyboardEvent & { currentTarget: HTMLInputElement }): void {
  if (event.key === 'Tab' && !event.shiftKey && line.value !== '') completeLine(event);
  else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') recall(event);
  else if (event.key === 'Escape') event.currentTarget.blur();
  else if (event.key === 'c' && event.ctrlKey && event.currentTarget.selectionStart === event.currentTarget.selectionEnd) line.value = '';
}

function recall(event: KeyboardEvent): void {
  event.preventDefault();
  const typed = store.steps.value.map((step) => lineOf(step).replace(/^\$ /, ''));
  recalled = Math.max(0, Math.min(typed.length, recalled + (event.key === 'ArrowUp' ? 1 : -1)));
  line.value = recalled === 0 ? '' : (typed[typed.length - recalled] ?? '');
}

function completeLine(event: KeyboardEvent & { currentTarget: HTMLInputElement }): void {
  event.preventDefault();
  const deck = store.first.value;
  if (deck === undefined) return;
  const input = event.currentTarget;
  const cut = input.selectionStart ?? line.value.length;
  const { from, words } = deck.session.at(store.position.value, (machine) => complete(machine, line.value.slice(0, cut)));
  if (words.length === 0) return;
  let shared = words[0]!;
  for (const word of words) while (!word.startsWith(shared)) shared = shared.slice(0, -1);
  const before = line.value.slice(0, from) + shared;
  line.value = before + line.value.slice(cut);
  offers.value = words;
  queueMicrotask(() => input.setSelectionRange(before.length, before.length));
}
