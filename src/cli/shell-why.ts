/** The checks behind a command of a session. */

import { whyOf } from '../advise/why/why.ts';
import { printable } from '../runbook/printable.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import type { SessionStep } from '../runbook/session-step.ts';
import { promptText } from '../runbook/typed-command.ts';
import { renderWhy } from './render-why.ts';
import { styleOf } from './style.ts';
import type { Terminal } from './terminal.ts';

/** The command, what decided it in a sentence, and every check with its mark. */
export function whyLines({ number, run }: SessionStep, terminal: Terminal): string[] {
  const style = styleOf(terminal.color);
  const width = Math.min(terminal.width, 100);
  const explanation = whyOf(run);
  return [
    style.faint(`${number}  ${promptText(run.command.prompt)} ${printable(run.command.text)}`),
    ...wrapText(printable(explanation.sentence), width),
    ...renderWhy(explanation, '  ', style, { ...terminal, width }),
  ];
}
