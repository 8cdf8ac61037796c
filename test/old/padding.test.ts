/** libnvdimm's padding to sections: its arithmetic, what it costs, and what a later kernel makes of it. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { paddedDataoff, trimPfnDevice, type Neighbours } from '../../src/drivers/nvdimm/pfn-padding.ts';
import { reboot } from '../../src/drivers/reboot.ts';
import { GiB, KiB, MiB } from '../../src/kernel/units.ts';
import { runShell } from '../../src/tools/shell.ts';

const SECTION = 128 * MiB;
const ALONE: Neighbours = { ramIsMixed: () => false, regionConflict: () => false };
const overlapping = (start: number, end: number) => (from: number, to: number): boolean => from < end && start < to;

describe('what is cut off', () => {
  // Start, size, RAM or another region, and "truncate N bytes", as recorded from 5.0.
  test.each([
    [0x1a000000, 160, 0x24000000, 167772160],
    [0x10700000, 192, 0x1c700000, 201326592],
    [0x10000000, 32, 0x12000000, 33554432],
    [0x2dc50000, 80, 0x32c50000, 83886080],
    [0x24200000, 145, 0x2d300000, 152043520],
    [0x12200000, 192, 0x1e200000, 201326592],
  ])('a namespace at %i of %i MiB between RAM', (start, mebibytes, end, truncated) => {
    expect(start + mebibytes * MiB).toBe(end);
    const below = overlapping(0x100000, start);
    const above = overlapping(end, 2 * GiB);
    const neighbours = { ...ALONE, ramIsMixed: (from: number, to: number) => below(from, to) || above(from, to) };
    const { startPad, endTrunc } = trimPfnDevice(start, end, 2 * MiB, SECTION, neighbours);
    expect(startPad + endTrunc).toBe(truncated);
  });

  test('the map of ndctl issue 76: 64 MiB at the shared border, from either side', () => {
    const [first, border, end] = [0x187c000000, 0x577c000000, 0x967c000000];
    const lower = trimPfnDevice(first, border, 2 * MiB, SECTION, { ...ALONE, regionConflict: overlapping(border, end) });
    const upper = trimPfnDevice(border, end, 2 * MiB, SECTION, { ...ALONE, regionConflict: overlapping(first, border) });
    expect([lower, upper]).toEqual([{ startPad: 0, endTrunc: 64 * MiB }, { startPad: 64 * MiB, endTrunc: 0 }]);
  });

  test('nothing nearby: only an end that is not aligned is cut', () => {
    expect(trimPfnDevice(GiB + MiB, 2 * GiB + MiB, 4 * KiB, SECTION, ALONE)).toEqual({ startPad: 0, endTrunc: 0 });
    // To the section, because that is the smaller of the two.
    expect(trimPfnDevice(GiB, 2 * GiB + MiB, 2 * MiB, SECTION, ALONE)).toEqual({ startPad: 0, endTrunc: MiB });
    expect(trimPfnDevice(GiB, 2 * GiB + 3 * MiB, 2 * MiB, SECTION, ALONE)).toEqual({ startPad: 0, endTrunc: 3 * MiB });
  });
});

describe('where data begins', () => {
  const request = { startPad: 0, endTrunc: 0, align: 2 * MiB, isDax: false, sectionSize: SECTION, pmdSize: 2 * MiB };
  test('132 MiB give 126, as the report of February 2019 says', () => {
    const size = 132 * MiB;
    expect(size - paddedDataoff({ ...request, start: 4 * GiB, size, onDevice: true }, true)).toBe(126 * MiB);
  });
  test('device-dax keeps 128 KiB more, which only shows without memmap and with small pages', () => {
    const dax = { ...request, start: 4 * GiB, size: GiB, onDevice: false, align: 4 * KiB, isDax: true };
    expect([paddedDataoff(dax, true), paddedDataoff(dax, false)]).toEqual([136 * KiB, 8 * KiB]);
  });

  test('for any namespace: aligned, room for info block and memmap of whole sections', () => {
    const shape = fc.record({
      start: fc.nat(100_000), size: fc.integer({ min: 16, max: 4096 }), align: fc.constantFrom(4 * KiB, 2 * MiB, GiB),
      below: fc.boolean(), above: fc.boolean(), onDevice: fc.boolean(), isDax: fc.boolean(),
    });
    fc.assert(
      fc.property(shape, ({ start: at, size: mebibytes, align, below, above, onDevice, isDax }) => {
        const [start, size] = [GiB + at * MiB, mebibytes * MiB];
        const end = start + size;
        const neighbours = {
          ramIsMixed: (from: number) => below && from < start,
          regionConflict: (_from: number, to: number) => above && to > end,
        };
        const padding = trimPfnDevice(start, end, align, SECTION, neighbours);
        expect(padding.startPad).toBeLessThan(SECTION);
        expect(padding.endTrunc).toBeLessThan(Math.max(SECTION, align) + SECTION);
        if (below && start % SECTION !== 0) expect((start + padding.startPad) % SECTION).toBe(0);
        if (above && end % SECTION !== 0) expect((end - padding.endTrunc) % SECTION).toBeLessThan(SECTION);
        const dataoff = paddedDataoff(
          { start, size, align, onDevice, isDax, sectionSize: SECTION, pmdSize: 2 * MiB, ...padding }, true,
        );
        const left = size - padding.startPad - padding.endTrunc;
        expect((start + padding.startPad + dataoff) % align).toBe(0);
        const memmap = onDevice && left > 0 ? Math.ceil((left - 8 * KiB) / SECTION) * 2 * MiB : 0;
        expect(dataoff).toBeGreaterThanOrEqual(8 * KiB + memmap);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a padded namespace', () => {
  const machineOn = (kernel: string): Machine =>
    buildMachine({ kernel, memory: '1G', cmdline: 'memmap=512M!0x104000000 memmap=512M!0x124000000', qemu: [] });
  const typed = (machine: Machine, line: string): string => runShell(machine, line).output.join('\n');
  const padded = (): Machine => {
    const machine = machineOn('5.0');
    for (const id of [0, 1]) typed(machine, `ndctl create-namespace -f -e namespace${id}.0 -m fsdax -a 2M`);
    return machine;
  };
  const sizes = (machine: Machine): string =>
    typed(machine, 'ndctl list -N | grep \'"size"\'').replaceAll(/[^0-9\n]/g, '');

  test('comes back on 5.0 at the next boot', () => {
    expect(sizes(reboot(padded()))).toBe(`${438 * MiB}\n${438 * MiB}`);
  });

  test('is honoured by 6.12: the padding stays lost', () => {
    const later = reboot(padded(), { kernel: '6.12' });
    typed(later, 'modprobe -a nd_e820 nd_pmem');
    expect(sizes(later)).toBe(`${438 * MiB}\n${438 * MiB}`);
    expect(typed(later, 'cat /sys/bus/nd/devices/pfn1.1/resource')).toBe('0x128a00000');
  });

  test('created anew on 6.12 gets all but info block and memmap', () => {
    const later = reboot(padded(), { kernel: '6.12' });
    typed(later, 'modprobe -a nd_e820 nd_pmem');
    for (const id of [0, 1]) typed(later, `ndctl create-namespace -f -e namespace${id}.0 -m fsdax -a 2M`);
    expect(sizes(later)).toBe(`${502 * MiB}\n${502 * MiB}`);
  });

  test('does not survive a move by 1 MiB: 6.12 leaves it off, 5.0 takes it for one without info block', () => {
    const moved = {
      cmdline: 'memmap=512M!0x104100000',
      moved: [{ from: 0x104000000, to: 0x104100000, size: 512 * MiB }],
    };
    const later = reboot(padded(), { ...moved, kernel: '6.12' });
    typed(later, 'modprobe -a nd_e820 nd_pmem');
    expect(typed(later, 'dmesg | grep misaligned')).toContain('misaligned');
    expect(sizes(later)).toBe('');
    const same = reboot(padded(), moved);
    expect(typed(same, 'dmesg | grep pfn')).toContain('bad offset: 0xa00000 dax disabled align: 0x200000');
    expect(sizes(same)).toBe(`${512 * MiB}`);
  });
});
