/** The maps of a run: the one seam to the view. */

import { renderMap } from '../view/map.ts';
import { renderMapDiff } from '../view/map-diff.ts';
import type { PlayedRunbook } from './play-files.ts';
import type { Terminal } from './terminal.ts';

/** `both`: before and after in full; `changes`: after as what changed; `none`. */
export type MapChoice = 'both' | 'changes' | 'none';

export function mapsOf(
  played: PlayedRunbook,
  terminal: Terminal,
  choice: MapChoice,
): { before: string[]; after: string[] } {
  const { before, after } = played;
  if (choice === 'none' || before === undefined || after === undefined) return { before: [], after: [] };
  const options = { width: terminal.width, color: terminal.color, unicode: terminal.unicode, maxRows: 40 };
  const first = renderMap(before, options);
  const second = renderMap(after, options);
  if (first.join('\n') === second.join('\n')) {
    return choice === 'both'
      ? { before: first, after: ['the map is as before'] }
      : { before: [], after: ['the map is as before'] };
  }
  if (choice === 'both') return { before: first, after: second };
  return { before: [], after: renderMapDiff(before, after, options) };
}
