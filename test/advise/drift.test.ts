/** Two boots: what the thread claimed of them, and what holds for any shift. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { driftOf, prepareDrift, withInfoBlockMinor, type Drift, type Prepared } from '../../src/advise/drift/drift.ts';
import { persistentWords, rebootChangeOf, type DriftStep } from '../../src/advise/drift/move.ts';
import { changeBetween, parseMove, parseSweep } from '../../src/cli/drift-input.ts';
import { multiplesText } from '../../src/cli/drift-shift.ts';
import type { MachineDescription } from '../../src/drivers/machine-description.ts';
import { KiB, MiB } from '../../src/kernel/units.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { runMain } from '../cli/run-main.ts';

const LOAD = 'for m in nd_e820 nfit nd_pmem dax_pmem device_dax kmem; do modprobe $m; done';

function described(kernel: string, cmdline: string, qemu: readonly string[] = [], memory = '2G'): MachineDescription {
  return { kernel, memory, cmdline, qemu };
}

function prepared(description: MachineDescription, commands: readonly string[]): Prepared {
  const text = ['---', 'memory: 2G', '---', ...[LOAD, ...commands].map((command) => `$ ${command}`), ''].join('\n');
  return prepareDrift(description, parseRunbook(text, 'test').book);
}

function moved(description: MachineDescription, machine: Prepared, ...steps: DriftStep[]): Drift {
  return driftOf(machine, rebootChangeOf(description, steps));
}

const fates = (drift: Drift): string[] => drift.namespaces.map(({ fate }) => fate);
const FSDAX = 'ndctl create-namespace -f -e namespace0.0 -m fsdax';

describe('a range that moves by 64 MiB, as when a DIMM or a PCI device is dropped', () => {
  test.each([
    ['5.0', 'dies'],
    ['6.1', 'survives'],
    ['6.12', 'survives'],
  ])('on %s its namespace %s', (kernel, fate) => {
    const description = described(kernel, 'memmap=256M!0x40000000');
    const drift = moved(description, prepared(description, [FSDAX]), { kind: 'move', what: '#0', by: 64 * MiB });
    expect(fates(drift)).toEqual([fate]);
    if (fate === 'dies') {
      const { refusal } = drift.namespaces[0]!;
      expect(refusal?.check?.fn).toBe('devm_memremap_pages');
      expect(refusal?.log.join('\n')).toContain('devm_memremap_pages attempted on mixed region [mem 0x44000000-0x53ffffff');
    }
  });

  test.each(['6.1', '6.12'])('on %s it dies below 2 MiB, with -EOPNOTSUPP', (kernel) => {
    const description = described(kernel, 'memmap=256M!0x40000000');
    const machine = prepared(description, [FSDAX]);
    for (const by of [MiB, -MiB, 64 * KiB, 63 * MiB]) {
      const drift = moved(description, machine, { kind: 'move', what: '#0', by });
      expect(fates(drift), `${by}`).toEqual(['dies']);
      expect(drift.namespaces[0]?.refusal?.log.join('\n')).toMatch(/misaligned, unable to map\n.*failed with error -95/);
    }
  });

  test('from 5.7 on the shift must be a multiple of 2 MiB, and nothing else counts', () => {
    const description = described('6.12', 'memmap=128M!0x48000000');
    const machine = prepared(description, [FSDAX]);
    const shift = fc.integer({ min: -512, max: 512 }).map((units) => units * 256 * KiB);
    fc.assert(
      fc.property(shift, (by) => {
        const fate = by % (2 * MiB) === 0 ? 'survives' : 'dies';
        expect(fates(moved(description, machine, { kind: 'move', what: '#0', by }))).toEqual([fate]);
      }),
      { numRuns: 20, seed: 1 },
    );
  });
});

describe('other boots', () => {
  test('nothing moved, nothing lost: every mode, every info block that has its alignment', () => {
    for (const kernel of ['5.0', '6.12']) {
      for (const command of [FSDAX, 'ndctl create-namespace -f -e namespace0.0 -m devdax', 'ndctl create-namespace -f -e namespace0.0 -m sector', 'true']) {
        const description = described(kernel, 'memmap=256M!0x40000000');
        expect(fates(moved(description, prepared(description, [command]))), `${kernel} ${command}`).toEqual(['survives']);
      }
    }
    const description = described('6.12', 'memmap=256M!0x40000000');
    for (const minor of [2, 3, 4]) {
      const machine = withInfoBlockMinor(prepared(description, [FSDAX]), minor);
      expect(machine.holdings[0]?.infoBlock).toBe(`1.${minor}`);
      expect(fates(moved(description, machine))).toEqual(['survives']);
    }
  });

  test('a dropped range is gone, its neighbour stays', () => {
    const description = described('6.12', 'memmap=64M!0x40000000 memmap=64M!0x48000000');
    const machine = prepared(description, [FSDAX, 'ndctl create-namespace -f -e namespace1.0 -m fsdax']);
    const drift = moved(description, machine, { kind: 'drop', what: '0x40000000' });
    expect(fates(drift)).toEqual(['gone', 'survives']);
    expect(drift.namespaces[1]?.after?.name).toBe('namespace0.0');
  });

  test('a DIMM that fails takes its namespaces; those behind it move and live', () => {
    const dimm = (n: number): string[] => ['-object', `memory-backend-ram,id=nm${n},size=514M`, '-device', `nvdimm,memdev=nm${n},label-size=2M`];
    const description = described('6.12', '', ['-M', 'q35,nvdimm=on', ...dimm(0), ...dimm(1)], '2G,slots=4,maxmem=8G');
    const machine = prepared(description, [
      'ndctl disable-region all; ndctl init-labels all; ndctl enable-region all',
      'ndctl create-namespace -r region0 -m fsdax',
      'ndctl create-namespace -r region1 -m fsdax',
    ]);
    expect(machine.holdings).toHaveLength(2);
    const drift = moved(description, machine, { kind: 'drop', what: 'nm0' });
    const fateOf = (region: number): string | undefined => drift.namespaces.find(({ before }) => before.region === region)?.fate;
    const first = machine.holdings.find(({ start }) => start === machine.machine.devices.qemu?.devices[0]?.addr)!;
    expect(fateOf(first.region)).toBe('gone');
    expect(fateOf(1 - first.region)).toBe('survives');
    expect(drift.namespaces.find(({ fate }) => fate === 'survives')?.after?.start).toBe(first.start);
  });

  test('kmem is typed again; blocks that were online and are not there are named', () => {
    const description = described('6.12', 'memmap=512M!1030M');
    const machine = prepared(description, [
      'ndctl create-namespace -f -e namespace0.0 -m devdax -M mem',
      'daxctl reconfigure-device -m system-ram -f dax0.0',
    ]);
    const drift = moved(description, machine, { kind: 'move', what: '#0', by: 128 * MiB });
    expect(drift.fails).toEqual([]);
    expect(fates(drift)).toEqual(['survives']);
    // Blocks 9 to 11 were the device's, 10 to 12 are: block 9 is RAM of boot now, 12 was.
    expect(drift.blocks.filter(({ fate }) => fate === 'gone')).toEqual([]);
    const dropped = moved(description, machine, { kind: 'drop', what: '#0' });
    expect(dropped.fails).toEqual(['daxctl reconfigure-device -m system-ram -f dax0.0']);
  });
});

describe('what is typed', () => {
  test('moves and sweeps', () => {
    expect(parseMove('memmap=64M!0x40000000:+64M')).toEqual({ what: 'memmap=64M!0x40000000', by: 64 * MiB, to: undefined });
    expect(parseMove('#0:0x48000000')).toEqual({ what: '#0', by: undefined, to: 0x48000000 });
    expect(parseSweep('-64M..64M:2M')).toEqual({ from: -64 * MiB, to: 64 * MiB, step: 2 * MiB });
    for (const bad of ['', '1..2', '0..1T:1', '64M..-64M:2M', '0..1M:0', 'a..b:c']) expect(parseSweep(bad), bad).toBeUndefined();
    expect(persistentWords('quiet memmap=1G!4G memmap=x!y memmap=0!1G')).toHaveLength(1);
  });

  test('ranges of two descriptions are paired in order where sizes agree', () => {
    const before = described('6.12', 'memmap=64M!1G memmap=32M!1200M');
    const { moved: moves } = changeBetween(before, described('6.12', 'memmap=64M!1088M'));
    expect(moves).toEqual([
      { from: 1024 * MiB, to: 1088 * MiB, size: 64 * MiB },
      { from: 1200 * MiB, to: undefined, size: 32 * MiB },
    ]);
  });

  test('shifts in words', () => {
    const all = [-4, -2, 0, 2, 4].map((units) => units * MiB);
    expect(multiplesText(all, all)).toBe('every shift');
    expect(multiplesText([-4 * MiB, 0, 4 * MiB], all)).toBe('every multiple of 4 MiB');
    expect(multiplesText([-4 * MiB, -2 * MiB, 4 * MiB], all)).toBe('-4 MiB to -2 MiB, +4 MiB');
  });

  test.each([
    [['--move', '#7:+64M'], 'has no range `#7`'],
    [['--move', '#0:-8G'], 'cannot move to below 0'],
    [['--move', '#0'], 'says not how far'],
    [['--sweep', '0..4M:2M'], 'needs a range to move'],
    [['--sweep', '0..1T:1'], 'at most 4096 steps'],
    [['--drop', 'nope'], 'has no range `nope`'],
    [['--insert', 'memmap=4G!0'], 'does not boot'],
    [['--info-block', '2.0'], 'versions from 1.0 to 1.4'],
    [['--kernel', '9.9'], 'memhp has no kernel'],
  ])('%j is refused with status 2', async (args, words) => {
    const { status, stderr } = await runMain(100, 'drift', 'examples/drift-shift.md', ...args);
    expect(stderr).toContain(words);
    expect(status).toBe(2);
  });

  test('the sweep of the example prints what it found', async () => {
    const { status, stdout } = await runMain(80, 'drift', 'examples/drift-shift.md', '--move', '#0', '--sweep', '-4M..4M:1M');
    expect(stdout).toContain('+x+x+x+x+');
    expect(stdout).toContain('survives 5 of 9: every multiple of 2 MiB');
    expect(status).toBe(0);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
