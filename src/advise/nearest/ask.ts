/** Asks the model whether it would accept a request, within a bound on work. */

import { buildMachine } from '../../drivers/build-machine.ts';
import { MachineDescriptionError, type MachineDescription } from '../../drivers/machine-description.ts';
import type { Machine, MachineSnapshot } from '../../drivers/machine.ts';
import { refusals } from '../../runbook/verdict.ts';
import type { CommandResult } from '../../tools/command-result.ts';
import { monitorRefuses } from '../../tools/monitor-answer.ts';
import { runMonitor } from '../../tools/monitor.ts';
import { runShell } from '../../tools/shell.ts';
import { NotModelled } from '../../tools/tool.ts';
import { amountsOf, type Amounts } from './amounts.ts';
import { promptedText, type TypedLine } from './suggestion.ts';

/** Lines to try, on the machine as it is or on one booted otherwise. */
export interface Trial {
  readonly lines: readonly TypedLine[];
  readonly boot?: Partial<MachineDescription> | undefined;
}

/** What an accepted trial did to the machine's amounts of memory. */
export interface Accepted {
  readonly before: Amounts;
  readonly after: Amounts;
}

/** Work of one try: the tools of persistent memory read many files, a boot lays out a machine. */
const COST = { line: 1, tool: 6, boot: 6 } as const;

export class Asker {
  readonly machine: Machine;
  readonly history: readonly TypedLine[];
  asked = 0;
  cutShort = false;
  #left: number;
  readonly #start: MachineSnapshot;
  readonly #before: Amounts;
  readonly #known = new Map<string, Accepted | false>();

  /** `history` is what was typed since boot: a machine booted otherwise gets it, too. */
  constructor(machine: Machine, history: readonly TypedLine[], work: number) {
    this.machine = machine;
    this.history = history;
    this.#left = work;
    this.#start = machine.snapshot();
    this.#before = amountsOf(machine);
  }

  /** Work that is left. */
  get left(): number {
    return this.#left;
  }

  /** What it did when every line is accepted, false when one is refused or open; undefined when work has run out. */
  ask(trial: Trial): Accepted | false | undefined {
    const key = JSON.stringify([trial.boot ?? {}, trial.lines.map(promptedText)]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const boots = trial.boot !== undefined;
    const typed = boots ? [...this.history, ...trial.lines] : trial.lines;
    const work = typed.reduce((sum, { text }) => sum + (/\b(?:nd|dax)ctl\b|\bcxl\b/.test(text) ? COST.tool : COST.line), boots ? COST.boot : 0);
    if (work > this.#left) {
      this.cutShort = true;
      return undefined;
    }
    this.#left -= work;
    this.asked++;
    const answer = boots ? this.#askBooted(trial) : this.#askHere(trial.lines);
    this.#known.set(key, answer);
    return answer;
  }

  #askHere(lines: readonly TypedLine[]): Accepted | false {
    const { machine } = this;
    const { kernel } = machine;
    const { explain, onDepends } = kernel;
    kernel.explain = undefined;
    kernel.onDepends = undefined;
    try {
      machine.restore(this.#start);
      return accepts(machine, lines) ? { before: this.#before, after: amountsOf(machine) } : false;
    } finally {
      machine.restore(this.#start);
      kernel.explain = explain;
      kernel.onDepends = onDepends;
    }
  }

  #askBooted({ lines, boot }: Trial): Accepted | false {
    const { bootedFrom } = this.machine.devices;
    if (bootedFrom === undefined) return false;
    let machine: Machine;
    try {
      machine = buildMachine({ ...bootedFrom.description, ...boot });
    } catch (error) {
      if (error instanceof MachineDescriptionError) return false;
      throw error;
    }
    for (const line of this.history) if (type(machine, line) === undefined) return false;
    const before = amountsOf(machine);
    return accepts(machine, lines) ? { before, after: amountsOf(machine) } : false;
  }
}

function accepts(machine: Machine, lines: readonly TypedLine[]): boolean {
  return lines.every((line) => {
    const result = type(machine, line);
    return result !== undefined && isAccepted(line, result);
  });
}

/** As a played command is judged: its status or words, what the kernel logs, nothing left open. */
export function isAccepted({ prompt }: TypedLine, { exit, output, log, depends }: CommandResult): boolean {
  const refused = prompt === 'monitor' ? monitorRefuses(output) : exit !== 0;
  return !refused && depends.length === 0 && refusals(log).length === 0;
}

/** What the line does; undefined when it is not modelled. */
function type(machine: Machine, { prompt, text }: TypedLine): CommandResult | undefined {
  try {
    return prompt === 'monitor' ? runMonitor(machine, text) : runShell(machine, text);
  } catch (error) {
    if (error instanceof NotModelled) return undefined;
    throw error;
  }
}
