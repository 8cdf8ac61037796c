/**
 * In which order QEMU walks through a machine's devices, for its NFIT: that of GLib's hash table of their names, not of
 * the command line. Seen on QEMU 7.2: two unnamed NVDIMMs come last one first, nv0 and nv1 in order.
 */

import type { QemuMemoryDevice } from './qemu.ts';

/** GLib's table: slots, and the prime that places are counted by. */
const TABLES = [[8, 7], [16, 13], [32, 31], [64, 61], [128, 127], [256, 251], [512, 509]] as const;
const WORD = 2 ** 32;

/** The devices in QEMU's order: those with an id first, each kind as its table holds them. Others' names are not known. */
export function inQemuOrder(devices: readonly QemuMemoryDevice[]): QemuMemoryDevice[] {
  const named = devices.filter(({ id }) => id !== '');
  const unnamed = devices.filter(({ id }) => id === '');
  const byName = new Map(unnamed.map((device, index) => [`device[${index}]`, device]));
  const byId = new Map(named.map((device) => [device.id, device]));
  return [byId, byName].flatMap((children) => hashOrder([...children.keys()]).map((name) => children.get(name)!));
}

/** The names as a table holds them that they were put into one after the other, each once. */
export function hashOrder(names: readonly string[]): string[] {
  let held: string[] = [];
  let table: (typeof TABLES)[number] = TABLES[0];
  for (const [count, name] of [...names.entries()].map(([index, each]) => [index + 1, each] as const)) {
    held = inTable([...held, name], table);
    if (table[0] > count + Math.floor(count / 16)) continue;
    table = TABLES.find(([slots]) => slots > Math.floor(count * 1.333)) ?? TABLES.at(-1)!;
    held = inTable(held, table);
  }
  return held;
}

function inTable(names: readonly string[], [slots, prime]: (typeof TABLES)[number]): string[] {
  const table = new Array<string | undefined>(slots).fill(undefined);
  for (const name of names) {
    let at = ((hashOf(name) * 11) % WORD) % prime;
    for (let step = 1; table[at] !== undefined; step++) at = (at + step) % slots;
    table[at] = name;
  }
  return table.filter((name) => name !== undefined);
}

/** Bernstein's hash of an ASCII string, as GLib takes it. */
function hashOf(name: string): number {
  let hash = 5381;
  for (let at = 0; at < name.length; at++) hash = (hash * 33 + name.charCodeAt(at)) % WORD;
  return Math.max(hash, 2);
}
