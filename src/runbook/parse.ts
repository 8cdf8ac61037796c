/** Text to runbook: front matter, then either a plain transcript or the code blocks of a Markdown page. */

import { diagnostic, hasErrors, type Diagnostic } from './diagnostic.ts';
import { parseBody } from './parse-body.ts';
import { parseFrontMatter } from './parse-front-matter.ts';
import { lineText, sourceText, type SourceText, type Span } from './source-text.ts';
import type { FrontMatter, Runbook } from './runbook.ts';

/** Characters of a runbook read; a page of expected output is about 4000. */
export const RUNBOOK_LENGTH_LIMIT = 4 * 1024 * 1024;
/** Diagnostics kept of one runbook. */
const DIAGNOSTIC_LIMIT = 1000;

/** A runbook as read, with every complaint about it. */
export interface ParsedRunbook {
  readonly book: Runbook;
  /** All that is wrong, in source order. With an error among them the book is not to be played. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ParseOptions {
  /** Read the front matter only: the text stands for a machine, and commands are not needed. */
  readonly headerOnly?: boolean;
}

const FENCE = /^(`{3,}|~{3,})\s*(?:console|runbook|memhp|sh-session|shell-session)\b/;
const FENCE_START = new RegExp(FENCE.source, 'm');

/** Whether a text describes a machine as a runbook does: it begins with front matter, or has a console block. */
export function looksLikeRunbook(text: string): boolean {
  const source = sourceText('', text.slice(0, 64 * 1024));
  let line = 1;
  while (line <= source.lineStarts.length && /^\s*(#|$)/.test(withoutMark(lineText(source, line)))) line++;
  return isMark(withoutMark(lineText(source, line))) || FENCE_START.test(source.text);
}

/** Parses a runbook. Never throws: what is wrong comes back as diagnostics. */
export function parseRunbook(text: string, name: string, options: ParseOptions = {}): ParsedRunbook {
  const refused = refuse(text, name);
  if (refused !== undefined) return refused;
  const source = sourceText(name, text);
  const markdown = FENCE_START.test(text);
  const lineCount = source.lineStarts.length;

  let { header, diagnostics, next } = readHeader(source, 1);
  let ranges = [{ first: next, end: lineCount + 1 }];
  if (markdown) {
    const fenced = fences(source, next);
    ranges = fenced.ranges;
    diagnostics = [...diagnostics, ...fenced.diagnostics];
    const first = ranges[0];
    if (first !== undefined && header.span.start === header.span.end) {
      const inside = readHeader(source, first.first, first.end);
      ({ header, next } = inside);
      diagnostics = [...diagnostics, ...inside.diagnostics];
      ranges = [{ first: next, end: first.end }, ...ranges.slice(1)];
    }
  }
  if (options.headerOnly === true) return { book: { source, header, commands: [] }, diagnostics };

  const body = parseBody(source, ranges);
  const all = [...diagnostics, ...body.diagnostics];
  if (body.commands.length === 0 && !hasErrors(all)) {
    const help = 'a shell command is a line that begins with `$ `, a monitor command one with `(qemu) `';
    all.push(diagnostic('MHP0034', 'there is no command in this runbook', source, undefined, { help }));
  }
  return { book: { source, header, commands: body.commands }, diagnostics: all.slice(0, DIAGNOSTIC_LIMIT) };
}

/** What cannot be a runbook at all: too long, or not text. */
function refuse(text: string, name: string): ParsedRunbook | undefined {
  const empty = (source: SourceText): Runbook => ({
    source,
    header: { qemu: [], span: { start: 0, end: 0 } },
    commands: [],
  });
  if (text.length > RUNBOOK_LENGTH_LIMIT) {
    const source = sourceText(name, '');
    const message = `the runbook is ${text.length} characters long; at most ${RUNBOOK_LENGTH_LIMIT} are read`;
    return { book: empty(source), diagnostics: [diagnostic('MHP0002', message, source)] };
  }
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const source = sourceText(name, text);
    const help = 'is this the right file? A runbook is plain text';
    const message = 'the file holds a NUL byte: it is not text';
    return {
      book: empty(source),
      diagnostics: [diagnostic('MHP0003', message, source, { start: nul, end: nul + 1 }, { help })],
    };
  }
  return undefined;
}

/** Front matter beginning at the first line that is neither blank nor a comment, if that line is `---`. */
function readHeader(
  source: SourceText,
  from: number,
  end = source.lineStarts.length + 1,
): { header: FrontMatter; diagnostics: readonly Diagnostic[]; next: number } {
  let open = from;
  while (open < end && /^\s*(#|$)/.test(withoutMark(lineText(source, open)))) open++;
  const none: FrontMatter = { qemu: [], span: { start: 0, end: 0 } };
  if (open >= end || !isMark(withoutMark(lineText(source, open)))) return { header: none, diagnostics: [], next: from };
  let close = open + 1;
  while (close < end && !isMark(lineText(source, close)) && lineText(source, close).trimEnd() !== '...') close++;
  const start = source.lineStarts[open - 1]!;
  const opening: Span = { start, end: start + lineText(source, open).length };
  if (close >= end) {
    const help = 'close it with a line that holds only ---';
    const missing = diagnostic('MHP0010', 'the front matter does not end', source, opening, {
      label: 'begins here',
      help,
    });
    return { header: { qemu: [], span: opening }, diagnostics: [missing], next: end };
  }
  const yaml = { start: source.lineStarts[open]!, end: source.lineStarts[close - 1]! };
  const whole = { start, end: yaml.end + lineText(source, close).length };
  return { ...parseFrontMatter(source, yaml, whole), next: close + 1 };
}

/** The byte order mark some editors write counts as nothing. */
function withoutMark(line: string): string {
  return line.startsWith('\ufeff') ? line.slice(1) : line;
}

function isMark(line: string): boolean {
  return line.trimEnd() === '---';
}

/** Line ranges of the console blocks of a Markdown page. */
function fences(
  source: SourceText,
  from: number,
): { ranges: { first: number; end: number }[]; diagnostics: Diagnostic[] } {
  const ranges: { first: number; end: number }[] = [];
  const diagnostics: Diagnostic[] = [];
  for (let line = from; line <= source.lineStarts.length; line++) {
    const fence = FENCE.exec(lineText(source, line));
    if (fence === null) continue;
    let close = line + 1;
    while (close <= source.lineStarts.length && lineText(source, close).trimEnd() !== fence[1]) close++;
    if (close > source.lineStarts.length) {
      const start = source.lineStarts[line - 1]!;
      const help = `close it with a line that holds only ${fence[1]}`;
      diagnostics.push(
        diagnostic('MHP0036', 'the code block does not end', source, { start, end: start + fence[0].length }, { help }),
      );
    }
    ranges.push({ first: line + 1, end: close });
    line = close;
  }
  return { ranges, diagnostics };
}
