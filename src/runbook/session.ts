/** A machine with a history: lines typed at it one by one, taken back, kept under names, written as a runbook. */

import type { Machine, MachineSnapshot } from '../drivers/machine.ts';
import { diagnostic, type Diagnostic } from './diagnostic.ts';
import { ModelFault } from './model-fault.ts';
import { COMMAND_LENGTH_LIMIT, COMMAND_LIMIT } from './parse-body.ts';
import { playRunbook } from './play.ts';
import type { Command, Runbook } from './runbook.ts';
import { frontMatterOfBook, frontMatterOfMachine } from './front-matter-text.ts';
import type { SessionStep } from './session-step.ts';
import { runbookOfSteps } from './session-text.ts';
import { sourceText } from './source-text.ts';
import { promptText, typedCommand } from './typed-command.ts';
import type { CommandRun } from './verdict.ts';

interface Kept {
  readonly steps: readonly SessionStep[];
  readonly states: readonly MachineSnapshot[];
  readonly position: number;
}

/**
 * Plays lines on one machine, which it changes. Going anywhere in the history restores a snapshot: nothing is played
 * again. A line typed after going back takes the place of what followed.
 */
export class Session {
  readonly machine: Machine;
  /** The front matter with its `---` lines, as `toRunbook` writes it. */
  readonly frontMatter: string;
  #steps: SessionStep[] = [];
  /** State before the first step, and after each. */
  #states: MachineSnapshot[];
  #position = 0;
  #comments: string[] = [];
  readonly #named = new Map<string, Kept>();

  private constructor(machine: Machine, frontMatter: string) {
    this.machine = machine;
    this.frontMatter = frontMatter;
    this.#states = [machine.snapshot()];
  }

  /** Begins on a machine as it is. Without `frontMatter` the description it was booted from is written. */
  static start(machine: Machine, frontMatter: string = frontMatterOfMachine(machine)): Session {
    return new Session(machine, frontMatter);
  }

