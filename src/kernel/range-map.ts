/** An immutable map from disjoint ranges to values; equal neighbours are one range. */

export interface RangeEntry<T> {
  readonly start: number;
  readonly end: number;
  readonly value: T;
}

/** Sorted, disjoint, half-open entries. Each change returns a new map and costs its number of entries. */
export class RangeMap<T> {
  readonly entries: readonly RangeEntry<T>[];

  constructor(entries: readonly RangeEntry<T>[] = []) {
    this.entries = entries;
  }

  /** The value at a point, or undefined. Logarithmic. */
  get(at: number): T | undefined {
    const entry = this.entries[this.#indexAfter(at) - 1];
    return entry !== undefined && at < entry.end ? entry.value : undefined;
  }

  /** The entries that overlap [start, end). */
  overlapping(start: number, end: number): readonly RangeEntry<T>[] {
    let from = this.#indexAfter(start);
    if (from > 0 && (this.entries[from - 1] as RangeEntry<T>).end > start) from--;
    let to = from;
    while (to < this.entries.length && (this.entries[to] as RangeEntry<T>).start < end) to++;
    return this.entries.slice(from, to);
  }

  /** Gives [start, end) one value, whatever was there. */
  set(start: number, end: number, value: T): RangeMap<T> {
    return this.#replace(start, end, [{ start, end, value }]);
  }

  delete(start: number, end: number): RangeMap<T> {
    return this.#replace(start, end, []);
  }

  #replace(start: number, end: number, middle: RangeEntry<T>[]): RangeMap<T> {
    if (start >= end) return this;
    const result: RangeEntry<T>[] = [];
    const add = (entry: RangeEntry<T>): void => {
      const last = result.at(-1);
      if (last !== undefined && last.end === entry.start && last.value === entry.value) {
        result[result.length - 1] = { ...last, end: entry.end };
      } else {
        result.push(entry);
      }
    };
    for (const entry of this.entries) {
      if (entry.end <= start) add(entry);
      else if (entry.start < start) add({ ...entry, end: start });
    }
    for (const entry of middle) add(entry);
    for (const entry of this.entries) {
      if (entry.start >= end) add(entry);
      else if (entry.end > end) add({ ...entry, start: end });
    }
    return new RangeMap(result);
  }

  // Index of the first entry that starts after `at`.
  #indexAfter(at: number): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.entries[middle] as RangeEntry<T>).start <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
