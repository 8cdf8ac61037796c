/** grep with the patterns people type: no groups, no intervals, no back-references. */

import { readInputs, readLetters, splitLines } from './read-input.ts';
import { NotModelled, type Tool } from './tool.ts';

/** With more repetitions than this a backtracking matcher could take long. */
const MAX_REPETITIONS = 4;

function quote(c: string): string {
  return c.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** Translates a basic or extended expression to the host's, or throws NotModelled. */
export function translatePattern(pattern: string, extended: boolean): string {
  const refuse = (what: string): NotModelled => new NotModelled(`grep: ${what} in a pattern is not modelled`);
  let source = '';
  let repetitions = 0;
  let hasAtom = false;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    const escaped = c === '\\';
    const letter = escaped ? (pattern[++i] ?? '') : c;
    const isOperator = extended ? !escaped : escaped;
    if (letter === '' && escaped) throw refuse('a backslash at the end');
    if ('(){}'.includes(letter) && isOperator) throw refuse(`\`${letter}\``);
    if (escaped && /[0-9A-Za-z<>]/.test(letter)) throw refuse(`\`\\${letter}\``);
    if (letter === '|' && isOperator) {
      source += '|';
      hasAtom = false;
    } else if (((letter === '+' || letter === '?') && isOperator) || (letter === '*' && !escaped)) {
      if (!hasAtom) {
        if (extended) throw refuse(`\`${letter}\` without anything before it`);
        source += quote(letter);
        hasAtom = true;
        continue;
      }
      if (++repetitions > MAX_REPETITIONS) throw refuse(`more than ${MAX_REPETITIONS} repetitions`);
      source += letter;
      hasAtom = false;
    } else if (!escaped && letter === '^' && (extended || i === 0 || source.endsWith('|'))) source += '^';
    else if (!escaped && letter === '$' && (extended || /^(?:$|\\\|)/.test(pattern.slice(i + 1)))) source += '$';
    else {
      hasAtom = true;
      if (!escaped && letter === '.') source += '.';
      else if (!escaped && letter === '[') {
        const set = /^\[(\^?)(\]?[^\]]*)\]/.exec(pattern.slice(i));
        if (set === null) throw refuse('an unclosed `[`');
        const [all, negated, members = ''] = set;
        if (/\[[:.=]/.test(members)) throw refuse('a character class');
        source += `[${negated}${members.replace(/[\\\]^[]/g, '\\$&')}]`;
        i += all.length - 1;
      } else source += quote(letter);
    }
  }
  return source;
}

export const grep: Tool = (context, args) => {
  const { options, values, operands } = readLetters('grep', args, 'ivnchHqxwoEFe:');
  // Several -e are several patterns, as are the lines of one.
  const given = values.get('e')?.join('\n');
  const [pattern, ...files] = given === undefined ? operands : [given, ...operands];
  if (pattern === undefined) throw new NotModelled('grep without a pattern is not modelled');
  const extended = options.has('E');
  let source = pattern
    .split('\n')
    .map((line) => (options.has('F') ? quote(line) : translatePattern(line, extended)))
    .join('|');
  if (options.has('w')) source = `(?<![A-Za-z0-9_])(?:${source})(?![A-Za-z0-9_])`;
  if (options.has('x')) source = `^(?:${source})$`;
  let matcher: RegExp;
  try {
    matcher = new RegExp(source, options.has('i') ? 'gi' : 'g');
  } catch {
    throw new NotModelled(`grep: the pattern ${pattern} is not modelled`);
  }
  const [inputs, failed] = readInputs(context, files, (path, why) => context.stderr(`grep: ${path}: ${why}\n`));
  const names = options.has('H') || (files.length > 1 && !options.has('h'));
  let found = false;
  for (const { name, text } of inputs) {
    const prefix = names ? `${name === '-' ? '(standard input)' : name}:` : '';
    let matches = 0;
    splitLines(text).forEach((line, i) => {
      const parts = [...line.matchAll(matcher)];
      if ((parts.length > 0) === options.has('v')) return;
      matches++;
      if (options.has('c') || options.has('q')) return;
      const number = options.has('n') ? `${i + 1}:` : '';
      if (!options.has('o')) context.stdout(`${prefix}${number}${line}\n`);
      else for (const part of parts) if (part[0] !== '') context.stdout(`${prefix}${number}${part[0]}\n`);
    });
    if (matches > 0) found = true;
    if (options.has('c') && !options.has('q')) context.stdout(`${prefix}${matches}\n`);
  }
  if (found && options.has('q')) return 0;
  return failed ? 2 : found ? 0 : 1;
};
