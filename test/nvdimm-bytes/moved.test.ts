/** Info blocks found where they were not made, or that nobody would make: the model's verdicts are the real kernels'. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { writeMedia } from '../../src/drivers/nvdimm/media.ts';
import { reboot } from '../../src/drivers/reboot.ts';
import { runShell } from '../../src/tools/shell.ts';
import { movedBlock, movedCmdline, MOVED_CASES, type MovedCase, type MovedRecording, type MovedVerdict } from '../realguest/moved-cases.ts';
import { GUEST_MODULES, modelDevices } from './model-media.ts';

const NAMES_A_DEVICE = /nd_(pmem|region|btt)|dax_pmem|device_dax|(pfn|dax|btt)\d/;

/** The block is written where it was made and moved there by the boot, when a boot moves it. */
function modelVerdict(kernel: string, each: MovedCase): MovedVerdict {
  const qemu = ['-M', 'q35', '-cpu', 'max'];
  const machine = buildMachine({ kernel, memory: '2G', cmdline: '', qemu });
  const { madeAt, foundAt, size } = each;
  writeMedia(machine, madeAt + movedBlock(each).at - foundAt, movedBlock(each).bytes);
  const moved = madeAt === foundAt ? [] : [{ from: madeAt, to: foundAt, size }];
  const next = reboot(machine, { cmdline: movedCmdline(each), moved });
  const { log } = runShell(next, GUEST_MODULES);
  const dmesg = log.map(({ text }) => text).filter((text) => NAMES_A_DEVICE.test(text));
  return { name: each.name, devices: modelDevices(next), dmesg };
}

const recordings = ['6.1', '6.12'].map((kernel) => {
  const text = readFileSync(new URL(`recorded/moved-${kernel}.json`, import.meta.url), 'utf8');
  return [kernel, JSON.parse(text) as MovedRecording] as const;
});

describe.each(recordings)('%s', (kernel, recording) => {
  test('every case was recorded', () => {
    expect(recording.verdicts.map(({ name }) => name)).toEqual(MOVED_CASES.map(({ name }) => name));
  });

  test.each(MOVED_CASES.map((each) => [each.name, each] as const))('%s', (name, each) => {
    expect(modelVerdict(kernel, each)).toEqual(recording.verdicts.find((verdict) => verdict.name === name));
  });
});
