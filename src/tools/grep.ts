/** grep: matching lines, with names, numbers and the lines around them. */

import { EIO, EISDIR } from '../kernel/errno.ts';
import { filesBelow } from './find.ts';
import { quote, translatePattern } from './grep-pattern.ts';
import { readInputs, readLetters, splitLines, type Letters } from './read-input.ts';
import { NotModelled, type Tool } from './tool.ts';

/** Turns the pattern and the options that change its meaning into one expression. */
function matcherOf(pattern: string, options: Letters['options']): RegExp {
  let source = pattern
    .split('\n')
    .map((line) => (options.has('F') ? quote(line) : translatePattern(line, options.has('E'))))
    .join('|');
  if (options.has('w')) source = `(?<![A-Za-z0-9_])(?:${source})(?![A-Za-z0-9_])`;
  if (options.has('x')) source = `^(?:${source})$`;
  try {
    return new RegExp(source, options.has('i') ? 'gi' : 'g');
  } catch {
    throw new NotModelled(`grep: the pattern ${pattern} is not modelled`);
  }
}

/** The number after -A, -B or -C. */
function contextLines(text = '0'): number {
  if (!/^[0-9]{1,6}$/.test(text)) throw new NotModelled(`grep: ${text} is no number of lines`);
  return Number(text);
}

interface Shown {
  readonly index: number;
  readonly matches: boolean;
}

/** The lines to print, in order: the matching ones and those around them. */
function withContext(matching: ReadonlySet<number>, nrLines: number, before: number, after: number): Shown[] {
  const shown: Shown[] = [];
  let next = 0;
  for (const match of matching) {
    for (let index = Math.max(next, match - before); index < match; index++) shown.push({ index, matches: false });
    shown.push({ index: match, matches: true });
    next = match + 1;
    for (; next < nrLines && next <= match + after && !matching.has(next); next++) shown.push({ index: next, matches: false });
  }
  return shown;
}

export const grep: Tool = (context, args) => {
  const { options, values, operands } = readLetters('grep', args, 'ivnchHqxwoEFre:A:B:C:');
  // Several -e are several patterns, as are the lines of one.
  const given = values.get('e')?.join('\n');
  const [pattern, ...files] = given === undefined ? operands : [given, ...operands];
  if (pattern === undefined) throw new NotModelled('grep without a pattern is not modelled');
  const matcher = matcherOf(pattern, options);
  const before = contextLines(options.get('B') ?? options.get('C'));
  const after = contextLines(options.get('A') ?? options.get('C'));
  const recursive = options.has('r') && files.length > 0;
  const paths = recursive ? files.flatMap((path) => filesBelow(context.files, path)) : files;
  // What can be opened and not read, a directory for one, is passed over in silence.
  const readable = paths.filter((path) => path === '-' || ![-EISDIR, -EIO].includes(context.files.read(path) as number));
  const complain = (path: string, why: string): void => context.stderr(`grep: ${path}: ${why}\n`);
  const [inputs, failed] = paths.length > 0 && readable.length === 0 ? [[], false] : readInputs(context, readable, complain);
  const named = options.has('H') || ((files.length > 1 || recursive) && !options.has('h'));
  let found = false;
  let lastShown: number | undefined;
  for (const { name, text } of inputs) {
    const lines = splitLines(text);
    const parts = lines.map((line) => [...line.matchAll(matcher)]);
    const matching = new Set([...lines.keys()].filter((i) => (parts[i]?.length === 0) === options.has('v')));
    if (matching.size > 0) found = true;
    if (options.has('q')) continue;
    const file = name === '-' ? '(standard input)' : name;
    if (options.has('c')) {
      context.stdout(`${named ? `${file}:` : ''}${matching.size}\n`);
      continue;
    }
    for (const { index, matches } of withContext(matching, lines.length, before, after)) {
      if (before + after > 0 && lastShown !== undefined && index !== lastShown + 1) context.stdout('--\n');
      lastShown = index;
      const mark = matches ? ':' : '-';
      const prefix = (named ? file + mark : '') + (options.has('n') ? `${index + 1}${mark}` : '');
      if (!options.has('o') || !matches) context.stdout(`${prefix}${lines[index]}\n`);
      else for (const [part] of parts[index] ?? []) if (part !== '') context.stdout(`${prefix}${part}\n`);
    }
  }
  if (found && options.has('q')) return 0;
  return failed ? 2 : found ? 0 : 1;
};
