/** What the machine's tools take, asked of the tools: their lists of commands and their usage texts. */

import type { Machine } from '../../drivers/machine.ts';
import { TOOLS } from '../../tools/registry.ts';
import { runShell } from '../../tools/shell.ts';
import { NotModelled } from '../../tools/tool.ts';

/** An option as a usage text has it. */
export interface UsageOption {
  readonly short: string | undefined;
  readonly long: string;
  /** What its value is called; undefined when it takes none. */
  readonly value: string | undefined;
  /** Words in quotes in its help: the values it takes. */
  readonly choices: readonly string[];
}

/** Names of commands, without those only scripts use. */
export function commandNames(): string[] {
  return [...Object.keys(TOOLS).filter((name) => /^[a-z]/.test(name)), 'cd', 'exit', 'for'].sort();
}

/** Sub-commands of ndctl, daxctl and cxl that memhp models; none for other tools. */
export function subCommands(machine: Machine, tool: string): string[] {
  if (tool !== 'ndctl' && tool !== 'daxctl' && tool !== 'cxl') return [];
  const names = output(machine, `${tool} --list-cmds`);
  return names.filter((name) => name === 'help' || output(machine, `${tool} ${name} -h`).length > 0);
}

/** Options of a tool, or of a sub-command: `lsmem`, `ndctl list`. Empty when it has no usage text. */
export function usageOptions(machine: Machine, command: string): UsageOption[] {
  const tool = command.split(' ')[0]!;
  if (!Object.hasOwn(TOOLS, tool) || !/^[\w-]+( [\w-]+)?$/.test(command)) return [];
  const lines = output(machine, `${command} ${command.includes(' ') ? '-h' : '--help'}`);
  const options: UsageOption[] = [];
  lines.forEach((line, index) => {
    const found = /^ {1,8}(?:-(\w), {1,4}|\s+)?--([a-z][\w-]*)(?:[ =]<([^>]*)>|\[=\w+\])?(.*)$/.exec(line);
    if (found === null) return;
    // A long option's help stands on the next line.
    const help = found[4]!.trim() === '' ? (lines[index + 1] ?? '') : found[4]!;
    const choices = [...help.matchAll(/'([\w-]+)'/g)].map((match) => match[1]!);
    options.push({ short: found[1], long: found[2]!, value: found[3], choices });
  });
  return options;
}

/** What a command prints; the machine stays as it is. */
function output(machine: Machine, line: string): readonly string[] {
  const { kernel } = machine;
  const before = machine.snapshot();
  const listener = kernel.explain;
  kernel.explain = undefined;
  try {
    return runShell(machine, line).output;
  } catch (error) {
    if (error instanceof NotModelled) return [];
    throw error;
  } finally {
    kernel.explain = listener;
    machine.restore(before);
  }
}
