/** What of a request may be changed: a number, or a word for which others exist. */

import type { Trial } from './ask.ts';
import type { NumberKnob } from './search-number.ts';

export interface NumberEdit extends NumberKnob {
  readonly kind: 'number';
  /** `size`, `address`, … */
  readonly what: string;
  /** What it changes beside the number. */
  readonly note?: string;
  /** The number as it is written. */
  write(value: number): string;
}

export interface WordChoice {
  readonly to: string;
  readonly trial: Trial;
  /** What it changes beside the request. */
  readonly note?: string;
}

export interface WordEdit {
  readonly kind: 'word';
  readonly what: string;
  readonly from: string;
  readonly choices: readonly WordChoice[];
  /** The choices are ordered by what they cost: one that is accepted is enough. */
  readonly isLadder?: true;
}

export type Knob = NumberEdit | WordEdit;
