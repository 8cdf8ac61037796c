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
  /** Which of the lines differ from what was typed; the last unless said otherwise. */
  readonly changed?: readonly number[];
}

/** What an accepted trial did to the machine's amounts of memory. */
export interface Accepted {
  /** What the outcome hangs on beside the map; empty when nothing. */
  readonly depends: readonly string[];
  readonly before: Amounts;
  readonly after: Amounts;
}

/** Work of one try: the tools of persistent memory read many files, a boot lays out a machine. */
const COST = { line: 1, tool: 6, boot: 6 } as const;

function workOf({ text }: TypedLine): number {
  if (/\b(?:nd|dax)ctl\b|\bcxl\b/.test(text)) return COST.tool;
  return text.startsWith('object_') ? 0 : COST.line;
}

/** Whoever can be asked. */
export interface Questions {
  /** What it did when it is accepted, false when it is not; undefined when work has run out. */
  ask(trial: Trial): Accepted | false | undefined;
}

export class Asker implements Questions {
  readonly machine: Machine;
  readonly history: readonly TypedLine[];
  asked = 0;
  cutShort = false;
  #left: number;
  /** Work kept for later questions. */
  #kept = 0;
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

  /** The questions up to the next call may use one part in `parts` of the work that is left. */
  share(parts: number): void {
    this.#kept = this.#left - Math.ceil(this.#left / parts);
  }

  /** Counts as accepted what hangs on more than the map, too: `depends` tells. */
  ask(trial: Trial): Accepted | false | undefined {
    const key = JSON.stringify([trial.boot ?? {}, trial.lines.map(promptedText)]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const boots = trial.boot !== undefined;
    const typed = boots ? [...this.history, ...trial.lines] : trial.lines;
    const work = typed.reduce((sum, line) => sum + workOf(line), boots ? COST.boot : 0);
    if (work > this.#left - this.#kept) {
      this.cutShort = true;
      return undefined;
    }
    this.#left -= work;
    this.asked++;
    const answer = boots ? this.#askBooted(trial) : this.#askHere(trial.lines);
    this.#known.set(key, answer);
    return answer;
  }

  /** The same questions, where what hangs on more than the map is not accepted. */
  readonly surely: Questions = {
    ask: (trial) => {
      const answer = this.ask(trial);
      return answer !== false && answer !== undefined && answer.depends.length > 0 ? false : answer;
    },
  };

  #askHere(lines: readonly TypedLine[]): Accepted | false {
    const { machine } = this;
    const { kernel } = machine;
    const { explain, onDepends } = kernel;
    kernel.explain = undefined;
    kernel.onDepends = undefined;
    try {
      machine.restore(this.#start);
      const depends = accepts(machine, lines);
      return depends === undefined ? false : { depends, before: this.#before, after: amountsOf(machine) };
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
    const depends = accepts(machine, lines);
    return depends === undefined ? false : { depends, before, after: amountsOf(machine) };
  }
}

/** What hangs on more than the map when every line is accepted; undefined when one is refused. */
function accepts(machine: Machine, lines: readonly TypedLine[]): string[] | undefined {
  const depends: string[] = [];
  for (const line of lines) {
    const result = type(machine, line);
    if (result === undefined || !isAccepted(line, result)) return undefined;
    depends.push(...result.depends);
  }
  return depends;
}

/** As a played command is judged: by its status or words, and by what the kernel logs. */
export function isAccepted({ prompt }: TypedLine, { exit, output, log }: CommandResult): boolean {
  const refused = prompt === 'monitor' ? monitorRefuses(output) : exit !== 0;
  return !refused && refusals(log).length === 0;
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
