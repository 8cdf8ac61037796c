/** What may follow in a line as it is typed: commands, their options and values, paths of the machine's files. */

import type { Machine } from '../../drivers/machine.ts';
import { completeArgument } from './argument.ts';
import { beginning, type Completion } from './completion.ts';
import { completeMonitor } from './monitor.ts';
import { completePath } from './path.ts';
import { commandNames } from './tool-usage.ts';
import { typedPart } from './typed-part.ts';

/**
 * Completes a line, cut where the cursor stands. `(qemu) ` in front makes it the monitor's. What could follow is asked
 * of the machine, its tools' own usage texts and its files, all of which stay as they are.
 */
export function complete(machine: Machine, line: string): Completion {
  const monitor = /^\s*\(qemu\)\s+/.exec(line);
  if (monitor !== null) return shifted(completeMonitor(machine, line.slice(monitor[0].length)), monitor[0].length);
  const lead = /^\s*\$\s+/.exec(line)?.[0].length ?? 0;
  const part = typedPart(line.slice(lead));
  if (part.redirected || part.word.startsWith('/')) return shifted(completePath(machine, part.word, part.start), lead);
  if (part.before.length === 0) {
    return { from: lead + part.start, words: beginning(commandNames(), part.word).map((name) => `${name} `) };
  }
  return shifted(completeArgument(machine, part), lead);
}

function shifted({ from, words }: Completion, by: number): Completion {
  return { from: from + by, words };
}
