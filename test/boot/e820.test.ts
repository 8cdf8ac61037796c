import { describe, expect, test } from 'vitest';
import { boot } from '../../src/kernel/boot/boot.ts';
import type { E820Entry } from '../../src/kernel/boot/boot-map.ts';
import { resolveProfile } from '../../src/kernel/profile/profile.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';

const profile = resolveProfile('6.12');
const RAM: readonly E820Entry[] = [
  { start: 0, end: 0xa0000, type: 'ram' },
  { start: MiB, end: GiB, type: 'ram' },
  { start: GiB, end: GiB + MiB, type: 'reserved' },
];

function bootWith(cmdline: string, e820 = RAM) {
  return boot({ e820, cmdline, srat: [], hypervisor: true }, profile);
}

/** The table as `start-end type` from 1 MiB on, in MiB. */
function above1M(cmdline: string, e820 = RAM): string[] {
  return bootWith(cmdline, e820)
    .e820.filter(({ start }) => start >= MiB)
    .map(({ start, end, type }) => `${start / MiB}-${end / MiB} ${type}`);
}

describe('mem= and memmap=', () => {
  test.each([
    ['', ['1-1024 ram', '1024-1025 reserved']],
    ['mem=512M', ['1-512 ram', '1024-1025 reserved']],
    ['mem=0', ['1-1024 ram', '1024-1025 reserved']],
    ['mem=nonsense', ['1-1024 ram', '1024-1025 reserved']],
    ['mem=nopentium', ['1-1024 ram', '1024-1025 reserved']],
    ['mem', ['1-1024 ram', '1024-1025 reserved']],
    ['mem=512M mem=256M', ['1-256 ram', '1024-1025 reserved']],
    ['memmap=64M@2G', ['1-1024 ram', '1024-1025 reserved', '2048-2112 ram']],
    ['memmap=64M#512M', ['1-512 ram', '512-576 acpi', '576-1024 ram', '1024-1025 reserved']],
    ['memmap=64M$512M', ['1-512 ram', '512-576 reserved', '576-1024 ram', '1024-1025 reserved']],
    ['memmap=64M!512M', ['1-512 ram', '512-576 pram', '576-1024 ram', '1024-1025 reserved']],
    ['memmap=8M!512M,8M!520M', ['1-512 ram', '512-520 pram', '520-528 pram', '528-1024 ram', '1024-1025 reserved']],
    ['memmap=8M!512M memmap=8M!516M', ['1-512 ram', '512-516 pram', '516-520 pram', '520-524 pram', '524-1024 ram', '1024-1025 reserved']],
    ['memmap=64M%512M-1+12', ['1-512 ram', '512-576 pram', '576-1024 ram', '1024-1025 reserved']],
    ['memmap=64M%512M-1+0xefffffff', ['1-512 ram', '512-576 soft-reserved', '576-1024 ram', '1024-1025 reserved']],
    ['memmap=64M%512M-2+1', ['1-1024 ram', '1024-1025 reserved']],
    ['memmap=64M%512M-1', ['1-512 ram', '576-1024 ram', '1024-1025 reserved']],
    ['memmap=64M%512M', ['1-512 ram', '576-1024 ram', '1024-1025 reserved']],
    ['memmap=64M%512M+7', ['1-512 ram', '512-576 pmem', '576-1024 ram', '1024-1025 reserved']],
    ['memmap=64M%512M+7x', ['1-1024 ram', '1024-1025 reserved']],
    ['memmap=256M', ['1-256 ram', '1024-1025 reserved']],
    ['memmap=256Mx', ['1-256 ram', '1024-1025 reserved']],
    ['memmap=!512M', ['1-1024 ram', '1024-1025 reserved']],
    ['memmap=exactmap memmap=64M@1M memmap=1M$0x4100000', ['1-65 ram', '65-66 reserved']],
    ['memmap=exactmap,64M@1M,1M$65M', ['1-65 ram', '65-66 reserved']],
  ])('%s', (cmdline, expected) => expect(above1M(cmdline)).toEqual(expected));

  test('mem= limits what may be added while booting', () => {
    expect(bootWith('mem=4G').memoryLimit).toBe(4 * GiB);
    expect(bootWith('mem=99999P').memoryLimit).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each([
    ['memmap=exactmap memmap=64M@1M', 'Invalid user supplied memory map'],
    ['memmap=16383P!1P memmap=2P@16383P', 'Invalid user supplied memory map'],
    ['memmap=1M%1M-1+1', 'kernel BUG at arch/x86/kernel/e820.c'],
    ['memmap=exactmap memmap=1M$1M memmap=1M$4M', 'no usable memory is left'],
  ])('%s stops the kernel', (cmdline, panic) => expect(bootWith(cmdline).panic).toBe(panic));

  test('prints what it did', () => {
    const log = bootWith('mem=512M').log.map((line) => line.text);
    expect(log).toContain('e820: remove [mem 0x20000000-0xfffffffffffffffe] usable');
    expect(log).toContain('user: [mem 0x0000000000100000-0x000000001fffffff] usable');
    expect(log).toContain('e820: update [mem 0x00000000-0x00000fff] usable ==> reserved');
  });
});

describe('overlaps', () => {
  test('the higher type number wins, neighbours of one type merge', () => {
    const table: E820Entry[] = [
      { start: 8 * MiB, end: 16 * MiB, type: 'nvs' },
      { start: MiB, end: 32 * MiB, type: 'ram' },
      { start: 12 * MiB, end: 20 * MiB, type: 'reserved' },
      { start: 32 * MiB, end: 48 * MiB, type: 'ram' },
      { start: 40 * MiB, end: 44 * MiB, type: 'unknown', typeNumber: 20 },
    ];
    expect(above1M('', table)).toEqual(['1-8 ram', '8-16 nvs', '16-20 reserved', '20-40 ram', '40-44 unknown', '44-48 ram']);
  });
});
