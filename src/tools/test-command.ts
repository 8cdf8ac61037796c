/** `test` and `[` as busybox sh evaluates them. */

import { isDirectory } from './process-files.ts';
import type { Tool, ToolContext } from './tool.ts';

const BINARY = new Set(['=', '==', '!=', '-eq', '-ne', '-gt', '-ge', '-lt', '-le', '<', '>']);
const UNARY = new Set(['-e', '-f', '-d', '-h', '-L', '-r', '-w', '-x', '-s', '-z', '-n']);

/** Deeper expressions are refused. */
const MAX_DEPTH = 64;

/** What `test` says against its arguments. */
class BadExpression extends Error {}

class Expression {
  readonly context: ToolContext;
  readonly args: readonly string[];
  at = 0;
  depth = 0;

  constructor(context: ToolContext, args: readonly string[]) {
    this.context = context;
    this.args = args;
  }

  evaluate(): boolean {
    if (this.args.length === 0) return false;
    const value = this.or();
    if (this.at < this.args.length) throw new BadExpression(`${this.args[this.at]}: unknown operand`);
    return value;
  }

  or(): boolean {
    if (++this.depth > MAX_DEPTH) throw new BadExpression('expression too deep');
    let value = this.and();
    while (this.args[this.at] === '-o') {
      this.at++;
      const right = this.and();
      value ||= right;
    }
    this.depth--;
    return value;
  }

  and(): boolean {
    let value = this.not();
    while (this.args[this.at] === '-a') {
      this.at++;
      const right = this.not();
      value &&= right;
    }
    return value;
  }

  not(): boolean {
    let negated = false;
    while (this.args[this.at] === '!' && this.at + 1 < this.args.length && !this.isBinaryNext()) {
      negated = !negated;
      this.at++;
    }
    return this.primary() !== negated;
  }

  isBinaryNext(): boolean {
    return BINARY.has(this.args[this.at + 1] ?? '') && this.at + 2 < this.args.length;
  }

  primary(): boolean {
    const word = this.args[this.at];
    if (word === undefined) throw new BadExpression('argument expected');
    if (word === '(' && this.at + 1 < this.args.length && !this.isBinaryNext()) {
      this.at++;
      const value = this.or();
      if (this.args[this.at] !== ')') throw new BadExpression('closing paren expected');
      this.at++;
      return value;
    }
    const following = this.args[this.at + 1];
    if (following !== undefined && BINARY.has(following)) {
      const right = this.args[this.at + 2];
      if (right === undefined) throw new BadExpression(`${following}: argument expected`);
      this.at += 3;
      return this.compare(word, following, right);
    }
    if (UNARY.has(word) && following !== undefined) {
      this.at += 2;
      return this.unary(word, following);
    }
    this.at++;
    return word !== '';
  }

  compare(left: string, op: string, right: string): boolean {
    switch (op) {
      case '=':
      case '==':
        return left === right;
      case '!=':
        return left !== right;
      case '<':
        return left < right;
      case '>':
        return left > right;
    }
    const a = number(left);
    const b = number(right);
    switch (op) {
      case '-eq':
        return a === b;
      case '-ne':
        return a !== b;
      case '-gt':
        return a > b;
      case '-ge':
        return a >= b;
      case '-lt':
        return a < b;
      default:
        return a <= b;
    }
  }

  unary(op: string, operand: string): boolean {
    if (op === '-z') return operand === '';
    if (op === '-n') return operand !== '';
    const { files } = this.context;
    const kind = files.kind(operand);
    if (op === '-L' || op === '-h') return kind === 'link';
    const directory = isDirectory(files, operand);
    const isFile = kind === 'file' || (kind === 'link' && !directory);
    if (op === '-d' || op === '-x') return directory;
    if (op === '-f') return isFile;
    // Files of sysfs say they hold a page, those of procfs say nothing.
    if (op === '-s') return directory || (isFile && operand.startsWith('/sys/'));
    // Root may read and write whatever exists.
    return kind !== undefined;
  }
}

function number(text: string): number {
  if (!/^\s*[+-]?[0-9]+\s*$/.test(text)) throw new BadExpression(`${text}: bad number`);
  return Number(text);
}

export const test: Tool = (context, args) => {
  try {
    return new Expression(context, args).evaluate() ? 0 : 1;
  } catch (error) {
    if (!(error instanceof BadExpression)) throw error;
    context.stderr(`sh: ${error.message}\n`);
    return 2;
  }
};

export const bracket: Tool = (context, args) => {
  if (args.at(-1) === ']') return test(context, args.slice(0, -1));
  context.stderr('sh: missing ]\n');
  return 2;
};
