import { describe, expect, test } from 'vitest';
import { GiB, MiB } from '../../src/kernel/units.ts';
import { renderMapDiff } from '../../src/view/map-diff.ts';
import type { Picture } from '../../src/view/picture.ts';
import { dimmPartlyOffline, ppc64, sixtyFourTebibytes, twoPmemInOneSection } from './pictures.ts';

const ESCAPES = /\u001b\[[0-9;]*m/g;

function withoutDimm(): Picture {
  const picture = dimmPartlyOffline();
  return {
    ...picture,
    segments: picture.segments.filter(({ start }) => start < 4 * GiB),
    sections: picture.sections.filter(({ first }) => first < 32),
    blocks: picture.blocks.filter(({ first }) => first < 32),
  };
}

describe('what changed', () => {
  for (const width of [40, 80, 120]) {
    test(`two namespaces mapped in one section, ${width} columns`, () => {
      const lines = renderMapDiff(twoPmemInOneSection(false), twoPmemInOneSection(), { width });
      expect('\n' + lines.join('\n') + '\n').toMatchSnapshot();
    });
    test(`a DIMM plugged, ${width} columns`, () => {
      const lines = renderMapDiff(withoutDimm(), dimmPartlyOffline(), { width });
      expect('\n' + lines.join('\n') + '\n').toMatchSnapshot();
    });
  }

  test('a DIMM unplugged', () => {
    const lines = renderMapDiff(dimmPartlyOffline(), withoutDimm(), { width: 80 });
    expect('\n' + lines.join('\n') + '\n').toMatchSnapshot();
  });

  test('nothing', () => {
    for (const picture of [twoPmemInOneSection(), dimmPartlyOffline(), sixtyFourTebibytes(), ppc64()]) {
      expect(renderMapDiff(picture, picture)).toEqual(['no section of memory changed']);
    }
  });

  test('maps of different architectures are not compared', () => {
    expect(renderMapDiff(ppc64(), twoPmemInOneSection(), { width: 200 })[0]).toMatch(/sections of different sizes/);
  });

  test('a flag alone, a zone alone, an owner below a cell alone', () => {
    const picture = twoPmemInOneSection();
    const flags = { ...picture, sections: picture.sections.map((run) => ({ ...run, flags: 0x0b })) };
    expect(renderMapDiff(picture, flags, { width: 120 }).some((line) => line.startsWith('+'))).toBe(true);
    const zones = { ...picture, blocks: picture.blocks.map((run) => ({ ...run, zones: 'Movable' })) };
    expect(renderMapDiff(picture, zones, { width: 120 }).filter((line) => / \^+$/.test(line)).length).toBeGreaterThan(0);
    const segments = picture.segments.map((segment, index) =>
      index === 1 ? { ...segment, start: segment.start - 4096 } : index === 0 ? { ...segment, end: segment.end - 4096 } : segment,
    );
    const marks = renderMapDiff(picture, { ...picture, segments }, { width: 120 }).filter((line) => /^ +\^$/.test(line));
    expect(marks).toHaveLength(1);
  });

  test('colour adds nothing to the text, no line is too long, and 64 TiB takes less than 100 ms', () => {
    const before = sixtyFourTebibytes();
    const after = { ...before, segments: before.segments.filter(({ kind }) => kind !== 'device') };
    for (const width of [20, 50, 80, 200]) {
      const plain = renderMapDiff(before, after, { width });
      const coloured = renderMapDiff(before, after, { width, color: true });
      expect(coloured.map((line) => line.replace(ESCAPES, '').trimEnd())).toEqual(plain);
      expect(Math.max(...plain.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
    const start = performance.now();
    renderMapDiff(before, after, { width: 120 });
    expect(performance.now() - start).toBeLessThan(100);
  });

  test('bounded rows, the rest counted', () => {
    const every = (label: (nr: number) => string): Picture => ({
      sectionSizeBytes: 128 * MiB,
      subsectionSizeBytes: 2 * MiB,
      blockSizeBytes: 128 * MiB,
      segments: Array.from({ length: 5000 }, (_, nr) => ({
        start: nr * 128 * MiB, end: (nr + 1) * 128 * MiB, kind: 'device' as const, label: label(nr),
      })),
      sections: [{ first: 0, last: 4999, flags: 3, subsections: [0xffffffff, 0xffffffff] }],
      blocks: [],
    });
    const lines = renderMapDiff(every((nr) => `dax${nr % 2}.0`), every((nr) => `dax${(nr + 1) % 2}.0`), { maxRows: 10 });
    expect(lines).toContain('  ... 4990 more changed rows');
    expect(lines.length).toBeLessThan(40);
  });
});
