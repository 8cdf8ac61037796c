/** Reads the YAML between the `---` lines: scalars by their source text, each with its place. */

import { isAlias, isMap, isScalar, isSeq, parseDocument, type Node, type Pair } from 'yaml';
import { diagnostic, type Diagnostic } from './diagnostic.ts';
import { nearestName } from './nearest.ts';
import { shellWords } from './shell-words.ts';
import type { FrontMatter, Spanned } from './runbook.ts';
import type { SourceText, Span } from './source-text.ts';

/** Characters of front matter taken; the kernel itself takes 2048 of command line. */
export const FRONT_MATTER_LIMIT = 32 * 1024;
/** Nesting taken. A runbook needs two levels; deeper input exhausts the YAML reader. */
const NESTING_LIMIT = 64;
/** Errors of the YAML reader passed on; the rest follow from the first. */
const YAML_ERROR_LIMIT = 5;

/** Keys of the front matter and what each holds. */
export const FRONT_MATTER_KEYS = {
  title: 'a line for people',
  description: 'a paragraph for people',
  kernel: 'the name of a kernel, e.g. "6.12"',
  arch: 'the name of an architecture, e.g. x86_64',
  memory: "a size as after QEMU's -m, e.g. 1G,slots=4,maxmem=8G",
  cmdline: 'words added to the kernel command line',
  qemu: 'a list of further machine arguments',
  machine: 'the file of a captured machine',
} as const;

type Key = keyof typeof FRONT_MATTER_KEYS;
const KEYS = Object.keys(FRONT_MATTER_KEYS) as Key[];

/** Other words for the same, as people first write them. */
const OTHER_WORDS: Readonly<Record<string, Key>> = {
  version: 'kernel',
  release: 'kernel',
  mem: 'memory',
  ram: 'memory',
  append: 'cmdline',
  bootargs: 'cmdline',
  args: 'qemu',
  devices: 'qemu',
  architecture: 'arch',
  capture: 'machine',
  host: 'machine',
  name: 'title',
  on: 'machine',
};

/** Parses `source.text` between the offsets; `span` covers the marks too. Never throws. */
export function parseFrontMatter(
  source: SourceText,
  yaml: Span,
  span: Span,
): { header: FrontMatter; diagnostics: Diagnostic[] } {
  const text = source.text.slice(yaml.start, yaml.end);
  const empty: FrontMatter = { qemu: [], span };
  const deep = tooDeep(text);
  if (text.length > FRONT_MATTER_LIMIT || deep !== undefined) {
    const at = yaml.start + (deep ?? FRONT_MATTER_LIMIT);
    const message =
      deep === undefined
        ? `the front matter is ${text.length} characters long; at most ${FRONT_MATTER_LIMIT} are read`
        : 'the front matter is nested far deeper than any key needs';
    const help = 'it holds the machine only, one key a line; commands go below the second ---';
    return {
      header: empty,
      diagnostics: [diagnostic('MHP0014', message, source, { start: at, end: at + 1 }, { help })],
    };
  }

  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, keepSourceTokens: false });
  const shift = (range: readonly number[] | null | undefined): Span =>
    range ? { start: yaml.start + range[0]!, end: yaml.start + range[1]! } : yaml;
  const diagnostics = document.errors.slice(0, YAML_ERROR_LIMIT).map((error) => {
    const place = shift(error.pos.map((at) => Math.min(at, Math.max(0, text.trimEnd().length - 1))));
    return diagnostic(
      'MHP0011',
      `the front matter is not valid YAML: ${lowerFirst(error.message)}`,
      source,
      {
        start: place.start,
        end: Math.max(place.start + 1, Math.min(place.end, endOfLine(source.text, place.start))),
      },
      {
        help:
          error.code === 'TAB_AS_INDENT'
            ? 'indent with spaces'
            : 'put quotes around a value that holds `: `, ` #`, or begins with a special character',
      },
    );
  });
  const contents = document.contents;
  if (contents === null || (isScalar(contents) && contents.value === null)) return { header: empty, diagnostics };
  if (!isMap(contents)) {
    if (diagnostics.length === 0) {
      const help = `write one \`key: value\` a line; keys are ${KEYS.join(', ')}`;
      diagnostics.push(
        diagnostic('MHP0013', 'the front matter is not a list of keys', source, shift(contents.range), { help }),
      );
    }
    return { header: empty, diagnostics };
  }
  const reader = new Reader(source, shift, diagnostics);
  return { header: { ...reader.read(contents.items as Pair<Node, Node | null>[]), span }, diagnostics };
}

/** Offset at which nesting exceeds the limit, counted coarsely but never too low. */
function tooDeep(text: string): number | undefined {
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    if ((text[at] === '[' || text[at] === '{') && ++open > NESTING_LIMIT) return at;
  }
  const lead = new RegExp(`^[ \\t?:-]{${NESTING_LIMIT}}`, 'm').exec(text);
  return lead === null ? undefined : lead.index + NESTING_LIMIT - 1;
}

class Reader {
  readonly #source: SourceText;
  readonly #shift: (range: readonly number[] | null | undefined) => Span;
  readonly #diagnostics: Diagnostic[];

  constructor(source: SourceText, shift: (range: readonly number[] | null | undefined) => Span, into: Diagnostic[]) {
    this.#source = source;
    this.#shift = shift;
    this.#diagnostics = into;
  }

