/** /sys/devices/system/node: which nodes there are, and the blocks linked under them. */

import type { Machine } from '../drivers/machine.ts';
import { ZONE_MOVABLE } from '../kernel/boot/boot-map.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Nid } from '../kernel/units.ts';
import { populatedZone, type PgData } from '../kernel/zone.ts';
import {
  directory, dynamicDirectory, link, readOnly, UNKNOWN_DIRECTORY, UNKNOWN_FILE, type DirectoryEntry, type Entry,
} from './entries.ts';
import { blockIdOf } from './memory-files.ts';

/** Numbers as the kernel prints a bitmap: `0-1,3`. */
function rangeList(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const runs: [first: number, last: number][] = [];
  for (const n of sorted) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + 1 === n) run[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}

function nodesWhere(kernel: Kernel, test: (node: PgData) => boolean): Nid[] {
  return [...kernel.nodes.values()].filter((node) => node.online && test(node)).map((node) => node.nid);
}

/** Links to the node's blocks; the counters and distances of a real node are not modelled. */
function nodeDirectory(kernel: Kernel, nid: Nid): DirectoryEntry {
  const isLinked = (id: number): boolean => kernel.blocks.nodesOf(id).includes(nid);
  return dynamicDirectory(
    directory({}, { complete: false, lacks: (name) => /^memory[0-9]/.test(name) }),
    () => [...kernel.blocks.ids()].filter(isLinked).map((id) => `memory${id}`),
    (name): Entry | undefined => {
      const id = blockIdOf(name);
      return id !== undefined && kernel.blocks.has(id) && isLinked(id) ? link(`../../memory/${name}`) : undefined;
    },
  );
}

/** Kernels before 5.10 have no has_generic_initiator. @kernel drivers/base/node.c: node_state_attr */
export function nodeDirectoryRoot(machine: Machine): DirectoryEntry {
  const { kernel } = machine;
  const list = (nodes: () => readonly Nid[]): Entry => readOnly(() => `${rangeList(nodes())}\n`);
  const fixed = directory({
    has_cpu: list(() => [...kernel.cpuNodes]),
    has_generic_initiator: UNKNOWN_FILE,
    has_memory: list(() => nodesWhere(kernel, (node) => node.zones.some(populatedZone))),
    has_normal_memory: list(() =>
      nodesWhere(kernel, (node) => node.zones.some((zone, i) => i < ZONE_MOVABLE && populatedZone(zone))),
    ),
    online: list(() => nodesWhere(kernel, () => true)),
    possible: list(() => [...kernel.possibleNodes]),
    power: UNKNOWN_DIRECTORY,
    uevent: UNKNOWN_FILE,
  });
  const nidOf = (name: string): Nid | undefined => {
    const digits = /^node(0|[1-9][0-9]{0,5})$/.exec(name)?.[1];
    const nid = Number(digits);
    return digits !== undefined && kernel.nodes.get(nid)?.online === true ? nid : undefined;
  };
  return dynamicDirectory(
    fixed,
    () => nodesWhere(kernel, () => true).map((nid) => `node${nid}`),
    (name) => {
      const nid = nidOf(name);
      return nid === undefined ? undefined : nodeDirectory(kernel, nid);
    },
  );
}
