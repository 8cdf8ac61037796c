/** Judges what a command did: by itself, and against what the runbook expects. */

import type { CheckStep } from '../kernel/explain.ts';
import type { LogLine } from '../kernel/log.ts';
import type { CommandResult } from '../tools/command-result.ts';
import { monitorRefuses } from '../tools/monitor-answer.ts';
import { differences, expectedLog, type CheckOptions, type Difference } from './check.ts';
import { hasExpectation, type Command } from './runbook.ts';
import type { StepRecorder } from './step-recorder.ts';

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
  /** Every check made on the way, passed or not, in the kernel's order; of very many the first. */
  readonly steps: readonly CheckStep[];
  /** Checks made and not kept in `steps`. */
  readonly stepsDropped: number;
}

/** KERN_ERR: what the kernel logs at this level or above is a refusal even when the command returned 0. */
const KERN_ERR = 3;
/** How the driver core ends a failed probe; before 6.9 it says so in a mere warning. */
const PROBE_FAILED = /failed with error -\d+$/;

/** What surrounds a command when it is judged. */
export interface JudgeContext extends CheckOptions {
  readonly checks: Pick<StepRecorder, 'steps' | 'dropped' | 'decidedBy'>;
  /** Lines of the kernel's log before the command. */
  readonly logged: number;
  /** Line of an earlier command whose outcome nobody settled: what differs later may follow from it. */
  readonly openLine: number | undefined;
}

export function judge(
  command: Command,
  result: CommandResult,
  { checks, logged, openLine, exact = false }: JudgeContext,
): CommandRun {
  const differs = differences(command, result, { exact });
  const follows = openLine !== undefined && differs.length > 0;
  const reasons = follows ? [...result.depends, `what line ${openLine} left open decides this`] : result.depends;
  const depends = reasons.length > 0;
  const errors = refusals(result.log);
  const toolRefused = command.prompt === 'shell' ? result.exit !== 0 : monitorRefuses(result.output);
  const refused = toolRefused || errors.length > 0;
  const errorLine = errors[0] === undefined ? undefined : logged + result.log.indexOf(errors[0]);
  // Where the map cannot tell, another outcome than the model's guess is no disagreement.
  const verdict: Verdict = depends ? 'depends' : differs.length > 0 ? 'differs' : refused ? 'refused' : 'ok';
  const unexpected = verdict === 'differs' || (verdict === 'refused' && !refusalExpected(command, result, errors));
  return {
    ...result,
    depends: reasons,
    command,
    verdict,
    unexpected,
    differences: depends ? [] : differs,
    decidedBy: refused || depends ? checks.decidedBy(toolRefused ? undefined : errorLine) : undefined,
    steps: checks.steps,
    stepsDropped: checks.dropped,
  };
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
  const quiet = command.prompt === 'monitor' ? !monitorRefuses(result.output) : result.exit === 0;
  return quiet && errors.every((line) => named.has(line.text.trimEnd()));
}

/** Whether a command whose outcome depends came out as the runbook says, which leaves nothing open for its author. */
export function meetsExpectation(run: CommandRun): boolean {
  return hasExpectation(run.command) && differences(run.command, run).length === 0;
}
