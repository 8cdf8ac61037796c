/** Cuts a shell line into words and operators, by the rules of the POSIX shell. */

import { type List, ShellSyntaxError, type Span, type Word, type WordPart } from './shell-syntax.ts';
import { NotModelled } from './tool.ts';

export type Operator = ';' | '&&' | '||' | '|' | ';;' | '(' | ')' | '\n';
export type RedirectOp = '>' | '>>' | '<' | '>&' | '<&';

export type Token =
  /** `plain` is the text when nothing of it is quoted or expanded. */
  | { readonly kind: 'word'; readonly word: Word; readonly plain: string | undefined }
  | { readonly kind: 'operator'; readonly op: Operator; readonly span: Span }
  | { readonly kind: 'redirect'; readonly fd: number | undefined; readonly op: RedirectOp; readonly span: Span }
  | { readonly kind: 'end'; readonly span: Span };

const BLANK = new Set([' ', '\t']);
/** Characters that end an unquoted word. */
const META = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')']);
/** Characters a backslash keeps its meaning before, inside double quotes. */
const ESCAPED_IN_QUOTES = new Set(['$', '`', '"', '\\', '\n']);
const NAME_START = /[A-Za-z_]/;

/** Substitutions nested deeper than this are refused. */
const MAX_DEPTH = 16;

/** Parses all tokens of a line, or of a command substitution within it. */
export type ParseTokens = (tokens: readonly Token[]) => List;

class Lexer {
  readonly line: string;
  readonly #parse: ParseTokens;
  readonly #depth: number;
  at: number;

  constructor(line: string, parse: ParseTokens, at = 0, depth = 0) {
    if (depth > MAX_DEPTH) throw new NotModelled(`commands nested deeper than ${MAX_DEPTH} are not modelled`);
    this.line = line;
    this.#parse = parse;
    this.#depth = depth;
    this.at = at;
  }

  /** Tokens up to the end of the line or, in a substitution, up to the parenthesis that closes it. */
  tokens(closed: boolean): Token[] {
    const tokens: Token[] = [];
    let open = 0;
    for (;;) {
      const token = this.next();
      const op = token.kind === 'operator' ? token.op : undefined;
      if (closed && op === ')' && open-- === 0) {
        tokens.push({ kind: 'end', span: (token as { span: Span }).span });
        return tokens;
      }
      if (op === '(') open++;
      tokens.push(token);
      if (token.kind !== 'end') continue;
      if (closed) throw new ShellSyntaxError('unexpected end of file (expecting ")")');
      return tokens;
    }
  }

  notModelled(what: string, start: number, end: number, help?: string): NotModelled {
    return new NotModelled(what, [start, end], help);
  }

  next(): Token {
    this.skipBlanks();
    const start = this.at;
    const c = this.line[start];
    if (c === undefined) return { kind: 'end', span: [start, start] };
    if (c === '<' || c === '>') return this.redirect(undefined, start);
    if (c === ';' || c === '&' || c === '|' || c === '(' || c === ')' || c === '\n') return this.operator(start);
    return this.word(start);
  }

  private skipBlanks(): void {
    for (;;) {
      const c = this.line[this.at];
      if (c !== undefined && BLANK.has(c)) this.at++;
      else if (c === '\\' && this.line[this.at + 1] === '\n') this.at += 2;
      else if (c === '#') {
        const newline = this.line.indexOf('\n', this.at);
        this.at = newline < 0 ? this.line.length : newline;
      } else return;
    }
  }

  private operator(start: number): Token {
    const c = this.line[start] as string;
    const two = this.line.slice(start, start + 2);
    if (two === '&&' || two === '||' || two === ';;') {
      this.at = start + 2;
      return { kind: 'operator', op: two, span: [start, this.at] };
    }
    if (c === '&') {
      const help = two === '&>' ? 'write `> FILE 2>&1`: sh reads `&>` as `&`, then `>`' : undefined;
      throw this.notModelled('running a command in the background (`&`) is not modelled', start, start + 1, help);
    }
    this.at = start + 1;
    return { kind: 'operator', op: c as Operator, span: [start, this.at] };
  }

  private redirect(fd: number | undefined, start: number): Token {
    const angle = this.at;
    const two = this.line.slice(angle, angle + 2);
    if (two === '<<') throw this.notModelled('here-documents (`<<`) are not modelled', angle, angle + 2);
    if (two === '<>' || two === '>|' || two === '<(' || two === '>(') {
      throw this.notModelled(`the redirection \`${two}\` is not modelled`, angle, angle + 2);
    }
    const op = two === '>>' || two === '>&' || two === '<&' ? two : (this.line[angle] as '<' | '>');
    this.at = angle + op.length;
    return { kind: 'redirect', fd, op, span: [start, this.at] };
  }

