/** All lanes of a machine as it is, and what differs between two of its states. */

import type { Kernel } from '../../kernel/kernel.ts';
import type { GlyphBook } from '../../view/owner.ts';
import type { Picture } from '../../view/picture.ts';
import type { Lane, LaneRun, LaneValue } from './lane.ts';
import { blockLane, nodeLane, resourceLane, zoneLane } from './link-lanes.ts';
import { ownerLane } from './owner-lane.ts';
import { flagsLane, onlineLane, subsectionLane, unitOf, validLane } from './section-lanes.ts';

/** The lanes in the order they are drawn. */
export const LANE_IDS = ['owner', 'flags', 'subsections', 'valid', 'online', 'block', 'zone', 'node', 'resource'] as const;
export type LaneId = (typeof LANE_IDS)[number];

/** Takes the lanes of a kernel; it is only read. */
export function lanesOf(kernel: Kernel, picture: Picture, book: GlyphBook): Lane[] {
  return [
    ownerLane(picture, book, unitOf(kernel)),
    flagsLane(kernel),
    ...[subsectionLane(kernel)].filter((lane) => lane !== undefined),
    validLane(kernel),
    onlineLane(kernel),
    blockLane(kernel),
    zoneLane(kernel),
    nodeLane(kernel),
    resourceLane(kernel),
  ];
}

/** A stretch where a lane says something else than before. */
export interface Change {
  readonly start: number;
  readonly end: number;
}

/** Where two states of one lane differ, ascending. Cost follows their runs. */
export function changesOf(before: Lane, after: Lane, words: (value: LaneValue) => string = ({ label }) => label): Change[] {
  const changes: { start: number; end: number }[] = [];
  const borders = function* (): Generator<number> {
    let [i, j] = [0, 0];
    const a = before.runs.flatMap(({ start, end }) => [start, end]);
    const b = after.runs.flatMap(({ start, end }) => [start, end]);
    while (i < a.length || j < b.length) yield (a[i] ?? Infinity) <= (b[j] ?? Infinity) ? (a[i++] as number) : (b[j++] as number);
  };
  let from = 0;
  let [i, j] = [0, 0];
  for (const to of borders()) {
    if (to > from) {
      while (i < before.runs.length && (before.runs[i] as LaneRun).end <= from) i++;
      while (j < after.runs.length && (after.runs[j] as LaneRun).end <= from) j++;
      if (said(before, i, from, words) !== said(after, j, from, words)) {
        const last = changes[changes.length - 1];
        if (last?.end === from) last.end = to;
        else changes.push({ start: from, end: to });
      }
      from = to;
    }
  }
  return changes;
}

function said(lane: Lane, index: number, at: number, words: (value: LaneValue) => string): string {
  const run = lane.runs[index];
  if (run === undefined || run.start > at) return '';
  return `${words(lane.values[run.code] as LaneValue)}\n${run.name ?? ''}`;
}

/** All stretches that changed in any lane, joined. */
export function changesOfAll(before: readonly Lane[], after: readonly Lane[], words?: (value: LaneValue) => string): Change[] {
  const all = after.flatMap((lane) => {
    const was = before.find(({ id }) => id === lane.id);
    return was === undefined || was === lane ? [] : changesOf(was, lane, words);
  });
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of all.sort((a, b) => a.start - b.start)) {
    const last = joined[joined.length - 1];
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

/** Lanes that mean the same on every kernel: by these, two machines are told apart. */
const COMPARED: ReadonlySet<string> = new Set(['owner', 'valid', 'online', 'block']);

/** Where two machines differ for those who use their memory. Old kernels do not tell RAM from boot: letters do not either. */
export function differencesOf(one: readonly Lane[], other: readonly Lane[]): Change[] {
  const only = (lanes: readonly Lane[]): Lane[] => lanes.filter(({ id }) => COMPARED.has(id));
  return changesOfAll(only(one), only(other), ({ letter }) => letter);
}
