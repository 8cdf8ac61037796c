/** Directories built once for each immutable value they show, instead of at every look. */

import type { Machine } from '../drivers/machine.ts';

/**
 * `build`, remembered for each machine and value. What it builds may depend on the two alone, or must ask the machine
 * anew when it is used; it is kept no longer than the value.
 */
export function perObject<K extends object, V>(build: (machine: Machine, key: K) => V): (machine: Machine, key: K) => V {
  const built = new WeakMap<Machine, WeakMap<K, V>>();
  return (machine, key) => {
    let ofMachine = built.get(machine);
    if (ofMachine === undefined) built.set(machine, (ofMachine = new WeakMap()));
    const known = ofMachine.get(key);
    if (known !== undefined) return known;
    const fresh = build(machine, key);
    ofMachine.set(key, fresh);
    return fresh;
  };
}
