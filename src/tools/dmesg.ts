/** dmesg, without time stamps: the model has no clock. */

import { EINVAL, strerror } from '../kernel/errno.ts';
import { logLines } from '../kernel/log.ts';
import { readLetters } from './read-input.ts';
import type { Tool } from './tool.ts';

/** `-c` prints and clears, `-C` clears, `-r` shows levels, `-n` sets the console's level (which nobody sees here). */
export const dmesg: Tool = (context, args) => {
  const { options } = readLetters('dmesg', args, 'cCrtn:');
  const { machine } = context;
  const level = options.get('n');
  if (level !== undefined) {
    if (/^[1-8]$/.test(level)) return 0;
    context.stderr(`dmesg: klogctl: ${strerror(EINVAL)}\n`);
    return 1;
  }
  const { log } = machine.kernel;
  const lines = options.has('C') ? [] : logLines(log, machine.devices.dmesgClearedAt ?? 0);
  context.stdout(lines.map((line) => `${options.has('r') ? `<${line.level}>` : ''}${line.text}\n`).join(''));
  if (options.has('c') || options.has('C')) machine.devices = { ...machine.devices, dmesgClearedAt: log?.length ?? 0 };
  return 0;
};
