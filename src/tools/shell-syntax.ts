/** The shape of a parsed command line. */

/** Offset of the first character and of the one after the last, within the typed line. */
export type Span = readonly [start: number, end: number];

interface TextPart {
  readonly kind: 'text';
  readonly text: string;
  readonly quoted: boolean;
}

/** A piece whose text is known when the command runs. */
export type ExpandedPart =
  | { readonly kind: 'variable'; readonly name: string; readonly quoted: boolean }
  /** `$(…)` */
  | { readonly kind: 'command'; readonly list: List; readonly quoted: boolean }
  /** `$((…))` */
  | { readonly kind: 'arithmetic'; readonly expression: string; readonly quoted: boolean };

/** A piece of a word; quoted pieces are neither split nor taken as patterns. */
export type WordPart = TextPart | ExpandedPart;

export interface Word {
  readonly parts: readonly WordPart[];
  readonly span: Span;
}

export interface Redirect {
  readonly fd: number;
  readonly op: '>' | '>>' | '<' | '>&' | '<&';
  readonly target: Word;
}

export interface Assignment {
  readonly name: string;
  readonly value: Word;
}

export interface SimpleCommand {
  readonly kind: 'simple';
  readonly assignments: readonly Assignment[];
  readonly words: readonly Word[];
  readonly redirects: readonly Redirect[];
  readonly span: Span;
}

export interface ForCommand {
  readonly kind: 'for';
  readonly variable: string;
  readonly words: readonly Word[];
  readonly body: List;
}

export interface IfCommand {
  readonly kind: 'if';
  /** `if` and `elif` arms in order. */
  readonly arms: readonly { readonly condition: List; readonly body: List }[];
  readonly otherwise: List | undefined;
}

export type Command = SimpleCommand | ForCommand | IfCommand;

export interface Pipeline {
  /** `!` before it. */
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

/** Pipelines joined by `&&` and `||`; each operator stands before its pipeline. */
export interface AndOr {
  readonly first: Pipeline;
  readonly rest: readonly { readonly op: '&&' | '||'; readonly pipeline: Pipeline }[];
}

/** What `;` and newlines separate. */
export type List = readonly AndOr[];

/** A line the shell itself refuses, in its words; nothing of the line is run, and the status is 2. */
export class ShellSyntaxError extends Error {
  override readonly name = 'ShellSyntaxError';
}
