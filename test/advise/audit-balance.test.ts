/** Accounts balance, and say what the kernel's own counters and devices say. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawer } from '../../bench/made-up-machine.ts';
import { madeUpIomem } from '../../bench/make-captures.ts';
import type { Account, DeviceAccount } from '../../src/advise/audit/account.ts';
import { auditCapture } from '../../src/advise/audit/audit.ts';
import { roundingUnder } from '../../src/advise/audit/captured-alternatives.ts';
import { accountOfMachine } from '../../src/advise/audit/machine-account.ts';
import { assembleMachines } from '../../src/capture/assemble.ts';
import { partOfText } from '../../src/capture/read-bytes.ts';
import type { CapturedMachine } from '../../src/capture/captured-machine.ts';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { devDaxSize } from '../../src/drivers/dax/state.ts';
import { printIomem } from '../../src/kernel/resource-query.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';

const RUNS = { numRuns: 25, seed: 20190328 };

function expectBalanced(account: Account): void {
  const ranges = account.devices.flatMap((device) => device.ranges).sort((a, b) => a.start - b.start);
  ranges.forEach((range, i) => expect(range.start).toBeGreaterThanOrEqual(ranges[i - 1]?.end ?? 0));
  for (const device of account.devices) {
    const totals = Object.values(device.totals).reduce((sum, bytes) => sum + bytes, 0);
    expect(totals, device.name).toBe(device.sizeBytes);
    expect(device.lines.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(device.sizeBytes);
    for (const { bytes } of device.lines) expect(bytes).toBeGreaterThan(0);
    const inRanges = device.ranges.reduce((sum, { start, end }) => sum + end - start, 0);
    if (device.kind !== 'nvdimm') expect(device.sizeBytes).toBe(inRanges);
  }
  expect(account.devices.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBe(account.sizeBytes);
}

const step = fc.oneof(
  fc.record({ do: fc.constant('dimm' as const), size: fc.constantFrom(64, 128, 192, 256, 384) }),
  fc.record({
    do: fc.constant('namespace' as const), region: fc.nat(2), mode: fc.constantFrom('fsdax', 'devdax', 'sector', 'raw'),
    map: fc.constantFrom('-M mem', '-M dev', ''), align: fc.constantFrom('', '-a 4K', '-a 2M'), size: fc.constantFrom('', '-s 64M', '-s 132M', '-s 16M'),
  }),
  fc.record({ do: fc.constant('system-ram' as const), region: fc.nat(2), child: fc.nat(1) }),
  fc.record({ do: fc.constant('state' as const), block: fc.nat(40), to: fc.constantFrom('online', 'offline', 'online_movable') }),
  fc.record({ do: fc.constant('destroy' as const), region: fc.nat(2) }),
);
const machines = fc.record({
  kernel: fc.constantFrom('5.0', '6.1', '6.12'),
  pmem: fc.array(fc.record({ at: fc.integer({ min: 260, max: 500 }), size: fc.integer({ min: 1, max: 60 }) }), { maxLength: 2 }),
  nvdimm: fc.boolean(),
  offline: fc.boolean(),
  onMemory: fc.boolean(),
  steps: fc.array(step, { maxLength: 7 }),
});
type Drawn = typeof machines extends fc.Arbitrary<infer T> ? T : never;

/** 2 GiB of RAM, persistent ranges in units of 4 MiB, perhaps an NVDIMM; then what was drawn is typed. */
function played({ kernel, pmem, nvdimm, offline, onMemory, steps }: Drawn): Machine {
  const words = pmem.map(({ at, size }) => `memmap=${size * 4}M!${at * 4}M`);
  if (offline) words.push('memhp_default_state=offline');
  if (onMemory) words.push('memory_hotplug.memmap_on_memory=1');
  const qemu = nvdimm
    ? ['-M', 'q35,nvdimm=on', '-object', 'memory-backend-ram,id=nm0,size=514M', '-device', 'nvdimm,memdev=nm0,label-size=128K']
    : [];
  const machine = buildMachine({ kernel, memory: '2G,slots=6,maxmem=16G', cmdline: words.join(' '), qemu });
  runShell(machine, 'for m in nd_e820 nfit nd_pmem dax_pmem device_dax kmem; do modprobe $m; done');
  if (nvdimm) runShell(machine, 'ndctl disable-region all; ndctl init-labels all; ndctl enable-region all');
  steps.forEach((each, index) => {
    if (each.do === 'dimm') {
      runMonitor(machine, `object_add memory-backend-ram,id=m${index},size=${each.size}M`);
      runMonitor(machine, `device_add pc-dimm,id=d${index},memdev=m${index}`);
    } else if (each.do === 'namespace') {
      const where = each.size === '' ? `-e namespace${each.region}.0` : `-r region${each.region} ${each.size}`;
      const map = each.mode === 'fsdax' || each.mode === 'devdax' ? `${each.map} ${each.align}` : '';
      runShell(machine, `ndctl create-namespace -f ${where} -m ${each.mode} ${map}`);
    } else if (each.do === 'system-ram') runShell(machine, `daxctl reconfigure-device -m system-ram -f dax${each.region}.${each.child}`);
    else if (each.do === 'destroy') runShell(machine, `ndctl destroy-namespace -f namespace${each.region}.0`);
    else runShell(machine, `echo ${each.to} > /sys/devices/system/memory/memory${each.block}/state`);
  });
  return machine;
}

