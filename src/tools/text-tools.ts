/** head, tail, wc, sleep, true, false. */

import { readInputs, readLetters, splitLines } from './read-input.ts';
import { NotModelled, type Tool, type ToolContext } from './tool.ts';

/** `-5` as an old spelling of `-n 5`. */
function oldCount(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => (i === 0 && /^-[0-9]+$/.test(arg) ? ['-n', arg.slice(1)] : [arg]));
}

function endsTool(name: 'head' | 'tail', choose: (lines: string[], count: number) => string[]): Tool {
  return (context, args) => {
    const { options, operands } = readLetters(name, oldCount(args), 'n:q');
    const typed = options.get('n') ?? '10';
    if (!/^\+?[0-9]{1,9}$/.test(typed) || (typed.startsWith('+') && name === 'head')) {
      if (/^[-+]/.test(typed)) throw new NotModelled(`${name} -n ${typed} is not modelled`);
      context.stderr(`${name}: invalid number '${typed}'\n`);
      return 1;
    }
    const complain = (path: string, why: string): void => context.stderr(`${name}: ${path}: ${why}\n`);
    const [inputs, failed] = readInputs(context, operands, complain);
    const headings = operands.length > 1 && !options.has('q');
    inputs.forEach((input, i) => {
      const lines = splitLines(input.text);
      const chosen = typed.startsWith('+') ? lines.slice(Math.max(0, Number(typed) - 1)) : choose(lines, Number(typed));
      const heading = headings ? `${i > 0 ? '\n' : ''}==> ${input.name} <==\n` : '';
      context.stdout(heading + chosen.map((line) => `${line}\n`).join(''));
    });
    return failed ? 1 : 0;
  };
}

export const head = endsTool('head', (lines, count) => lines.slice(0, count));
export const tail = endsTool('tail', (lines, count) => (count === 0 ? [] : lines.slice(-count)));

interface Counts {
  readonly lines: number;
  readonly words: number;
  readonly bytes: number;
}

function count(text: string): Counts {
  return {
    lines: text.split('\n').length - 1,
    words: text.split(/\s+/).filter((word) => word !== '').length,
    bytes: new TextEncoder().encode(text).length,
  };
}

export const wc: Tool = (context, args) => {
  const { options, operands } = readLetters('wc', args, 'lwc');
  const [inputs, failed] = readInputs(context, operands, (path, why) => context.stderr(`wc: ${path}: ${why}\n`));
  const all = options.size === 0;
  // One number of one input stands alone; else columns of nine.
  const bare = options.size === 1 && operands.length < 2;
  const show = (counts: Counts, name: string): void => {
    const numbers = [
      ...(all || options.has('l') ? [counts.lines] : []),
      ...(all || options.has('w') ? [counts.words] : []),
      ...(all || options.has('c') ? [counts.bytes] : []),
    ];
    const text = numbers.map((n) => (bare ? String(n) : String(n).padStart(9))).join(' ');
    context.stdout(`${text}${name === '' ? '' : ` ${name}`}\n`);
  };
  let total: Counts = { lines: 0, words: 0, bytes: 0 };
  for (const { name, text } of inputs) {
    const counts = count(text);
    total = { lines: total.lines + counts.lines, words: total.words + counts.words, bytes: total.bytes + counts.bytes };
    show(counts, operands.length === 0 ? '' : name);
  }
  if (operands.length > 1) show(total, 'total');
  return failed ? 1 : 0;
};

/** Time does not pass in the model: a sleep that is well written is over at once. */
export const sleep: Tool = (context: ToolContext, args) => {
  if (args.length === 0) throw new NotModelled('`sleep` without a time is not modelled');
  const bad = args.find((arg) => !/^[0-9]+(\.[0-9]+)?[smhd]?$/.test(arg));
  if (bad === undefined) return 0;
  context.stderr(`sleep: invalid number '${bad}'\n`);
  return 1;
};

export const trueTool: Tool = () => 0;
export const falseTool: Tool = () => 1;
