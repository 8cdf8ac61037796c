/** Plays a runbook on a machine, command by command, and judges each. */

import type { Machine, MachineSnapshot } from '../drivers/machine.ts';
import { placeIn } from '../kernel/profile/places.ts';
import type { CommandResult } from '../tools/command-result.ts';
import { runMonitor } from '../tools/monitor.ts';
import { runShell } from '../tools/shell.ts';
import { NotModelled } from '../tools/tool.ts';
import { differences, type CheckOptions } from './check.ts';
import { diagnostic, type Diagnostic } from './diagnostic.ts';
import { ModelFault } from './model-fault.ts';
import { spanInSource, type Command, type Runbook } from './runbook.ts';
import { StepRecorder } from './step-recorder.ts';
import { judge, meetsExpectation, type CommandRun } from './verdict.ts';

/** A played runbook: what each command did, and what could not be played. */
export interface RunResult {
  readonly book: Runbook;
  readonly runs: readonly CommandRun[];
  /** What is not modelled, at its place in the runbook. */
  readonly diagnostics: readonly Diagnostic[];
}

/** How commands reach the machine; a test may bring its own. */
export interface PlayTools {
  readonly shell: (machine: Machine, line: string) => CommandResult;
  readonly monitor: (machine: Machine, line: string) => CommandResult;
}

export interface PlayOptions extends CheckOptions {
  readonly tools?: PlayTools;
  /** Called after each command, with the machine as it was before. */
  readonly onRun?: (run: CommandRun, before: MachineSnapshot) => void;
}

const MODEL_TOOLS: PlayTools = { shell: runShell, monitor: runMonitor };
/**
 * Plays every command on the machine, which is changed by it.
 * What is not modelled becomes a diagnostic and play goes on, so that all of it is named at once.
 * @throws ModelFault when the model itself breaks; it carries the step.
 */
export function playRunbook(book: Runbook, machine: Machine, options: PlayOptions = {}): RunResult {
  const runs: CommandRun[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const command of book.commands) {
    const before = machine.snapshot();
    const run = playCommand(book, command, machine, runs, diagnostics, options);
    runs.push(run);
    options.onRun?.(run, before);
  }
  return { book, runs, diagnostics };
}

function playCommand(
  book: Runbook,
  command: Command,
  machine: Machine,
  before: readonly CommandRun[],
  diagnostics: Diagnostic[],
  options: PlayOptions,
): CommandRun {
  const tools = options.tools ?? MODEL_TOOLS;
  const openLine = before.find((run) => run.verdict === 'depends' && !meetsExpectation(run))?.command.line;
  try {
    const typed = typeSettled(command, machine, tools, options);
    return judge(command, typed.result, { ...options, checks: typed.checks, logged: typed.logged, openLine });
  } catch (error) {
    if (!(error instanceof NotModelled)) {
      throw new ModelFault(
        before.map((run) => run.command.text),
        command.text,
        command.line,
        error,
      );
    }
    const [start, end] = error.span ?? [0, command.text.length];
    diagnostics.push(
      diagnostic('MHP0040', error.message, book.source, spanInSource(command, start, end), { help: error.help }),
    );
    const nothing = { exit: 0, output: [], log: [], depends: [] };
    return { ...nothing, command, verdict: 'not-modelled', unexpected: true, differences: [], decidedBy: undefined, steps: [], stepsDropped: 0 };
  }
}

interface Typed {
  readonly result: CommandResult;
  readonly checks: StepRecorder;
  /** Lines of the kernel's log before it. */
  readonly logged: number;
}

/**
 * Types a command; where the map leaves its outcome open and the runbook expects the other one, takes that: whoever
 * wrote the runbook knew more than the map.
 */
function typeSettled(command: Command, machine: Machine, tools: PlayTools, options: CheckOptions): Typed {
  const before = machine.snapshot();
  const typed = typeCommand(command, machine, tools);
  const { depends } = typed.result;
  if (depends.length === 0 || differences(command, typed.result, options).length === 0) return typed;
  const after = machine.snapshot();
  machine.restore(before);
  const { unmovable } = machine.kernel;
  machine.kernel.unmovable = () => true;
  try {
    const other = typeCommand(command, machine, tools);
    if (differences(command, other.result, options).length === 0) {
      return { ...other, result: { ...other.result, depends } };
    }
  } finally {
    machine.kernel.unmovable = unmovable;
  }
  machine.restore(after);
  return typed;
}

/** Types a command and keeps the checks it made. */
function typeCommand(command: Command, machine: Machine, tools: PlayTools): Typed {
  const { kernel } = machine;
  const listener = kernel.explain;
  const logged = kernel.log?.length ?? 0;
  const checks = new StepRecorder(() => kernel.log?.length ?? 0);
  kernel.explain = (point, passed, values) => {
    listener?.(point, passed, values);
    checks.hear(placeIn(kernel.profile.name, point), passed, values);
  };
  try {
    return { result: tools[command.prompt](machine, command.text), checks, logged };
  } finally {
    kernel.explain = listener;
  }
}

/**
 * The exit status of a run: 2 when something is not modelled, 1 when a command failed or differed unexpectedly,
 * 64 when all that is known holds but something depends, else 0.
 */
export function runStatus(result: RunResult): 0 | 1 | 2 | 64 {
  if (result.diagnostics.some((one) => one.severity === 'error')) return 2;
  if (result.runs.some((run) => run.unexpected)) return 1;
  return result.runs.some((run) => run.verdict === 'depends' && !meetsExpectation(run)) ? 64 : 0;
}
