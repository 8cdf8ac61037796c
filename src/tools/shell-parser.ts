/** Parses a tokenised shell line; refuses in busybox sh's words, and names what memhp does not model. */

import { tokenize, type Operator, type Token } from './shell-lexer.ts';
import {
  type AndOr, type Assignment, type Command, type List, type Pipeline, type Redirect, ShellSyntaxError,
  type SimpleCommand, type Span, type Word, type WordPart,
} from './shell-syntax.ts';
import { NotModelled } from './tool.ts';

/** Words with a meaning of their own where a command may begin. */
const RESERVED = new Set('if then elif else fi for do done while until case esac { } ! function [['.split(' '));
/** Reserved words that close something. */
const CLOSING = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}']);
const UNMODELLED = new Set(['while', 'until', 'case', '{', 'function', '[[']);

/** Nested loops and conditions deeper than this are refused. */
const MAX_DEPTH = 32;

function spanOf(token: Token): Span {
  return token.kind === 'word' ? token.word.span : token.span;
}

class Parser {
  readonly tokens: readonly Token[];
  at = 0;
  depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  get token(): Token {
    return this.tokens[this.at] as Token;
  }

  isOperator(...ops: Operator[]): boolean {
    const { token } = this;
    return token.kind === 'operator' && ops.includes(token.op);
  }

  /** The plain text of a word that may be a reserved one. */
  get reserved(): string | undefined {
    const { token } = this;
    return token.kind === 'word' && token.plain !== undefined && RESERVED.has(token.plain) ? token.plain : undefined;
  }

  unexpected(expecting?: string): ShellSyntaxError {
    const { token } = this;
    let what: string;
    if (token.kind === 'end') what = 'end of file';
    else if (token.kind === 'operator') what = token.op === '\n' ? 'newline' : `"${token.op}"`;
    else if (token.kind === 'redirect') what = 'redirection';
    else what = this.reserved === undefined ? 'word' : `"${this.reserved}"`;
    return new ShellSyntaxError(`unexpected ${what}${expecting === undefined ? '' : ` (expecting "${expecting}")`}`);
  }

  skipNewlines(): void {
    while (this.isOperator('\n')) this.at++;
  }

  /** Commands up to a closing word, the end, or something that cannot stand here. */
  list(): List {
    const items: AndOr[] = [];
    this.skipNewlines();
    while (this.token.kind !== 'end' && !(this.reserved !== undefined && CLOSING.has(this.reserved))) {
      items.push(this.andOr());
      if (!this.isOperator(';', '\n')) break;
      this.at++;
      this.skipNewlines();
    }
    return items;
  }

  /** A list that must hold a command, closed by one of `closers`. */
  body(...closers: string[]): List {
    if (++this.depth > MAX_DEPTH) throw new NotModelled(`commands nested deeper than ${MAX_DEPTH} are not modelled`);
    this.skipNewlines();
    if (this.token.kind === 'operator' || this.token.kind === 'end') throw this.unexpected();
    const items = this.list();
    const closer = this.reserved;
    if (closer === undefined || !closers.includes(closer)) throw this.unexpected(closers[0]);
    if (items.length === 0) throw this.unexpected();
    this.depth--;
    return items;
  }

  andOr(): AndOr {
    const first = this.pipeline();
    const rest: { op: '&&' | '||'; pipeline: Pipeline }[] = [];
    while (this.isOperator('&&', '||')) {
      const { op } = this.token as { op: '&&' | '||' };
      this.at++;
      this.skipNewlines();
      rest.push({ op, pipeline: this.pipeline() });
    }
    return { first, rest };
  }

  pipeline(): Pipeline {
    let negated = false;
    while (this.reserved === '!') {
      negated = !negated;
      this.at++;
    }
    const commands = [this.command()];
    while (this.isOperator('|')) {
      this.at++;
      this.skipNewlines();
      commands.push(this.command());
    }
    return { negated, commands };
  }

