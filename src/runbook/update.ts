/** Fills a runbook with what the model answered. */

import type { LogLine } from '../kernel/log.ts';
import { hasExpectation, type Command } from './runbook.ts';
import type { RunResult } from './play.ts';
import { refusals } from './verdict.ts';

/** What a runbook reads otherwise: these lines are written with a backslash in front. */
const NEEDS_ESCAPE =
  /^(?:\\|#|\$(?:\s|$)|\(qemu\)(?:\s|$)|\.\.\.$|\[kernel\]|\[ *\d+\.\d{4,9}\]|\[\s*[^\s[\]]+\s*\]\s*$|`{3,}|~{3,})/;

/**
 * The runbook's text with expected output, kernel refusals and exit statuses as played. Comments, blank lines and
 * expectations that hold (`...` included) stay as they are; so does what depends or is not modelled.
 * Doing it twice changes nothing more.
 */
export function updateRunbook(text: string, result: RunResult): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  let updated = '';
  let done = 0;
  for (const run of result.runs) {
    const { command } = run;
    if (run.verdict === 'depends' || run.verdict === 'not-modelled') continue;
    if (hasExpectation(command) && !run.unexpected) continue;
    const lines = expectationLines(command, run.exit, run.output, run.log);
    const comments = commentsWithin(text, command);
    updated += text.slice(done, command.expectation.start) + [...lines, ...comments].map((line) => eol + line).join('');
    done = command.expectation.end;
  }
  return updated + text.slice(done);
}

export function expectationLines(
  command: Command,
  exit: number,
  output: readonly string[],
  log: readonly LogLine[],
): string[] {
  const lines = output.map((line, index) => {
    // A blank line counts as output only between lines of output.
    const outer = line.trim() === '' && (index === 0 || output.slice(index).every((rest) => rest.trim() === ''));
    return outer || NEEDS_ESCAPE.test(line) ? `\\${line}` : line;
  });
  // Info lines come and go with the kernel's mood; a refusal is worth holding on to.
  const namedLog = command.expected.some((line) => line.kind === 'log');
  const kept = namedLog ? log : refusals(log);
  const status = command.prompt === 'shell' && exit !== 0 ? [`[${exit}]`] : [];
  return [...lines, ...kept.map((line) => `[kernel] ${line.text}`), ...status];
}

/** Comment lines standing between expected lines: they are kept, below the new output. */
function commentsWithin(text: string, command: Command): string[] {
  const region = text.slice(command.expectation.start, command.expectation.end);
  return region.split(/\r?\n/).filter((line) => line.startsWith('#'));
}
