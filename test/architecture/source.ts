/** Reads TypeScript well enough to check how files hang together: what is code, what it imports, what it uses. */

export interface ImportEdge {
  /** As written, `../kernel/units.ts`. */
  readonly specifier: string;
  /** `import type` or `export type`: gone when the program runs. */
  readonly typeOnly: boolean;
  /** `export … from`. */
  readonly reexport: boolean;
  readonly line: number;
}

export interface SourceFile {
  /** Relative to the root of the project, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The same text with comments blanked out. */
  readonly uncommented: string;
  /** The same text with comments, strings and regular expressions blanked out; `${…}` in templates stays. */
  readonly code: string;
  readonly imports: readonly ImportEdge[];
}

/** A `/` after one of these begins a regular expression, not a division. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|delete|throw|yield|await))$/;

/**
 * Blanks out what is not code, keeping line breaks and lengths, so that offsets stay true.
 * Template literals are followed into their `${…}`.
 */
export function mask(text: string, keepStrings: boolean): string {
  const out: string[] = [];
  /** Depths of braces at which a template literal goes on. */
  const templates: number[] = [];
  let depth = 0;
  /** The last bit of code, to tell a division from a regular expression. */
  let before = '';
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) out.push(text[i] === '\n' ? '\n' : ' ');
  };
  const string = (from: number, to: number): void => {
    if (keepStrings) out.push(text.slice(from, to));
    else blank(from, to);
    before = ')';
  };
  const templateEnd = (from: number): number => {
    let i = from;
    while (i < text.length && text[i] !== '`' && !(text[i] === '$' && text[i + 1] === '{')) i += text[i] === '\\' ? 2 : 1;
    return Math.min(i, text.length);
  };
  for (let i = 0; i < text.length; ) {
    const c = text[i] as string;
    const two = text.slice(i, i + 2);
    if (two === '//') {
      const end = lineEnd(text, i);
      blank(i, end);
      i = end;
    } else if (two === '/*') {
      const found = text.indexOf('*/', i + 2);
      const end = found < 0 ? text.length : found + 2;
      blank(i, end);
      i = end;
    } else if (c === "'" || c === '"') {
      const end = quotedEnd(text, i, c);
      string(i, end);
      i = end;
    } else if (c === '`' || (c === '}' && templates.at(-1) === depth)) {
      const end = templateEnd(i + 1);
      if (c === '}') templates.pop();
      if (text[end] === '$') {
        string(i, end);
        out.push('${');
        templates.push(depth);
        before = '{';
        i = end + 2;
      } else {
        string(i, Math.min(end + 1, text.length));
        i = end + 1;
      }
    } else if (c === '/' && BEFORE_REGEX.test(before)) {
      const end = regexEnd(text, i);
      string(i, end);
      i = end;
    } else {
      if (c === '{') depth++;
      if (c === '}') depth--;
      out.push(c);
      if (!/\s/.test(c)) before = (/[\w$]/.test(c) && /[\w$]$/.test(text[i - 1] ?? '') ? before : '') + c;
      i++;
    }
  }
  return out.join('');
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function quotedEnd(text: string, from: number, quote: string): number {
  let i = from + 1;
  while (i < text.length && text[i] !== quote && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1;
  return Math.min(i + 1, text.length);
}

function regexEnd(text: string, from: number): number {
  let inClass = false;
  let i = from + 1;
  for (; i < text.length && text[i] !== '\n'; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '[') inClass = true;
    else if (text[i] === ']') inClass = false;
    else if (text[i] === '/' && !inClass) break;
  }
  i++;
  while (/[a-z]/.test(text[i] ?? '')) i++;
  return Math.min(i, text.length);
}

/** The line, from 1, at which an offset lies. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

const STATIC_IMPORT = /\b(import|export)(\s+type)?\s+(?:([^'";]*?)\s*\bfrom\s*)?(['"])([^'"\n]+)\4/g;
const DYNAMIC_IMPORT = /\bimport\(\s*(['"])([^'"\n]+)\1\s*\)/g;

/** What a file imports, in any form. A lone `import('…').Name` in a type counts as one that runs. */
function importsOf(uncommented: string, code: string): ImportEdge[] {
  const edges: ImportEdge[] = [];
  for (const match of uncommented.matchAll(STATIC_IMPORT)) {
    // The keyword must be code, not part of a string.
    if (!code.startsWith(match[1] as string, match.index)) continue;
    const names = (match[3] ?? '').trim();
    const inner = /^\{([^}]*)\}$/.exec(names)?.[1];
    const allTypes = inner !== undefined && inner.trim() !== '' && inner.split(',').every((name) => /^\s*(type\s|$)/.test(name));
    edges.push({
      specifier: match[5] as string,
      typeOnly: match[2] !== undefined || allTypes,
      reexport: match[1] === 'export',
      line: lineAt(uncommented, match.index),
    });
  }
  for (const match of uncommented.matchAll(DYNAMIC_IMPORT)) {
    if (!code.startsWith('import', match.index)) continue;
    edges.push({ specifier: match[2] as string, typeOnly: false, reexport: false, line: lineAt(uncommented, match.index) });
  }
  return edges;
}

/** Takes a file's text apart. */
export function readSource(path: string, text: string): SourceFile {
  const uncommented = mask(text, true);
  const code = mask(text, false);
  return { path, text, uncommented, code, imports: importsOf(uncommented, code) };
}

/** The path a relative specifier leads to, or undefined for a package. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
