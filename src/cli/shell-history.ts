/** Lines typed in earlier shells, in the state folder of whoever types. Never the reason why a shell does not start. */

import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { writeFileAtomic } from './files.ts';

/** Lines kept. */
export const HISTORY_LIMIT = 1000;
/** Characters of a line kept; longer ones are left out. */
const LINE_LIMIT = 4096;
const FILE_LIMIT = HISTORY_LIMIT * LINE_LIMIT;

/** `$XDG_STATE_HOME/memhp/history`, or where that folder is when nobody says. */
export function historyFile(env: NodeJS.ProcessEnv = process.env): string {
  const state = env['XDG_STATE_HOME'];
  // A relative path is to be ignored, says the XDG specification.
  const folder = state !== undefined && isAbsolute(state) ? state : join(env['HOME'] || homedir(), '.local/state');
  return join(folder, 'memhp/history');
}

/** Lines of the file, oldest first; none when it cannot be read. */
export function readHistory(file: string): string[] {
  try {
    const stat = statSync(file);
    if (!stat.isFile() || stat.size > FILE_LIMIT) return [];
    return kept(readFileSync(file, 'utf8').split('\n'));
  } catch {
    return [];
  }
}

/** Adds lines to the file, which keeps the newest; another shell's lines are not lost. Returns whether it could. */
export function addHistory(file: string, lines: readonly string[]): boolean {
  if (lines.length === 0) return true;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileAtomic(file, `${kept([...readHistory(file), ...lines]).join('\n')}\n`);
    return true;
  } catch {
    return false;
  }
}

function kept(lines: readonly string[]): string[] {
  const good = lines.filter((line) => line.trim() !== '' && line.length <= LINE_LIMIT && !/[\0-\x1f\x7f]/.test(line));
  return good.filter((line, index) => line !== good[index - 1]).slice(-HISTORY_LIMIT);
}
