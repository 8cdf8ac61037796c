/** What a shell says before the first prompt. */

import { printable } from '../runbook/printable.ts';
import { wrapText } from '../runbook/render-diagnostics.ts';
import { shortSize } from '../view/size.ts';
import type { ShellStart } from './shell-machine.ts';
import { glyphsOf, styleOf } from './style.ts';
import type { Terminal } from './terminal.ts';

/** The machine, what was played on it, and how to get help. */
export function headOfShell({ about, session, title }: ShellStart, terminal: Terminal): string[] {
  const style = styleOf(terminal.color);
  const { dot } = glyphsOf(terminal.unicode);
  const width = Math.min(terminal.width, 100);
  const words = [`Linux ${about.kernel} on ${about.arch}`];
  if (about.memory !== undefined) words.push(`memory ${about.memory}`);
  if (about.capture !== undefined) words.push(`captured from ${about.capture}`);
  words.push(`memory block ${shortSize(session.machine.kernel.memoryBlockSizeBytes)}`);
  const lines = title === undefined ? [] : wrapText(printable(title), width).map(style.bold);
  lines.push(...wrapText(printable(words.join(dot)), width));
  if (about.cmdline !== '') lines.push(...wrapText(printable(`cmdline ${about.cmdline}`), width));
  for (const guess of about.assumed ?? []) lines.push(...wrapText(printable(`assumed: ${guess}`), width));
  const played = session.position;
  if (played > 0) lines.push(`${played === 1 ? '1 command was' : `${played} commands were`} played; history lists them`);
  const first = about.memory === undefined ? 'lsmem' : 'lsmem or (qemu) info memory-devices';
  lines.push(style.faint(`Type ${first}; map draws the memory, help lists the rest, Ctrl-D leaves.`));
  return lines;
}
