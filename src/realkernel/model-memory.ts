/** How much memory the kernel counts as usable, and what its memmap takes: the facet `memory`, which older recordings lack. */

import type { Machine } from '../drivers/machine.ts';
import { keptPages } from '../drivers/virtio-mem/probe.ts';
import { MEM_ONLINE } from '../kernel/block-table.ts';
import { ZONE_DEVICE } from '../kernel/boot/boot-map.ts';
import type { Nid } from '../kernel/units.ts';
import { linkNid } from '../kernel/zone.ts';

/**
 * Lines as recordings hold them: `MemTotal` of the machine and of its nodes in kB, and the counters of pages that hold
 * the memmap. What boot itself takes of its memory is not known here: the totals are to be compared with those of boot.
 */
export function modelMemory(machine: Machine): string[] {
  const { kernel } = machine;
  const kB = kernel.profile.arch.pageSize / 1024;
  const nodes = [...managedPages(machine)].filter(([nid]) => kernel.nodes.get(nid)?.online).sort(([a], [b]) => a - b);
  const total = nodes.reduce((sum, [, pages]) => sum + pages, 0);
  const counters = [`nr_memmap_pages ${kernel.nrMemmapPages}`, `nr_memmap_boot_pages ${kernel.nrMemmapBootPages}`];
  return [
    `MemTotal ${total * kB}`,
    ...(kernel.profile.arch.numa ? nodes : []).map(([nid, pages]) => `node${nid} MemTotal ${pages * kB}`),
    ...(kernel.profile.does.countsMemmapPages ? counters : []),
  ];
}

/**
 * Pages handed to the allocator, by node: the present ones without those that hold their own block's memmap and those
 * that virtio-mem keeps. What boot reserved is still among them.
 */
function managedPages({ kernel, devices }: Machine): Map<Nid, number> {
  const pages = new Map<Nid, number>();
  const add = (nid: Nid, count: number): void => void pages.set(nid, (pages.get(nid) ?? 0) + count);
  for (const { nid, zones } of kernel.nodes.values()) {
    zones.forEach((zone, index) => add(nid, index === ZONE_DEVICE ? 0 : zone.present));
  }
  for (const { first, last, state, nid, memmapPages } of kernel.blocks.runs()) {
    if (state === MEM_ONLINE) add(nid, -memmapPages * (last + 1 - first));
  }
  const { pageSize } = kernel.profile.arch;
  const { bound, orphans } = devices.virtioMem;
  for (const { start, end } of [...orphans, ...[...bound.values()].flatMap(keptPages)]) {
    const link = kernel.pageLinks.get(start / pageSize);
    if (link !== undefined) add(linkNid(link), -(end - start) / pageSize);
  }
  return pages;
}

const TOTAL = /^((?:node\d+ )?MemTotal) (\d+)$/;

/** Lines to compare: totals as what they are more or less than after boot. */
export function memoryChange(lines: readonly string[], boot: readonly string[]): string[] {
  const totals = new Map(boot.flatMap((line) => (TOTAL.exec(line) === null ? [] : [split(line)])));
  return lines.map((line) => {
    if (!TOTAL.test(line)) return line;
    const [name, kB] = split(line);
    const change = kB - (totals.get(name) ?? 0);
    return `${name} ${change < 0 ? '-' : '+'}${Math.abs(change)} kB since boot`;
  });
}

function split(line: string): [string, number] {
  const [, name = '', kB = ''] = TOTAL.exec(line) ?? [];
  return [name, Number(kB)];
}
