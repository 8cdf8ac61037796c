/** Memory blocks one by one, folded into runs of blocks that are alike. */

import type { Nid } from '../kernel/units.ts';
import type { BlockState, CapturedBlockRun } from './captured-machine.ts';

export interface CapturedBlock {
  readonly id: number;
  /** For several alike: the last of them. */
  readonly last?: number;
  readonly state: BlockState;
  readonly zones: string | undefined;
  readonly nodes: readonly Nid[] | undefined;
  readonly removable: boolean | undefined;
}

/** Folds blocks, in any order, into runs; of two with the same id the first counts. */
export function blockRuns(blocks: Iterable<CapturedBlock>): CapturedBlockRun[] {
  const sorted = [...blocks].sort((a, b) => a.id - b.id);
  const runs: { -readonly [K in keyof CapturedBlockRun]: CapturedBlockRun[K] }[] = [];
  for (const { id, last = id, state, zones, nodes, removable } of sorted) {
    const run = runs.at(-1);
    const first = Math.max(id, (run?.last ?? -1) + 1);
    if (first > last) continue;
    if (run !== undefined && run.last + 1 === first && alike(run, { state, zones, nodes, removable })) run.last = last;
    else runs.push({ first, last, state, zones, nodes, removable });
  }
  return runs;
}

type Facts = Omit<CapturedBlock, 'id'>;

function alike(a: Facts, b: Facts): boolean {
  return (
    a.state === b.state && a.zones === b.zones && a.removable === b.removable && a.nodes?.join() === b.nodes?.join()
  );
}

/** Number of blocks in runs, of those with `state` when given. */
export function countBlocks(runs: readonly CapturedBlockRun[], state?: BlockState): number {
  let count = 0;
  for (const run of runs) if (state === undefined || run.state === state) count += run.last - run.first + 1;
  return count;
}
