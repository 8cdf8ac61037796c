/** The patterns of grep that people type: no groups, no intervals, no back-references. */

import { NotModelled } from './tool.ts';

/** With more repetitions than this a backtracking matcher could take long. */
const MAX_REPETITIONS = 4;

export function quote(c: string): string {
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
