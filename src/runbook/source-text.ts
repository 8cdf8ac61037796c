/** A named text with line numbers: what diagnostics point into. */

/** Half-open range of UTF-16 offsets into a source's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One-based, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface SourceText {
  /** How the source is called in messages: a path as given, `-c`, `--on`. */
  readonly name: string;
  readonly text: string;
  /** Offset of each line's first character, ascending; the first is 0. */
  readonly lineStarts: readonly number[];
}

/** Indexes the lines of a text; `\n` and `\r\n` end a line. */
export function sourceText(name: string, text: string): SourceText {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { name, text, lineStarts };
}

/** Line and column of an offset; offsets outside the text are clamped. Cost is logarithmic in lines. */
export function positionAt(source: SourceText, offset: number): Position {
  const at = Math.max(0, Math.min(offset, source.text.length));
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (source.lineStarts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - source.lineStarts[low]! + 1 };
}

/** Text of a one-based line, without its line end. */
export function lineText(source: SourceText, line: number): string {
  const start = source.lineStarts[line - 1] ?? source.text.length;
  const next = source.lineStarts[line];
  let end = next === undefined ? source.text.length : next - 1;
  if (end > start && source.text[end - 1] === '\r') end--;
  return source.text.slice(start, end);
}
