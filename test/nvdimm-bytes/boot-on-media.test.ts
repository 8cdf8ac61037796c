/** Bytes that a real kernel wrote or was given, under the model's kernel: it shows what the real one showed. */

import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { labelStore, writeMedia } from '../../src/drivers/nvdimm/media.ts';
import { nextUuid } from '../../src/drivers/random.ts';
import { reboot } from '../../src/drivers/reboot.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';
import { disagreements } from '../realguest/ask-guest.ts';
import { BACKEND_SIZE, BASE, givenMedia, LABEL_AREA } from '../realguest/given-media.ts';
import type { MediaRecording, Piece } from '../realguest/media-recording.ts';
import { GUEST_MODULES, machineLike, modelDevices, withoutNumbers } from './model-media.ts';
import { givenRecordings, mediaRecordings } from './recordings.ts';

interface Media {
  readonly labels: readonly Piece[];
  readonly blocks: readonly { readonly at: number; readonly pieces: readonly Piece[] }[];
}

/** A machine whose kernel starts on the media. Blocks by physical address. */
function bootOn(machine: Machine, labelSize: number, media: Media): Machine {
  const store = labelStore(machine, 'nm0', labelSize);
  for (const [at, hex] of media.labels) expect(store.write(at, Buffer.from(hex, 'hex'))).toBe(0);
  for (const { at, pieces } of media.blocks) {
    for (const [offset, hex] of pieces) expect(writeMedia(machine, at + offset, Buffer.from(hex, 'hex'))).toBe(0);
  }
  const next = reboot(machine);
  runShell(next, GUEST_MODULES);
  return next;
}

describe.each(givenRecordings())('%s', (_name, recording) => {
  test('the model finds what the real kernel found', () => {
    const machine = machineLike({ kernel: recording.kernel, backendSize: BACKEND_SIZE, labelSize: LABEL_AREA });
    const blocks = recording.blocks.map(({ at, pieces }) => ({ at: BASE + at, pieces }));
    const devices = modelDevices(bootOn(machine, LABEL_AREA, { labels: recording.labels, blocks }));
    expect(disagreements(givenMedia(recording.labelSize), devices)).toEqual([]);
    const rest = { exit: 0, output: [], labels: [], blocks: [] };
    const theirs = recording.devices as Record<string, Record<string, string>>;
    expect(withoutNumbers({ ...rest, devices })).toEqual(withoutNumbers({ ...rest, devices: theirs }));
  });
});

describe.each(mediaRecordings('labels-'))('%s', (_name, recording: MediaRecording) => {
  test('the last state of the media is found again after a boot', () => {
    const last = recording.steps.at(-1) as MediaRecording['steps'][number];
    const blocks = last.blocks.map(({ namespace, at, info }) => ({
      at: Number(last.devices[namespace]?.['resource']) + at,
      pieces: info,
    }));
    const machine = bootOn(machineLike(recording), recording.labelSize, { labels: last.labels, blocks });
    for (const device of Object.values(modelDevices(machine))) {
      if (device['uuid'] === undefined || device['uuid'] === '') continue;
      const real = Object.values(last.devices).find(({ uuid }) => uuid === device['uuid']);
      const { holder: _holder, namespace: _namespace, ...shown } = device;
      expect(real).toMatchObject(shown);
    }
  });
});

