/** Reads text with ANSI escape sequences: colours and emphasis are kept, every other sequence is dropped. */

import { rgbOf } from './palette.ts';

interface Style {
  /** `#rrggbb`; undefined for the terminal's own. */
  readonly fg: string | undefined;
  readonly bg: string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

/** Text of one style. */
export interface StyledRun extends Style {
  readonly text: string;
  /** Columns. */
  readonly width: number;
}

const PLAIN: Style = { fg: undefined, bg: undefined, bold: false, dim: false, underline: false, inverse: false };
const TAB = 8;

// CSI sequences, OSC sequences (links, titles), and the two-character rest.
const SEQUENCE = /\u001b\[([0-9;:?]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-~]/g;

/** Lines of styled runs. A final newline does not make an empty last line. Linear in the text. */
export function parseAnsi(text: string): StyledRun[][] {
  const lines: StyledRun[][] = [];
  let style = PLAIN;
  for (const line of text.replace(/\r\n/g, '\n').replace(/\n$/, '').split('\n')) {
    const runs: StyledRun[] = [];
    let column = 0;
    let at = 0;
    const push = (raw: string): void => {
      const shown = expand(raw, column);
      if (shown === '') return;
      runs.push({ ...style, text: shown, width: shown.length });
      column += shown.length;
    };
    for (const match of line.matchAll(SEQUENCE)) {
      push(line.slice(at, match.index));
      at = match.index + match[0].length;
      if (match[2] === 'm') style = applySgr(style, match[1] ?? '');
    }
    push(line.slice(at));
    lines.push(runs);
  }
  return lines;
}

// Tabs to the next stop; other control characters take no room.
function expand(text: string, column: number): string {
  let result = '';
  for (const character of text) {
    if (character === '\t') result += ' '.repeat(TAB - ((column + result.length) % TAB));
    else if (character >= ' ' && character !== '\u007f') result += character;
  }
  return result;
}

/** Select Graphic Rendition (ECMA-48 8.3.117), with the 256-colour and RGB forms of xterm. */
function applySgr(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
  let next = style;
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, used] = extended(codes, index + 1);
      if (colour !== undefined) next = { ...next, [code === 38 ? 'fg' : 'bg']: colour };
      index += used;
    } else {
      next = applyCode(next, code);
    }
  }
  return next;
}

function applyCode(style: Style, code: number): Style {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 4) return { ...style, underline: true };
  if (code === 7) return { ...style, inverse: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 24) return { ...style, underline: false };
  if (code === 27) return { ...style, inverse: false };
  if (code === 39) return { ...style, fg: undefined };
  if (code === 49) return { ...style, bg: undefined };
  if (code >= 30 && code <= 37) return { ...style, fg: rgbOf(code - 30) };
  if (code >= 40 && code <= 47) return { ...style, bg: rgbOf(code - 40) };
  if (code >= 90 && code <= 97) return { ...style, fg: rgbOf(code - 82) };
  if (code >= 100 && code <= 107) return { ...style, bg: rgbOf(code - 92) };
  return style;
}

// The colour after 38 or 48, and how many codes it took.
function extended(codes: readonly number[], at: number): [colour: string | undefined, used: number] {
  if (codes[at] === 5) return [rgbOf(Math.min(255, codes[at + 1] ?? 0)), 2];
  if (codes[at] !== 2) return [undefined, 1];
  const channel = (value: number | undefined): string => Math.min(255, value ?? 0).toString(16).padStart(2, '0');
  return [`#${channel(codes[at + 1])}${channel(codes[at + 2])}${channel(codes[at + 3])}`, 4];
}
