/** A line of a view before it becomes text: parts with an optional paint, so that plain and coloured never differ. */

import { paintText, type Paint } from './palette.ts';

export interface Part {
  readonly text: string;
  readonly paint?: Paint;
}

export type Line = readonly Part[];

/** What the terminal can show. */
export interface Ink {
  readonly color: boolean;
  readonly unicode: boolean;
}

export const FAINT: Paint = { fg: 245 };
export const STRONG: Paint = { fg: 231, bold: true };
export const MARK: Paint = { fg: 214, bold: true };

export function plainText(line: Line): string {
  return line.map(({ text }) => text).join('').trimEnd();
}

/** The line as text of at most `width` columns; what is cut off ends in an ellipsis. */
export function inkLine(line: Line, ink: Ink, width: number): string {
  const fitted = fitLine(line, ink, width);
  if (!ink.color) return plainText(fitted);
  return fitted.map(({ text, paint }) => (paint === undefined ? text : paintText(text, paint))).join('').trimEnd();
}

function fitLine(line: Line, ink: Ink, width: number): Line {
  if (plainText(line).length <= width) return line;
  const fitted: Part[] = [];
  let left = width;
  for (const part of line) {
    if (part.text.length > left) {
      const text = clip(part.text + ' '.repeat(4), left, ink);
      fitted.push({ ...part, text });
      break;
    }
    fitted.push(part);
    left -= part.text.length;
  }
  return fitted;
}

/** `text` in at most `width` columns, the end replaced by an ellipsis where it does not fit. */
export function clip(text: string, width: number, ink: Pick<Ink, 'unicode'>): string {
  if (text.length <= width) return text;
  const mark = ink.unicode ? '…' : '...';
  return width <= mark.length ? mark.slice(0, Math.max(0, width)) : text.slice(0, width - mark.length) + mark;
}

/** Words in lines of at most `width` columns, the following lines indented. */
export function wrapWords(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}
