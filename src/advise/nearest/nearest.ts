/** The nearest requests the model accepts, for one it refused: found by asking the model, never by a rule of its own. */

import type { Machine } from '../../drivers/machine.ts';
import type { MachineDescription } from '../../drivers/machine-description.ts';
import { Asker, type Trial } from './ask.ts';
import { bootKnobs } from './boot-knobs.ts';
import { costsOf } from './costs.ts';
import type { Knob, NumberEdit, WordEdit } from './knob.ts';
import { monitorKnobs } from './monitor-knobs.ts';
import { unitText } from './number-text.ts';
import { searchNumber } from './search-number.ts';
import { shellKnobs } from './shell-knobs.ts';
import { typedLine, type NearestAnswer, type Suggestion, type TypedLine } from './suggestion.ts';

export interface NearestOptions {
  /** What was typed since boot, in order: a machine booted otherwise is asked with it. */
  readonly history?: readonly TypedLine[];
  /** Bound on work, in lines typed at the model; a line of ndctl counts as six. */
  readonly work?: number;
  /** Whether machines booted with other parameters are asked, too. */
  readonly boots?: boolean;
}

/** Some tens of milliseconds, for use after every refusal. */
export const QUICK_WORK = 60;
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
  if (asker.ask({ lines: [line] }) !== false) return { suggestions: [], asked: asker.asked, cutShort: asker.cutShort };
  const here = line.prompt === 'monitor' ? monitorKnobs(machine, line.text, history) : shellKnobs(machine, line.text);
  const knobs = options.boots === false ? here : [...here, ...bootKnobs(machine, line)];
  const suggestions: Suggestion[] = [];
  for (const knob of knobs) {
    suggestions.push(...(knob.kind === 'number' ? tryNumbers(asker, knob) : tryWords(asker, knob)));
  }
  return { suggestions, asked: asker.asked, cutShort: asker.cutShort };
}

function tryNumbers(asker: Asker, knob: NumberEdit): Suggestion[] {
  return ([-1, 1] as const).flatMap((sign): Suggestion[] => {
    const found = searchNumber(asker, knob, sign);
    if (found === undefined) return [];
    const { value, accepted, step } = found;
    const trial = knob.request(value) as Trial;
    const nearer = step === undefined ? undefined : value - sign * step;
    const isPassed = nearer === undefined || (nearer - knob.value) * sign <= 0;
    const nearerTrial = isPassed ? undefined : knob.request(nearer);
    const isBlock = knob.what === 'memory block';
    const away = isBlock ? `${Math.abs(value - knob.value)} blocks away` : `${unitText(Math.abs(value - knob.value))} ${sign < 0 ? 'less' : 'more'}`;
    return [
      {
        direction: sign < 0 ? 'smaller' : 'larger',
        what: knob.what,
        from: knob.write(knob.value),
        to: knob.write(value),
        ...placed(trial),
        ...(step === undefined ? {} : { step }),
        ...(nearerTrial === undefined ? {} : { nearer: nearerTrial.lines, ...(nearerTrial.boot === undefined ? {} : { nearerBoot: nearerTrial.boot }) }),
        costs: [away, ...costsOf(accepted)],
      },
    ];
  });
}

function tryWords(asker: Asker, knob: WordEdit): Suggestion[] {
  return knob.choices.flatMap(({ to, trial, note }): Suggestion[] => {
    const accepted = asker.ask(trial);
    if (accepted === undefined || accepted === false) return [];
    const costs = [...(note === undefined ? [] : [note]), ...costsOf(accepted)];
    return [{ direction: 'other', what: knob.what, from: knob.from, to, ...placed(trial), costs }];
  });
}

function placed({ lines, boot }: Trial): { lines: readonly TypedLine[]; boot?: Partial<MachineDescription> } {
  return boot === undefined ? { lines } : { lines, boot };
}

export type { Knob };
