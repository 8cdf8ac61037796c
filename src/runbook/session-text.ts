/** A session's steps as a runbook's text. */

import { hasExpectation } from './runbook.ts';
import { RUNBOOK_LENGTH_LIMIT } from './parse.ts';
import type { SessionStep } from './session-step.ts';
import { promptText } from './typed-command.ts';
import { expectationLines } from './update.ts';

/** Output lines written per command; what follows is `...`. */
const OUTPUT_LIMIT = 2000;

/** Front matter and steps as text that parses and plays to the same end. */
export function runbookOfSteps(frontMatter: string, steps: readonly SessionStep[]): string {
  const whole = textOf(frontMatter, steps, OUTPUT_LIMIT);
  // Output enough to make a runbook nobody reads is left out: the lines are what matters.
  return whole.length <= RUNBOOK_LENGTH_LIMIT ? whole : textOf(frontMatter, steps, 20);
}

function textOf(frontMatter: string, steps: readonly SessionStep[], outputLimit: number): string {
  return `${[frontMatter, ...steps.flatMap((step) => linesOf(step, outputLimit))].join('\n')}\n`;
}

function linesOf({ run, book }: SessionStep, outputLimit: number): string[] {
  const { command } = run;
  // A backslash at the end would join the next line to it; the space after it is not part of the command.
  const text = /\\$/.test(command.text) ? `${command.text} ` : command.text;
  const comments = command.comments.map((comment) => `# ${comment}`.trimEnd());
  const spaced = comments.length > 0 ? ['', ...comments] : [];
  const lines = [...spaced, `${promptText(command.prompt)} ${text}`];
  if (hasExpectation(command) && run.differences.length === 0 && run.verdict !== 'depends') {
    const { start, end } = command.expectation;
    return [...lines, ...book.source.text.slice(start, end).split(/\r?\n/).slice(1)];
  }
  // What the map leaves open is no expectation, unless the runbook settled it.
  if (run.verdict === 'depends') return [...lines, ...settledLines({ run, book })];
  const output = run.output.length <= outputLimit ? run.output : run.output.slice(0, outputLimit);
  const expected = expectationLines(command, run.exit, output, run.log);
  if (output.length === run.output.length) return [...lines, ...expected];
  const status = /^\[\d+\]$/.test(expected.at(-1) ?? '') && run.exit !== 0 ? [expected.pop()!] : [];
  return [...lines, ...expected.slice(0, outputLimit), '...', ...expected.slice(outputLimit), ...status];
}

function settledLines({ run, book }: Pick<SessionStep, 'run' | 'book'>): string[] {
  const { start, end } = run.command.expectation;
  return book.source.text.slice(start, end).split(/\r?\n/).slice(1);
}