  private word(start: number): Token {
    const parts: WordPart[] = [];
    let text = '';
    let plain = true;
    const flush = (): void => {
      if (text !== '') parts.push({ kind: 'text', text, quoted: false });
      text = '';
    };
    for (;;) {
      const c = this.line[this.at];
      if (c === undefined || META.has(c)) break;
      if (c === '\\') {
        const escaped = this.line[this.at + 1];
        this.at += 2;
        if (escaped === '\n') continue;
        flush();
        plain = false;
        // A backslash at the very end stands for itself.
        parts.push({ kind: 'text', text: escaped ?? '\\', quoted: true });
      } else if (c === "'" || c === '"') {
        flush();
        plain = false;
        if (c === "'") this.singleQuoted(parts);
        else this.doubleQuoted(parts);
      } else if (c === '$') {
        flush();
        plain = false;
        parts.push(this.dollar(false));
      } else if (c === '`') {
        flush();
        plain = false;
        parts.push(this.backquoted(false));
      } else {
        text += c;
        this.at++;
      }
    }
    const follows = this.line[this.at];
    const isDescriptor = plain && /^[0-9]+$/.test(text) && (follows === '<' || follows === '>');
    if (isDescriptor) return this.redirect(Number(text), start);
    if (plain && text.startsWith('~')) {
      const help = "quote it if it is meant as it stands: '~'";
      throw this.notModelled('home directories (`~`) are not modelled', start, this.at, help);
    }
    const plainText = plain ? text : undefined;
    flush();
    return { kind: 'word', word: { parts, span: [start, Math.min(this.at, this.line.length)] }, plain: plainText };
  }

  private singleQuoted(parts: WordPart[]): void {
    const end = this.line.indexOf("'", this.at + 1);
    if (end < 0) throw new ShellSyntaxError('unterminated quoted string');
    parts.push({ kind: 'text', text: this.line.slice(this.at + 1, end), quoted: true });
    this.at = end + 1;
  }

  private doubleQuoted(parts: WordPart[]): void {
    const open = this.at++;
    let text = '';
    let pushed = false;
    const flush = (): void => {
      parts.push({ kind: 'text', text, quoted: true });
      text = '';
      pushed = true;
    };
    for (;;) {
      const c = this.line[this.at];
      if (c === undefined) throw new ShellSyntaxError('unterminated quoted string');
      if (c === '"') break;
      const following = this.line[this.at + 1];
      if (c === '\\' && following !== undefined && ESCAPED_IN_QUOTES.has(following)) {
        if (following !== '\n') text += following;
        this.at += 2;
      } else if (c === '$' || c === '`') {
        if (text !== '') flush();
        parts.push(c === '$' ? this.dollar(true) : this.backquoted(true));
        pushed = true;
      } else {
        text += c;
        this.at++;
      }
    }
    if (text !== '' || !pushed) flush();
    this.at = Math.max(this.at + 1, open);
  }

  /** `$(…)` */
  private substitution(start: number, quoted: boolean): WordPart {
    const inner = new Lexer(this.line, this.#parse, start + 2, this.#depth + 1);
    const list = this.#parse(inner.tokens(true));
    this.at = inner.at;
    return { kind: 'command', list, quoted };
  }

  /** The older spelling, in which a backslash escapes `$`, a backquote and itself. */
  private backquoted(quoted: boolean): WordPart {
    const start = this.at;
    let text = '';
    for (this.at++; this.line[this.at] !== '`'; this.at++) {
      if (this.line[this.at] === '\\' && /[$`\\]/.test(this.line[this.at + 1] ?? '')) this.at++;
      const c = this.line[this.at];
      if (c === undefined) throw new ShellSyntaxError('EOF in backquote substitution');
      text += c;
    }
    this.at++;
    // Standing where it stood, its words keep their places in the line, but for what was escaped before them.
    const inner = new Lexer(' '.repeat(start + 1) + text, this.#parse, start + 1, this.#depth + 1);
    return { kind: 'command', list: this.#parse(inner.tokens(false)), quoted };
  }

  /** `$((…))`, up to the two parentheses that close it. */
  private arithmetic(start: number, quoted: boolean): WordPart {
    let open = 0;
    for (let at = start + 3; at < this.line.length; at++) {
      const c = this.line[at];
      if (c === '(') open++;
      else if (c === ')' && open > 0) open--;
      else if (c === ')' && this.line[at + 1] !== ')') break;
      else if (c === ')') {
        this.at = at + 2;
        return { kind: 'arithmetic', expression: this.line.slice(start + 3, at), quoted };
      }
    }
    throw this.notModelled('arithmetic (`$((…))`) without its end is not modelled', start, start + 3);
  }

  /** `$NAME`, `${NAME}`, `$?`; a `$` before anything else stands for itself. */
  private dollar(quoted: boolean): WordPart {
    const start = this.at;
    const c = this.line[start + 1];
    if (c === '(') return this.line[start + 2] === '(' ? this.arithmetic(start, quoted) : this.substitution(start, quoted);
    if (c === '{') return this.braced(start, quoted);
    if (c === '?') {
      this.at = start + 2;
      return { kind: 'variable', name: '?', quoted };
    }
    if (c !== undefined && NAME_START.test(c)) {
      const name = /^[A-Za-z0-9_]+/.exec(this.line.slice(start + 1, start + 1025))?.[0] as string;
      this.at = start + 1 + name.length;
      return { kind: 'variable', name, quoted };
    }
    if (c !== undefined && /[0-9@*#$!-]/.test(c)) {
      throw this.notModelled(`the parameter \`$${c}\` is not modelled`, start, start + 2);
    }
    this.at = start + 1;
    return { kind: 'text', text: '$', quoted };
  }

  private braced(start: number, quoted: boolean): WordPart {
    const end = this.line.indexOf('}', start);
    if (end < 0) throw new ShellSyntaxError("missing '}'");
    const name = this.line.slice(start + 2, end);
    if (name !== '?' && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw this.notModelled('expansions other than `${NAME}` are not modelled', start, end + 1);
    }
    this.at = end + 1;
    return { kind: 'variable', name, quoted };
  }
}

/** All tokens of a line, the last of kind `end`. Throws ShellSyntaxError or NotModelled. */
export function tokenize(line: string, parse: ParseTokens): Token[] {
  return new Lexer(line, parse).tokens(false);
}
