/** Turns words into arguments: expansion, field splitting, path patterns. */

import { type GlobChar, globMatcher, isPattern } from './glob.ts';
import { isDirectory, type ProcessFiles } from './process-files.ts';
import type { ExpandedPart, Word, WordPart } from './shell-syntax.ts';
import { NotModelled } from './tool.ts';

/** What expansion needs of the shell. */
export interface Expander {
  /** What a variable, a command or an arithmetic expression in a word comes to. */
  expand(part: ExpandedPart): string;
  readonly files: ProcessFiles;
}

type Field = GlobChar[];

/** Paths a pattern may stand for. */
const MAX_MATCHES = 100_000;

const BLANKS = /[ \t\n]+/;

/** The word as one string: no splitting, no patterns. Assignments and redirections take it so. */
export function expandToString(word: Word, expander: Expander): string {
  return word.parts.map((part) => (part.kind === 'text' ? part.text : expander.expand(part))).join('');
}

/** The words as arguments: what is expanded unquoted is split at blanks, and vanishes when empty. */
export function expandWords(words: readonly Word[], expander: Expander): string[] {
  const fields = words.flatMap((word) => splitWord(word.parts, expander));
  return fields.flatMap((field) => expandPattern(field, expander.files));
}

function splitWord(parts: readonly WordPart[], expander: Expander): Field[] {
  const fields: Field[] = [];
  let open: Field | undefined;
  const append = (text: string, quoted: boolean): void => {
    if (open === undefined) fields.push((open = []));
    for (const c of text) open.push({ c, quoted });
  };
  for (const part of parts) {
    if (part.kind === 'text') append(part.text, part.quoted);
    else if (part.quoted) append(expander.expand(part), true);
    else {
      expander.expand(part).split(BLANKS).forEach((piece, i) => {
        // A blank ends the field before it.
        if (i > 0) open = undefined;
        if (piece !== '') append(piece, false);
      });
    }
  }
  return fields;
}

function text(chars: readonly GlobChar[]): string {
  return chars.map(({ c }) => c).join('');
}

function splitComponents(field: Field): GlobChar[][] {
  const components: GlobChar[][] = [[]];
  for (const char of field) {
    if (char.c === '/') components.push([]);
    else components.at(-1)?.push(char);
  }
  return components;
}

/** Existing paths that match, in order; the word itself when none does. */
function expandPattern(field: Field, files: ProcessFiles): string[] {
  if (!isPattern(field)) return [text(field)];
  const components = splitComponents(field);
  let found = [field[0]?.c === '/' ? '/' : ''];
  components.forEach((component, i) => {
    const isLast = i === components.length - 1;
    if (component.length === 0) {
      // A slash at the end asks for directories.
      if (isLast) found = found.filter((path) => isDirectory(files, path)).map((path) => `${path}/`);
      return;
    }
    found = found.flatMap((base) => {
      const join = (name: string): string => (base === '' || base === '/' ? base + name : `${base}/${name}`);
      if (!isPattern(component)) {
        const path = join(text(component));
        return isLast && files.kind(path) === undefined ? [] : [path];
      }
      const prefix = text(component.slice(0, component.findIndex(({ c, quoted }) => !quoted && '*?['.includes(c))));
      const names = files.namesForPattern(base === '' ? '.' : base, prefix);
      return names.filter(globMatcher(component)).sort().map(join);
    });
    // Links between nodes and blocks let patterns run in circles.
    if (found.length > MAX_MATCHES) {
      throw new NotModelled(`a pattern with more than ${MAX_MATCHES} matches is not modelled`);
    }
  });
  return found.length === 0 ? [text(field)] : found;
}
