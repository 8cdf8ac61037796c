/** Makes a case that fails smaller: lines dropped, words of the machine dropped, numbers rounded. */

import type { FuzzCase } from './fuzz-case.ts';

/** Whether a smaller case still shows what the larger one did. Each answer may cost a boot. */
export type StillFails = (smaller: FuzzCase) => Promise<boolean>;

export interface Shrunk {
  readonly smallest: FuzzCase;
  /** Cases that were tried. */
  readonly tries: number;
}

/**
 * Tries smaller cases, most promising first, from each success onwards; ends when none is left or after `limit` tries.
 * The case itself is taken to fail.
 */
export async function shrink(found: FuzzCase, stillFails: StillFails, limit: number): Promise<Shrunk> {
  let smallest = found;
  let tries = 0;
  const tried = new Set([JSON.stringify(found)]);
  for (;;) {
    let progress = false;
    for (const candidate of smallerCases(smallest)) {
      const key = JSON.stringify(candidate);
      if (tried.has(key)) continue;
      if (tries >= limit) return { smallest, tries };
      tried.add(key);
      tries++;
      if (!(await stillFails(candidate))) continue;
      smallest = candidate;
      progress = true;
      break;
    }
    if (!progress) return { smallest, tries };
  }
}

/** Smaller cases of one case, those that lose most first. */
export function* smallerCases(one: FuzzCase): Generator<FuzzCase> {
  const { steps, cmdline, qemu } = one;
  // The last line is where it showed.
  const before = steps.length - 1;
  for (let length = before; length >= 1; length = Math.floor(length / 2)) {
    for (let at = before - length; at >= 0; at -= length) yield { ...one, steps: without(steps, at, length) };
  }
  for (let at = cmdline.length - 1; at >= 0; at--) yield { ...one, cmdline: without(cmdline, at, 1) };
  for (let at = qemu.length - 1; at >= 0; at--) yield { ...one, qemu: without(qemu, at, 1) };
  for (const [at, word] of cmdline.entries()) {
    for (const simpler of simplerWords(word)) yield { ...one, cmdline: cmdline.with(at, simpler) };
  }
  for (const [at, step] of steps.entries()) {
    if (!('run' in step)) continue;
    const simpler = step.run.replace(/ --align=\S+| -M \S+/, '');
    if (simpler !== step.run) yield { ...one, steps: steps.with(at, { run: simpler }) };
  }
}

function without<T>(from: readonly T[], at: number, length: number): T[] {
  return [...from.slice(0, at), ...from.slice(at + length)];
}

/** The sub-section and the section, and what lies between. */
const ROUND_MIB = [128, 64, 16, 2, 1];
const MIB = 1024 * 1024;

/** The same option with a rounder address or size. */
function* simplerWords(word: string): Generator<string> {
  const [, size = '', kind = '', start = ''] = /^memmap=(\d+[KM])([!$#@])0x([0-9a-f]+)$/.exec(word) ?? [];
  if (start === '') return;
  const address = parseInt(start, 16);
  const bytes = parseInt(size, 10) * (size.endsWith('M') ? MIB : 1024);
  for (const mib of ROUND_MIB) {
    const rounded = Math.floor(address / (mib * MIB)) * mib * MIB;
    if (rounded === address) break;
    yield `memmap=${size}${kind}0x${rounded.toString(16)}`;
  }
  for (const mib of ROUND_MIB) {
    const rounded = Math.floor(bytes / (mib * MIB)) * mib;
    if (rounded * MIB === bytes) break;
    if (rounded > 0) yield `memmap=${rounded}M${kind}0x${start}`;
  }
}
