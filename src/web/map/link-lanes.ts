/** Lanes of what stands above sections: memory blocks, zones, nodes, and the resource tree. */

import { ZONE_NAMES } from '../../kernel/boot/boot-map.ts';
import { MEM_ONLINE } from '../../kernel/block-table.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { memmapRuns } from '../../kernel/kpageflags.ts';
import type { Resource } from '../../kernel/resource.ts';
import { linkNid, linkZone } from '../../kernel/zone.ts';
import { joinRuns, Lane, type LanePaint, type LaneRun } from './lane.ts';
import { hatched, PAINTS, SERIES } from './lane-paint.ts';
import { LaneValues } from './lane-values.ts';

/** Memory blocks by state; those of several zones apart, for they never go offline. */
export function blockLane(kernel: Kernel): Lane {
  const values = new LaneValues('no memory block');
  const size = kernel.memoryBlockSizeBytes;
  const runs = kernel.blocks.runs().map(({ first, last, state, zone }): LaneRun => {
    const label = state !== MEM_ONLINE ? 'offline' : zone === undefined ? 'online, several zones' : 'online';
    const paint = state !== MEM_ONLINE ? hatched(PAINTS.grey) : zone === undefined ? PAINTS.purple : PAINTS.grey;
    const code = values.code(label, () => ({ label, letter: label.startsWith('online') ? 'on' : 'off', paint }));
    return { start: first * size, end: (last + 1) * size, code };
  });
  return new Lane('block', 'memory block', values.all(), joinRuns(runs), size);
}

const ZONE_PAINTS: readonly LanePaint[] = [PAINTS.purple, PAINTS.blue, PAINTS.sky, PAINTS.green, PAINTS.orange];

const ZONE_LETTERS = ['DMA', 'D32', 'Nor', 'Mov', 'Dev'] as const;

/** Zone of each struct page. */
export function zoneLane(kernel: Kernel): Lane {
  const values = new LaneValues('no struct page');
  const runs = linkRuns(kernel, (link) => {
    const zone = linkZone(link);
    const name = ZONE_NAMES[zone];
    return values.code(name, () => ({ label: name, letter: ZONE_LETTERS[zone] as string, paint: ZONE_PAINTS[zone] as LanePaint }));
  });
  return new Lane('zone', 'zone', values.all(), joinRuns(runs));
}

/** Node of each struct page. */
export function nodeLane(kernel: Kernel): Lane {
  const values = new LaneValues('no struct page');
  const runs = linkRuns(kernel, (link) => {
    const nid = linkNid(link);
    const paint = SERIES[nid % SERIES.length] as LanePaint;
    return values.code(String(nid), () => ({ label: `node ${nid}`, letter: `N${nid}`, paint }));
  });
  return new Lane('node', 'node', values.all(), joinRuns(runs));
}

// Links of frames without a struct page are of the past.
function linkRuns(kernel: Kernel, codeOf: (link: number) => number): LaneRun[] {
  const { pageSize } = kernel.profile.arch;
  const { entries } = kernel.pageLinks;
  const runs: LaneRun[] = [];
  let index = 0;
  for (const { startPfn, endPfn } of memmapRuns(kernel)) {
    while (index < entries.length && (entries[index]?.end ?? 0) <= startPfn) index++;
    for (let i = index; i < entries.length; i++) {
      const entry = entries[i];
      if (entry === undefined || entry.start >= endPfn) break;
      const [from, to] = [Math.max(startPfn, entry.start), Math.min(endPfn, entry.end)];
      runs.push({ start: from * pageSize, end: to * pageSize, code: codeOf(entry.value) });
    }
  }
  return runs;
}

// Of the tree, the innermost name at each address: what lies above it, the frame's facts list.
const KINDS: readonly (readonly [sign: RegExp, label: string, letter: string, paint: LanePaint])[] = [
  [/^System RAM/, 'System RAM', 'R', PAINTS.blue],
  [/^Kernel /, 'kernel image', 'k', PAINTS.purple],
  [/^Crash kernel/, 'crash kernel', 'c', PAINTS.pink],
  [/^(namespace|dax|pmem|btt|pfn|virtio|hmem)\d/, 'a driver', 'D', PAINTS.orange],
  [/^(Persistent|Soft Reserved|CXL|region)/, 'device memory', 'u', PAINTS.yellow],
  [/^(ACPI|Reserved|reserved|Unusable|RAM buffer)/, 'firmware', '#', PAINTS.grey],
];
const OTHER = ['device registers', '~', hatched(PAINTS.grey)] as const;

/** The resource tree's innermost names. */
export function resourceLane(kernel: Kernel): Lane {
  const values = new LaneValues('no resource');
  const runs: LaneRun[] = [];
  const add = (start: number, end: number, name: string): void => {
    const [, label, letter, paint] = KINDS.find(([sign]) => sign.test(name)) ?? [undefined, ...OTHER];
    const code = values.code(label, () => ({ label, letter, paint }));
    runs.push({ start, end, code, name });
  };
  const walk = (node: Resource): void => {
    let at = node.start;
    for (const child of node.children) {
      if (child.start > at) add(at, child.start, node.name);
      walk(child);
      at = Math.max(at, child.end);
    }
    if (at < node.end) add(at, node.end, node.name);
  };
  kernel.iomem.children.forEach(walk);
  return new Lane('resource', 'resource', values.all(), joinRuns(runs));
}
