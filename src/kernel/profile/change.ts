/** What is known of a change in a kernel: where it came and what it sets. */

import type { Behaviours } from './behaviours.ts';

export interface Change {
  readonly release: string;
  /** The title, then the commit in parentheses where it was established. */
  readonly subject: string;
  /** What could not be established, or is easily mistaken. */
  readonly note?: string;
  readonly sets: Partial<Behaviours>;
}
