/** One recognised line, or one warning, as it goes into a story. */

import type { ByteRange } from '../../kernel/units.ts';
import type { Message, Wording } from './message.ts';
import type { Fields } from './template.ts';

/** A back trace: where it warned, and the functions in it, innermost first. */
export interface Trace {
  readonly line: number;
  readonly file: string | undefined;
  readonly fn: string | undefined;
  readonly frames: readonly string[];
  /** Whether a module of the test rigs is in it. */
  readonly testRig: boolean;
}

export interface LogEvent {
  /** Line of the input, from 1. */
  readonly line: number;
  readonly text: string;
  readonly message: Message;
  readonly wording: Wording;
  readonly fields: Fields;
  /** Driver or program named before the message. */
  readonly driver: string | undefined;
  readonly devices: readonly string[];
  readonly range: ByteRange | undefined;
  /** The warning around it; it ends after the message, so it is set later. */
  trace?: Trace;
}

const DEVICE =
  /\b(?:namespace\d{1,6}\.\d{1,6}|(?:pfn|dax|btt)\d{1,6}\.\d{1,6}|PNP0C80:[0-9a-f]{2}|virtio\d{1,6}|nmem\d{1,6}|region\d{1,6}|decoder\d{1,6}\.\d{1,6}|memory\d{1,9}(?![\w:])|hmem\.\d{1,6})/g;

/** Names of devices in a text, at most eight. */
export function devicesIn(text: string): string[] {
  const found = text.slice(0, 512).match(DEVICE) ?? [];
  return [...new Set(found)].slice(0, 8);
}

const PROGRAM = /^(?:libndctl|ndctl|libdaxctl|daxctl|libcxl|cxl|chmem|lsmem)\b/;

/** `nd_pmem` of `nd_pmem pfn0.1: …`, `acpi` of `acpi PNP0C80:01: …`. */
export function driverOf(text: string, messageAt: number): string | undefined {
  if (PROGRAM.test(text)) return undefined;
  return /^([a-z][\w-]{1,40}) ?[:\w]/.exec(text.slice(0, Math.max(messageAt, 0) + 1))?.[1];
}
