/** printf: the directives people write to files and screens. */

import { unescapeText } from './escapes.ts';
import { NotModelled, type Tool } from './tool.ts';

const DIRECTIVE = /%(-?)(0?)([0-9]{0,3})([sdiuxXoc%])|%/g;

/** The format is used again while arguments are left; what is missing counts as '' or 0. */
export const printf: Tool = (context, args) => {
  const [format, ...values] = args;
  if (format === undefined) {
    context.stderr('sh: usage: printf FORMAT [ARGUMENT...]\n');
    return 2;
  }
  const { text, stopped } = unescapeText(format, false);
  let status = 0;
  let at = 0;
  let output = '';
  do {
    const before = at;
    output += text.replace(DIRECTIVE, (all: string, left?: string, zero?: string, width?: string, letter?: string) => {
      if (letter === undefined) throw new NotModelled(`printf: this directive is not modelled: ${all}`);
      if (letter === '%') return '%';
      const value = values[at++] ?? '';
      const size = Number(width === '' ? 0 : width);
      if (letter === 's') return left === '-' ? value.padEnd(size) : value.padStart(size);
      if (letter === 'c') return left === '-' ? value.slice(0, 1).padEnd(size) : value.slice(0, 1).padStart(size);
      if (value !== '' && !/^[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(value)) {
        context.stderr(`sh: invalid number '${value}'\n`);
        status = 1;
      }
      const shown = formatNumber(value, letter);
      if (left === '-') return shown.padEnd(size);
      return zero === '0' ? shown.padStart(size, '0') : shown.padStart(size);
    });
    if (at === before) break;
  } while (at < values.length && !stopped);
  context.stdout(output);
  return status;
};

function formatNumber(value: string, letter: string): string {
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)/.exec(value);
  if (match === null) return '0';
  const [, sign, digits = '0'] = match;
  const magnitude = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  const number = sign === '-' ? -magnitude : magnitude;
  if (letter === 'd' || letter === 'i') return String(number);
  const unsigned = BigInt.asUintN(64, number);
  if (letter === 'x') return unsigned.toString(16);
  if (letter === 'X') return unsigned.toString(16).toUpperCase();
  return unsigned.toString(letter === 'o' ? 8 : 10);
}
