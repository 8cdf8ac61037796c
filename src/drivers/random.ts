/** The machine's only source of chance: a generator whose state is a number kept with the machine, so that runs repeat. */

import type { Machine } from './machine.ts';

/** What a machine starts from unless told otherwise. */
export const DEFAULT_SEED = 1;

const WORD = 2 ** 32;
/** Odd number near 2^32 divided by the golden ratio: the state visits every word before it repeats. */
const STEP = 0x9e3779b9;

/** The word that belongs to a state: all its bits depend on all bits of the state. */
function mix(state: number): number {
  const folded = Math.imul(fold(state, 16), 0x21f0aaad);
  const again = Math.imul(fold(folded, 15), 0x735a2d97);
  return unsigned(fold(again, 15));
}

/** `word` with its upper bits laid over its lower ones. */
function fold(word: number, bits: number): number {
  const upper = Math.floor(unsigned(word) / 2 ** bits);
  return word ^ upper;
}

function unsigned(word: number): number {
  return word < 0 ? word + WORD : word;
}

/** Next 32 random bits; the machine remembers how far it came. */
export function nextWord(machine: Machine): number {
  const random = (machine.devices.random + STEP) % WORD;
  machine.devices = { ...machine.devices, random };
  return mix(random);
}

/** A random uuid of version 4 in lower case, as uuidgen makes them. */
export function nextUuid(machine: Machine): string {
  const hex = [0, 1, 2, 3].map(() => nextWord(machine).toString(16).padStart(8, '0')).join('');
  const variant = '89ab'.charAt(parseInt(hex.charAt(16), 16) % 4);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, variant + hex.slice(17, 20), hex.slice(20)].join('-');
}
