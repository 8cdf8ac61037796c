/** Whatever the firmware and the command line say, boot ends in a well-formed map. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boot } from '../../src/kernel/boot/boot.ts';
import type { BootMap, E820Entry, E820Type, SratMemory } from '../../src/kernel/boot/boot-map.ts';
import { profileNames, resolveProfile } from '../../src/kernel/profile/profile.ts';
import { ARCHITECTURES } from '../../src/kernel/profile/arch.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';

const TYPES: readonly E820Type[] = [
  'ram', 'ram', 'ram', 'reserved', 'acpi', 'nvs', 'unusable', 'pmem', 'pram', 'soft-reserved', 'reserved-kern', 'unknown',
];
const address = fc.oneof(
  fc.nat({ max: 64 }).map((n) => n * 128 * MiB),
  fc.nat({ max: 4096 }).map((n) => n * MiB),
  fc.nat({ max: 2 ** 21 }).map((n) => n * 4096),
  fc.maxSafeNat(),
);
const e820 = fc.array(
  fc.tuple(address, address, fc.constantFrom(...TYPES)).map(([a, b, type]): E820Entry => ({
    start: Math.min(a, b),
    end: Math.max(a, b),
    type,
  })),
  { maxLength: 12 },
);
const srat = fc.array(
  fc.tuple(address, address, fc.nat({ max: 3 }), fc.boolean()).map(([a, b, nid, hotplug]): SratMemory => ({
    start: Math.min(a, b),
    end: Math.max(a, b),
    nid,
    pxm: nid,
    hotplug,
    nonVolatile: false,
  })),
  { maxLength: 6 },
);
const size = fc.oneof(
  fc.tuple(fc.nat({ max: 9999 }), fc.constantFrom('', 'K', 'M', 'G', 'T', 'P', 'E')).map(([n, unit]) => `${n}${unit}`),
  fc.bigInt({ min: 0n, max: 2n ** 65n }).map((n) => `0x${n.toString(16)}`),
);
const memmap = fc.oneof(
  fc.tuple(size, fc.constantFrom('@', '#', '$', '!', '%', ''), size, fc.constantFrom('', '-1', '-1+2', '+12', '-2+1')).map(
    ([a, sign, b, types]) => `memmap=${a}${sign}${b}${sign === '%' ? types : ''}`,
  ),
  fc.constant('memmap=exactmap'),
  size.map((text) => `mem=${text}`),
  size.map((text) => `movablecore=${text}`),
  size.map((text) => `kernelcore=${text}`),
  fc.nat({ max: 200 }).map((n) => `movablecore=${n}%`),
  fc.nat({ max: 9 }).map((n) => `numa=fake=${n}`),
  fc.constantFrom('numa=off', 'movable_node', 'kernelcore=mirror', 'numa=fake=64M', 'numa=fake=2U', '--'),
  fc.string({ maxLength: 12 }),
);
const cmdline = fc.array(memmap, { maxLength: 5 }).map((words) => words.join(' '));
const profile = fc
  .tuple(fc.constantFrom(...profileNames()), fc.constantFrom('x86_64', 'x86_64', 'x86_64-5level', ...Object.keys(ARCHITECTURES)))
  .map(([name, arch]) => resolveProfile(name, arch));

function assertWellFormed(map: BootMap): void {
  const { e820: table, memblock, nodes, pageLinks } = map;
  for (const [i, entry] of table.entries()) {
    expect(entry.start).toBeLessThan(entry.end);
    // A map the kernel refuses stays as it was typed.
    if (map.panic === undefined && i > 0) expect(table[i - 1]?.end).toBeLessThanOrEqual(entry.start);
  }
  for (const [i, range] of memblock.entries()) {
    expect(range.startPfn).toBeLessThan(range.endPfn);
    if (i > 0 && map.panic === undefined) expect(memblock[i - 1]?.endPfn).toBeLessThanOrEqual(range.startPfn);
  }
  // Memory the kernel holds for itself at the very top (type 128) does not count towards max_pfn, nor for zones.
  if (map.panic !== undefined || (memblock.at(-1)?.endPfn ?? 0) > map.maxPfn) return;
  for (const node of nodes) {
    const zones = node.zones.filter((zone) => zone.spanned > 0).sort((a, b) => a.startPfn - b.startPfn);
    let present = 0;
    for (const [i, zone] of zones.entries()) {
      expect(zone.present).toBeLessThanOrEqual(zone.spanned);
      expect(zone.present).toBeGreaterThanOrEqual(0);
      present += zone.present;
      const before = zones[i - 1];
      if (before !== undefined) expect(before.startPfn + before.spanned).toBeLessThanOrEqual(zone.startPfn);
    }
    const own = memblock.filter((range) => range.nid === node.nid);
    expect(present).toBe(own.reduce((sum, range) => sum + range.endPfn - range.startPfn, 0));
  }
  for (const [i, link] of pageLinks.entries()) {
    expect(link.startPfn).toBeLessThan(link.endPfn);
    if (i > 0) expect(pageLinks[i - 1]?.endPfn).toBeLessThanOrEqual(link.startPfn);
  }
  // Every page of every section with memory has its link, and no other.
  const sections = new Set<number>();
  for (const range of memblock) {
    const last = Math.floor((range.endPfn - 1) / 32768);
    for (const nr of [Math.floor(range.startPfn / 32768), last]) sections.add(nr);
  }
  for (const nr of [...sections].slice(0, 50)) {
    const [start, end] = [nr * 32768, (nr + 1) * 32768];
    const inside = pageLinks.reduce(
      (sum, link) => sum + Math.max(0, Math.min(link.endPfn, end) - Math.max(link.startPfn, start)),
      0,
    );
    expect(inside).toBe(32768);
  }
}

describe('boot', () => {
  test('any map, any table, any command line: sorted, disjoint, counted', () => {
    fc.assert(
      fc.property(e820, srat, cmdline, fc.boolean(), profile, (entries, nodes, words, hypervisor, kernel) => {
        const map = boot({ e820: entries, srat: nodes, cmdline: words, hypervisor }, kernel);
        if (kernel.arch.pagesPerSection === 32768) assertWellFormed(map);
        const block = map.memoryBlockSizeBytes;
        expect(Number.isInteger(Math.log2(block)) && block >= 2 ** kernel.arch.sectionSizeBits).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  test('a map of many entries, a table of many nodes and a long command line stay cheap', () => {
    const entries = Array.from({ length: 20000 }, (_, i): E820Entry => ({
      start: i * 3 * MiB,
      end: (i * 3 + 2) * MiB + (i % 7) * MiB,
      type: i % 5 === 0 ? 'pram' : 'ram',
    }));
    const nodes = Array.from({ length: 5000 }, (_, i): SratMemory => ({
      start: i * 3 * MiB,
      end: (i + 1) * 3 * MiB,
      nid: i % 2,
      pxm: i % 2,
      hotplug: i % 3 === 0,
      nonVolatile: false,
    }));
    const words = Array.from({ length: 500 }, (_, i) => `memmap=1M!${i}M`).join(' ');
    const started = performance.now();
    const kernel = resolveProfile('6.12');
    boot({ e820: entries, srat: nodes, cmdline: `${words} numa=fake=64M`, hypervisor: true }, kernel);
    boot({ e820: entries, srat: nodes.slice(0, 2000), cmdline: words, hypervisor: true }, kernel);
    boot({ e820: [{ start: 0, end: 2 ** 52, type: 'ram' }, { start: 2 ** 52, end: 2 ** 53 - 1, type: 'ram' }], srat: [], cmdline: 'numa=fake=9 movablecore=50%', hypervisor: false }, resolveProfile('6.12', 'x86_64-5level'));
    expect(performance.now() - started).toBeLessThan(10000);
  });

  test('64 TiB costs no more than 1 GiB', () => {
    const map = boot(
      { e820: [{ start: 0, end: 0xa0000, type: 'ram' }, { start: MiB, end: 64 * 1024 * GiB, type: 'ram' }], srat: [], cmdline: '', hypervisor: false },
      resolveProfile('6.12'),
    );
    expect(map.maxPfn).toBe(2 ** 34);
    expect(map.pageLinks.length).toBeLessThan(10);
  });
});
