/** Islands: the stretches of the address space that hold anything, with the emptiness between them left out. */

import type { Lane } from './lane.ts';

export interface Island {
  readonly start: number;
  readonly end: number;
}

/** At most `most` islands; the narrowest gaps are bridged first. `least` is the smallest gap that parts two. */
export function islandsOf(lane: Lane, least: number, most: number): Island[] {
  const islands: { start: number; end: number }[] = [];
  for (const { start, end } of lane.runs) {
    const last = islands[islands.length - 1];
    if (last !== undefined && start - last.end < least) last.end = end;
    else islands.push({ start, end });
  }
  if (islands.length <= most) return islands;
  const gaps = islands.slice(1).map((island, index) => island.start - islands[index]!.end);
  const parting = [...gaps].sort((a, b) => b - a)[most - 1]!;
  return islandsOf(lane, parting + 1, Infinity).slice(0, most);
}