/** Pages present in the zones of RAM, as /proc/zoneinfo counts them. */
function presentBytes({ kernel }: Machine): number {
  const zones = [...kernel.nodes.values()].flatMap((node) => node.zones.slice(0, 4));
  return zones.reduce((sum, { present }) => sum + present, 0) * kernel.profile.arch.pageSize;
}

function sumOf(devices: readonly DeviceAccount[], wanted: (line: DeviceAccount['lines'][number], device: DeviceAccount) => boolean): number {
  return devices.reduce((sum, device) => sum + device.lines.reduce((own, line) => own + (wanted(line, device) ? line.bytes : 0), 0), 0);
}

describe('accounts of machines', () => {
  test('balance, and agree with zones, disks and dax devices', () => {
    fc.assert(
      fc.property(machines, (drawn) => {
        const machine = played(drawn);
        const account = accountOfMachine(machine);
        expectBalanced(account);
        // Struct pages in RAM are present too, and so are those at the start of blocks that are online.
        const onMemory = machine.kernel.blocks.runs().reduce((sum, run) => sum + (run.state === 1 ? run.memmapPages * (run.last - run.first + 1) : 0), 0);
        const memmap = sumOf(account.devices, ({ use }, { kind }) => kind === 'ram' && (use === 'memmap' || use === 'section-holes'));
        expect((account.totals.ram ?? 0) + memmap + onMemory * 4096).toBe(presentBytes(machine));
        const { nvdimm, dax } = machine.devices;
        const disks = nvdimm.regions.flatMap((region) => region.children.flatMap(({ attachment }) => attachment?.disk?.sizeBytes ?? []));
        expect(account.totals.storage ?? 0).toBe(disks.reduce((sum, bytes) => sum + bytes, 0));
        const mapped = dax.devices.filter(({ binding }) => binding?.driver === 'device_dax');
        if (machine.kernel.profile.does.daxBus) {
          expect(account.totals.dax ?? 0).toBe(mapped.reduce((sum, device) => sum + devDaxSize(device), 0));
        }
      }),
      RUNS,
    );
  });

  test('a capture of the same machine has the same System RAM of drivers', () => {
    fc.assert(
      fc.property(machines.filter(({ kernel }) => kernel !== '5.0'), (drawn) => {
        const machine = played(drawn);
        const text = `${printIomem(machine.kernel.iomem).join('\n')}\n`;
        const captured = { ...assembleMachines([{ name: 'x', part: partOfText(text, 'x') }])[0], blockSizeBytes: machine.kernel.memoryBlockSizeBytes } as CapturedMachine;
        const account = auditCapture(captured, { alternatives: false }).account;
        expectBalanced(account);
        const own = accountOfMachine(machine);
        const driverRam = (devices: readonly DeviceAccount[]): number =>
          sumOf(devices, ({ use }, { kind }) => kind === 'nvdimm' && (use === 'ram' || use === 'offline'));
        expect(driverRam(account.devices)).toBe(driverRam(own.devices));
      }),
      RUNS,
    );
  });
});

test('accounts of made-up captures balance, and rounding with the present block size is the present rounding', () => {
  const draw = drawer(7);
  for (let i = 0; i < 60; i++) {
    const machine = assembleMachines([{ name: 'x', part: partOfText(madeUpIomem(draw), 'x') }])[0] as CapturedMachine;
    for (const blockSizeBytes of [128 * MiB, 2 * GiB]) {
      const { account } = auditCapture({ ...machine, blockSizeBytes }, { alternatives: false });
      expectBalanced(account);
      // kmem ranges were made with blocks of 2 GiB.
      if (blockSizeBytes === 2 * GiB) expect(roundingUnder(account, blockSizeBytes)).toBe(account.totals['block-rounding'] ?? 0);
    }
  }
});
