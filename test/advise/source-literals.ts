/** String and template literals of our own sources, with what stands in their `${…}`. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Literal {
  /** Relative to src/. */
  readonly path: string;
  readonly line: number;
  /** The text; each `${expression}` stands as `{expression}`. */
  readonly text: string;
  /** Name of the innermost call the literal is an argument of. */
  readonly call: string;
  /** Name of the property it is the value of. */
  readonly key: string;
}

/** All literals of more than one word below a folder of src/. */
export function literalsBelow(src: string, folder: string): Literal[] {
  const paths = readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return paths.sort().flatMap((path) => {
    const text = readFileSync(join(src, folder, path), 'utf8');
    const makers = checkPointMakers(text);
    return literalsOf(text, `${folder}/${path}`)
      .map((one) => (makers.has(one.call) ? { ...one, call: 'CheckPoint' } : one))
      .filter((one) => /[A-Za-z]{2}\S* \S/.test(one.text));
  });
}

/** Functions of a file that make check points: what they are given is an explanation, not a message. */
function checkPointMakers(source: string): ReadonlySet<string> {
  const makers = source.matchAll(/(?:const (\w+) = |function (\w+))(?:<[^>]*>)?\([^)]*\): CheckPoint\b/g);
  return new Set([...makers].map((found) => found[1] ?? found[2] ?? ''));
}

/** Not a full lexer: enough for sources that the linter has passed. */
export function literalsOf(source: string, path: string): Literal[] {
  const found: Literal[] = [];
  const calls: string[] = [];
  const lineAt = (offset: number): number => source.slice(0, offset).split('\n').length;
  const add = (offset: number, text: string): void => {
    const before = source.slice(Math.max(0, offset - 120), offset);
    const key = /(\w+):\s*$/.exec(before)?.[1] ?? '';
    found.push({ path, line: lineAt(offset), text, call: calls.at(-1) ?? '', key });
  };
  const quoted = (from: number, quote: string): number => {
    let text = '';
    let at = from + 1;
    while (at < source.length && source[at] !== quote) {
      if (source[at] === '\\') {
        text += source[at + 1] === 'n' ? '\n' : (source[at + 1] ?? '');
        at += 2;
      } else if (quote === '`' && source.startsWith('${', at)) {
        const end = expressionEnd(source, at + 2);
        const inner = source.slice(at + 2, end);
        for (const one of literalsOf(inner, path)) found.push({ ...one, line: lineAt(at), call: calls.at(-1) ?? '' });
        text += `{${inner}}`;
        at = end + 1;
      } else text += source[at++];
    }
    add(from, text);
    return at + 1;
  };
  for (let at = 0; at < source.length; ) {
    const c = source[at] as string;
    if (source.startsWith('//', at)) at = lineEnd(source, at);
    else if (source.startsWith('/*', at)) at = commentEnd(source, at);
    else if (c === "'" || c === '"' || c === '`') at = quoted(at, c);
    else if (c === '/' && /(?:^|[(,=:[!&|?{};]|return)\s*$/.test(source.slice(Math.max(0, at - 20), at))) at = regexEnd(source, at);
    else {
      if (c === '(') calls.push(/([\w$]+)(?:<[^<>()]*>)?$/.exec(source.slice(Math.max(0, at - 60), at))?.[1] ?? '');
      if (c === ')') calls.pop();
      at++;
    }
  }
  return found;
}

function lineEnd(source: string, at: number): number {
  const end = source.indexOf('\n', at);
  return end < 0 ? source.length : end;
}

function commentEnd(source: string, at: number): number {
  const end = source.indexOf('*/', at);
  return end < 0 ? source.length : end + 2;
}

function regexEnd(source: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < source.length; at++) {
    const c = source[at];
    if (c === '\\') at++;
    else if (c === '[') inClass = true;
    else if (c === ']') inClass = false;
    else if ((c === '/' && !inClass) || c === '\n') return at + 1;
  }
  return source.length;
}

/** Where the `}` of a `${` stands. */
function expressionEnd(source: string, from: number): number {
  let depth = 1;
  for (let at = from; at < source.length; at++) {
    const c = source[at];
    if (c === "'" || c === '"') {
      const end = source.indexOf(c, at + 1);
      if (end < 0) return source.length;
      at = end;
    } else if (c === '`') {
      for (at++; at < source.length && source[at] !== '`'; at++) if (source.startsWith('${', at)) at = expressionEnd(source, at + 2);
    } else if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return at;
  }
  return source.length;
}
