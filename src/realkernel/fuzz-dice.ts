/** The chance of a fuzzing run: a splitmix generator, so that its seed repeats it. */

const WORD = 2 ** 32;
/** Odd number near 2^32 divided by the golden ratio. */
const STEP = 0x9e3779b9;

/** Seeds are whole numbers below this. */
export const SEED_LIMIT = WORD;

export class Dice {
  #state: number;

  readonly #own: number;

  /** Until `turn()` the throws are those of `shared`, which other seeds may have in common. */
  constructor(seed: number, shared = seed) {
    this.#state = shared % WORD;
    this.#own = seed;
  }

  /** From here on the throws are the seed's own. */
  turn(): void {
    this.#state = seedOfRun(this.#own, 1);
  }

  /** Next 32 random bits. */
  word(): number {
    this.#state = (this.#state + STEP) % WORD;
    return mix(this.#state);
  }

  /** A whole number from 0 to `end`, `end` left out. */
  below(end: number): number {
    return Math.floor((this.word() / WORD) * end);
  }

  /** A whole number, both ends included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  chance(probability: number): boolean {
    return this.word() / WORD < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** Picks by weight. */
  weighted<T>(from: readonly (readonly [weight: number, value: T])[]): T {
    let at = this.below(from.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of from) {
      if (at < weight) return value;
      at -= weight;
    }
    return (from.at(-1) as readonly [number, T])[1];
  }

  /** So many throws, each its own. */
  times<T>(count: number, make: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => make(index));
  }
}

/** The seed of a campaign's n-th run; that of the first is the campaign's own, so that each can be played alone. */
export function seedOfRun(seed: number, index: number): number {
  return index === 0 ? seed % WORD : mix((mix(seed % WORD) + index * STEP) % WORD);
}

/** So many seeds in a row, from a multiple of it on, have the machine in common: their lines are played in one guest. */
export const SEEDS_OF_MACHINE = 16;

/** The seed that the machine comes from. */
export function machineSeed(seed: number): number {
  return seed - (seed % SEEDS_OF_MACHINE);
}

/** The n-th of the seeds with the same machine, counted from a given one and round. */
export function seedInBatch(seed: number, n: number): number {
  return machineSeed(seed) + ((seed + n) % SEEDS_OF_MACHINE);
}

/** The word that belongs to a state: all its bits depend on all bits of the state. */
function mix(state: number): number {
  const folded = Math.imul(fold(state, 16), 0x21f0aaad);
  const again = Math.imul(fold(folded, 15), 0x735a2d97);
  return unsigned(fold(again, 15));
}

/** `word` with its upper bits laid over its lower ones. */
function fold(word: number, bits: number): number {
  return word ^ Math.floor(unsigned(word) / 2 ** bits);
}

function unsigned(word: number): number {
  return word < 0 ? word + WORD : word;
}
