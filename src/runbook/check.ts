/** Compares what a command did with what the runbook expects of it. */

import type { LogLine } from '../kernel/log.ts';
import type { Command, ExpectedLine } from './runbook.ts';

/** One disagreement between the runbook and the model. */
export interface Difference {
  readonly what: 'output' | 'exit' | 'log';
  readonly expected: readonly string[];
  readonly actual: readonly string[];
  /** First line of the output that disagrees, counted from 0; absent for `exit` and `log`. */
  readonly at?: number;
}

/** What a command did, as the tools report it. */
export interface Outcome {
  readonly exit: number;
  readonly output: readonly string[];
  readonly log: readonly LogLine[];
}

export interface CheckOptions {
  /** A command without expected lines must print nothing. */
  readonly exact?: boolean;
}

const STAMPED = /^\[ *\d+\.\d{4,9}\]/;
const TIMELESS = '[time]';

/**
 * All disagreements, in the order exit, output, log. A missing `[N]` expects 0 as soon as output is expected;
 * a command with no expectation at all is not compared. Spaces at line ends and empty lines at the end count for
 * nothing: editors and transcripts lose them.
 */
export function differences(command: Command, outcome: Outcome, options: CheckOptions = {}): Difference[] {
  const found: Difference[] = [];
  const { text, log } = sortExpected(command, outcome);
  while (isBlank(text.at(-1))) text.pop();
  const output = outcome.output.slice(0, outcome.output.findLastIndex((line) => line.trim() !== '') + 1);
  const comparesOutput = text.length > 0 || options.exact === true;
  if (command.prompt === 'shell' && (command.exit !== undefined || text.length > 0 || log.length > 0)) {
    const expected = command.exit?.value ?? 0;
    if (outcome.exit !== expected) found.push({ what: 'exit', expected: [`${expected}`], actual: [`${outcome.exit}`] });
  }
  if (comparesOutput && !matches(text, output)) {
    const expected = text.map((line) => (line.kind === 'any' ? '...' : line.text));
    found.push({ what: 'output', expected, actual: output, at: firstMismatch(text, output) });
  }
  const missing = missingLog(log, outcome.log);
  if (missing.length > 0) found.push({ what: 'log', expected: missing, actual: outcome.log.map((line) => line.text) });
  return found;
}

function isBlank(line: ExpectedLine | undefined): boolean {
  return line?.kind === 'text' && line.text.trim() === '';
}

/** Kernel log lines the runbook names, each once: their appearance is what was expected. */
export function expectedLog(command: Command, outcome: Outcome): string[] {
  return sortExpected(command, outcome).log;
}

/** Lines with a time stamp are the kernel's, except under a command that prints such lines itself, as `dmesg` does. */
function sortExpected(command: Command, outcome: Outcome): { text: ExpectedLine[]; log: string[] } {
  const printsStamps = outcome.output.some((line) => STAMPED.test(line));
  const text: ExpectedLine[] = [];
  const log: string[] = [];
  for (const line of command.expected) {
    if (line.kind !== 'log') text.push(line);
    else if (line.stamped && printsStamps)
      text.push({ kind: 'text', text: `${TIMELESS} ${line.text}`, span: line.span });
    else log.push(line.text);
  }
  return { text, log };
}

/** Lines as they are compared: spaces at the end removed, and once more without the time a kernel line carries. */
class Comparable {
  readonly #plain: readonly string[];
  readonly #timeless: readonly string[];

  constructor(actual: readonly string[]) {
    this.#plain = actual.map((line) => line.trimEnd());
    this.#timeless = this.#plain.map((line) => line.replace(STAMPED, TIMELESS));
  }

  same(expected: string, line: number): boolean {
    return expected === this.#plain[line] || expected === this.#timeless[line];
  }
}

function trimmed(expected: readonly ExpectedLine[]): (string | undefined)[] {
  return expected.map((line) => (line.kind === 'text' ? line.text.trimEnd() : undefined));
}

/** Whether the lines match, `...` standing for any run of lines. Linear but for back-tracking to the last `...`. */
export function matches(expected: readonly ExpectedLine[], actual: readonly string[]): boolean {
  const wanted = trimmed(expected);
  const comparable = new Comparable(actual);
  let at = 0;
  let resume = -1;
  let resumeAt = 0;
  for (let line = 0; line < actual.length;) {
    const want = wanted[at];
    if (expected[at]?.kind === 'any') {
      resume = ++at;
      resumeAt = line;
    } else if (want !== undefined && comparable.same(want, line)) {
      at++;
      line++;
    } else if (resume >= 0) {
      at = resume;
      line = ++resumeAt;
    } else {
      return false;
    }
  }
  while (expected[at]?.kind === 'any') at++;
  return at === expected.length;
}

function firstMismatch(expected: readonly ExpectedLine[], actual: readonly string[]): number {
  const comparable = new Comparable(actual);
  let line = 0;
  for (const want of trimmed(expected)) {
    if (want === undefined || line >= actual.length || !comparable.same(want, line)) break;
    line++;
  }
  return line;
}

/** Expected log lines that did not come; order counts for nothing, as devices probed side by side log in any. */
function missingLog(expected: readonly string[], log: readonly LogLine[]): string[] {
  const left = new Map<string, number>();
  for (const { text } of log) left.set(text.trimEnd(), (left.get(text.trimEnd()) ?? 0) + 1);
  return expected.filter((text) => {
    const count = left.get(text.trimEnd()) ?? 0;
    if (count > 0) left.set(text.trimEnd(), count - 1);
    return count === 0;
  });
}
