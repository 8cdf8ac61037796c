/** Hands out codes for the values of a lane, in the order they are first met. */

import type { LanePaint, LaneValue } from './lane.ts';
import { MOST_CODES } from './lane.ts';
import { NOTHING, PAINTS } from './lane-paint.ts';

const REST: LaneValue = { label: 'others', letter: '+', paint: PAINTS.sand };

/** Values by key; beyond the codes there are, one stands for all that follow. */
export class LaneValues {
  readonly #codes = new Map<string, number>();
  readonly #values: LaneValue[];

  constructor(nothing: string) {
    this.#values = [{ label: nothing, letter: '', paint: NOTHING }];
  }

  /** The code of a key; `make` is asked the first time. */
  code(key: string, make: () => { label: string; letter: string; paint: LanePaint }): number {
    const known = this.#codes.get(key);
    if (known !== undefined) return known;
    let code = this.#values.length;
    if (code >= MOST_CODES - 1) {
      code = MOST_CODES - 1;
      this.#values[code] = REST;
    } else {
      this.#values.push(make());
    }
    this.#codes.set(key, code);
    return code;
  }

  all(): readonly LaneValue[] {
    return this.#values;
  }
}
