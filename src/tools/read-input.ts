/** What several tools share: option letters, and files or standard input to read. */

import { strerror } from '../kernel/errno.ts';
import { getopt } from './getopt.ts';
import { NotModelled, type ToolContext } from './tool.ts';

export interface Letters {
  /** Letter by letter, with its value or ''. */
  readonly options: ReadonlyMap<string, string>;
  /** Every value of a letter that may be given more than once, in order. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** Reads short options; anything memhp does not model is named. */
export function readLetters(tool: string, args: readonly string[], shorts: string): Letters {
  const options = new Map<string, string>();
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (const event of getopt(args, shorts)) {
    if (event.kind === 'error') throw new NotModelled(`${tool}: ${event.message}: not modelled`);
    if (event.kind === 'operand') operands.push(event.value);
    else {
      options.set(event.key, event.value ?? '');
      values.set(event.key, [...(values.get(event.key) ?? []), event.value ?? '']);
    }
  }
  return { options, values, operands };
}

export interface Input {
  /** As typed; `-` is standard input. */
  readonly name: string;
  readonly text: string;
}

/**
 * Reads the operands in order, standard input where there are none. What cannot be read is reported through
 * `complain` and left out; the second value says whether that happened.
 */
export function readInputs(
  context: ToolContext,
  operands: readonly string[],
  complain: (name: string, why: string) => void,
): [inputs: Input[], failed: boolean] {
  const inputs: Input[] = [];
  let failed = false;
  for (const name of operands.length === 0 ? ['-'] : operands) {
    const text = name === '-' ? context.stdin : context.files.read(name);
    if (typeof text === 'string') inputs.push({ name, text });
    else {
      failed = true;
      complain(name, strerror(text));
    }
  }
  return [inputs, failed];
}

/** Lines without their newlines; a last line without one counts. */
export function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
