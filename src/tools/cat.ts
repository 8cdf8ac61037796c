/** cat, the part that copies. */

import { EACCES, ENOENT, ENOTDIR, strerror } from '../kernel/errno.ts';
import { readLetters } from './read-input.ts';
import type { Tool } from './tool.ts';

/** What opening fails with; whatever else there is comes from reading. */
const CANNOT_OPEN = new Set([-EACCES, -ENOENT, -ENOTDIR]);

export const cat: Tool = (context, args) => {
  const { operands } = readLetters('cat', args, 'u');
  let status = 0;
  for (const name of operands.length === 0 ? ['-'] : operands) {
    const text = name === '-' ? context.stdin : context.files.read(name);
    if (typeof text === 'string') {
      context.stdout(text);
      continue;
    }
    status = 1;
    // Directories can be opened, and so can attributes that have nothing to say: reading is what fails.
    const why = CANNOT_OPEN.has(text) ? `can't open '${name}'` : 'read error';
    context.stderr(`cat: ${why}: ${strerror(text)}\n`);
  }
  return status;
};
