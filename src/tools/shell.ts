/** The machine's shell: a line as typed, and what came of it. */

import type { Machine } from '../drivers/machine.ts';
import { logLines } from '../kernel/log.ts';
import { modelFiles } from '../sysfs/model-files.ts';
import type { WritableFileTree } from '../sysfs/file-tree.ts';
import { type CommandResult, outputLines } from './command-result.ts';
import { ProcessFiles } from './process-files.ts';
import { refusalOf } from './refusal.ts';
import { parseShell } from './shell-parser.ts';
import { Shell } from './shell-run.ts';
import { ShellSyntaxError } from './shell-syntax.ts';
import { NotModelled } from './tool.ts';

/** A longer line is refused unread. */
const MAX_LINE = 64 * 1024;

/**
 * Types a line into a fresh shell of the machine, as root, and tells what it printed and what the kernel logged.
 * Each line has a shell of its own: variables and the working directory do not outlive it.
 * @throws NotModelled for what memhp does not understand, with the place in the line.
 */
export function runShell(machine: Machine, line: string, files: WritableFileTree = modelFiles(machine)): CommandResult {
  if (line.length > MAX_LINE) throw new NotModelled(`lines longer than ${MAX_LINE} characters are not modelled`);
  const { kernel } = machine;
  const logged = kernel.log?.length ?? 0;
  const depends: string[] = [];
  const listener = kernel.onDepends;
  kernel.onDepends = (reason) => {
    depends.push(reason);
    listener?.(reason);
  };
  try {
    const { exit, output } = evaluate(machine, line, files);
    return { exit, output: outputLines(output), log: logLines(kernel.log, logged), depends };
  } finally {
    kernel.onDepends = listener;
  }
}

function evaluate(machine: Machine, line: string, files: WritableFileTree): { exit: number; output: string } {
  const shell = new Shell(machine, new ProcessFiles(files));
  let list;
  try {
    list = parseShell(line);
  } catch (error) {
    if (!(error instanceof ShellSyntaxError)) throw error;
    const output = `sh: syntax error: ${error.message}\n`;
    const point = refusalOf('sh', output, 2);
    machine.kernel.explain?.(point, false, { ...point.values, problem: error.message });
    return { exit: 2, output };
  }
  shell.run(list);
  return { exit: shell.status, output: shell.output };
}
