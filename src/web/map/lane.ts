/** A lane of the map: neighbouring ranges of addresses, each with one value, and what a stretch of them holds. */

/** Colours of a value, `#rrggbb`; a hatched one is drawn as stripes of its colour: there, but not in use. */
export interface LanePaint {
  readonly fill: string;
  /** Of letters on it. */
  readonly ink: string;
  readonly hatched: boolean;
}

/** What a lane can say about an address. Drawn alike wherever it occurs. */
export interface LaneValue {
  /** For people: `System RAM from boot, online`. */
  readonly label: string;
  /** One or two letters that say the same where there is no room: `R`. */
  readonly letter: string;
  readonly paint: LanePaint;
}

/** A range of byte addresses with one value. */
export interface LaneRun {
  readonly start: number;
  readonly end: number;
  /** Index into the lane's values; 0 is never used: it stands for what no run covers. */
  readonly code: number;
  /** What is written on it, where that is more than the value's label. */
  readonly name?: string;
}

/** What one column of the picture covers: which values, and how much of each. */
export interface Shares {
  /** Values present, in order of code; at most `MOST_SHARES`. */
  readonly codes: number[];
  /** Bytes of each; equal ones where too many runs meet to be summed. */
  readonly bytes: number[];
}

/** Codes are bits of a word: the last one stands for all values beyond. */
export const MOST_CODES = 32;
/** Runs summed one by one for a column; of more, only which values occur is asked. */
const MOST_SUMMED = 64;

/** Sorted, disjoint runs with a pyramid above them that tells in logarithmic time which values a range holds. */
export class Lane {
  readonly id: string;
  readonly title: string;
  readonly values: readonly LaneValue[];
  readonly runs: readonly LaneRun[];
  /** Size of the pieces this lane is made of, for its grid; 0 without one. */
  readonly unitBytes: number;
  /** Level 0 has a bit set for each run; each further level joins two. */
  readonly #pyramid: Uint32Array[];

  constructor(id: string, title: string, values: readonly LaneValue[], runs: readonly LaneRun[], unitBytes = 0) {
    this.id = id;
    this.title = title;
    this.values = values;
    this.runs = runs;
    this.unitBytes = unitBytes;
    this.#pyramid = pyramidOf(runs);
  }

  /** Index of the first run that ends after `at`. Logarithmic. */
  indexAfter(at: number, from = 0): number {
    let low = from;
    let high = this.runs.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.runs[middle] as LaneRun).end <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The run that holds an address. */
  runAt(at: number): LaneRun | undefined {
    const run = this.runs[this.indexAfter(at)];
    return run !== undefined && run.start <= at ? run : undefined;
  }

  /** What [start, end) holds; nothing covered counts as code 0. `from` is a run index known to lie before it. */
  shares(start: number, end: number, from = 0): Shares {
    const first = this.indexAfter(start, from);
    if ((this.runs[first + MOST_SUMMED]?.start ?? Infinity) < end) return this.#present(first, start, end);
    let last = first;
    const sums = new Map<number, number>();
    let covered = 0;
    for (; last < this.runs.length; last++) {
      const run = this.runs[last] as LaneRun;
      if (run.start >= end) break;
      const bytes = Math.min(run.end, end) - Math.max(run.start, start);
      const code = Math.min(run.code, MOST_CODES - 1);
      sums.set(code, (sums.get(code) ?? 0) + bytes);
      covered += bytes;
    }
    if (covered < end - start) sums.set(0, end - start - covered);
    const codes = [...sums.keys()].sort((a, b) => a - b);
    return { codes, bytes: codes.map((code) => sums.get(code) as number) };
  }

  /** Which values occur, each given the same share: with this many runs in it the column is a summary anyway. */
  #present(first: number, start: number, end: number): Shares {
    const mask = this.#maskOf(first, this.#indexFrom(end));
    const codes: number[] = [0];
    for (let code = 1; code < MOST_CODES; code++) if (((mask >>> code) & 1) === 1) codes.push(code);
    return { codes, bytes: codes.map(() => (end - start) / codes.length) };
  }

  /** Index of the first run that starts at or after `at`. */
  #indexFrom(at: number): number {
    let low = 0;
    let high = this.runs.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.runs[middle] as LaneRun).start < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #maskOf(from: number, to: number): number {
    let mask = 0;
    let [low, high] = [from, to];
    for (const level of this.#pyramid) {
      if (low >= high) break;
      if (low % 2 === 1) mask |= level[low++] as number;
      if (high % 2 === 1) mask |= level[--high] as number;
      low /= 2;
      high /= 2;
    }
    return mask;
  }
}

function pyramidOf(runs: readonly LaneRun[]): Uint32Array[] {
  let level = Uint32Array.from(runs, ({ code }) => 1 << Math.min(code, MOST_CODES - 1));
  const levels = [level];
  while (level.length > 1) {
    const below = level;
    level = new Uint32Array(Math.ceil(below.length / 2));
    for (let i = 0; i < below.length; i++) {
      const at = Math.floor(i / 2);
      level[at] = (level[at] as number) | (below[i] as number);
    }
    levels.push(level);
  }
  return levels;
}

/** Joins neighbours that say the same. */
export function joinRuns(runs: Iterable<LaneRun>): LaneRun[] {
  const joined: LaneRun[] = [];
  for (const run of runs) {
    const last = joined[joined.length - 1];
    if (run.end <= run.start) continue;
    if (last !== undefined && last.end === run.start && last.code === run.code && last.name === run.name) {
      joined[joined.length - 1] = { ...last, end: run.end };
    } else {
      joined.push(run);
    }
  }
  return joined;
}
