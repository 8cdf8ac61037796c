/** A runbook: a machine and a console transcript, with the place of everything in the text. */

import type { SourceText, Span } from './source-text.ts';

export interface Spanned<T> {
  readonly value: T;
  readonly span: Span;
}

/** The front matter. Every key is optional here: `--on` and `--kernel` may supply what is missing. */
export interface FrontMatter {
  readonly title?: Spanned<string>;
  readonly description?: Spanned<string>;
  /** Name of a kernel profile, e.g. `6.12`. */
  readonly kernel?: Spanned<string>;
  readonly arch?: Spanned<string>;
  /** As after QEMU's `-m`. */
  readonly memory?: Spanned<string>;
  /** Added to the kernel command line. */
  readonly cmdline?: Spanned<string>;
  /** Further machine arguments, one shell word each. */
  readonly qemu: readonly Spanned<string>[];
  /** File of a captured machine, relative to the runbook. */
  readonly machine?: Spanned<string>;
  /** From the first to the last character of the front matter; empty when there is none. */
  readonly span: Span;
}

/** `shell` lines are typed on the machine, `monitor` lines at its QEMU monitor. */
export type Prompt = 'shell' | 'monitor';

/** A line under a command. */
export type ExpectedLine =
  /** The command prints exactly this. */
  | { readonly kind: 'text'; readonly text: string; readonly span: Span }
  /** `...`: any lines, or none. */
  | { readonly kind: 'any'; readonly span: Span }
  /** `[kernel] …` or `[   12.345678] …`: the kernel logs this. `stamped` tells the second form. */
  | { readonly kind: 'log'; readonly text: string; readonly stamped: boolean; readonly span: Span };

export interface Command {
  readonly prompt: Prompt;
  /** What is typed, continued lines joined. */
  readonly text: string;
  /** The typed text in the source, prompt not included. */
  readonly span: Span;
  /** One-based line of the prompt. */
  readonly line: number;
  /** Pieces of `text` with their place in the source, ascending: what maps a column back. */
  readonly pieces: readonly { readonly at: number; readonly offset: number }[];
  /** Comment lines directly above, without their `#`. */
  readonly comments: readonly string[];
  readonly expected: readonly ExpectedLine[];
  readonly exit: Spanned<number> | undefined;
  /** Where the expectation stands: from the line after the command to the end of its last line; empty when none. */
  readonly expectation: Span;
}

/** A runbook: the machine its front matter describes and the commands typed at it. */
export interface Runbook {
  readonly source: SourceText;
  readonly header: FrontMatter;
  readonly commands: readonly Command[];
}

/** Whether anything is expected of a command beyond that it succeeds. */
export function hasExpectation(command: Command): boolean {
  return command.expected.length > 0 || command.exit !== undefined;
}

/** The source span of a range of a command's joined text. */
export function spanInSource(command: Command, start: number, end: number): Span {
  const place = (at: number): number => {
    let piece = command.pieces[0]!;
    for (const candidate of command.pieces) if (candidate.at <= at) piece = candidate;
    return Math.min(piece.offset + at - piece.at, command.span.end);
  };
  const from = place(start);
  // The last character is placed, not the end, so that a range ending at a join stays on its line.
  return { start: from, end: end > start ? place(end - 1) + 1 : from };
}
