/** Reads the transcript below the front matter: prompts, expected output, exit statuses, comments. */

import { diagnostic, type Diagnostic } from './diagnostic.ts';
import type { Command, ExpectedLine, Prompt, Spanned } from './runbook.ts';
import type { SourceText, Span } from './source-text.ts';

/** Commands taken from one runbook. */
export const COMMAND_LIMIT = 10_000;
/** Characters taken as one command, continued lines joined. */
export const COMMAND_LENGTH_LIMIT = 64 * 1024;

/** A line of the body, without its line end. */
interface Line {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** One-based. */
  readonly number: number;
}

interface Draft {
  prompt: Prompt;
  text: string;
  span: Span;
  line: number;
  pieces: { at: number; offset: number }[];
  comments: string[];
  expected: ExpectedLine[];
  exit: Spanned<number> | undefined;
  expectation: Span;
  /** Blank lines seen since the last expected line: output only if more output follows. */
  blanks: Line[];
}

const PROMPT = /^(\$|\(qemu\))(?:[ \t]+|$)/;
const EXIT_STATUS = /^\[\s*([^\s[\]]+)\s*\]\s*$/;
const KERNEL_LINE = /^\[kernel\] ?(.*)$/;
const STAMPED_LINE = /^\[ *\d+\.\d{4,9}\] ?(.*)$/;
const FOREIGN_PROMPT = /^(?:\[?[\w.-]+@[\w.-]+[: ][^\s]*\]?[#$%] |sh-\d\.\d[#$] |~ ?# |\/ # )/;

/** Parses the lines of the given one-based numbers (half-open ranges, ascending). Never throws. */
export function parseBody(
  source: SourceText,
  ranges: readonly { readonly first: number; readonly end: number }[],
): { commands: Command[]; diagnostics: Diagnostic[] } {
  const parser = new BodyParser(source);
  for (const range of ranges) parser.block(range.first, range.end);
  return parser.finish();
}

class BodyParser {
  readonly #source: SourceText;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #commands: Draft[] = [];
  #comments: string[] = [];
  #inStray = false;
  #full = false;

  constructor(source: SourceText) {
    this.#source = source;
  }

  /** Reads one block of lines; output under a command never crosses into the next block. */
  block(first: number, end: number): void {
    let open: Draft | undefined;
    for (let number = first; number < end && !this.#full; number++) {
      const line = this.#line(number);
      const prompt = PROMPT.exec(line.text);
      if (prompt !== null) {
        this.#inStray = false;
        const started = this.#command(line, prompt, end);
        if (started === undefined) continue;
        ({ draft: open, last: number } = started);
      } else if (line.text.startsWith('#')) {
        this.#comments.push(line.text.replace(/^#+ ?/, ''));
      } else if (open !== undefined) {
        this.#under(open, line);
      } else if (line.text.trim() === '') {
        this.#inStray = false;
        this.#comments = [];
      } else {
        this.#stray(line);
      }
    }
  }

  finish(): { commands: Command[]; diagnostics: Diagnostic[] } {
    const commands = this.#commands.map(({ blanks: _, ...command }) => command);
    return { commands, diagnostics: this.#diagnostics };
  }

  #line(number: number): Line {
    const { text, lineStarts } = this.#source;
    const start = lineStarts[number - 1]!;
    let end = lineStarts[number] === undefined ? text.length : lineStarts[number]! - 1;
    if (end > start && text[end - 1] === '\r') end--;
    return { text: text.slice(start, end), start, end, number };
  }

  /** Whether a line is the nothing after the last line end. */
  #isEnd(number: number): boolean {
    return this.#source.lineStarts[number - 1] === this.#source.text.length;
  }

  /** A prompt line and the lines it continues on. An empty prompt, left by pressing Enter, is no command. */
  #command(line: Line, prompt: RegExpExecArray, end: number): { draft: Draft; last: number } | undefined {
    const offset = line.start + prompt[0].length;
    if (line.text.slice(prompt[0].length).trim() === '') return undefined;
    if (this.#commands.length >= COMMAND_LIMIT) {
      const help = 'split it into several runbooks';
      this.#report('MHP0035', `a runbook holds at most ${COMMAND_LIMIT} commands`, line, { help });
      this.#full = true;
      return undefined;
    }
    let text = line.text.slice(prompt[0].length);
    const pieces = [{ at: 0, offset }];
    let last = line;
    while (/(?:^|[^\\])(?:\\\\)*\\$/.test(text.slice(-64))) {
      if (last.number + 1 >= end || this.#isEnd(last.number + 1)) {
        const help = 'remove the backslash at the end, or add the line it continues on';
        const place = { start: last.end - 1, end: last.end };
        this.#report('MHP0033', 'the command is continued, but nothing follows', place, { help });
        text = text.slice(0, -1);
        break;
      }
      last = this.#line(last.number + 1);
      // Shells print `> ` before a continued line, and people paste it.
      const lead = /^> /.exec(last.text)?.[0].length ?? 0;
      text = text.slice(0, -1);
      pieces.push({ at: text.length, offset: last.start + lead });
      text += last.text.slice(lead);
      if (text.length > COMMAND_LENGTH_LIMIT) break;
    }
    if (text.length > COMMAND_LENGTH_LIMIT) {
      const place = { start: offset, end: line.end };
      this.#report('MHP0039', `a command is at most ${COMMAND_LENGTH_LIMIT} characters long`, place, {
        help: 'is a prompt missing, or a line end?',
      });
      text = '';
    }
    const draft: Draft = {
      prompt: prompt[1] === '$' ? 'shell' : 'monitor',
      text: text.trimEnd(),
      span: { start: offset, end: last.end },
      line: line.number,
      pieces,
      comments: this.#comments,
      expected: [],
      exit: undefined,
      expectation: { start: last.end, end: last.end },
      blanks: [],
    };
    this.#comments = [];
    if (draft.text !== '') this.#commands.push(draft);
    return { draft, last: last.number };
  }

  /** A line under a command. Blank lines count as output only between lines of output. */
  #under(draft: Draft, line: Line): void {
    const span = { start: line.start, end: line.end };
    if (line.text.trim() === '') {
      draft.blanks.push(line);
      return;
    }
    // Comments above this line belong to what it belongs to, not to the next command.
    this.#comments = [];
    const log = KERNEL_LINE.exec(line.text) ?? STAMPED_LINE.exec(line.text);
    const exit = EXIT_STATUS.exec(line.text);
    if (log !== null) {
      draft.expected.push({ kind: 'log', text: log[1]!, stamped: !line.text.startsWith('[kernel]'), span });
    } else if (exit !== null) {
      this.#exit(draft, exit[1]!, span);
    } else if (draft.exit !== undefined) {
      if (!this.#inStray) {
        const help = 'the exit status comes last; move it below the output, or begin the line with `$ ` or `# `';
        this.#report('MHP0032', 'expected output stands after the exit status', span, { help });
      }
      this.#inStray = true;
    } else {
      for (const blank of draft.blanks) {
        if (draft.expected.length === 0) break;
        draft.expected.push({ kind: 'text', text: '', span: { start: blank.start, end: blank.end } });
      }
      if (line.text === '...') draft.expected.push({ kind: 'any', span });
      else draft.expected.push({ kind: 'text', text: line.text.replace(/^\\/, ''), span });
      this.#foreignPrompt(line, span);
    }
    draft.blanks = [];
    draft.expectation = { start: draft.expectation.start, end: line.end };
  }

  #exit(draft: Draft, word: string, span: Span): void {
    const value = /^\d{1,3}$/.test(word) ? Number(word) : NaN;
    if (!(value <= 255)) {
      const shown = word.length > 20 ? `${word.slice(0, 20)}...` : word;
      const help = `write [0] to [255]; if the command prints this line, begin it with a backslash: \\[${shown}]`;
      this.#report('MHP0031', `\`[${shown}]\` is not an exit status`, span, { help });
    } else if (draft.prompt === 'monitor') {
      const help = 'the monitor has none: expect the line it prints, `Error: …`, instead';
      this.#report('MHP0038', 'a monitor command has no exit status', span, { help });
    } else if (draft.exit !== undefined) {
      this.#report('MHP0032', 'the exit status is given twice', span, { help: 'keep one of them' });
    } else {
      draft.exit = { value, span };
    }
  }

  #foreignPrompt(line: Line, span: Span): void {
    if (!FOREIGN_PROMPT.test(line.text)) return;
    this.#diagnostics.push(
      diagnostic('MHP0037', 'this line looks like a prompt, but is taken as expected output', this.#source, span, {
        severity: 'warning',
        help: 'begin a shell command with `$ `, a monitor command with `(qemu) `',
      }),
    );
  }

  /** A line that belongs to no command: reported once for a run of such lines. */
  #stray(line: Line): void {
    if (this.#inStray) return;
    this.#inStray = true;
    const help = FOREIGN_PROMPT.test(line.text)
      ? 'begin a shell command with `$ ` alone, without user and host'
      : 'begin a shell command with `$ `, a monitor command with `(qemu) `, a comment with `# `';
    this.#report(
      'MHP0030',
      'this line stands before the first command',
      { start: line.start, end: line.end },
      { help },
    );
  }

  #report(code: Diagnostic['code'], message: string, span: Span, details: { help: string }): void {
    this.#diagnostics.push(diagnostic(code, message, this.#source, { start: span.start, end: span.end }, details));
  }
}
