/** What `memhp drift` is told: ranges that move, and how far. */

import type { DriftStep } from '../advise/drift/move.ts';
import { persistentWords } from '../advise/drift/move.ts';
import type { MachineDescription } from '../drivers/machine-description.ts';
import type { RebootChange } from '../drivers/reboot.ts';
import { parseSize64 } from '../tools/ndctl/size.ts';

/** Most boots one sweep may ask for. */
export const SWEEP_LIMIT = 4096;

/** A range and where it goes; without `to` or `by` a sweep fills that in. */
export interface MoveWord {
  readonly what: string;
  readonly by: number | undefined;
  readonly to: number | undefined;
}

export interface Sweep {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** `+64M`, `-0x200000`; undefined for what is no shift. */
export function parseShift(text: string): number | undefined {
  const match = /^([+-]?)(\w{1,20})$/.exec(text.trim());
  const bytes = parseSize64(match?.[2] ?? '')?.bytes;
  if (match === null || bytes === undefined || !Number.isSafeInteger(bytes)) return undefined;
  return match[1] === '-' ? -bytes : bytes;
}

/** `WHAT`, `WHAT:+64M`, `WHAT:0x36000000`; undefined for anything else. */
export function parseMove(text: string): MoveWord | undefined {
  const match = /^(.+?)(?::([+-]?\w{1,20}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, what = '', where] = match;
  if (where === undefined) return { what, by: undefined, to: undefined };
  const bytes = parseShift(where);
  if (bytes === undefined) return undefined;
  return /^[+-]/.test(where) ? { what, by: bytes, to: undefined } : { what, by: undefined, to: bytes };
}

/** `-64M..64M:2M`; undefined for what is no sweep, or one of more than the limit. */
export function parseSweep(text: string): Sweep | undefined {
  const match = /^([+-]?\w+)\.\.([+-]?\w+):(\w+)$/.exec(text.trim());
  const [from, to, step] = [match?.[1], match?.[2], match?.[3]].map((word) => parseShift(word ?? ''));
  if (from === undefined || to === undefined || step === undefined || step <= 0 || to < from) return undefined;
  return (to - from) / step < SWEEP_LIMIT ? { from, to, step } : undefined;
}

export function shiftsOf({ from, to, step }: Sweep): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

/** A move as a step, for a shift where the word has none. */
export function stepOf({ what, by, to }: MoveWord, description: MachineDescription, shift: number): DriftStep {
  if (to === undefined) return { kind: 'move', what, by: by ?? shift };
  const start = persistentWords(description.cmdline).find(
    (word, index) => word.text === what || word.text === `memmap=${what}` || what === `#${index}` || word.start === parseShift(what),
  )?.start;
  return { kind: 'move', what, by: start === undefined ? 0 : to - start };
}

/** From one description to another: ranges of the command line are paired in order where their sizes agree. */
export function changeBetween(before: MachineDescription, after: MachineDescription): RebootChange {
  const next = persistentWords(after.cmdline);
  const moved = persistentWords(before.cmdline).flatMap(({ start, size }, index) => {
    const now = next[index];
    const to = now?.size === size ? now.start : undefined;
    return to === start ? [] : [{ from: start, to, size }];
  });
  const { kernel, memory, cmdline, qemu } = after;
  return { kernel, cmdline, moved, ...(sameHardware(before, after) ? {} : { memory, qemu }) };
}

function sameHardware(before: MachineDescription, after: MachineDescription): boolean {
  return before.memory === after.memory && before.qemu.join('\n') === after.qemu.join('\n');
}
