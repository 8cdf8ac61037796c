/** The one function that draws diagnostics: message, place, source line, carets, notes, help. */

import { inSourceOrder, type Diagnostic } from './diagnostic.ts';
import { lineText, positionAt } from './source-text.ts';
import { printable } from './printable.ts';

export interface RenderOptions {
  /** Columns at hand; lines are cut around the caret to fit. At least 40 are used. */
  readonly width?: number;
  readonly color?: boolean;
  /** Diagnostics drawn before the rest is only counted. */
  readonly limit?: number;
}

const TAB = '    ';
const CUT = '...';

const paint = (on: boolean, code: string, text: string): string => (on ? `\x1b[${code}m${text}\x1b[0m` : text);

/** Draws all diagnostics in source order; a blank line follows each. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions = {}): string[] {
  const { width = 80, color = false, limit = 20 } = options;
  const ordered = inSourceOrder(diagnostics);
  const lines = ordered.slice(0, limit).flatMap((one) => [...renderOne(one, Math.max(40, width), color), '']);
  const left = ordered.length - limit;
  if (left > 0) lines.push(`and ${left} more like ${left === 1 ? 'it' : 'these'}; they are not shown`, '');
  return lines;
}

function renderOne(one: Diagnostic, width: number, color: boolean): string[] {
  const tone = one.severity === 'error' ? '1;31' : '1;33';
  const title = `${paint(color, tone, `${one.severity}[${one.code}]`)}${paint(color, '1', `: ${printable(one.message)}`)}`;
  const lines = [title];
  const { source, span } = one;
  let gutter = ' ';
  const dim = (text: string): string => paint(color, '36', text);
  if (span === undefined) {
    lines.push(`${dim(' -->')} ${printable(source.name)}`);
  } else {
    const { line, column } = positionAt(source, span.start);
    gutter = ' '.repeat(String(line).length);
    const drawn = drawLine(lineText(source, line), column - 1, span.end - span.start, width - gutter.length - 3);
    const carets = ' '.repeat(drawn.caret) + paint(color, tone, '^'.repeat(drawn.carets));
    const label = one.label === '' ? '' : ` ${paint(color, tone, printable(one.label))}`;
    lines.push(
      `${dim(`${gutter}-->`)} ${printable(source.name)}:${line}:${column}`,
      dim(`${gutter} |`),
      `${dim(`${line} |`)}${drawn.text === '' ? '' : ` ${drawn.text}`}`,
      `${dim(`${gutter} |`)} ${carets}${label}`,
    );
  }
  for (const note of one.notes) lines.push(...attached(gutter, 'note', note, width, dim));
  if (one.help !== undefined) lines.push(...attached(gutter, 'help', one.help, width, dim));
  return lines;
}

/** `= help: …`, wrapped, following lines indented beneath the text. */
function attached(gutter: string, word: string, text: string, width: number, dim: (text: string) => string): string[] {
  const lead = `${gutter} = ${word}: `;
  const rows = text.split('\n').flatMap((paragraph) => wrapText(printable(paragraph), width - lead.length));
  return rows.map((row, index) =>
    index === 0 ? `${gutter} ${dim('=')} ${word}: ${row}` : `${' '.repeat(lead.length)}${row}`,
  );
}

/** Breaks at spaces into rows of at most `width` columns; a longer word stays whole. */
export function wrapText(text: string, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(' ')) {
    if (row !== '' && row.length + 1 + word.length > width) {
      rows.push(row);
      row = word;
    } else {
      row = row === '' ? word : `${row} ${word}`;
    }
  }
  rows.push(row);
  return rows;
}

/**
 * A source line fit for a terminal: tabs expanded, unprintable characters shown as escapes, and, when too long,
 * cut to a window around the caret. `caret` and `carets` are columns of what is returned.
 */
export function drawLine(
  line: string,
  start: number,
  length: number,
  width: number,
): { text: string; caret: number; carets: number } {
  // Only the neighbourhood of the caret is ever drawn, so a line of megabytes costs nothing.
  const from = Math.max(0, start - width);
  const head = expand(line.slice(from, start));
  const marked = expand(line.slice(start, start + Math.min(length, width)));
  const tail = expand(line.slice(start + Math.min(length, width), start + Math.min(length, width) + width));
  const full = head + marked + tail;
  const cutFront = from > 0;
  const cutBack = start + Math.min(length, width) + width < line.length;
  const carets = Math.max(1, marked.length);
  if (!cutFront && !cutBack && full.length <= width) return { text: full, caret: head.length, carets };

  const room = width - 2 * CUT.length;
  let left = Math.max(0, head.length - Math.floor(room / 3));
  if (!cutFront && head.length + Math.min(carets, room / 2) <= room) left = 0;
  const shown = full.slice(left, left + room);
  const before = left > 0 || cutFront ? CUT : '';
  const after = left + room < full.length || cutBack ? CUT : '';
  const caret = before.length + head.length - left;
  return { text: before + shown + after, caret, carets: Math.max(1, Math.min(carets, room - (head.length - left))) };
}

function expand(text: string): string {
  return printable(text.replaceAll('\t', TAB));
}