  command(): Command {
    const { token, reserved } = this;
    if (this.isOperator('(')) throw new NotModelled('subshells (`(…)`) are not modelled', spanOf(token));
    if (token.kind === 'end' || token.kind === 'operator') throw this.unexpected();
    if (token.kind === 'word' && reserved !== undefined) {
      if (UNMODELLED.has(reserved)) throw new NotModelled(`\`${reserved}\` is not modelled`, token.word.span);
      if (CLOSING.has(reserved)) throw this.unexpected();
      const compound = reserved === 'for' ? this.forCommand() : reserved === 'if' ? this.ifCommand() : undefined;
      if (compound !== undefined) {
        if (this.token.kind === 'redirect') {
          throw new NotModelled(`redirecting a whole \`${reserved}\` is not modelled`, this.token.span);
        }
        return compound;
      }
    }
    return this.simple();
  }

  expect(word: string): void {
    if (this.reserved !== word) throw this.unexpected(word);
    this.at++;
  }

  forCommand(): Command {
    this.at++;
    const { token } = this;
    if (token.kind !== 'word' || token.plain === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(token.plain)) {
      throw new ShellSyntaxError('bad for loop variable');
    }
    const variable = token.plain;
    this.at++;
    const words: Word[] = [];
    if (this.token.kind === 'word' && this.token.plain === 'in') {
      this.at++;
      for (; this.token.kind === 'word'; this.at++) words.push(this.token.word);
      if (!this.isOperator(';', '\n')) throw this.unexpected();
      this.at++;
    } else {
      throw new NotModelled('`for` without `in` is not modelled', token.word.span);
    }
    this.skipNewlines();
    this.expect('do');
    const body = this.body('done');
    this.expect('done');
    return { kind: 'for', variable, words, body };
  }

  ifCommand(): Command {
    const arms: { condition: List; body: List }[] = [];
    do {
      this.at++;
      const condition = this.body('then');
      this.expect('then');
      arms.push({ condition, body: this.body('fi', 'elif', 'else') });
    } while (this.reserved === 'elif');
    let otherwise: List | undefined;
    if (this.reserved === 'else') {
      this.at++;
      otherwise = this.body('fi');
    }
    this.expect('fi');
    return { kind: 'if', arms, otherwise };
  }

  simple(): SimpleCommand {
    const start = spanOf(this.token)[0];
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    let end = start;
    for (;;) {
      const { token } = this;
      if (token.kind === 'redirect') {
        this.at++;
        const target = this.token;
        if (target.kind !== 'word') throw this.unexpected();
        redirects.push({ fd: token.fd ?? (token.op.startsWith('<') ? 0 : 1), op: token.op, target: target.word });
        end = target.word.span[1];
      } else if (token.kind === 'word') {
        const assignment = words.length === 0 ? asAssignment(token.word) : undefined;
        if (assignment === undefined) words.push(token.word);
        else assignments.push(assignment);
        end = token.word.span[1];
      } else break;
      this.at++;
    }
    if (this.isOperator('(')) {
      if (words.length === 1) throw new NotModelled('shell functions are not modelled', [start, spanOf(this.token)[1]]);
      throw this.unexpected();
    }
    return { kind: 'simple', assignments, words, redirects, span: [start, end] };
  }
}

/** `NAME=value` at the start of a command. */
function asAssignment(word: Word): Assignment | undefined {
  const [first, ...rest] = word.parts;
  if (first?.kind !== 'text' || first.quoted) return undefined;
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(first.text);
  if (match === null) return undefined;
  const value = first.text.slice(match[0].length);
  const parts: WordPart[] = value === '' ? rest : [{ ...first, text: value }, ...rest];
  return { name: match[1] as string, value: { parts, span: word.span } };
}

function parseTokens(tokens: readonly Token[]): List {
  const parser = new Parser(tokens);
  const list = parser.list();
  if (parser.token.kind !== 'end') throw parser.unexpected();
  return list;
}

/** Parses a line. Throws ShellSyntaxError for what sh refuses, NotModelled for what memhp does not understand. */
export function parseShell(line: string): List {
  return parseTokens(tokenize(line, parseTokens));
}
