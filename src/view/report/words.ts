/** Words and marks of verdicts, the same on page and picture; colour only repeats them. */

import type { CommandRun, Verdict } from '../../runbook/verdict.ts';
import type { ReportStep } from './report.ts';

export interface Tone {
  readonly name: 'good' | 'bad' | 'open' | 'odd' | 'expected';
  readonly mark: string;
  readonly word: string;
}

const TONES: Readonly<Record<Verdict, Tone>> = {
  ok: { name: 'good', mark: '✓', word: 'ok' },
  refused: { name: 'bad', mark: '✗', word: 'refused' },
  depends: { name: 'open', mark: '?', word: 'depends' },
  differs: { name: 'odd', mark: '≠', word: 'differs' },
  'not-modelled': { name: 'odd', mark: '–', word: 'not modelled' },
};

export function toneOf(run: CommandRun): Tone {
  if (run.verdict === 'refused' && !run.unexpected) return { name: 'expected', mark: '✗', word: 'refused, as expected' };
  return TONES[run.verdict];
}

/** How many commands ended how, in a fixed order: `5 ok`, `1 refused`. */
export function countsOf(steps: readonly ReportStep[]): { readonly tone: Tone; readonly count: number }[] {
  const found = new Map<string, { tone: Tone; count: number }>();
  const order = ['ok', 'refused, as expected', 'refused', 'depends', 'differs', 'not modelled'];
  for (const { run } of steps) {
    const tone = toneOf(run);
    const known = found.get(tone.word);
    if (known === undefined) found.set(tone.word, { tone, count: 1 });
    else known.count++;
  }
  return [...found.values()].sort((a, b) => order.indexOf(a.tone.word) - order.indexOf(b.tone.word));
}

/** What the run as a whole came to. */
export function outcomeOf(status: number): { readonly tone: Tone['name']; readonly words: string } {
  if (status === 0) return { tone: 'good', words: 'Everything went as it should.' };
  if (status === 64) return { tone: 'open', words: 'What is known holds; something depends on more than the map.' };
  if (status === 2) return { tone: 'odd', words: 'Something in it is not modelled.' };
  return { tone: 'bad', words: 'A command was refused, or did not do what was expected.' };
}
