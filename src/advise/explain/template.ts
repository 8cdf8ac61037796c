/** Message templates: literal text with typed fields, matched in linear time and without regular expressions. */

/** hex and dec are numbers; a word holds no blank; a text goes up to what follows it. */
export type FieldKind = 'hex' | 'dec' | 'word' | 'text';

type Part = { readonly literal: string } | { readonly name: string; readonly kind: FieldKind };

/** A compiled template. The first part is always literal. */
export interface Template {
  /** As written in the catalogue: `start {start:hex}, size {size:hex}`. */
  readonly source: string;
  readonly parts: readonly Part[];
  /** Characters of literal text: of two templates that fit, the one with more says more. */
  readonly weight: number;
}

/** Values of a template's fields, as they stood in the line. */
export type Fields = Readonly<Record<string, string>>;

export interface Match {
  readonly fields: Fields;
  /** Where the message begins in the line; what stands before it names driver and device. */
  readonly start: number;
  readonly end: number;
}

const FIELD = /\{([A-Za-z]+)(?::(hex|dec|word|text))?\}/g;
const MAX_WORD = 160;
const MAX_TEXT = 400;
/** A first literal that occurs more often in one line is no message. */
const MAX_STARTS = 4;

/** @throws RangeError when it begins with a field, or two fields touch: neither could be told apart */
export function compileTemplate(source: string): Template {
  const parts: Part[] = [];
  let at = 0;
  for (const found of source.matchAll(FIELD)) {
    if (found.index > at) parts.push({ literal: source.slice(at, found.index) });
    parts.push({ name: found[1] as string, kind: (found[2] ?? 'word') as FieldKind });
    at = found.index + found[0].length;
  }
  if (at < source.length) parts.push({ literal: source.slice(at) });
  if (parts[0] === undefined || !('literal' in parts[0])) throw new RangeError(`begins with a field: ${source}`);
  if (parts.some((part, i) => i > 0 && 'name' in part && 'name' in (parts[i - 1] as Part))) {
    throw new RangeError(`two fields touch: ${source}`);
  }
  const weight = parts.reduce((sum, part) => sum + ('literal' in part ? part.literal.length : 0), 0);
  return { source, parts, weight };
}

/** Literal pieces of a template, in order. */
export function literalsOf(template: Template): string[] {
  return template.parts.flatMap((part) => ('literal' in part ? [part.literal] : []));
}

/** Finds the template in a line whose blanks are single. Cost: a constant number of passes over the line. */
export function matchTemplate(template: Template, line: string): Match | undefined {
  const first = (template.parts[0] as { literal: string }).literal;
  let start = line.indexOf(first);
  for (let tries = 0; start >= 0 && tries < MAX_STARTS; tries++) {
    const found = matchAt(template, line, start, start + first.length);
    if (found !== undefined) return found;
    start = line.indexOf(first, start + 1);
  }
  return undefined;
}

function matchAt({ parts }: Template, line: string, start: number, from: number): Match | undefined {
  const fields: Record<string, string> = {};
  let at = from;
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i] as Part;
    if ('literal' in part) {
      if (!line.startsWith(part.literal, at)) return undefined;
      at += part.literal.length;
      continue;
    }
    const next = parts[i + 1];
    const end = fieldEnd(line, at, part.kind, next !== undefined && 'literal' in next ? next.literal : undefined);
    if (end <= at) return undefined;
    fields[part.name] = line.slice(at, end);
    at = end;
  }
  return { fields, start, end: at };
}

/** Where a field ends, or its own start when it is not there. */
function fieldEnd(line: string, at: number, kind: FieldKind, next: string | undefined): number {
  if (kind === 'hex' || kind === 'dec') return numberEnd(line, at, kind);
  const limit = Math.min(line.length, at + (kind === 'word' ? MAX_WORD : MAX_TEXT));
  const blank = kind === 'word' ? line.indexOf(' ', at) : -1;
  const wordEnd = blank < 0 ? limit : Math.min(limit, blank);
  if (next === undefined) return wordEnd;
  const found = line.indexOf(next, at);
  return found < 0 || found > wordEnd ? at : found;
}

function numberEnd(line: string, at: number, kind: 'hex' | 'dec'): number {
  let end = at;
  if (kind === 'hex' && line.startsWith('0x', at)) end += 2;
  if (kind === 'dec' && line[at] === '-') end += 1;
  const digits = end;
  while (end - digits < 20 && isDigit(line.charCodeAt(end), kind)) end++;
  return end === digits ? at : end;
}

function isDigit(code: number, kind: 'hex' | 'dec'): boolean {
  if (code >= 48 && code <= 57) return true;
  return kind === 'hex' && ((code >= 97 && code <= 102) || (code >= 65 && code <= 70));
}
