/** The nearest requests the model accepts, for one it refused: found by asking the model, never by a rule of its own. */

import type { Machine } from '../../drivers/machine.ts';
import { Asker, type Accepted, type Questions, type Trial } from './ask.ts';
import { bootKnobs } from './boot-knobs.ts';
import { costsOf } from './costs.ts';
import type { Knob, NumberEdit, WordEdit } from './knob.ts';
import { elsewhereKnobs, monitorKnobs } from './monitor-knobs.ts';
import { unitText } from './number-text.ts';
import { searchNumber } from './search-number.ts';
import { shellKnobs } from './shell-knobs.ts';
import { typedLine, type NearestAnswer, type Suggestion, type TypedLine } from './suggestion.ts';

/** What is known of the machine beside its state, and how far the search may go. */
export interface NearestOptions {
  /** What was typed since boot, in order: a machine booted otherwise is asked with it. */
  readonly history?: readonly TypedLine[];
  /** Bound on work, in lines typed at the model; a line of ndctl counts as six. */
  readonly work?: number;
  /** Whether machines booted with other parameters are asked, too. */
  readonly boots?: boolean | 'last';
}

/** Some tens of milliseconds, for use after every refusal. */
export const QUICK_WORK = 120;
/** Seconds at most, for who asks for all. */
export const FULL_WORK = 3000;

/** Suggestions for a line, the machine being as it was before the line; empty for a line that is accepted. */
export function nearestLegal(machine: Machine, commandLine: string | TypedLine, options: NearestOptions = {}): Suggestion[] {
  return [...searchNearest(machine, commandLine, options).suggestions];
}

/** As `nearestLegal`, with how much was asked and whether the search had to stop early. */
export function searchNearest(machine: Machine, commandLine: string | TypedLine, options: NearestOptions = {}): NearestAnswer {
  const line = typeof commandLine === 'string' ? typedLine(commandLine) : commandLine;
  const history = options.history ?? [];
  const asker = new Asker(machine, history, options.work ?? FULL_WORK);
  const own = asker.ask({ lines: [line] });
  if (own === undefined || (own !== false && own.depends.length === 0)) return { suggestions: [], asked: asker.asked, cutShort: asker.cutShort };
  const here = line.prompt === 'monitor' ? monitorKnobs(machine, line.text, history) : shellKnobs(machine, line.text);
  const suggestions = tryAll(asker, here, own === false);
  // Where no single change is enough, a size for whatever address QEMU picks.
  if (suggestions.length === 0 && line.prompt === 'monitor') {
    suggestions.push(...tryAll(asker, elsewhereKnobs(machine, line.text, history), own === false));
  }
  const boots = options.boots ?? true;
  // Asked in a hurry, another boot is the answer only where nothing else is.
  const asksBoots = boots === 'last' ? suggestions.length === 0 : boots;
  if (asksBoots) suggestions.push(...tryAll(asker, bootKnobs(machine, line), own === false));
  return { suggestions, asked: asker.asked, cutShort: asker.cutShort };
}

/** Each knob may use its share of the work that is left. */
function tryAll(asker: Asker, knobs: readonly Knob[], wasRefused: boolean): Suggestion[] {
  return knobs.flatMap((knob, index) => {
    asker.share(knobs.length - index);
    const found = tryKnob(asker.surely, knob);
    // What may work is better than nothing for what is refused, and nothing new for what may work itself.
    return found.length > 0 || !wasRefused ? found : tryKnob(asker, knob);
  });
}

function tryKnob(asker: Questions, knob: Knob): Suggestion[] {
  return knob.kind === 'number' ? tryNumbers(asker, knob) : tryWords(asker, knob);
}

function tryNumbers(asker: Questions, knob: NumberEdit): Suggestion[] {
  return ([-1, 1] as const).flatMap((sign): Suggestion[] => {
    const found = searchNumber(asker, knob, sign);
    if (found === undefined) return [];
    const { value, accepted, step } = found;
    const trial = knob.request(value) as Trial;
    const nearer = step === undefined ? undefined : value - sign * step;
    const isPassed = nearer === undefined || (nearer - knob.value) * sign <= 0;
    const nearerTrial = isPassed ? undefined : knob.request(nearer);
    const away = distanceText(knob, value);
    return [
      {
        direction: sign < 0 ? 'smaller' : 'larger',
        what: knob.what,
        from: knob.write(knob.value),
        to: knob.write(value),
        ...placed(trial, accepted),
        ...(step === undefined ? {} : { step }),
        ...(nearerTrial === undefined ? {} : { nearer: nearerTrial.lines, ...(nearerTrial.boot === undefined ? {} : { nearerBoot: nearerTrial.boot }) }),
        costs: [away, ...(knob.note === undefined ? [] : [knob.note]), ...costsOf(accepted)],
      },
    ];
  });
}

/** How far the new value is from the refused one. */
function distanceText({ what, value }: NumberEdit, found: number): string {
  const distance = Math.abs(found - value);
  if (what === 'memory block') return distance === 1 ? 'the next block' : `${distance} blocks away`;
  return `${unitText(distance)} ${found < value ? 'less' : 'more'}`;
}

type Placed = Pick<Suggestion, 'lines' | 'changed' | 'boot' | 'depends'>;

function tryWords(asker: Questions, knob: WordEdit): Suggestion[] {
  const found: Suggestion[] = [];
  for (const { to, trial, note } of knob.choices) {
    const accepted = asker.ask(trial);
    if (accepted === undefined || accepted === false) continue;
    const costs = [...(note === undefined ? [] : [note]), ...costsOf(accepted)];
    found.push({ direction: 'other', what: knob.what, from: knob.from, to, ...placed(trial, accepted), costs });
    if (knob.isLadder === true) break;
  }
  return found;
}

function placed({ lines, boot, changed = [lines.length - 1] }: Trial, { depends }: Accepted): Placed {
  return { lines, changed, depends, ...(boot === undefined ? {} : { boot }) };
}
