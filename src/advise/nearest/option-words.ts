/** Options of ndctl, daxctl and chmem in a typed line: where their values stand. */

import type { LineCommand } from './line-words.ts';

/** Place of an option's value in the line. */
export interface OptionValue {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** Finds `--size=1G`, `--size 1G`, `-s 1G` or `-s1G`; the last one given counts. Quoted values are left alone. */
export function optionValue({ words }: LineCommand, long: string, short: string): OptionValue | undefined {
  let found: OptionValue | undefined;
  words.forEach((word, index) => {
    const { text, start, end } = word;
    if (end - start !== text.length) return;
    const next = words[index + 1];
    if (text.startsWith(`--${long}=`)) found = { value: text.slice(long.length + 3), start: start + long.length + 3, end };
    else if ((text === `--${long}` || text === `-${short}`) && next !== undefined) found = { value: next.text, start: next.start, end: next.end };
    else if (text.startsWith(`-${short}`) && !text.startsWith('--') && text.length > 2) found = { value: text.slice(2), start: start + 2, end };
  });
  return found;
}

/** Whether a flag such as `-f`/`--force` is there. */
export function hasFlag({ words }: LineCommand, long: string, short: string): boolean {
  return words.some(({ text }) => text === `--${long}` || text === `-${short}`);
}
