/** One line of /proc/iomem, as the kernel prints it or as people paste it. */

import { shown } from './capture-error.ts';
import { MAX_ADDRESS } from '../kernel/units.ts';

export interface IomemLine {
  readonly indent: number;
  readonly start: number;
  /** Inclusive, as printed. */
  readonly last: number;
  readonly name: string;
  /** Columns from 1 of start, end and name. */
  readonly columns: readonly [start: number, last: number, name: number];
  /** Digits of start and end as written, for a hint when one was lost. */
  readonly digits: readonly [start: string, last: string];
  /** Text after the name that a person added. */
  readonly remark: string | undefined;
}

export type IomemLineResult =
  | { readonly kind: 'range'; readonly line: IomemLine }
  | { readonly kind: 'blank' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'comment' }
  | { readonly kind: 'address-too-large'; readonly column: number; readonly text: string }
  | { readonly kind: 'unreadable'; readonly column: number };

const RANGE = /^(?:0x)?([0-9a-f]+)\s?-\s?(?:0x)?([0-9a-f]+)\s?:(?:\s|$)/i;
const REMARK = /(?:\s{2,}|\t)(?:[#<;|]|\/\/|--|←|[0-9a-f]{8,}-[0-9a-f]{8,}).*$/i;
const RUN_ON = /\s[0-9a-f]{8,16}-[0-9a-f]{8,16}$/i;

/** Length of quote marks, patch marks and blanks before the text, and the blanks after the last mark. */
function leadIn(text: string): { skip: number; indent: number } {
  const marks = /^(?:[ \t]*[>|])+/.exec(text);
  let at = marks === null ? 0 : marks[0].length;
  // One blank after a quote mark belongs to the mark.
  if (at > 0 && text[at] === ' ') at += 1;
  if (/^[+-][ \t0-9a-f]/i.test(text.slice(at, at + 2))) at += 1;
  let indent = 0;
  for (; text[at] === ' ' || text[at] === '\t' || text[at] === '\u00a0'; at += 1) indent += text[at] === '\t' ? 8 : 1;
  return { skip: at, indent };
}

/** Reads one line; the caller has already cut it to a bounded length. */
export function parseIomemLine(text: string): IomemLineResult {
  const { skip, indent } = leadIn(text);
  const rest = text.slice(skip).trimEnd();
  if (rest === '') return { kind: 'blank' };
  if (/^(?:\.\.\.|…|\[\.\.\.\]|\[…\]|\[snip\]|<snip>|\(\.\.\.\)|--\s*more)/i.test(rest)) return { kind: 'cut' };
  if (/^(?:#|\/\/|;|\$ |```|~~~)/.test(rest)) return { kind: 'comment' };
  const match = RANGE.exec(rest);
  if (match === null) return { kind: 'unreadable', column: skip + 1 };
  const startText = match[1] as string;
  const lastText = match[2] as string;
  const startColumn = skip + rest.search(/[0-9a-f]/i) + 1;
  const lastColumn = skip + match[0].lastIndexOf(lastText) + 1;
  const start = hexNumber(startText);
  const last = hexNumber(lastText);
  if (start === undefined) return { kind: 'address-too-large', column: startColumn, text: startText };
  if (last === undefined) return { kind: 'address-too-large', column: lastColumn, text: lastText };
  const tail = rest.slice(match[0].length).trimStart();
  const remark = REMARK.exec(tail) ?? RUN_ON.exec(tail);
  // Names go to terminals: what is no printable character is replaced here, once.
  const name = shown((remark === null ? tail : tail.slice(0, remark.index)).trim(), 200);
  return {
    kind: 'range',
    line: {
      indent,
      start,
      last,
      name,
      columns: [startColumn, lastColumn, skip + rest.length - tail.length + 1],
      digits: [startText, lastText],
      remark: remark === null ? undefined : remark[0].trim(),
    },
  };
}

/** A hexadecimal number, or undefined when it is not exact as a JavaScript number. */
export function hexNumber(digits: string): number | undefined {
  const significant = digits.replace(/^0+(?=.)/, '');
  if (significant.length > 14) return undefined;
  const value = Number.parseInt(significant, 16);
  return Number.isNaN(value) || value >= MAX_ADDRESS ? undefined : value;
}
