/** What a shell does with a line, whether somebody types it or a pipe brings it. */

import { complete } from '../runbook/complete/complete.ts';
import { beginning, type Completion } from '../runbook/complete/completion.ts';
import type { Diagnostic } from '../runbook/diagnostic.ts';
import type { SessionStep } from '../runbook/session-step.ts';
import { ModelFault } from '../runbook/model-fault.ts';
import { pictureOfKernel } from '../view/picture-of-kernel.ts';
import type { Picture } from '../view/picture.ts';
import { EXIT_BUG, EXIT_USAGE } from './exit-status.ts';
import { reportBug } from './report-bug.ts';
import type { ShellStart, TypedNote } from './shell-machine.ts';
import { adviceOnStep, changesOnMap, outputOfStep, remarksOnStep } from './shell-step.ts';
import { ownWord, OWN_WORDS, type OwnAnswer } from './shell-words.ts';
import type { Terminal } from './terminal.ts';

/** A flood of lines that are not modelled says little after the first hundreds. */
const MAX_COMPLAINTS = 1000;

/** Where lines go: `out` is what commands print, `aside` everything said about it. */
export interface ShellOutlet {
  readonly terminal: Terminal;
  out(lines: readonly string[]): void;
  aside(lines: readonly string[]): void;
  complain(diagnostics: readonly Diagnostic[]): void;
}

export class ShellLoop {
  readonly start: ShellStart;
  readonly #outlet: ShellOutlet;
  readonly #drawsMap: boolean;
  #picture: Picture;
  #pending = '';
  #taken = 0;
  readonly #notes = new Map<SessionStep, TypedNote>();
  /** What was wrong with lines typed, for who reads it at the end. */
  readonly complaints: Diagnostic[] = [];
  /** Exit status of the last command, as a shell would end with. */
  status = 0;
  /** Set once `exit` was typed. */
  ended = false;
  /** Whether lines go to the monitor. */
  inMonitor = false;

  constructor(start: ShellStart, outlet: ShellOutlet, drawsMap: boolean) {
    this.start = start;
    this.#outlet = outlet;
    this.#drawsMap = drawsMap;
    this.#picture = pictureOfKernel(start.session.machine.kernel);
  }

  /** Whether the line before is to be continued. */
  get continues(): boolean {
    return this.#pending !== '';
  }

  /** What was noted of a step when it was typed; undefined for one a runbook brought. */
  noteOf(step: SessionStep): TypedNote | undefined {
    return this.#notes.get(step);
  }

  /** Forgets a line that was to be continued. */
  drop(): void {
    this.#pending = '';
  }

  /** Takes one line as typed. */
  line(typed: string): void {
    this.#taken += 1;
    const line = this.#pending + typed;
    if (/(?:^|[^\\])(?:\\\\)*\\$/.test(line.slice(-64))) {
      this.#pending = line.slice(0, -1);
      return;
    }
    this.#pending = '';
    const text = line.trim();
    if (text === '') return;
    if (text === '(qemu)' || text === '(shell)' || text === '$') {
      this.inMonitor = text === '(qemu)';
      return;
    }
    if (text.startsWith('#')) {
      this.start.session.comment(text.replace(/^#+ ?/, ''));
      return;
    }
    const own = ownWord(text, this.inMonitor);
    if (own !== undefined) this.#answer(own({ start: this.start, status: this.status, terminal: this.#outlet.terminal }));
    else this.#type(this.inMonitor && !/^(?:\$|\(qemu\))\s/.test(text) ? `(qemu) ${text}` : line);
  }

  /** What may follow a line, own words included. */
  complete(line: string): Completion {
    const { machine } = this.start.session;
    if (this.inMonitor && !line.startsWith('$ ')) {
      const { from, words } = complete(machine, `(qemu) ${line}`);
      return { from: from - '(qemu) '.length, words };
    }
    const found = complete(machine, line);
    if (!/^\s*\S*$/.test(line)) return found;
    const word = line.trimStart();
    const colon = word.startsWith(':') ? ':' : '';
    const own = OWN_WORDS.map(({ name }) => `${colon}${name} `);
    const from = line.length - word.length;
    // `a;b` is one word without blanks, and yet two commands.
    if (found.from !== from) return found;
    return { from, words: [...new Set([...beginning([...own, '(qemu) '], word), ...found.words])] };
  }

  #type(line: string): void {
    const { session } = this.start;
    try {
      const before = session.machine.snapshot();
      const history = session.steps.slice(0, session.position).map(({ run }) => run.command);
      const step = session.type(line);
      this.#outlet.out(outputOfStep(step));
      const advice = adviceOnStep(step, session.machine, before, history);
      this.#outlet.aside(remarksOnStep(step, advice, this.#outlet.terminal));
      if (step.number > 0) this.#notes.set(step, { line: this.#taken, ...advice });
      if (step.diagnostics.length > 0) {
        this.#outlet.complain(step.diagnostics);
        const wrong = step.diagnostics.map((one) => atLine(one, this.#taken));
        this.complaints.push(...wrong.slice(0, MAX_COMPLAINTS - this.complaints.length));
      }
      this.status = step.diagnostics.length > 0 ? EXIT_USAGE : step.run.exit;
      this.#showChanges();
    } catch (error) {
      if (!(error instanceof ModelFault)) throw error;
      this.status = reportBug(error, ['shell']);
      this.#outlet.aside([`The machine is as before this line. (exit status ${EXIT_BUG})`]);
    }
  }

  #answer(answer: OwnAnswer): void {
    this.#outlet.out(answer.lines);
    if (answer.complaint !== undefined) this.#outlet.aside([answer.complaint]);
    this.status = answer.status ?? (answer.complaint === undefined ? 0 : EXIT_USAGE);
    this.ended = answer.ends === true;
    this.#showChanges();
  }

  #showChanges(): void {
    const now = pictureOfKernel(this.start.session.machine.kernel);
    if (this.#drawsMap) this.#outlet.aside(changesOnMap(this.#picture, now, this.#outlet.terminal));
    this.#picture = now;
  }
}

/** A complaint about one typed line, named by its place among all. */
function atLine(one: Diagnostic, line: number): Diagnostic {
  return { ...one, source: { ...one.source, name: `typed line ${line}` } };
}
