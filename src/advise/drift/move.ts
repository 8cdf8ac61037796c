/** What is different at the next boot: ranges that move, go or come, as changes of a description. */

import type { MachineDescription } from '../../drivers/machine-description.ts';
import type { MediaMove } from '../../drivers/nvdimm/media.ts';
import type { RebootChange } from '../../drivers/reboot.ts';
import { hex, MAX_ADDRESS } from '../../kernel/units.ts';
import { parseSize64 } from '../../tools/ndctl/size.ts';

/** A `memmap=SIZE!START` of the command line. */
export interface PersistentWord {
  /** As typed, `memmap=` included. */
  readonly text: string;
  readonly start: number;
  readonly size: number;
}

export type DriftStep =
  /** Moves a range by so many bytes. */
  | { readonly kind: 'move'; readonly what: string; readonly by: number }
  /** Takes it away. */
  | { readonly kind: 'drop'; readonly what: string }
  /** Adds words to the command line, or arguments of the machine when they begin with `-`. */
  | { readonly kind: 'insert'; readonly words: readonly string[] }
  /** Boots another kernel. */
  | { readonly kind: 'kernel'; readonly name: string };

/** Why a step cannot be taken, for people. */
export class DriftStepError extends Error {
  override readonly name = 'DriftStepError';
  readonly help: string | undefined;

  constructor(message: string, help?: string) {
    super(message);
    this.help = help;
  }
}

/** Every persistent range of a command line, in the order typed. */
export function persistentWords(cmdline: string): PersistentWord[] {
  return cmdline.split(/\s+/).flatMap((text) => {
    const match = /^memmap=(\w+)!(\w+)$/.exec(text);
    const size = parseSize64(match?.[1] ?? '')?.bytes;
    const start = parseSize64(match?.[2] ?? '')?.bytes;
    return match === null || !size || start === undefined || start + size > MAX_ADDRESS ? [] : [{ text, start, size }];
  });
}

/** The change all steps make to a machine's next boot. @throws DriftStepError for a step that names nothing there is */
export function rebootChangeOf(description: MachineDescription, steps: readonly DriftStep[]): RebootChange {
  let { cmdline } = description;
  let qemu: readonly string[] = description.qemu;
  let kernel: string | undefined;
  const moved: MediaMove[] = [];
  for (const step of steps) {
    if (step.kind === 'kernel') kernel = step.name;
    else if (step.kind === 'insert') {
      if (step.words[0]?.startsWith('-') === true) qemu = [...qemu, ...step.words];
      else cmdline = `${cmdline} ${step.words.join(' ')}`.trim();
    } else {
      const word = findWord(cmdline, step.what);
      if (word === undefined) {
        if (step.kind === 'move') throw notThere(cmdline, step.what);
        qemu = withoutDevice(withSlots(qemu), cmdline, step.what);
        continue;
      }
      const to = step.kind === 'move' ? word.start + step.by : undefined;
      if (to !== undefined && (to < 0 || to + word.size > MAX_ADDRESS)) {
        throw new DriftStepError(`${word.text} cannot move to ${to < 0 ? 'below 0' : hex(to)}`);
      }
      const size = /^memmap=(\w+)!/.exec(word.text)?.[1] ?? hex(word.size);
      cmdline = replaceWord(cmdline, word.text, to === undefined ? '' : `memmap=${size}!${hex(to)}`);
      if (to !== word.start) moved.push({ from: word.start, to, size: word.size });
    }
  }
  const changesQemu = qemu.length !== description.qemu.length;
  return { cmdline, moved, ...(kernel === undefined ? {} : { kernel }), ...(changesQemu ? { qemu } : {}) };
}

/** The range a name means: the word itself, its start, or its place among the others (`#1`). */
function findWord(cmdline: string, what: string): PersistentWord | undefined {
  const words = persistentWords(cmdline);
  const place = /^#(\d{1,4})$/.exec(what)?.[1];
  if (place !== undefined) return words[Number(place)];
  const start = parseSize64(what)?.bytes;
  return words.find((word) => word.text === what || word.text === `memmap=${what}` || word.start === start);
}

function replaceWord(cmdline: string, word: string, by: string): string {
  return cmdline
    .split(/\s+/)
    .flatMap((each) => (each === word ? (by === '' ? [] : [by]) : [each]))
    .join(' ');
}

/**
 * Every DIMM with the slot it has: a DIMM's serial number comes from its slot, and one that fails changes nobody
 * else's. Where a slot was named the others are left as they are.
 */
function withSlots(qemu: readonly string[]): readonly string[] {
  const isDimm = (word: string): boolean => /^(?:-device )?(?:nvdimm|pc-dimm),/.test(word);
  if (qemu.some((word) => isDimm(word) && /,slot=/.test(word))) return qemu;
  let slot = 0;
  return qemu.map((word) => (isDimm(word) ? `${word},slot=${slot++}` : word));
}

/** The arguments without the `-device` of that id or memdev. */
function withoutDevice(qemu: readonly string[], cmdline: string, what: string): string[] {
  const name = new RegExp(`(?:^|,)(?:id|memdev)=${what.replace(/\W/g, String.raw`\$&`)}(?:,|$)`);
  const at = qemu.findIndex((word, index) => qemu[index - 1] === '-device' && name.test(word));
  const joined = qemu.findIndex((word) => word.startsWith('-device ') && name.test(word.slice(8)));
  if (at > 0) return qemu.toSpliced(at - 1, 2);
  if (joined >= 0) return qemu.toSpliced(joined, 1);
  throw notThere(cmdline, what);
}

function notThere(cmdline: string, what: string): DriftStepError {
  const words = persistentWords(cmdline).map(({ text }) => text);
  const known = words.length === 0 ? 'its command line has no memmap=SIZE!START' : `it has ${words.join(', ')}`;
  return new DriftStepError(`the machine has no range \`${what.slice(0, 80)}\``, known);
}
