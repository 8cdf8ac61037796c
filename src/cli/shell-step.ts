/** What a typed line did, as lines for the shell: its output, and beside it what the kernel said and what changed. */

import { whyOf } from '../advise/why/why.ts';
import type { NearestAnswer, TypedLine } from '../advise/nearest/suggestion.ts';
import type { Machine, MachineSnapshot } from '../drivers/machine.ts';
import { nextSteps } from '../runbook/next-step.ts';
import { printable } from '../runbook/printable.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import type { SessionStep } from '../runbook/session-step.ts';
import { renderMapDiff } from '../view/map-diff.ts';
import type { Picture } from '../view/picture.ts';
import { insteadOf, insteadTexts } from './instead.ts';
import { styleOf } from './style.ts';
import type { Terminal } from './terminal.ts';

/** Rows of the map drawn after a command; `map` draws all. */
const MAP_ROWS = 4;
const KERN_DEBUG = 7;

/** The command's own output: what goes to standard output, and nothing else. */
export function outputOfStep({ run }: SessionStep): string[] {
  return run.output.map(printable);
}

/** Kernel log, exit status, why it was refused, what to try: one line each, wrapped. */
export function remarksOnStep(step: SessionStep, advice: StepAdvice, terminal: Terminal): string[] {
  const { run } = step;
  const style = styleOf(terminal.color);
  const width = Math.min(terminal.width, 100);
  const remark = (word: string, text: string, paint: (text: string) => string): string[] => {
    const lead = `${word.padEnd(4)} `;
    const rows = wrapText(printable(text), Math.max(20, width - lead.length));
    return rows.map((row, index) => (index === 0 ? paint(lead) : ' '.repeat(lead.length)) + row);
  };
  const lines = run.log.map(({ level, text }) => {
    const mark = level >= KERN_DEBUG ? '[kernel, debug]' : '[kernel]';
    return style.faint(`${mark} ${printable(text)}`);
  });
  if (run.exit !== 0) lines.push(style.faint(`[${run.exit}]`));
  for (const reason of run.depends) lines.push(...remark('open', `${reason}; shown is one of the outcomes`, style.open));
  if (run.decidedBy !== undefined) lines.push(...remark('why', whyOf(run).sentence, style.hint));
  for (const text of adviceTexts(advice)) lines.push(...remark('try', text, style.hint));
  return lines;
}

/** What to do after a refusal. */
export interface StepAdvice {
  /** What the model accepts in place of the line. */
  readonly instead: NearestAnswer;
  /** What the refusal itself tells. */
  readonly tryNext: readonly string[];
}

export function adviceOnStep(
  { run }: SessionStep, machine: Machine, before: MachineSnapshot, history: readonly TypedLine[],
): StepAdvice {
  return { instead: insteadOf(run, machine, before, history, false), tryNext: nextSteps(run, machine) };
}

/** The advice in rows: words only where the model accepts nothing instead. */
function adviceTexts({ instead, tryNext }: StepAdvice): readonly string[] {
  const texts = insteadTexts(instead, false).map(({ text, costs }) => {
    const typed = text.split('\n').join(', then ');
    return costs === '' ? typed : `${typed}  (${costs})`;
  });
  return texts.length === 0 ? tryNext : texts;
}

/** The rows of the map that changed, a few of them; nothing when none did. */
export function changesOnMap(before: Picture, after: Picture, terminal: Terminal): string[] {
  const { width, color, unicode } = terminal;
  const lines = renderMapDiff(before, after, { width, color, unicode, maxRows: MAP_ROWS, brief: true });
  return lines[0]?.startsWith('no section') === true ? [] : lines;
}
