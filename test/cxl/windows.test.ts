/** Windows: what firmware may get wrong, what the kernel says, what blocks make of them. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadCxlAcpi } from '../../src/drivers/cxl/acpi.ts';
import { advisedBlockSize, blockRoundingLoss, eiwToWays } from '../../src/drivers/cxl/cfmws.ts';
import type { CxlWindow } from '../../src/drivers/cxl/platform.ts';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { MachineDescriptionError } from '../../src/drivers/machine-description.ts';
import { logLines } from '../../src/kernel/log.ts';
import { printIomem } from '../../src/kernel/resource-query.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';

const WINDOW: CxlWindow = {
  base: 0x110000000, size: 4 * GiB, encodedWays: 0, arithmetic: 0, encodedGranularity: 0, targets: [12],
  restrictions: { type2: true, type3: true, volatile: true, pmem: true },
};
const BRIDGES = [{ uid: 12, acpiName: 'ACPI0016:00', pciName: 'pci0000:0c', rootPorts: [], decoders: 1 }];

function loadWith(kernel: string, windows: readonly CxlWindow[]): { log: string[]; names: string[] } {
  const machine = buildMachine({ kernel, memory: '2G', cmdline: '', qemu: [] });
  machine.devices = { ...machine.devices, cxl: { ...machine.devices.cxl, platform: { windows, bridges: BRIDGES, cards: [] } } };
  const skip = machine.kernel.log?.length ?? 0;
  loadCxlAcpi(machine);
  const names = printIomem(machine.kernel.iomem).flatMap((line) => /CXL Window \d+/.exec(line)?.[0] ?? []);
  return { log: logLines(machine.kernel.log, skip).filter(({ level }) => level <= 3).map(({ text }) => text), names };
}

describe('checks of a window', () => {
  test.each([
    [{ arithmetic: 2 }, 'CFMWS Unknown Interleave Arithmetic: 2', 'CFMWS Unsupported Interleave Arithmetic'],
    [{ base: 0x108000000 }, 'CFMWS Base HPA not 256MB aligned', undefined],
    [{ size: 100 * MiB }, 'CFMWS Window Size not 256MB aligned', undefined],
    [{ encodedWays: 5 }, 'CFMWS Interleave Ways (5) invalid', undefined],
    [{ encodedWays: 1 }, 'CFMWS length 40 less than expected 44', undefined],
  ])('%j', (wrong, text, before) => {
    const bad = { ...WINDOW, ...wrong };
    const start = `0x${bad.base.toString(16)}`;
    const end = `0x${(bad.base + bad.size - 1).toString(16)}`;
    // The window behind it counts from 0.
    const good = { ...WINDOW, base: 0x400000000 };
    expect(loadWith('6.12', [bad, good])).toEqual({
      log: [`cxl_acpi ACPI0017:00: ${text}`, `cxl_acpi ACPI0017:00: Failed to add decode range: [${start} - ${end}] (-22)`],
      names: ['CXL Window 0'],
    });
    expect(loadWith('6.1', [bad, good]).log).toEqual([
      `cxl_acpi ACPI0017:00: ${before ?? text}`,
      `cxl_acpi ACPI0017:00: CFMWS range ${start}-${end} not registered`,
    ]);
  });

  test('XOR is understood by 6.12 alone', () => {
    expect(loadWith('6.12', [{ ...WINDOW, arithmetic: 1 }]).names).toEqual(['CXL Window 0']);
    expect(loadWith('6.1', [{ ...WINDOW, arithmetic: 1 }]).names).toEqual([]);
  });

  test('a window that cuts through RAM grows over it', () => {
    const { names } = loadWith('6.12', [{ ...WINDOW, base: 0x70000000, size: 256 * MiB }]);
    expect(names).toEqual(['CXL Window 0']);
  });

  test('encoded ways', () => {
    expect([0, 1, 2, 3, 4, 8, 9, 10].map(eiwToWays)).toEqual([1, 2, 4, 8, 16, 3, 6, 12]);
    expect([5, 6, 7, 11, 255].map(eiwToWays)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});

describe('what memory blocks cannot hold', () => {
  test('the window of the report: 2560 MiB with blocks of 2 GiB, nothing with 256 MiB', () => {
    const window = { start: 0xc050000000, end: 0xc050000000 + 0x3ca0000000 };
    expect(blockRoundingLoss(window, 2 * GiB)).toEqual({ front: 768 * MiB, back: 1792 * MiB });
    expect(blockRoundingLoss(window, 256 * MiB)).toEqual({ front: 0, back: 0 });
  });

  test('advice is the least alignment of all windows', () => {
    const at = (base: number, size: number): CxlWindow => ({ ...WINDOW, base, size });
    expect(advisedBlockSize([])).toBeUndefined();
    expect(advisedBlockSize([at(0xc050000000, 0x3ca0000000)])).toBe(256 * MiB);
    expect(advisedBlockSize([at(64 * GiB, 64 * GiB), at(256 * GiB, 6 * GiB)])).toBe(2 * GiB);
    // Below 256 MiB firmware is wrong, and is not listened to.
    expect(advisedBlockSize([at(0x108000000, 4 * GiB)])).toBeUndefined();
  });

  test('with the advised size no window loses anything', () => {
    const windows = fc.array(fc.tuple(fc.integer({ min: 16, max: 4096 }), fc.integer({ min: 1, max: 1024 })), { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(windows, (list) => {
      const all = list.map(([base, size]) => ({ ...WINDOW, base: base * 256 * MiB, size: size * 256 * MiB }));
      const block = advisedBlockSize(all) as number;
      for (const { base, size } of all) {
        expect(blockRoundingLoss({ start: base, end: base + size }, block)).toEqual({ front: 0, back: 0 });
      }
    }));
  });
});

describe('arguments', () => {
  const device = ['-device', 'pxb-cxl,bus_nr=12,bus=pcie.0,id=cxl.1'];
  const build = (qemu: readonly string[]): (() => unknown) => () => buildMachine({ kernel: '6.12', memory: '2G', cmdline: '', qemu });

  test.each([
    ['q35,cxl=on,cxl-fmw.0.targets.0=cxl.1,cxl-fmw.0.size=100M', 'Size of a CXL fixed memory window must my a multiple of 256MiB'],
    ['q35,cxl=on,cxl-fmw.0.targets.0=cxl.9,cxl-fmw.0.size=4G', 'Could not resolve CXLFM target cxl.9'],
    ['q35,cxl=on,cxl-fmw.0.targets.0=cxl.1', "Parameter 'cxl-fmw.0.size' is missing"],
    ['q35,cxl=on,cxl-fmw.0.size=4G', "Parameter 'cxl-fmw.0.targets' is missing"],
    ['q35,cxl=on,cxl-fmw.1.targets.0=cxl.1,cxl-fmw.1.size=4G', "Parameter 'cxl-fmw.0' missing"],
    ['q35,cxl=maybe', "Parameter 'cxl' expects 'on' or 'off'"],
    ['q35,cxl=on,cxl-fmw.0.targets.0=cxl.1,cxl-fmw.0.size=foo', "Parameter 'cxl-fmw.0.size' expects size"],
    ['q35,cxl=on,cxl-fmw.0.targets.0=cxl.1,cxl-fmw.0.size=4G,cxl-fmw.0.interleave-granularity=3k', 'Interleave granularity: 3072 invalid'],
    ['q35', 'CXL host bridges present, but cxl=off'],
  ])('-M %s: in QEMU’s words', (machine, message) => {
    expect(build(['-M', machine, ...device])).toThrow(new MachineDescriptionError({ message, field: 'qemu[1]' }).message);
  });

  test.each([
    [['-device', 'cxl-rp,port=0,bus=nope,id=rp0'], "Bus 'nope' not found"],
    [['-device', 'cxl-rp,port=0,bus=cxl.1,id=rp0', '-device', 'cxl-type3,bus=rp0,id=pm0'], 'memdev property must be set'],
    [['-device', 'cxl-rp,port=0,bus=cxl.1,id=rp0', '-device', 'cxl-type3,bus=rp0,id=pm0,memdev=cm9,lsa=x'], "Device 'cm9' not found"],
    [device, 'Bus 12 is already in use'],
    [['-device', 'cxl-upstream,bus=rp0'], 'memhp does not model -device cxl-upstream'],
    [['-device', 'pxb-cxl,bus_nr=14,numa_node=1'], 'memhp does not model the property numa_node of pxb-cxl'],
  ])('%j', (more, message) => {
    expect(build(['-M', 'q35,cxl=on', ...device, ...more])).toThrow(message);
  });

  test('any text ends in a machine or a complaint', () => {
    const word = fc.constantFrom('cxl=on', 'cxl-fmw.0.size=', 'cxl-fmw.0.targets.0=', 'cxl.1', '256M', '4G', ',', '-1', '0x', 'cxl-fmw.99999.size=1', 'interleave');
    fc.assert(fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      try {
        build(['-M', `q35,cxl=on,${words.join('')}`, ...device])();
      } catch (error) {
        expect(error).toBeInstanceOf(MachineDescriptionError);
      }
    }), { numRuns: 60 });
  });
});
