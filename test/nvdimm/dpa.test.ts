/** Free space on a DIMM, and which piece an allocation gets: figures recorded on real kernels (device reference, 2). */

import { describe, expect, test } from 'vitest';
import {
  ndPmemAvailableDpa, ndPmemMaxContiguousDpa, scanAllocate, scanFree,
} from '../../src/drivers/nvdimm/dpa.ts';
import type { DpaResource } from '../../src/drivers/nvdimm/state.ts';
import { KiB, MiB } from '../../src/kernel/units.ts';

const mapping = { dimm: 0, start: 0, size: 0x13fe00000, position: 0 };

function at(start: number, size: number, name: string): DpaResource {
  return { start, end: start + size, name };
}

describe('available space', () => {
  const odd = [at(0, 16785408, 'a'), at(0x1002000, 16781312, 'b'), at(0x2003000, 20971520, 'c')];
  test.each([
    [4 * KiB, 5312073728],
    [64 * KiB, 5311889408],
    [MiB, 5308940288],
    [2 * MiB, 5305794560],
    [16 * MiB, 5251268608],
  ])('in units of %d bytes, overlaps counted twice', (align, expected) => {
    expect(ndPmemAvailableDpa(odd, mapping, align)).toBe(expected);
  });

  test('an allocation in the last partial unit makes it nothing', () => {
    expect(ndPmemAvailableDpa([at(0x13f000000, 0xe00000, 'a')], mapping, 16 * MiB)).toBe(0);
    expect(ndPmemMaxContiguousDpa([at(0x13f000000, 0xe00000, 'a')], mapping, 16 * MiB)).toBe(0);
  });

  test('of an empty DIMM', () => {
    expect(ndPmemAvailableDpa([], mapping, 16 * MiB)).toBe(5351931904);
    expect(ndPmemMaxContiguousDpa([], mapping, 16 * MiB)).toBe(5351931904);
  });
});

describe('placement', () => {
  const grow = (dpa: readonly DpaResource[], id: string, bytes: number, align = 4 * KiB): ReturnType<typeof scanAllocate> =>
    scanAllocate(dpa, mapping, align, id, bytes);

  test('the recorded script: allocate, delete, grow towards the front', () => {
    let { dpa, steps } = grow([], 'A', 64 * MiB);
    expect(steps).toEqual([{ action: 'init', start: 0, size: 64 * MiB }]);
    ({ dpa, steps } = grow(dpa, 'B', 128 * MiB));
    expect(steps).toEqual([{ action: 'allocate', start: 64 * MiB, size: 128 * MiB }]);
    ({ dpa } = grow(dpa, 'C', 64 * MiB + 4 * KiB));
    ({ dpa } = grow(dpa, 'D', 32 * MiB));
    dpa = scanFree(dpa, 'A', 64 * MiB);
    ({ dpa, steps } = grow(dpa, 'B', 32 * MiB));
    expect(steps).toEqual([{ action: 'cur grow up', start: 32 * MiB, size: 160 * MiB }]);
    ({ dpa, steps } = grow(dpa, 'B', 32 * MiB));
    expect(steps).toEqual([{ action: 'cur grow up', start: 0, size: 192 * MiB }]);
    const blocked = grow(dpa, 'C', 32 * MiB - 4 * KiB);
    expect(blocked.rest).toBe(0x1fff000);
    expect(blocked.dpa).toEqual(dpa);
  });

  test('first fit, lowest address', () => {
    let { dpa } = grow([], 'A', 0x8000000);
    ({ dpa } = grow(dpa, 'hole', 64 * MiB));
    ({ dpa } = grow(dpa, 'B', 0x11000000 - 0x8000000 - 64 * MiB));
    dpa = scanFree(dpa, 'hole', 64 * MiB);
    const starts: number[] = [];
    for (const [id, size] of [['x', 32 * MiB], ['y', 64 * MiB], ['z', 16 * MiB]] as const) {
      const placed = grow(dpa, id, size);
      ({ dpa } = placed);
      starts.push(placed.steps[0]?.start ?? -1);
    }
    expect(starts).toEqual([0x8000000, 0x11000000, 0xa000000]);
  });

  test('an end between two units stops growth, a rounded one does not', () => {
    const odd = [at(0, 64 * MiB + 4 * KiB, 'C')];
    expect(grow(odd, 'C', 16 * MiB, 16 * MiB).rest).toBe(16 * MiB);
    const rounded = scanFree(odd, 'C', 4 * KiB);
    expect(grow(rounded, 'C', 16 * MiB, 16 * MiB).steps).toEqual([{ action: 'grow down', start: 0, size: 80 * MiB }]);
  });

  test('shrinking takes from the end, and all when all goes', () => {
    const dpa = [at(0, 192 * MiB, 'B')];
    expect(scanFree(dpa, 'B', 64 * MiB)).toEqual([at(0, 128 * MiB, 'B')]);
    expect(scanFree(dpa, 'B', 192 * MiB)).toEqual([]);
  });
});