  /**
   * Plays a runbook on its machine, which `buildFromHeader` or a capture gives, and stands at its end. What is not
   * modelled is left out and comes back as diagnostics; what the runbook expects is kept, and held against the model.
   * @throws ModelFault when the model itself breaks
   */
  static ofRunbook(
    book: Runbook,
    machine: Machine,
    frontMatter: string = frontMatterOfBook(book) ?? frontMatterOfMachine(machine),
  ): { readonly session: Session; readonly diagnostics: readonly Diagnostic[] } {
    const session = new Session(machine, frontMatter);
    const { diagnostics } = playRunbook(book, machine, {
      onRun: (run) => {
        if (run.verdict === 'not-modelled') machine.restore(session.#states.at(-1)!);
        else session.#keep(run, book);
      },
    });
    return { session, diagnostics };
  }

  /** Every step there is, those taken back included. */
  get steps(): readonly SessionStep[] {
    return this.#steps;
  }

  /** How many steps are done: 0 is the machine as it began. */
  get position(): number {
    return this.#position;
  }

  /** The step that led here. */
  get last(): SessionStep | undefined {
    return this.#steps[this.#position - 1];
  }

  /**
   * Types a line: at the shell, or at the monitor when it begins with `(qemu) `. An empty line does nothing.
   * @throws ModelFault when the model itself breaks; the machine is as before then
   */
  type(line: string): SessionStep {
    const comments = this.#comments;
    const command = typedCommand(line, comments);
    const book: Runbook = {
      source: sourceText('typed', command.text),
      header: { qemu: [], span: { start: 0, end: 0 } },
      commands: [command],
    };
    const wrong = complaintAbout(book, this.#position);
    if (wrong !== undefined || command.text === '') return unkept(book, wrong === undefined ? [] : [wrong]);
    const before = this.#states[this.#position]!;
    try {
      const { runs, diagnostics } = playRunbook(book, this.machine);
      const run = runs[0]!;
      if (run.verdict !== 'not-modelled') {
        this.#comments = [];
        return this.#keep(run, book);
      }
      this.machine.restore(before);
      return { number: 0, run, diagnostics, book };
    } catch (error) {
      this.machine.restore(before);
      if (!(error instanceof ModelFault)) throw error;
      const typed = this.#steps.slice(0, this.#position).map((step) => step.run.command.text);
      throw new ModelFault(typed, command.text, 1, error.cause);
    }
  }

  /** Keeps a line for people above the next command. */
  comment(text: string): void {
    if (this.#comments.length < 100) this.#comments.push(text.replace(/[\0\r\n]+/g, ' ').slice(0, 1000));
  }

  /** Takes back up to `count` steps; returns how many. */
  undo(count = 1): number {
    return Math.abs(this.#move(this.#position - count));
  }

  /** Does up to `count` steps again that were taken back; returns how many. */
  redo(count = 1): number {
    return this.#move(this.#position + count);
  }

  /** Goes to the state after a step, 0 being the beginning; a number beyond either end goes to that end. */
  goTo(position: number): void {
    this.#move(position);
  }

  /** Keeps this place under a name; an earlier one of that name is forgotten. */
  snapshot(name: string): void {
    this.#named.set(name, { steps: this.#steps.slice(0, this.#position), states: this.#states, position: this.#position });
  }

  /** Names of places kept, with the number of steps done there, oldest first. */
  get snapshots(): readonly { readonly name: string; readonly position: number }[] {
    return [...this.#named].map(([name, { position }]) => ({ name, position }));
  }

  /** Goes back to a named place, also when other lines were typed since; false when there is none. */
  back(name: string): boolean {
    const kept = this.#named.get(name);
    if (kept === undefined) return false;
    const { steps, states, position } = kept;
    // What follows in the history stays there to be done again, unless the way to the place was another one.
    if (steps.some((step, index) => step !== this.#steps[index])) {
      this.#steps = [...steps];
      this.#states = states.slice(0, position + 1);
    }
    this.#move(position);
    return true;
  }

  /** Looks at the machine as it was after a step; what `look` does to it is undone. */
  at<T>(position: number, look: (machine: Machine) => T): T {
    this.machine.restore(this.#states[this.#clamp(position)]!);
    try {
      return look(this.machine);
    } finally {
      this.machine.restore(this.#states[this.#position]!);
    }
  }

  /** The steps done so far as a runbook's text: front matter, lines, output, exit statuses. It plays to this state. */
  toRunbook(): string {
    return runbookOfSteps(this.frontMatter, this.#steps.slice(0, this.#position));
  }

  #keep(run: CommandRun, book: Runbook): SessionStep {
    // Arrays are replaced, not cut: a named place may hold them.
    const number = this.#position + 1;
    const step: SessionStep = { number, run, diagnostics: [], book };
    if (this.#steps.length > this.#position) {
      this.#steps = this.#steps.slice(0, this.#position);
      this.#states = this.#states.slice(0, number);
    }
    this.#steps.push(step);
    this.#states.push(this.machine.snapshot());
    this.#position = number;
    return step;
  }

  #clamp(position: number): number {
    return Math.max(0, Math.min(Math.trunc(position) || 0, this.#steps.length));
  }

  #move(position: number): number {
    const from = this.#position;
    this.#position = this.#clamp(position);
    this.machine.restore(this.#states[this.#position]!);
    return this.#position - from;
  }
}

function unkept(book: Runbook, diagnostics: readonly Diagnostic[]): SessionStep {
  const verdict = diagnostics.length === 0 ? 'ok' : 'not-modelled';
  const nothing = { exit: 0, output: [], log: [], depends: [], differences: [], decidedBy: undefined, steps: [], stepsDropped: 0 };
  const command = book.commands[0]!;
  return { number: 0, run: { ...nothing, command, verdict, unexpected: diagnostics.length > 0 }, diagnostics, book };
}

/** What a saved runbook could not hold. */
function complaintAbout({ source, commands }: Runbook, position: number): Diagnostic | undefined {
  const [{ text }] = commands as [Command];
  const odd = /[\0\n]/.exec(text);
  if (odd !== null) {
    const what = odd[0] === '\0' ? 'a NUL character' : 'several lines';
    const span = { start: odd.index, end: odd.index + 1 };
    return diagnostic('MHP0040', `a command of ${what} is not modelled`, source, span, { help: 'type one line' });
  }
  if (text.length > COMMAND_LENGTH_LIMIT) {
    return diagnostic('MHP0039', `a command is at most ${COMMAND_LENGTH_LIMIT} characters long`, source);
  }
  if (position >= COMMAND_LIMIT) {
    const help = `save it, and go back with undo: ${promptText('shell')} lines cost nothing to take back`;
    return diagnostic('MHP0035', `a session holds at most ${COMMAND_LIMIT} commands`, source, undefined, { help });
  }
  return undefined;
}
