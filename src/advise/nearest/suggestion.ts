/** A request the model accepts in place of one it refused. */

import type { MachineDescription } from '../../drivers/machine-description.ts';
import type { Prompt } from '../../runbook/runbook.ts';

/** A line as typed, without its prompt. */
export interface TypedLine {
  readonly prompt: Prompt;
  readonly text: string;
}

/** How the new value lies to the refused one; `other` for words that have no order. */
export type Direction = 'smaller' | 'larger' | 'other';

/** One request that would work, how it differs from the refused one, and what it costs. */
export interface Suggestion {
  readonly direction: Direction;
  /** What was changed, in words: `size`, `address`, `alignment`, `mode`, `memory block`, `boot parameter`. */
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** What to type instead, in order. */
  readonly lines: readonly TypedLine[];
  /** What the machine must have been booted with for it; absent when the running one will do. */
  readonly boot?: Partial<MachineDescription>;
  /** Bytes, or for memory blocks their number: the value one such step nearer to the refused one is refused, too. */
  readonly step?: number;
  /** The lines with the value one step nearer; absent when that is the refused request itself. */
  readonly nearer?: readonly TypedLine[];
  /** `nearer` needs this at boot. */
  readonly nearerBoot?: Partial<MachineDescription>;
  /** Indices of the lines with a changed word; the machine's boot is what changes when there is a `boot`. */
  readonly changed: readonly number[];
  /** What its outcome hangs on beside the map; empty when the model is sure. */
  readonly depends: readonly string[];
  /** What it costs or changes, each a short phrase. */
  readonly costs: readonly string[];
}

/** What asking found, and whether the search had to stop early. */
export interface NearestAnswer {
  readonly suggestions: readonly Suggestion[];
  /** Requests tried on the model. */
  readonly asked: number;
  /** The bound on work was reached: there may be nearer or other ones. */
  readonly cutShort: boolean;
}

/** `(qemu) device_add …` or `$ echo …`, as a runbook takes it. */
export function promptedText({ prompt, text }: TypedLine): string {
  return `${prompt === 'monitor' ? '(qemu)' : '$'} ${text}`;
}

/** A line with its prompt, `(qemu) ` or `$ `; without one it is the shell's. */
export function typedLine(text: string): TypedLine {
  const [, prompt, rest] = /^\s*(?:(\(qemu\)|\$)\s+)?(.*)$/s.exec(text) as unknown as [string, string | undefined, string];
  return { prompt: prompt === '(qemu)' ? 'monitor' : 'shell', text: rest };
}
