/** A shell somebody types at: prompt, line editing, history, completion. */

import { createInterface, type Interface } from 'node:readline';
import { addHistory, HISTORY_LIMIT, historyFile, readHistory } from './shell-history.ts';
import type { ShellLoop } from './shell-loop.ts';
import { printErrors } from './output.ts';
import { styleOf } from './style.ts';
import { terminalOf, type ColorChoice } from './terminal.ts';

export interface PromptOptions {
  readonly history: boolean;
  readonly color: ColorChoice;
}

/** Prompts until `exit` or Ctrl-D. Ctrl-C drops the line; Ctrl-D at the monitor goes back to the shell. */
export async function typeAtPrompt(loop: ShellLoop, options: PromptOptions): Promise<void> {
  const file = historyFile();
  const before = options.history ? readHistory(file) : [];
  const typed: string[] = [];
  for (;;) {
    const wasInMonitor = await typeUntilClosed(loop, options.color, [...before, ...typed], typed);
    if (!loop.ended) process.stdout.write('\n');
    if (loop.ended || !wasInMonitor) break;
    loop.inMonitor = false;
  }
  if (options.history && !addHistory(file, typed)) printErrors([`the history could not be written to ${file}`]);
}

/** One editor's life; readline closes it on Ctrl-D. Tells whether that was at the monitor. */
function typeUntilClosed(loop: ShellLoop, color: ColorChoice, past: readonly string[], typed: string[]): Promise<boolean> {
  const editor = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: true,
    history: past.slice(-HISTORY_LIMIT).reverse(),
    historySize: HISTORY_LIMIT,
    completer: (line: string): [string[], string] => {
      const { from, words } = loop.complete(line);
      return [[...words], line.slice(from)];
    },
  });
  const ask = (): void => {
    editor.setPrompt(promptOf(loop, color));
    editor.prompt();
  };
  return new Promise((resolve) => {
    editor.on('line', (line) => {
      // Lines pasted behind `exit` are read by nobody.
      if (loop.ended) return;
      typed.push(line);
      loop.line(line);
      if (loop.ended) editor.close();
      else ask();
    });
    editor.on('SIGINT', () => {
      loop.drop();
      dropLine(editor);
      process.stdout.write('^C\n');
      ask();
    });
    editor.on('close', () => resolve(loop.inMonitor));
    ask();
  });
}

/** Empties the line being edited. */
function dropLine(editor: Interface): void {
  editor.write(null, { ctrl: true, name: 'e' });
  editor.write(null, { ctrl: true, name: 'u' });
}

function promptOf(loop: ShellLoop, color: ColorChoice): string {
  const style = styleOf(terminalOf(process.stdout, color).color);
  if (loop.continues) return '> ';
  return loop.inMonitor ? `${style.bold('(qemu)')} ` : `${style.bold(loop.start.about.kernel)} $ `;
}
