import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { MiB } from '../../src/kernel/units.ts';
import { pictureOfResources, type NamedRange } from '../../src/view/picture-of-resources.ts';
import type { Picture, PictureBlocks } from '../../src/view/picture.ts';
import { renderMap } from '../../src/view/map.ts';
import { renderMapDiff } from '../../src/view/map-diff.ts';
import { spansOf } from '../../src/view/span.ts';
import { Tally } from '../../src/view/tally.ts';

const ESCAPES = /\u001b\[[0-9;]*m/g;
const NAMES = [
  'System RAM', 'System RAM (kmem)', 'System RAM (virtio_mem)', 'Reserved', 'Persistent Memory (legacy)', 'namespace0.0',
  'dax1.0', 'Soft Reserved', 'PCI Bus 0000:00', 'ACPI Tables', 'Kernel code', 'dax\u001b[2J\tx', 'n'.repeat(500), '',
];

// Trees, three levels deep, as a broken archive may hold them: overlapping, unsorted, children outside their parents.
function ranges(depth: number): fc.Arbitrary<NamedRange> {
  return fc
    .record({
      start: fc.integer({ min: 0, max: 4096 }).map((pages) => pages * 0x80000),
      size: fc.integer({ min: 1, max: 1024 }).map((pages) => pages * 0x41000),
      name: fc.constantFrom(...NAMES),
      children: depth === 0 ? fc.constant([]) : fc.array(ranges(depth - 1), { maxLength: 3 }),
    })
    .map(({ start, size, name, children }) => ({ start, end: start + size, name, children }));
}

const blocks: fc.Arbitrary<PictureBlocks[]> = fc
  .array(
    fc.record({
      length: fc.integer({ min: 1, max: 5 }),
      gap: fc.integer({ min: 0, max: 3 }),
      state: fc.constantFrom('online', 'offline', 'unknown'),
      zones: fc.constantFrom('', 'none', 'DMA32', 'Normal Movable'),
    }),
    { maxLength: 6 },
  )
  .map((runs) => {
    let at = 0;
    return runs.map(({ length, gap, state, zones }) => {
      const first = at + gap;
      at = first + length;
      return { first, last: at - 1, state, zones } as PictureBlocks;
    });
  });

const shape = fc.constantFrom([128, 128], [128, 2048], [16, 256], [512, 512], [1024, 1024]);

const picture: fc.Arbitrary<Picture> = fc
  .record({ resources: fc.array(ranges(2), { maxLength: 6 }), blocks, shape })
  .map(({ resources, blocks: runs, shape: [section = 128, block = 128] }) =>
    pictureOfResources({
      sectionSizeBytes: section * MiB,
      subsectionSizeBytes: 2 * MiB,
      blockSizeBytes: block * MiB,
      resources,
      blocks: runs,
    }),
  );

describe('any picture', () => {
  test('has sorted, disjoint segments and sections', () => {
    fc.assert(
      fc.property(picture, ({ segments, sections }) => {
        segments.forEach((segment, index) => {
          expect(segment.start).toBeLessThan(segment.end);
          if (index > 0) expect(segment.start).toBeGreaterThanOrEqual(segments[index - 1]?.end ?? 0);
        });
        sections.forEach((run, index) => {
          expect(run.first).toBeLessThanOrEqual(run.last);
          if (index > 0) expect(run.first).toBeGreaterThan(sections[index - 1]?.last ?? -1);
        });
      }),
    );
  });

  test('is drawn within its width, the same without colour, every byte counted once', () => {
    fc.assert(
      fc.property(picture, fc.integer({ min: 20, max: 200 }), fc.boolean(), (drawn, width, unicode) => {
        const plain = renderMap(drawn, { width, unicode });
        expect(Math.max(...plain.map((line) => line.length))).toBeLessThanOrEqual(width);
        const coloured = renderMap(drawn, { width, unicode, color: true });
        expect(coloured.map((line) => line.replace(ESCAPES, '').trimEnd())).toEqual(plain);
        const tally = new Tally();
        let next = 0;
        for (const span of spansOf(drawn)) {
          expect(span.first).toBe(next);
          next = span.last + 1;
          tally.add(drawn, span);
        }
        const present = drawn.sections.reduce((sum, { first, last }) => sum + last - first + 1, 0);
        expect(tally.totals().reduce((sum, { bytes }) => sum + bytes, 0)).toBe(present * drawn.sectionSizeBytes);
      }),
    );
  });

  test('differs from itself nowhere, and its diff with another fits the width', () => {
    fc.assert(
      fc.property(picture, picture, fc.integer({ min: 20, max: 200 }), (before, after, width) => {
        expect(renderMapDiff(before, before)).toEqual(['no section of memory changed']);
        const lines = renderMapDiff(before, after, { width });
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
