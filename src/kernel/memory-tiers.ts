/** Memory tiers: ordinary RAM above, the memory kmem adds to nodes of its own below. */

import type { Kernel } from './kernel.ts';
import type { Nid } from './units.ts';
import { populatedZone } from './zone.ts';

/** Whether any zone of the node holds pages. @kernel include/linux/nodemask.h: N_MEMORY */
export function nodeHasMemory(kernel: Kernel, nid: Nid): boolean {
  return kernel.nodes.get(nid)?.zones.some(populatedZone) ?? false;
}

/**
 * Counts a device whose memory is slower on a node. A node that has memory keeps the tier it has.
 * @kernel mm/memory-tiers.c: init_node_memory_type
 */
export function initNodeMemoryType(kernel: Kernel, nid: Nid): void {
  const devices = kernel.slowNodes.get(nid);
  if (devices === undefined && nodeHasMemory(kernel, nid)) return;
  kernel.slowNodes = new Map(kernel.slowNodes).set(nid, (devices ?? 0) + 1);
}

/** @kernel mm/memory-tiers.c: clear_node_memory_type */
export function clearNodeMemoryType(kernel: Kernel, nid: Nid): void {
  const devices = kernel.slowNodes.get(nid);
  if (devices === undefined) return;
  const slowNodes = new Map(kernel.slowNodes);
  if (devices > 1) slowNodes.set(nid, devices - 1);
  else slowNodes.delete(nid);
  kernel.slowNodes = slowNodes;
}

/**
 * Said of every node with memory when one gets its first or loses its last: pages of RAM go down to slower nodes. A
 * real kernel prefers the nearest of them; distances are not modelled, and all are taken as equally far.
 * @kernel mm/memory-tiers.c: dump_demotion_targets
 */
export function logDemotionTargets(kernel: Kernel): void {
  if (!kernel.profile.does.logsDemotionTargets) return;
  const nodes = [...kernel.nodes.keys()].filter((nid) => nodeHasMemory(kernel, nid)).sort((a, b) => a - b);
  const slow = nodes.filter((nid) => kernel.slowNodes.has(nid));
  for (const nid of nodes) {
    const none = slow.length === 0 || slow.includes(nid);
    const targets = none ? 'null' : `preferred: ${numberList(slow)}, fallback: ${numberList(slow)}`;
    kernel.printk(6, `Demotion targets for Node ${nid}: ${targets}`);
  }
}

/** Ascending numbers as `%*pbl` prints them: `1-2,4`. */
function numberList(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const n of numbers) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + 1 === n) run[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}
