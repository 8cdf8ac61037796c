/** The words of a typed shell line with their places, where they stand for themselves. */

import { parseShell } from '../../tools/shell-parser.ts';
import type { Command, List, SimpleCommand, Word } from '../../tools/shell-syntax.ts';
import { ShellSyntaxError } from '../../tools/shell-syntax.ts';
import { NotModelled } from '../../tools/tool.ts';

export interface LineWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One simple command of a line. */
export interface LineCommand {
  readonly words: readonly LineWord[];
  /** The file its output is written to, when there is one. */
  readonly target: LineWord | undefined;
}

/** The simple commands of a line whose words hold no variable; none when the shell could not read it. */
export function commandsOf(line: string): LineCommand[] {
  try {
    return inList(parseShell(line)).flatMap((command) => {
      const words = command.words.map(wordOf);
      const redirect = command.redirects.find(({ op, fd }) => fd === 1 && (op === '>' || op === '>>'));
      const target = redirect === undefined ? undefined : wordOf(redirect.target);
      return words.every((word) => word !== undefined) ? [{ words, target }] : [];
    });
  } catch (error) {
    if (error instanceof ShellSyntaxError || error instanceof NotModelled) return [];
    throw error;
  }
}

function inList(list: List): SimpleCommand[] {
  return list.flatMap(({ first, rest }) => [first, ...rest.map(({ pipeline }) => pipeline)].flatMap(({ commands }) => commands.flatMap(inCommand)));
}

/** Loops and conditions are left alone: one edit would mean several requests. */
function inCommand(command: Command): SimpleCommand[] {
  return command.kind === 'simple' ? [command] : [];
}

function wordOf({ parts, span }: Word): LineWord | undefined {
  let text = '';
  for (const part of parts) {
    if (part.kind !== 'text') return undefined;
    text += part.text;
  }
  return { text, start: span[0], end: span[1] };
}

/** The line with a piece of it replaced. */
export function spliced(line: string, start: number, end: number, text: string): string {
  return line.slice(0, start) + text + line.slice(end);
}
