/** The checks behind a command as text: where, what had to hold, the values, and which one decided. */

import { foldSteps, type FoldedStep } from '../advise/why/fold-steps.ts';
import { valueWords } from '../advise/why/value-words.ts';
import type { Explanation } from '../advise/why/why.ts';
import { printable } from '../runbook/printable.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import type { Style } from './style.ts';
import type { Terminal } from './terminal.ts';

/** Checks drawn per command before the rest is counted: those around the one that decided stay. */
const SHOWN = 60;

/** Lines for `--why`, indented by `indent`; empty when nothing was checked. */
export function renderWhy(why: Explanation, indent: string, style: Style, { unicode, width }: Terminal): string[] {
  const folded = foldSteps(why.steps, why.failed);
  const decided = folded.findIndex((each) => each.decided);
  const last = decided < 0 ? SHOWN : Math.max(SHOWN, decided + 1);
  const shown = folded.filter((_, index) => index < last && (index > last - SHOWN - 1 || index === decided));
  const lines: string[] = [];
  if (folded.length > 0 && shown[0] !== folded[0]) lines.push(`${indent}${style.faint(`${folded.indexOf(shown[0]!)} checks before; --json has them`)}`);
  let file = '';
  for (const each of shown) {
    if (each.step.file !== file) lines.push(`${indent}${style.kernel(each.step.file)}`);
    file = each.step.file;
    lines.push(...stepLines(each, `${indent}  `, style, unicode, width));
  }
  const left = folded.length - last + why.dropped;
  if (left > 0) lines.push(`${indent}${style.faint(`${left} more checks; --json has them`)}`);
  return lines;
}

function stepLines(each: FoldedStep, indent: string, style: Style, unicode: boolean, width: number): string[] {
  const { step, times, decided } = each;
  const mark = markOf(each, unicode);
  const ink = decided ? style.bad : step.passed ? style.good : style.open;
  const count = times > 1 ? ` (${times} times)` : '';
  const values = valueWords(step).map(({ name, text }) => `${name} ${text}`);
  const here = values.length === 0 ? '' : ` [${values.join(', ')}]`;
  const text = `${step.fn}: ${step.condition}${here}${count}`;
  const hang = indent.length + mark.length + 1;
  const rows = wrapText(printable(text), Math.max(20, width - hang));
  return rows.map((row, index) => {
    const painted = index === 0 && decided ? style.bold(row) : row;
    return index === 0 ? `${indent}${ink(mark)} ${painted}` : `${' '.repeat(hang)}${painted}`;
  });
}

/** What decided is marked apart from what merely answered no. */
function markOf({ step, decided }: FoldedStep, unicode: boolean): string {
  if (decided) return unicode ? '✗' : 'NO';
  if (step.passed) return unicode ? '✓' : 'ok';
  return unicode ? '·' : 'no';
}