describe('a reboot', () => {
  const MODULES = 'modprobe nd_e820; modprobe nfit; modprobe nd_pmem; modprobe dax_pmem; modprobe device_dax';
  const boot = (cmdline: string, qemu: readonly string[], kernel = '6.12'): Machine => {
    const machine = buildMachine({ kernel, memory: '2G,slots=4,maxmem=16G', cmdline, qemu: ['-M', 'q35,nvdimm=on', '-cpu', 'max', ...qemu] });
    runShell(machine, MODULES);
    return machine;
  };
  const again = (machine: Machine, change: Parameters<typeof reboot>[1] = {}): Machine => {
    const next = reboot(machine, change);
    runShell(next, MODULES);
    return next;
  };
  const list = (machine: Machine): string => runShell(machine, 'ndctl list -N').output.join('\n');
  const dimm = (n: number, size: string, label = 0): string[] => [
    '-object', `memory-backend-ram,id=nm${n},size=${size}`,
    '-device', `nvdimm,id=nv${n},memdev=nm${n}${label === 0 ? '' : `,label-size=${label}`}`,
  ];

  test('keeps a namespace of a legacy region through its info block', () => {
    const machine = boot('memmap=256M!1G', []);
    expect(runShell(machine, 'ndctl create-namespace -f -e namespace0.0 -m devdax -a 4K').exit).toBe(0);
    const before = list(machine);
    expect(before).toContain('"mode":"devdax"');
    expect(list(again(machine))).toBe(before);
    expect(list(again(machine, { kernel: '6.1' }))).toBe(before);
    expect(list(machine)).toBe(before);
  });

  test('onto a range that moved by 2 MiB keeps it, by 1 MiB it stays disabled', () => {
    const machine = boot('memmap=256M!1G', []);
    expect(runShell(machine, 'ndctl create-namespace -f -e namespace0.0 -m fsdax -M dev').exit).toBe(0);
    const size = 256 * 2 ** 20;
    const to = (mib: number): Machine =>
      again(machine, { cmdline: `memmap=256M!${mib}M`, moved: [{ from: 2 ** 30, to: mib * 2 ** 20, size }] });
    expect(list(to(1026))).toBe(list(machine));
    expect(list(to(1025))).toBe('');
    // Without its bytes the range is what firmware's map says, and no more.
    expect(list(again(machine, { cmdline: 'memmap=256M!1026M' }))).not.toContain('uuid');
  });

  test('finds labelled namespaces where the DIMM is now', () => {
    const machine = boot('', dimm(0, '512M', 131072));
    runShell(machine, 'ndctl disable-region region0; ndctl init-labels -f nmem0; ndctl enable-region region0');
    for (const mode of ['fsdax', 'devdax', 'sector', 'raw']) {
      expect(runShell(machine, `ndctl create-namespace -r region0 -m ${mode} -s 64M -n ${mode}`).exit).toBe(0);
    }
    const same = again(machine);
    expect(modelDevices(same)).toEqual(modelDevices(again(same)));
    const address = (m: Machine): string => runShell(m, 'cat /sys/bus/nd/devices/region0/resource').output.join();
    const bigger = again(machine, { memory: '4G,slots=4,maxmem=16G' });
    expect(address(bigger)).not.toBe(address(machine));
    expect(list(bigger)).toBe(list(machine));
    expect(list(machine).match(/"uuid"/g)?.length).toBe(4);
  });

  test('in another slot the labels belong to another interleave set, and an exchanged DIMM is empty', () => {
    const machine = boot('', dimm(0, '512M', 131072));
    runShell(machine, 'ndctl disable-region region0; ndctl init-labels -f nmem0; ndctl enable-region region0');
    expect(runShell(machine, 'ndctl create-namespace -r region0 -m raw -s 64M').exit).toBe(0);
    const base = ['-M', 'q35,nvdimm=on', '-cpu', 'max'];
    const other = [...base, '-object', 'memory-backend-ram,id=nm0,size=512M', '-device', 'nvdimm,id=nv0,memdev=nm0,slot=2,label-size=131072'];
    expect(list(again(machine, { qemu: other }))).toBe('');
    const fresh = again(machine, { qemu: [...base, ...dimm(1, '512M', 131072)] });
    expect(list(fresh)).not.toContain('uuid');
  });

  test('keeps what was plugged in at run time, until the monitor is started anew', () => {
    const machine = boot('memhp_default_state=online_movable', []);
    runMonitor(machine, 'object_add memory-backend-ram,id=m0,size=256M');
    runMonitor(machine, 'device_add pc-dimm,id=d0,memdev=m0');
    const states = (m: Machine): string => runShell(m, 'cat /sys/devices/system/memory/memory32/state').output.join();
    expect(states(machine)).toBe('online');
    const next = again(machine);
    expect(next.devices.qemu?.devices.map(({ id }) => id)).toEqual(['d0']);
    expect(states(next)).toBe('online');
    expect(again(machine, { memory: '2G,slots=4,maxmem=8G' }).devices.qemu?.devices).toEqual([]);
  });

  test('starts with no modules, no log of before, and goes on with its random numbers', () => {
    const machine = boot('', []);
    const first = nextUuid(machine);
    const next = reboot(machine);
    expect(next.devices.modules).toEqual([]);
    expect(next.devices.random).toBe(machine.devices.random);
    expect(nextUuid(next)).not.toBe(first);
  });

  test('is not for machines that were captured', () => {
    const machine = boot('', []);
    const { bootedFrom: _bootedFrom, ...captured } = machine.devices;
    machine.devices = captured;
    expect(() => reboot(machine)).toThrow('a captured machine cannot be booted again');
  });
});
