/** Plays a runbook on a machine, command by command, and judges each. */

import type { Machine } from '../drivers/machine.ts';
import type { CheckStep } from '../kernel/explain.ts';
import type { LogLine } from '../kernel/log.ts';
import type { CommandResult } from '../tools/command-result.ts';
import { runMonitor } from '../tools/monitor.ts';
import { runShell } from '../tools/shell.ts';
import { NotModelled } from '../tools/tool.ts';
import { differences, expectedLog, type CheckOptions, type Difference } from './check.ts';
import { diagnostic, type Diagnostic } from './diagnostic.ts';
import { ModelFault } from './model-fault.ts';
import { hasExpectation, spanInSource, type Command, type Runbook } from './runbook.ts';

/**
 * - `ok`: it did what was typed
 * - `refused`: the tool, the VMM or the kernel said no
 * - `depends`: the map cannot tell; `depends` holds the reasons
 * - `differs`: not what the runbook expects
 * - `not-modelled`: memhp does not know how; a diagnostic says what
 */
export type Verdict = 'ok' | 'refused' | 'depends' | 'differs' | 'not-modelled';

/** One command, played. */
export interface CommandRun extends CommandResult {
  readonly command: Command;
  readonly verdict: Verdict;
  /** Whether this counts as a failure of the run: a difference, or a refusal nobody expected. */
  readonly unexpected: boolean;
  readonly differences: readonly Difference[];
  /** The check that decided, when the command was refused: the cause of the last failure. */
  readonly decidedBy: CheckStep | undefined;
}

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
  /** Called after each command. */
  readonly onRun?: (run: CommandRun) => void;
}

const MODEL_TOOLS: PlayTools = { shell: runShell, monitor: runMonitor };
/** KERN_ERR: what the kernel logs at this level or above is a refusal even when the command returned 0. */
const KERN_ERR = 3;
/** How the driver core ends a failed probe; before 6.9 it says so in a mere warning. */
const PROBE_FAILED = /failed with error -\d+$/;

/**
 * Plays every command on the machine, which is changed by it.
 * What is not modelled becomes a diagnostic and play goes on, so that all of it is named at once.
 * @throws ModelFault when the model itself breaks; it carries the step.
 */
export function playRunbook(book: Runbook, machine: Machine, options: PlayOptions = {}): RunResult {
  const runs: CommandRun[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const command of book.commands) {
    const run = playCommand(book, command, machine, runs, diagnostics, options);
    runs.push(run);
    options.onRun?.(run);
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
  const { kernel } = machine;
  const listener = kernel.explain;
  let decidedBy: CheckStep | undefined;
  let lastPassed = true;
  kernel.explain = (point, passed, values) => {
    listener?.(point, passed, values);
    // Callers report the failure of what they called: of failures in a row, the first is the cause.
    if (!passed && lastPassed) decidedBy = { ...point, passed, values };
    lastPassed = passed;
  };
  try {
    const result = tools[command.prompt](machine, command.text);
    return judge(command, result, decidedBy, options);
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
    return { ...nothing, command, verdict: 'not-modelled', unexpected: true, differences: [], decidedBy: undefined };
  } finally {
    kernel.explain = listener;
  }
}

function judge(
  command: Command,
  result: CommandResult,
  decidedBy: CheckStep | undefined,
  options: CheckOptions,
): CommandRun {
  const differs = differences(command, result, options);
  const depends = result.depends.length > 0;
  const errors = refusals(result.log);
  const toolRefused = command.prompt === 'shell' ? result.exit !== 0 : monitorRefused(result);
  const refused = toolRefused || errors.length > 0;
  // Where the map cannot tell, another outcome than the model's guess is no disagreement.
  const verdict: Verdict = depends ? 'depends' : differs.length > 0 ? 'differs' : refused ? 'refused' : 'ok';
  const unexpected = verdict === 'differs' || (verdict === 'refused' && !refusalExpected(command, result, errors));
  return {
    ...result,
    command,
    verdict,
    unexpected,
    differences: depends ? [] : differs,
    decidedBy: refused || depends ? decidedBy : undefined,
  };
}

/** The monitor has no exit status: its words tell. */
function monitorRefused(result: CommandResult): boolean {
  return result.output.some((line) => /^(?:Error: |unknown command: '|Try "help )/.test(line));
}

/** Log lines by which the kernel refuses. */
export function refusals(log: readonly LogLine[]): LogLine[] {
  return log.filter((line) => line.level <= KERN_ERR || PROBE_FAILED.test(line.text));
}

/** Whether the runbook foresaw this refusal. Called when nothing differs. */
function refusalExpected(command: Command, result: CommandResult, errors: readonly LogLine[]): boolean {
  if (command.prompt === 'shell' && hasExpectation(command)) return true;
  if (command.prompt === 'monitor' && command.expected.some((line) => line.kind !== 'log')) return true;
  const named = new Set(expectedLog(command, result).map((text) => text.trimEnd()));
  const quiet = command.prompt === 'monitor' ? !monitorRefused(result) : result.exit === 0;
  return quiet && errors.every((line) => named.has(line.text.trimEnd()));
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

/** Whether a command whose outcome depends came out as the runbook says, which leaves nothing open for its author. */
function meetsExpectation(run: CommandRun): boolean {
  return hasExpectation(run.command) && differences(run.command, run).length === 0;
}
