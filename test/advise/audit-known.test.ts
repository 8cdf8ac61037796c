/** Losses people reported, with their arithmetic: the numbers are theirs. */

import { describe, expect, test } from 'vitest';
import { auditCapture, auditPlayable } from '../../src/advise/audit/audit.ts';
import { accountOfMachine } from '../../src/advise/audit/machine-account.ts';
import { bytesOf } from '../../src/advise/audit/use.ts';
import type { CapturedMachine } from '../../src/capture/captured-machine.ts';
import { machineOfRanges, parseRange } from '../../src/cli/audit-range.ts';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { runShell } from '../../src/tools/shell.ts';

function ranges(text: string, more: Partial<CapturedMachine>): CapturedMachine {
  const range = parseRange(text);
  if (range === undefined) throw new Error(text);
  return { ...machineOfRanges([range]), ...more };
}

function lostIn(machine: CapturedMachine): { lost: number; size: number; alternatives: Record<string, number | undefined> } {
  const { account, alternatives } = auditCapture(machine, { alternatives: true });
  const byName = Object.fromEntries(alternatives.map(({ name, outcome }) => [name, outcome?.lostBytes]));
  return { lost: bytesOf(account.totals, 'lost'), size: account.sizeBytes, alternatives: byName };
}

describe('ranges of the reports', () => {
  test("Gregory Price's window: 768 MiB in front and 1792 MiB behind with 2 GiB blocks, nothing with 256 MiB", () => {
    const machine = ranges('c050000000-fcefffffff:CXL Window 0', { blockSizeBytes: 2 * GiB });
    const { account } = auditCapture(machine, { alternatives: false });
    const [line] = account.devices[0]?.lines.filter(({ use }) => use === 'block-rounding') ?? [];
    expect(line?.ranges.map(({ start, end }) => (end - start) / MiB)).toEqual([768, 1792]);
    expect(lostIn(machine).lost).toBe(2560 * MiB);
    expect(lostIn(machine).alternatives['blocks of 256M']).toBe(0);
    expect(lostIn({ ...machine, blockSizeBytes: 256 * MiB }).lost).toBe(0);
  });

  test("Jia He's range on arm64 with 1 GiB blocks: 49.9 %, 2042 of 4090 MiB", () => {
    const { lost, size } = lostIn(ranges('240400000-33fdfffff', { blockSizeBytes: GiB, arch: 'arm64' }));
    expect([lost / MiB, size / MiB]).toEqual([2042, 4090]);
    expect(((100 * lost) / size).toFixed(1)).toBe('49.9');
  });

  test('512 MiB at 0x3ff010000000: all of it with 2 GiB blocks, nothing with 128 MiB', () => {
    const { lost, alternatives } = lostIn(ranges('0x3ff010000000+512M', { blockSizeBytes: 2 * GiB }));
    expect(lost).toBe(512 * MiB);
    expect(alternatives['blocks of 128M']).toBe(0);
  });
});

test.each([
  ['516G', 8258, 545391640576],
  ['60G', 962, 60 * GiB - 962 * MiB],
])('a device-dax namespace of %s keeps %i MiB of metadata, as in the hwloc tree', (size, metadata, data) => {
  const qemu = [
    '-M', 'q35,nvdimm=on', '-cpu', 'max,phys-bits=46',
    '-object', 'memory-backend-ram,id=nm0,size=517G', '-device', 'nvdimm,memdev=nm0,label-size=128K',
  ];
  const machine = buildMachine({ kernel: '6.12', memory: '1G,slots=2,maxmem=2T', cmdline: '', qemu });
  const commands = [
    'for m in nfit nd_pmem dax_pmem device_dax; do modprobe $m; done',
    'ndctl disable-region all; ndctl init-labels all; ndctl enable-region all',
    `ndctl create-namespace -r region0 -s ${size} -m devdax`,
  ];
  for (const command of commands) expect(runShell(machine, command).exit).toBe(0);
  const region = accountOfMachine(machine).devices.find(({ name }) => name === 'region0');
  const own = region?.lines.filter(({ owner }) => owner === 'namespace0.0').reduce((sum, { bytes }) => sum + bytes, 0);
  expect((own ?? 0) / MiB).toBe(metadata);
  expect(region?.totals.dax).toBe(data);
});

test('alternatives are the same commands on another machine, and say what would fail there', () => {
  const text = [
    '---', 'kernel: "6.12"', 'memory: 2G', 'cmdline: memmap=512M!1030M', '---',
    '$ modprobe nd_e820; modprobe nd_pmem; modprobe dax_pmem; modprobe device_dax; modprobe kmem',
    '$ ndctl create-namespace -f -e namespace0.0 -m devdax -M mem',
    '$ daxctl reconfigure-device -m system-ram -f dax0.0', '',
  ].join('\n');
  const { book } = parseRunbook(text, 'test');
  const description = { kernel: '6.12', memory: '2G', cmdline: 'memmap=512M!1030M', qemu: [] };
  const audit = auditPlayable('test', { description, book }, { alternatives: true });
  expect(audit.account.totals['block-rounding']).toBe(126 * MiB);
  const named = (name: string): (typeof audit.alternatives)[number] | undefined =>
    audit.alternatives.find((each) => each.name === name);
  // 256 MiB blocks leave one whole block of [1032, 1542) MiB: 128 MiB less, whose struct pages take 2 MiB of RAM no
  // more; 1 GiB blocks leave none, and kmem refuses.
  const before = bytesOf(audit.account.totals, 'lost');
  expect((named('blocks of 256M')?.outcome?.lostBytes ?? 0) - before).toBe(126 * MiB);
  expect(named('blocks of 1G')?.fails.join()).toContain('daxctl');
});
