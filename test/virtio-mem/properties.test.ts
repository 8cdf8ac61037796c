/** virtio-mem over sequences of requests and of blocks set by hand: what must hold after each. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { virtioMemAt } from '../../src/drivers/qemu/virtio-mem.ts';
import type { QemuMemoryDevice } from '../../src/drivers/qemu/qemu.ts';
import { reboot } from '../../src/drivers/reboot.ts';
import type { VirtioMem } from '../../src/drivers/virtio-mem/state.ts';
import { MEM_ONLINE } from '../../src/kernel/block-table.ts';
import { violations } from '../../src/kernel/invariants.ts';
import { stateOfMachine } from '../../src/realkernel/model-state.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';

const MiB = 1024 * 1024;

type Step =
  | { readonly kind: 'request'; readonly blocks: number }
  | { readonly kind: 'state'; readonly pick: number; readonly state: string }
  | { readonly kind: 'unplug_online'; readonly on: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('request' as const), blocks: fc.integer({ min: 0, max: 1024 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('state' as const),
      pick: fc.nat(63),
      state: fc.constantFrom('online', 'online_movable', 'online_kernel', 'offline'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unplug_online' as const), on: fc.boolean() }) },
);

interface Setup {
  readonly kernel: string;
  readonly state: string;
  readonly block: number;
  readonly params: string;
  readonly memaddr: string;
}

const setup: fc.Arbitrary<Setup> = fc.record({
  kernel: fc.constantFrom('6.12', '6.1', '5.15', '5.8'),
  state: fc.constantFrom('offline', 'online_movable', 'online'),
  block: fc.constantFrom(2 * MiB, 8 * MiB, 64 * MiB, 128 * MiB),
  params: fc.constantFrom('', 'force_bbm=1', 'force_bbm=1 bbm_block_size=0x10000000'),
  memaddr: fc.constantFrom('0x100000000', '0x104000000'),
});

function build({ kernel, state, block, params, memaddr }: Setup): Machine {
  const at = block > 64 * MiB ? '0x100000000' : memaddr;
  const qemu = [
    '-object',
    'memory-backend-ram,id=b,size=2G',
    '-device',
    `virtio-mem-pci,id=v,memdev=b,block-size=${block},memaddr=${at}`,
  ];
  const machine = buildMachine({
    kernel,
    memory: '1G,slots=2,maxmem=8G',
    cmdline: `memhp_default_state=${state}`,
    qemu,
  });
  machine.kernel.unmovable = () => false;
  runShell(machine, 'modprobe virtio_pci');
  runShell(machine, `modprobe virtio_mem ${kernel === '5.8' ? '' : params}`);
  return machine;
}

function deviceBlocks(machine: Machine): number[] {
  return [...machine.kernel.blocks.ids()].filter((id) => id >= 32);
}

function take(machine: Machine, action: Step, block: number): void {
  if (action.kind === 'request') {
    const bytes = Math.floor((action.blocks * 2 * MiB) / block) * block;
    expect(runMonitor(machine, `qom-set v requested-size ${bytes}`).output).toEqual([]);
  } else if (action.kind === 'state') {
    const ids = deviceBlocks(machine);
    const id = ids[action.pick % Math.max(1, ids.length)];
    if (id !== undefined) runShell(machine, `echo ${action.state} > /sys/devices/system/memory/memory${id}/state`);
  } else {
    runShell(machine, `echo ${action.on ? 1 : 0} > /sys/module/virtio_mem/parameters/unplug_online`);
  }
}

/** What holds whatever happened. */
function check(machine: Machine): void {
  expect(violations(machine.kernel)).toEqual([]);
  const vm = machine.devices.virtioMem.bound.get('virtio0') as VirtioMem;
  const hardware = virtioMemAt(machine.devices.qemu!, vm.addr)!;
  const plugged = vm.plugged.entries.reduce((sum, { start, end }) => sum + (end - start) * vm.subblockSize, 0);
  expect(plugged).toBe(vm.pluggedSize);
  expect(hardware.pluggedSize).toBe(vm.pluggedSize);
  const { memoryBlockSizeBytes: blockSize, blocks, blockPages, profile } = machine.kernel;
  // Every block of the device belongs to an added unit, and every added unit has all its blocks.
  const added = vm.units.entries
    .filter(({ value }) => value !== 'unused')
    .flatMap(({ start, end }) =>
      Array.from(
        { length: ((end - start) * vm.unitSize) / blockSize },
        (_, i) => (start * vm.unitSize) / blockSize + i,
      ),
    );
  expect(deviceBlocks(machine)).toEqual(added);
  const offline = deviceBlocks(machine).filter((id) => blocks.state(id) !== MEM_ONLINE);
  expect(vm.offlineSize).toBe(offline.length * blockSize);
  expect(vm.offlineSize).toBeLessThanOrEqual(Math.max(vm.offlineThreshold, deviceBlocks(machine).length * blockSize));
  // Sub-blocks are plugged only where a unit is added; a unit that is added has some.
  for (const { start, end } of vm.plugged.entries) {
    const perUnit = vm.unitSize / vm.subblockSize;
    for (let id = Math.floor(start / perUnit); id * perUnit < end; id++)
      expect(vm.units.get(id) ?? 'none').not.toMatch(/unused|none/);
  }
  for (const id of deviceBlocks(machine)) {
    const unit = vm.units.get(Math.floor((id * blockSize) / vm.unitSize));
    if (!vm.inSbm) continue;
    const state = blocks.state(id) === MEM_ONLINE ? /^(kernel|movable)/ : /^offline/;
    expect(unit).toMatch(state);
  }
  expect(blockPages * profile.arch.pageSize).toBe(blockSize);
}

