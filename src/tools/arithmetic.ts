/** `$((…))`: arithmetic of the shell, on signed 64-bit numbers. */

import { NotModelled } from './tool.ts';

/** An expression the shell refuses, in its words. */
export class ArithmeticError extends Error {
  override readonly name = 'ArithmeticError';
}

type Operation = (a: bigint, b: bigint) => bigint;

function divisor(b: bigint): bigint {
  if (b === 0n) throw new ArithmeticError('divide by zero');
  return b;
}

const truth = (value: boolean): bigint => (value ? 1n : 0n);

/** Binary operators from the loosest to the tightest; all of them group to the left. */
const LEVELS: readonly Readonly<Record<string, Operation>>[] = [
  { '||': (a, b) => truth(a !== 0n || b !== 0n) },
  { '&&': (a, b) => truth(a !== 0n && b !== 0n) },
  { '|': (a, b) => a | b },
  { '^': (a, b) => a ^ b },
  { '&': (a, b) => a & b },
  { '==': (a, b) => truth(a === b), '!=': (a, b) => truth(a !== b) },
  { '<': (a, b) => truth(a < b), '>': (a, b) => truth(a > b), '<=': (a, b) => truth(a <= b), '>=': (a, b) => truth(a >= b) },
  { '<<': (a, b) => a << (b & 63n), '>>': (a, b) => a >> (b & 63n) },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / divisor(b), '%': (a, b) => a % divisor(b) },
];

const UNARY: Readonly<Record<string, (a: bigint) => bigint>> = {
  '-': (a) => -a,
  '+': (a) => a,
  '!': (a) => truth(a === 0n),
  '~': (a) => ~a,
};

const TOKEN = /\s*(?:(0[xX][0-9a-fA-F]+|[0-9]+)|\$?([A-Za-z_][A-Za-z0-9_]*)|(\|\||&&|==|!=|<=|>=|<<|>>|[-+*/%<>|^&!~()?:]))/y;

/** A longer expression is refused, so that its nesting is bounded. */
const MAX_LENGTH = 1000;

interface Token {
  readonly number?: bigint;
  readonly op?: string;
}

function parseNumber(text: string): bigint {
  const octal = /^0[0-9]+$/.test(text);
  if (octal && /[89]/.test(text)) throw new ArithmeticError('arithmetic syntax error');
  return BigInt.asIntN(64, BigInt(octal ? `0o${text}` : text));
}

function variableValue(text: string): bigint {
  const trimmed = text.trim();
  if (trimmed === '') return 0n;
  const match = /^(-?)(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(trimmed);
  if (match === null) throw new NotModelled('arithmetic with a variable that is no number is not modelled');
  const value = parseNumber(match[2] as string);
  return match[1] === '-' ? -value : value;
}

function tokensOf(expression: string, variable: (name: string) => string): Token[] {
  const tokens: Token[] = [];
  const rest = expression.trimEnd();
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < rest.length; ) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(rest);
    if (match === null) throw new NotModelled(`arithmetic with \`${rest.slice(at).trim()[0]}\` is not modelled`);
    const [, number, name, op] = match;
    if (op !== undefined) tokens.push({ op });
    else tokens.push({ number: number === undefined ? variableValue(variable(name as string)) : parseNumber(number) });
  }
  return tokens;
}

class Evaluator {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): bigint {
    const value = this.#conditional();
    if (this.#at < this.#tokens.length) throw new ArithmeticError('arithmetic syntax error');
    return value;
  }

  #take(op: string): boolean {
    if (this.#tokens[this.#at]?.op !== op) return false;
    this.#at++;
    return true;
  }

  #conditional(): bigint {
    const condition = this.#binary(0);
    if (!this.#take('?')) return condition;
    const yes = this.#conditional();
    if (!this.#take(':')) throw new ArithmeticError('arithmetic syntax error');
    const no = this.#conditional();
    return condition === 0n ? no : yes;
  }

  #binary(level: number): bigint {
    const operations = LEVELS[level];
    if (operations === undefined) return this.#unary();
    let value = this.#binary(level + 1);
    for (;;) {
      const op = this.#tokens[this.#at]?.op;
      if (op === undefined || !Object.hasOwn(operations, op)) return value;
      this.#at++;
      value = BigInt.asIntN(64, (operations[op] as Operation)(value, this.#binary(level + 1)));
    }
  }

  #unary(): bigint {
    const token = this.#tokens[this.#at++];
    if (token?.number !== undefined) return token.number;
    if (token?.op === '(') {
      const value = this.#conditional();
      if (!this.#take(')')) throw new ArithmeticError('arithmetic syntax error');
      return value;
    }
    const operation = token?.op === undefined || !Object.hasOwn(UNARY, token.op) ? undefined : UNARY[token.op];
    if (operation === undefined) throw new ArithmeticError('arithmetic syntax error');
    return BigInt.asIntN(64, operation(this.#unary()));
  }
}

/**
 * The value of an expression, as the shell prints it; an empty one is 0.
 * @throws ArithmeticError for what the shell refuses, NotModelled for assignments and other operators.
 */
export function evaluateArithmetic(expression: string, variable: (name: string) => string): string {
  if (expression.length > MAX_LENGTH) throw new NotModelled(`arithmetic longer than ${MAX_LENGTH} characters is not modelled`);
  const tokens = tokensOf(expression, variable);
  return String(tokens.length === 0 ? 0n : new Evaluator(tokens).whole());
}
