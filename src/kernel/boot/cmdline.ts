/** The kernel command line: words, quotes and numbers, read as the kernel reads them. */

/** One parameter: `value` is undefined when no `=` was typed. */
export interface CmdlineParam {
  readonly key: string;
  readonly value: string | undefined;
}

/** A number and where reading stopped. Values are unsigned 64-bit and wrap as they do in the kernel. */
export interface ParsedNumber {
  readonly value: bigint;
  readonly end: number;
}

/** What boot_command_line holds on x86, without its terminating zero. @kernel COMMAND_LINE_SIZE */
const MAX_CMDLINE = 2047;
const U64_MASK = (1n << 64n) - 1n;
/** Ten bits for each step of the suffix. */
const SUFFIX_SHIFT: Readonly<Record<string, bigint>> = { k: 10n, m: 20n, g: 30n, t: 40n, p: 50n, e: 60n };

/**
 * Splits a command line into parameters: blanks separate, a double quote protects them and is dropped at the ends.
 * Reading stops at `--`; what lies beyond 2047 characters never reaches the kernel.
 * @kernel lib/cmdline.c: next_arg
 */
export function parseArgs(cmdline: string): CmdlineParam[] {
  const text = cmdline.slice(0, MAX_CMDLINE);
  const params: CmdlineParam[] = [];
  let at = 0;
  while (at < text.length) {
    while (at < text.length && isSpace(text[at])) at++;
    if (at >= text.length) break;
    const quoted = text[at] === '"';
    if (quoted) at++;
    const start = at;
    let equals = 0;
    let inQuote = quoted;
    for (; at < text.length && (inQuote || !isSpace(text[at])); at++) {
      if (text[at] === '=' && equals === 0) equals = at - start;
      if (text[at] === '"') inQuote = !inQuote;
    }
    const param = splitWord(text.slice(start, at), equals, quoted);
    if (param.key === '--' && param.value === undefined) break;
    params.push(param);
  }
  return params;
}

/** An `=` in first place does not count: `equals` 0 means there is none. */
function splitWord(word: string, equals: number, quoted: boolean): CmdlineParam {
  const valueQuoted = equals > 0 && word[equals + 1] === '"';
  const closed = (quoted || valueQuoted) && word.endsWith('"') && word.length > equals + (valueQuoted ? 2 : 1);
  const text = closed ? word.slice(0, -1) : word;
  if (equals === 0) return { key: text, value: undefined };
  return { key: text.slice(0, equals), value: text.slice(equals + (valueQuoted ? 2 : 1)) };
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || (char !== undefined && char >= '\t' && char <= '\r') || char === '\u00a0';
}

/** Whether two parameter names are the same to the kernel, which does not tell `-` from `_`. @kernel parameq */
export function parameq(a: string, b: string): boolean {
  return a === b || a.replaceAll('-', '_') === b.replaceAll('-', '_');
}

/** The values of every occurrence of a parameter, in order. */
export function valuesOf(params: readonly CmdlineParam[], key: string): (string | undefined)[] {
  return params.filter((param) => parameq(param.key, key)).map((param) => param.value);
}

/**
 * Reads digits in base 10, 8 (leading 0) or 16 (leading 0x), as far as they go; no digits give 0.
 * @kernel lib/vsprintf.c: simple_strtoull
 */
export function simpleStrtoull(text: string, from = 0): ParsedNumber {
  let at = from;
  let base = 10;
  if (text[at] === '0') {
    base = 8;
    if (/^[xX]$/.test(text[at + 1] ?? '') && digitValue(text.charCodeAt(at + 2)) < 16) {
      base = 16;
      at += 2;
    }
  }
  const start = at;
  while (at < text.length && digitValue(text.charCodeAt(at)) < base) at++;
  return { value: digitsToU64(text.slice(start, at), base), end: at };
}

function digitsToU64(digits: string, base: number): bigint {
  if (digits === '') return 0n;
  if (base === 10) return BigInt(digits) & U64_MASK;
  return BigInt((base === 16 ? '0x' : '0o') + digits) & U64_MASK;
}

function digitValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 0x20;
  return lower >= 97 && lower <= 102 ? lower - 87 : 99;
}

/** Reads a number with an optional K, M, G, T, P or E behind it. @kernel lib/cmdline.c: memparse */
export function memparse(text: string, from = 0): ParsedNumber {
  const { value, end } = simpleStrtoull(text, from);
  const shift = SUFFIX_SHIFT[(text[end] ?? '').toLowerCase()];
  return shift === undefined ? { value, end } : { value: (value << shift) & U64_MASK, end: end + 1 };
}
