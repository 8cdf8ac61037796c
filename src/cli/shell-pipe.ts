/** A shell whose lines come through a pipe: no prompt, and an error does not stop it. */

import type { ShellLoop } from './shell-loop.ts';
import { printErrors } from './output.ts';
import { EXIT_USAGE } from './exit-status.ts';

/** Characters of a line taken from a pipe; the machine's shell refuses far shorter ones. */
const LINE_LIMIT = 1024 * 1024;

/** Types every line until the input ends or one says `exit`. */
export async function readPipe(loop: ShellLoop, input: NodeJS.ReadStream = process.stdin): Promise<void> {
  input.setEncoding('utf8');
  let rest = '';
  let skipping = false;
  const take = (line: string): void => {
    if (!skipping) loop.line(line.replace(/\r$/, ''));
    skipping = false;
  };
  for await (const chunk of input) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      take(line);
      if (loop.ended) return;
    }
    if (rest.length > LINE_LIMIT) {
      if (!skipping) printErrors([`a line longer than ${LINE_LIMIT} characters is left out`]);
      skipping = true;
      loop.status = EXIT_USAGE;
      rest = '';
    }
  }
  if (rest !== '') take(rest);
}
