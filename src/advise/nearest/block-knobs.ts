/** `echo WORD > memoryN/state`: another block, another word. */

import type { Machine } from '../../drivers/machine.ts';
import type { Knob, WordChoice } from './knob.ts';
import { spliced, type LineCommand } from './line-words.ts';

/** Words that ask for the same with another zone; any for a word the kernel does not know. */
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  online: ['online_movable', 'online_kernel'],
  online_movable: ['online', 'online_kernel'],
  online_kernel: ['online', 'online_movable'],
  offline: [],
};
const STATES = Object.keys(ALIKE);

export function blockKnobs(machine: Machine, line: string, { words, target }: LineCommand): Knob[] {
  const path = /^(\/sys\/devices\/system\/(?:memory|node\/node\d+)\/memory)(\d{1,15})(\/(?:state|online))$/.exec(target?.text ?? '');
  const word = words[1];
  if (path === null || target === undefined || word === undefined || words.length !== 2) return [];
  if (target.end - target.start !== target.text.length || word.end - word.start !== word.text.length) return [];
  const [, head, number, tail] = path as unknown as [string, string, string, string];
  const knobs: Knob[] = [];
  const others = tail === '/state' ? (Object.hasOwn(ALIKE, word.text) ? (ALIKE[word.text] as readonly string[]) : STATES) : [];
  const choices = others.map((to): WordChoice => {
    const text = spliced(line, word.start, word.end, to);
    return { to, trial: { lines: [{ prompt: 'shell', text }] } };
  });
  if (choices.length > 0) knobs.push({ kind: 'word', what: 'state', from: word.text, choices });
  const last = Math.max(0, ...machine.kernel.blocks.ids());
  knobs.push({
    kind: 'number',
    what: 'memory block',
    value: Number(number),
    steps: [1, 2, 4, 8, 16],
    least: 0,
    most: last,
    write: (value) => `memory${value}`,
    request: (value) => {
      const text = spliced(line, target.start, target.end, `${head}${value}${tail}`);
      return { lines: [{ prompt: 'shell', text }] };
    },
  });
  return knobs;
}
