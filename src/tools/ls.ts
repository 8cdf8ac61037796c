/** ls, one name per line as into a pipe. */

import { ENOENT, strerror } from '../kernel/errno.ts';
import { isDirectory } from './process-files.ts';
import { readLetters } from './read-input.ts';
import type { Tool, ToolContext } from './tool.ts';

function kindFollowed(context: ToolContext, path: string): 'directory' | 'other' | undefined {
  if (context.files.kind(path) === undefined) return undefined;
  return isDirectory(context.files, path) ? 'directory' : 'other';
}

/** Files first, then directories with headings when there is more than one operand. */
export const ls: Tool = (context, args) => {
  const { options, operands } = readLetters('ls', args, '1adAr');
  const names = operands.length === 0 ? ['.'] : operands;
  const backwards = options.has('r') ? -1 : 1;
  const sorted = (list: readonly string[]): string[] =>
    [...list].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0) * backwards);
  let status = 0;
  const files: string[] = [];
  const directories: string[] = [];
  for (const name of names) {
    const kind = kindFollowed(context, name);
    if (kind === undefined) {
      context.stderr(`ls: ${name}: ${strerror(ENOENT)}\n`);
      status = 1;
    } else if (kind === 'directory' && !options.has('d')) directories.push(name);
    else files.push(name);
  }
  const blocks: string[] = [];
  if (files.length > 0) blocks.push(sorted(files).map((name) => `${name}\n`).join(''));
  for (const name of sorted(directories)) {
    const entries = context.files.list(name) as readonly string[];
    const visible = entries.filter((entry) => options.has('A') || !entry.startsWith('.'));
    const shown = options.has('a') ? ['.', '..', ...entries] : visible;
    const heading = names.length > 1 ? `${name}:\n` : '';
    blocks.push(heading + sorted(shown).map((entry) => `${entry}\n`).join(''));
  }
  context.stdout(blocks.join('\n'));
  return status;
};
