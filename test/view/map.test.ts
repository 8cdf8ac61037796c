import { describe, expect, test } from 'vitest';
import { GiB, MiB, TiB } from '../../src/kernel/units.ts';
import { renderMap } from '../../src/view/map.ts';
import type { Picture } from '../../src/view/picture.ts';
import {
  arm64With64k, dimmPartlyOffline, disagreeing, ppc64, sixtyFourTebibytes, twoPmemInOneSection,
} from './pictures.ts';

const CASES: readonly (readonly [string, () => Picture])[] = [
  ['1 GiB with two pmem ranges in one section', () => twoPmemInOneSection()],
  ['the same before they are mapped', () => twoPmemInOneSection(false)],
  ['a DIMM partly offline', dimmPartlyOffline],
  ['64 TiB with a few odd sections', sixtyFourTebibytes],
  ['ppc64: 8 sub-sections', ppc64],
  ['arm64 with 64K pages: 256 sub-sections', arm64With64k],
  ['bits and owners that disagree', disagreeing],
];

const ESCAPES = /\u001b\[[0-9;]*m/g;

describe('the map', () => {
  for (const [name, make] of CASES) {
    for (const width of [40, 80, 120]) {
      test(`${name}, ${width} columns`, () => {
        expect('\n' + renderMap(make(), { width }).join('\n') + '\n').toMatchSnapshot();
      });
    }
    test(`${name}: colour adds nothing to the text, and no line is too long`, () => {
      for (const width of [20, 33, 40, 63, 64, 72, 80, 100, 132, 160, 200]) {
        const plain = renderMap(make(), { width, unicode: true });
        const coloured = renderMap(make(), { width, unicode: true, color: true });
        expect(coloured.map((line) => line.replace(ESCAPES, '').trimEnd())).toEqual(plain);
        expect(Math.max(...plain.map((line) => line.length))).toBeLessThanOrEqual(width);
      }
    });
  }

  test('marks a range', () => {
    const options = { width: 80, highlight: { start: 830 * MiB, end: 864 * MiB } };
    expect('\n' + renderMap(twoPmemInOneSection(), options).slice(0, 9).join('\n') + '\n').toMatchSnapshot();
  });

  test('shows only what overlaps [from, to)', () => {
    const lines = renderMap(twoPmemInOneSection(), { width: 120, from: 800 * MiB, to: 801 * MiB });
    expect('\n' + lines.join('\n') + '\n').toMatchSnapshot();
    expect(renderMap(twoPmemInOneSection(), { from: 2 * GiB })).toEqual(['no section of memory is present here']);
  });

  test('sums up the rows it has no room for', () => {
    const lines = renderMap(dimmPartlyOffline(), { width: 80, maxRows: 2 });
    expect(lines).toContain('... 4 more rows: sections 16-39, 1G of them present');
  });

  test('draws every cell when told to, with the rest in one row', () => {
    const lines = renderMap(sixtyFourTebibytes(), { width: 120, unfolded: true, maxRows: 10 });
    expect(lines.filter((line) => / RRRRRRRR RRRRRRRR /.test(line))).toHaveLength(10);
    expect(lines.some((line) => line.startsWith('... '))).toBe(true);
  });
});

describe('the cost of a map', () => {
  test('64 TiB takes less than 50 ms', () => {
    renderMap(sixtyFourTebibytes(), { width: 120 });
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      renderMap(sixtyFourTebibytes(), { width: 120, color: true });
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(50);
  });

  test('64 TiB of which every other section is another owner still ends soon, in few lines', () => {
    const picture: Picture = {
      sectionSizeBytes: 128 * MiB,
      subsectionSizeBytes: 2 * MiB,
      blockSizeBytes: 128 * MiB,
      segments: Array.from({ length: 524288 }, (_, nr) => ({
        start: nr * 128 * MiB,
        end: nr * 128 * MiB + 64 * MiB * (1 + (nr % 2)),
        kind: 'device' as const,
        label: `dax${nr}.0`,
      })),
      sections: [{ first: 0, last: 524287, flags: 3, subsections: undefined }],
      blocks: [],
    };
    const start = performance.now();
    const lines = renderMap(picture, { width: 80 });
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(lines.length).toBeLessThan(200);
    expect(picture.segments.at(-1)?.end).toBe(64 * TiB);
  });
});
