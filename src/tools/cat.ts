/** cat, the part that copies. */

import { EISDIR, strerror } from '../kernel/errno.ts';
import { readLetters } from './read-input.ts';
import type { Tool } from './tool.ts';

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
    // A directory can be opened; reading it is what fails.
    const why = text === -EISDIR ? 'read error' : `can't open '${name}'`;
    context.stderr(`cat: ${why}: ${strerror(text)}\n`);
  }
  return status;
};
