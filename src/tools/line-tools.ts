/** seq, sort, uniq, cut, tr, tee: what stands behind a pipe, as busybox 1.35 has it in the C locale. */

import { strerror } from '../kernel/errno.ts';
import { readInputs, readLetters, splitLines } from './read-input.ts';
import { NotModelled, type Tool, type ToolContext } from './tool.ts';

/** More lines than this are not printed by a seq. */
const MAX_LINES = 100_000;

function linesOf(context: ToolContext, tool: string, operands: readonly string[]): [lines: string[], failed: boolean] {
  const [inputs, failed] = readInputs(context, operands, (path, why) => context.stderr(`${tool}: ${path}: ${why}\n`));
  return [inputs.flatMap(({ text }) => splitLines(text)), failed];
}

function print(context: ToolContext, lines: readonly string[]): void {
  context.stdout(lines.map((line) => `${line}\n`).join(''));
}

export const seq: Tool = (context, args) => {
  const odd = args.find((arg) => !/^-?[0-9]{1,9}$/.test(arg));
  if (odd !== undefined || args.length === 0 || args.length > 3) {
    throw new NotModelled(`seq ${odd ?? args.join(' ')} is not modelled`, undefined, 'use whole numbers: `seq [FIRST [STEP]] LAST`');
  }
  const numbers = args.map(Number);
  const last = numbers.at(-1) as number;
  const first = numbers.length > 1 ? (numbers[0] as number) : 1;
  const step = numbers.length > 2 ? (numbers[1] as number) : 1;
  if (step === 0 || (last - first) / step >= MAX_LINES) throw new NotModelled(`seq with more than ${MAX_LINES} lines is not modelled`);
  for (let n = first; step > 0 ? n <= last : n >= last; n += step) context.stdout(`${n}\n`);
  return 0;
};

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The number a line begins with; 0 where it begins with none. */
function leadingNumber(line: string): number {
  return Number(/^\s*(-?[0-9]*\.?[0-9]*)/.exec(line)?.[1] ?? 0) || 0;
}

/** Lines by their text, with -n by the number in front and then by text; -r turns all of it round. */
export const sort: Tool = (context, args) => {
  const { options, operands } = readLetters('sort', args, 'nru');
  const [lines, failed] = linesOf(context, 'sort', operands);
  const numeric = options.has('n');
  const key = (a: string, b: string): number => (numeric ? leadingNumber(a) - leadingNumber(b) : byText(a, b));
  const sign = options.has('r') ? -1 : 1;
  const sorted = lines.sort((a, b) => sign * (key(a, b) || byText(a, b)));
  print(context, options.has('u') ? sorted.filter((line, i) => i === 0 || key(line, sorted[i - 1] as string) !== 0) : sorted);
  return failed ? 1 : 0;
};

export const uniq: Tool = (context, args) => {
  const { options, operands } = readLetters('uniq', args, 'cdu');
  if (operands.length > 1) throw new NotModelled('uniq with an output file is not modelled');
  const [lines, failed] = linesOf(context, 'uniq', operands);
  if (failed) return 1;
  const groups: { line: string; count: number }[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last?.line === line) last.count++;
    else groups.push({ line, count: 1 });
  }
  const chosen = groups.filter(({ count }) => (count > 1 ? !options.has('u') : !options.has('d')));
  print(context, chosen.map(({ line, count }) => (options.has('c') ? `${String(count).padStart(7)} ${line}` : line)));
  return 0;
};

/** `1,3-5,7-` as a test for positions counted from 1. */
function positions(list: string): (position: number) => boolean {
  const ranges = list.split(',').map((part) => {
    const ends = /^([0-9]{1,6})?(-)?([0-9]{1,6})?$/.exec(part);
    if (ends === null || (ends[1] === undefined && ends[3] === undefined)) throw new NotModelled(`cut: the list ${list} is not modelled`);
    const from = Number(ends[1] ?? 1);
    return [from, ends[2] === undefined ? from : Number(ends[3] ?? Infinity)] as const;
  });
  return (position) => ranges.some(([from, to]) => from <= position && position <= to);
}

