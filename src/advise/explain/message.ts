/** What the catalogue holds about one message. */

import type { ChangeId } from '../../kernel/profile/changes.ts';
import type { Values } from './values.ts';

/** Who prints it. */
export type Speaker = 'kernel' | 'ndctl' | 'daxctl' | 'cxl' | 'chmem' | 'lsmem' | 'qemu' | 'shell';

/**
 * What a message means for its reader: a refusal is the check that decided, a failure follows from one, a loss works at
 * a price, a notice is no trouble.
 */
export type MessageKind = 'refusal' | 'failure' | 'loss' | 'notice';

/** One wording of a message; kernels differ. */
export interface Wording {
  /** A template, see template.ts. */
  readonly text: string;
  /** The change that brought this wording, or ended it. */
  readonly since?: ChangeId;
  readonly before?: ChangeId;
  /** Kernels it was seen on, where no change of the profiles says so. */
  readonly seen?: string;
}

type Said = string | ((values: Values) => string);

/** A message, its rule, and what to do. Sentences are for people and hold the line's own numbers. */
export interface Message {
  readonly id: string;
  readonly by: Speaker;
  readonly kind: MessageKind;
  readonly wordings: readonly (string | Wording)[];
  /** Kernel file and function that print it: `mm/sparse.c: section_activate`. */
  readonly at?: string;
  /** What the function answers, negated. */
  readonly errno?: number;
  /** A heading of a few words. */
  readonly title: string;
  /** The rule, in one or two sentences. */
  readonly rule: Said;
  /** What was being done, when the message alone tells. */
  readonly tried?: Said;
  /** What to do; text in backquotes can be pasted. */
  readonly remedy?: readonly string[] | ((values: Values) => readonly string[]);
  /** Where somebody reported it. */
  readonly reports?: readonly string[];
  /** A line that is one. */
  readonly example: string;
}

/** The wordings of a message, each with what is known of its kernels. */
export function wordingsOf(message: Message): Wording[] {
  return message.wordings.map((one) => (typeof one === 'string' ? { text: one } : one));
}

/** A sentence of the catalogue with the numbers of a line in it. */
export function say(said: Said, values: Values): string {
  return typeof said === 'string' ? said : said(values);
}
