/** Completes paths in the machine's own /sys, /proc and /dev. */

import type { Machine } from '../../drivers/machine.ts';
import { modelFiles } from '../../sysfs/model-files.ts';
import { ProcessFiles } from '../../tools/process-files.ts';
import { NotModelled } from '../../tools/tool.ts';
import type { Completion } from './completion.ts';

/** Names offered at once: a machine may have half a million memory blocks. */
export const NAME_LIMIT = 100;

/** Completes the last part of a path that begins at column `start`; directories end in a slash. */
export function completePath(machine: Machine, path: string, start: number): Completion {
  if (path === '') return { from: start, words: ['/'] };
  const cut = path.lastIndexOf('/') + 1;
  const from = start + cut;
  if (!path.startsWith('/')) return { from: start, words: [] };
  const tree = modelFiles(machine);
  const files = new ProcessFiles(tree);
  try {
    const folder = files.resolve(path.slice(0, cut));
    const names = typeof folder === 'number' ? folder : tree.list(folder);
    if (typeof names === 'number') return { from, words: [] };
    const wanted = path.slice(cut);
    const matching = names.filter((name) => name.startsWith(wanted)).sort(byNumber);
    const words = matching.slice(0, NAME_LIMIT).map((name) => {
      const isFolder = files.kindFollowed(`${folder}/${name}`) === 'directory';
      return isFolder ? `${name}/` : `${name} `;
    });
    return { from, words };
  } catch (error) {
    if (error instanceof NotModelled) return { from, words: [] };
    throw error;
  }
}

/** memory9 before memory10. */
function byNumber(a: string, b: string): number {
  const [stemA, stemB] = [a.replace(/\d+$/, ''), b.replace(/\d+$/, '')];
  if (stemA !== stemB) return stemA < stemB ? -1 : 1;
  return Number(a.slice(stemA.length)) - Number(b.slice(stemB.length));
}
