/** One device placed: what is typed, what it can give at best, and how to see what it gave. */

import type { Machine } from '../../drivers/machine.ts';
import type { Wish } from './plan-problem.ts';

export interface Move {
  /** `DIMM of 60G at 0x1080000000`, for people. */
  readonly what: string;
  /** Bytes it takes: of the host, of a region, of the address map. */
  readonly givenBytes: number;
  /** Typed in this order; monitor lines with `(qemu) ` in front. */
  readonly commands: readonly string[];
  /** Bytes in use on the machine as far as they concern the wish: what it gives is the difference. */
  readonly measure: (machine: Machine) => number;
  /** What it makes takes the place of what was there: all that is measured afterwards counts. */
  readonly replaces?: boolean;
  /** What is still wished for when this gave so much; undefined when the wish is settled either way. */
  readonly rest: (usefulBytes: number) => Wish | undefined;
}

/** How finely candidates are laid. */
export interface MoveOptions {
  /** Every multiple of this is a candidate; without it, what the machine's own units suggest. */
  readonly granuleBytes?: number;
}

/** Makes moves for one wish on a machine as it is. `nth` numbers devices. */
export type MovesFor<W extends Wish> = (machine: Machine, wish: W, nth: number, options: MoveOptions) => Move[];

/** `60G`, `2M`, `4K`, or plain bytes: what QEMU and ndctl take. */
export function sizeWord(bytes: number): string {
  for (const [letter, unit] of [['G', 2 ** 30], ['M', 2 ** 20], ['K', 2 ** 10]] as const) {
    if (bytes >= unit && bytes % unit === 0) return `${bytes / unit}${letter}`;
  }
  return String(bytes);
}