describe('virtio-mem', () => {
  test('after every step, units, sub-blocks, memory blocks and QEMU agree', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(setup, fc.array(step, { maxLength: 14 }), (machineSetup, steps) => {
        const machine = build(machineSetup);
        for (const each of steps) {
          take(machine, each, machineSetup.block);
          check(machine);
        }
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  test('what is asked back in full leaves the machine as it was', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(setup, fc.array(step, { maxLength: 10 }), (machineSetup, steps) => {
        const machine = build(machineSetup);
        const before = stateOfMachine(machine);
        for (const each of steps) take(machine, each, machineSetup.block);
        runShell(machine, 'echo 1 > /sys/module/virtio_mem/parameters/unplug_online');
        runMonitor(machine, 'qom-set v requested-size 0');
        // Frames once seen stay within /proc/kpageflags; none of them is online.
        expect(stateOfMachine(machine)).toEqual(before);
        runShell(machine, 'modprobe -r virtio_mem');
        expect(runShell(machine, 'grep virtio /proc/iomem').output).toEqual([]);
        expect(machine.kernel.groups.size).toBe(0);
      }),
      { numRuns: 40, seed: 6 },
    );
  });

  test('a snapshot restored goes on as the first time', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        setup,
        fc.array(step, { maxLength: 6 }),
        fc.array(step, { maxLength: 6 }),
        (machineSetup, first, then) => {
          const machine = build(machineSetup);
          for (const each of first) take(machine, each, machineSetup.block);
          const kept = machine.snapshot();
          for (const each of then) take(machine, each, machineSetup.block);
          const once = stateOfMachine(machine);
          const bound = machine.devices.virtioMem;
          machine.restore(kept);
          for (const each of then) take(machine, each, machineSetup.block);
          expect(stateOfMachine(machine)).toEqual(once);
          expect(machine.devices.virtioMem).toEqual(bound);
        },
      ),
      { numRuns: 30, seed: 7 },
    );
  });
});

test('a device is never plugged beyond what is asked for, nor beyond its usable part', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1024 }), { minLength: 1, maxLength: 8 }), (sizes) => {
      const machine = build({
        kernel: '6.12',
        state: 'online_movable',
        block: 2 * MiB,
        params: '',
        memaddr: '0x104000000',
      });
      for (const size of sizes) {
        runMonitor(machine, `qom-set v requested-size ${size * 2}M`);
        const { pluggedSize, requestedSize, usableSize } = virtioMemAt(machine.devices.qemu!, 0x104000000)!;
        expect(pluggedSize).toBeLessThanOrEqual(requestedSize);
        expect(pluggedSize).toBeLessThanOrEqual(usableSize);
        // 15 whole blocks lie in the device; up to there everything asked for is plugged.
        expect(pluggedSize).toBe(Math.min(requestedSize, 15 * 128 * MiB));
      }
    }),
    { numRuns: 25, seed: 8 },
  );
});

test('after a reboot nothing is plugged until the driver is loaded again', () => {
  const machine = build({
    kernel: '6.12',
    state: 'online_movable',
    block: 2 * MiB,
    params: '',
    memaddr: '0x100000000',
  });
  runMonitor(machine, 'qom-set v requested-size 256M');
  runMonitor(machine, 'qom-set v requested-size 64M');
  const again = reboot(machine);
  const device = (): QemuMemoryDevice => virtioMemAt(again.devices.qemu!, 0x100000000)!;
  // The usable part shrinks to what is asked for.
  expect([device().pluggedSize, device().requestedSize, device().usableSize]).toEqual([0, 64 * MiB, 320 * MiB]);
  expect(deviceBlocks(again)).toEqual([]);
  runShell(again, 'modprobe virtio_mem');
  expect([device().pluggedSize, deviceBlocks(again)]).toEqual([64 * MiB, [32]]);
});