  read(pairs: readonly Pair<Node, Node | null>[]): Omit<FrontMatter, 'span'> {
    const seen = new Map<string, Span>();
    const values: Partial<Record<Exclude<Key, 'qemu'>, Spanned<string>>> = {};
    let qemu: Spanned<string>[] = [];
    for (const { key, value } of pairs) {
      const keySpan = this.#shift(key.range);
      const name = isScalar(key) ? String(key.source ?? key.value) : undefined;
      if (name === undefined || !Object.hasOwn(FRONT_MATTER_KEYS, name)) {
        this.#unknownKey(name, keySpan);
        continue;
      }
      if (seen.has(name)) {
        const help = 'keep one of them';
        this.#report('MHP0013', `\`${name}\` is given twice`, keySpan, { help });
        continue;
      }
      seen.set(name, keySpan);
      if (name === 'qemu') qemu = this.#qemu(value, keySpan);
      else this.#set(values, name as Exclude<Key, 'qemu'>, value, keySpan);
    }
    if (seen.has('machine')) {
      for (const other of ['memory', 'qemu'] as const) {
        const place = seen.get(other);
        if (place === undefined) continue;
        const help = 'a captured machine brings its own memory; remove one of the two';
        this.#report('MHP0015', `\`machine\` and \`${other}\` exclude each other`, place, { help });
      }
    }
    return { ...values, qemu };
  }

  #set(
    values: Partial<Record<Exclude<Key, 'qemu'>, Spanned<string>>>,
    name: Exclude<Key, 'qemu'>,
    value: Node | null,
    keySpan: Span,
  ): void {
    if (name === 'cmdline' && isSeq(value)) {
      const parts = value.items.map((item) => this.#scalar(name, item as Node, keySpan));
      const span = this.#shift(value.range);
      values[name] = { value: parts.map((part) => part?.value ?? '').join(' '), span };
      return;
    }
    const scalar = this.#scalar(name, value, keySpan);
    if (scalar !== undefined) values[name] = scalar;
  }

  #qemu(value: Node | null, keySpan: Span): Spanned<string>[] {
    const items = isSeq(value) ? (value.items as Node[]) : [value];
    const words: Spanned<string>[] = [];
    for (const item of items) {
      const scalar = this.#scalar('qemu', item, keySpan);
      if (scalar === undefined) continue;
      // A column within the text is one within the source only where YAML took the text as it stands.
      const verbatim = this.#source.text.startsWith(scalar.value, scalar.span.start);
      for (const word of shellWords(scalar.value)) {
        const from = scalar.span.start;
        words.push({
          value: word.text,
          span: verbatim ? { start: from + word.start, end: from + word.end } : scalar.span,
        });
      }
    }
    return words;
  }

  /** A scalar's text as typed: YAML would round `6.10` to 6.1 and long numbers to doubles. */
  #scalar(name: Key, node: Node | null, keySpan: Span): Spanned<string> | undefined {
    if (node !== null && isScalar(node)) {
      const outer = this.#shift(node.range);
      const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
      const plain = node.type === 'PLAIN';
      const text = plain && typeof node.value !== 'string' ? (node.source ?? '') : String(node.value ?? '');
      const value = text.replace(/\s*\n\s*/g, name === 'description' ? '\n' : ' ').trim();
      if (value !== '' || (quoted && name === 'cmdline')) {
        return {
          value,
          span: quoted ? { start: outer.start + 1, end: Math.max(outer.start + 1, outer.end - 1) } : outer,
        };
      }
      this.#report('MHP0013', `\`${name}\` has no value`, keySpan, { help: `it takes ${FRONT_MATTER_KEYS[name]}` });
      return undefined;
    }
    const what = node === null ? 'nothing' : isAlias(node) ? 'a YAML alias' : isSeq(node) ? 'a list' : 'a nested map';
    const where = node === null ? keySpan : firstLine(this.#source.text, this.#shift(node.range));
    this.#report('MHP0013', `\`${name}\` holds ${what}`, where, {
      help: `it takes ${FRONT_MATTER_KEYS[name]}${isAlias(node) ? '; write the value out, runbooks have no aliases' : ''}`,
    });
    return undefined;
  }

  #unknownKey(name: string | undefined, span: Span): void {
    if (name === undefined) {
      this.#report('MHP0012', 'a key of the front matter is not a word', firstLine(this.#source.text, span), {
        help: `keys are ${KEYS.join(', ')}`,
      });
      return;
    }
    const lower = name.toLowerCase();
    const near = (Object.hasOwn(OTHER_WORDS, lower) ? OTHER_WORDS[lower] : undefined) ?? nearestName(name, KEYS);
    const shown = name.length > 40 ? `${name.slice(0, 40)}...` : name;
    this.#report('MHP0012', `the front matter has no key \`${shown}\``, span, {
      label: near === undefined ? '' : `did you mean \`${near}\`?`,
      help: `keys are ${KEYS.join(', ')}`,
    });
  }

  #report(
    code: 'MHP0012' | 'MHP0013' | 'MHP0015',
    message: string,
    span: Span,
    details: { label?: string; help: string },
  ): void {
    this.#diagnostics.push(diagnostic(code, message, this.#source, span, details));
  }
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

function firstLine(text: string, span: Span): Span {
  return { start: span.start, end: Math.max(span.start + 1, Math.min(span.end, endOfLine(text, span.start))) };
}