export const cut: Tool = (context, args) => {
  const { options, operands } = readLetters('cut', args, 'd:f:c:s');
  const fields = options.get('f');
  const characters = options.get('c');
  const delimiter = options.get('d') ?? '\t';
  if ((fields === undefined) === (characters === undefined)) throw new NotModelled('cut wants one of -f and -c');
  const takes = positions((fields ?? characters) as string);
  const [lines, failed] = linesOf(context, 'cut', operands);
  const chosen = lines.flatMap((line) => {
    if (characters !== undefined) return [[...line].filter((_, i) => takes(i + 1)).join('')];
    const parts = line.split(delimiter);
    // A line without the delimiter is printed whole, or with -s not at all.
    if (parts.length === 1) return options.has('s') ? [] : [line];
    return [parts.filter((_, i) => takes(i + 1)).join(delimiter)];
  });
  print(context, chosen);
  return failed ? 1 : 0;
};

const CLASSES: Readonly<Record<string, string>> = {
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  lower: 'abcdefghijklmnopqrstuvwxyz',
  digit: '0123456789',
  space: '\t\n\v\f\r ',
  blank: '\t ',
};

/** The characters of a set: escapes, `a-z`, `[:upper:]`. */
function characterSet(text: string): string[] {
  const named = /^\[:([a-z]+):\]$/.exec(text)?.[1];
  if (named !== undefined) {
    const members = CLASSES[named];
    if (members === undefined) throw new NotModelled(`tr: the class [:${named}:] is not modelled`);
    return [...members];
  }
  const plain = text.replace(/\\([ntr\\])/g, (_, c: string) => ({ n: '\n', t: '\t', r: '\r' })[c] ?? c);
  const set: string[] = [];
  for (let i = 0; i < plain.length; i++) {
    const from = plain.charCodeAt(i);
    const to = plain[i + 1] === '-' ? plain.charCodeAt(i + 2) : NaN;
    if (Number.isNaN(to)) set.push(plain[i] as string);
    else {
      for (let c = from; c <= to; c++) set.push(String.fromCharCode(c));
      i += 2;
    }
  }
  return set;
}

/** Characters translated, with -d deleted, with -s runs of them made one. */
export const tr: Tool = (context, args) => {
  const { options, operands } = readLetters('tr', args, 'ds');
  const [from, to] = operands.map(characterSet);
  const deletes = options.has('d');
  if (from === undefined || (to === undefined && options.size === 0) || (deletes && options.has('s'))) {
    throw new NotModelled('tr with these arguments is not modelled', undefined, "use `tr SET1 SET2`, `tr -d SET` or `tr -s SET`");
  }
  const last = to?.at(-1);
  const map = new Map(to === undefined || deletes ? [] : from.map((c, i) => [c, to[i] ?? (last as string)]));
  const squeezed = new Set(options.has('s') ? (to ?? from) : []);
  const gone = new Set(deletes ? from : []);
  let text = '';
  for (const c of context.stdin) {
    if (gone.has(c)) continue;
    const written = map.get(c) ?? c;
    if (!squeezed.has(written) || !text.endsWith(written)) text += written;
  }
  context.stdout(text);
  return 0;
};

/** Copies standard input to files and on; any error of a write is told as an I/O error. */
export const tee: Tool = (context, args) => {
  const { operands } = readLetters('tee', args, 'ai');
  let status = 0;
  const complain = (path: string, why: string): void => {
    context.stderr(`tee: ${path}: ${why}\n`);
    status = 1;
  };
  const open = operands.filter((path) => {
    const error = context.files.write(path, '');
    if (error !== 0) complain(path, strerror(error));
    return error === 0;
  });
  context.stdout(context.stdin);
  for (const path of context.stdin === '' ? [] : open) {
    if (context.files.write(path, context.stdin) === 0) continue;
    // With several files busybox does not name every one that failed.
    if (operands.length > 1) throw new NotModelled('tee to several files, one of which refuses, is not modelled');
    complain(path, 'I/O error');
  }
  return status;
};
