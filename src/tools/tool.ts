/** What a command typed in the machine's shell is given, and what it gives back. */

import type { Machine } from '../drivers/machine.ts';
import type { WritableFileTree } from '../sysfs/file-tree.ts';

export interface ToolContext {
  readonly machine: Machine;
  readonly files: WritableFileTree;
  /** Standard input, for tools that read it. */
  readonly stdin: string;
  /** Whether people read standard output as it comes; not so in a pipe or towards a file. */
  readonly stdoutIsTerminal?: boolean;
  /** Appends to standard output; the text holds its newlines. */
  stdout(text: string): void;
  /** Appends to standard error. */
  stderr(text: string): void;
}

/** A command: takes its arguments (without its own name), returns its exit status. */
export type Tool = (context: ToolContext, args: readonly string[]) => number;

/**
 * Thrown by a tool or the shell for what memhp does not model (an option, a syntax): it is named, never guessed.
 * It travels as a diagnostic of the user's input, not as a result of the machine.
 */
export class NotModelled extends Error {
  override readonly name = 'NotModelled';
  /** Offset and length within the typed line, when known. */
  readonly span: readonly [start: number, end: number] | undefined;
  readonly help: string | undefined;
  constructor(message: string, span?: readonly [start: number, end: number], help?: string) {
    super(message);
    this.span = span;
    this.help = help;
  }
}
