import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { buildMachine } from '../../src/drivers/build-machine.ts';
import { profileOfRelease } from '../../src/kernel/profile/profile-of-release.ts';
import { comparableLog, comparableOutput } from '../../src/realkernel/compare.ts';
import { runShell } from '../../src/tools/shell.ts';
import type { RecordedScenario } from './record-scenarios.ts';
import { HOST_NOISE } from './scenarios.ts';

const folder = new URL('recorded/', import.meta.url);
const recordings = readdirSync(folder).map(
  (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as RecordedScenario,
);

/** The order in which the recording guest inserts them. */
const MODULES = ['nfit', 'nd_e820', 'nd_btt', 'nd_pmem', 'dax_pmem', 'device_dax', 'kmem'];

/** Kernel lines that are known to be missing, and why. */
const KNOWN_TO_DIFFER: Readonly<Record<string, string>> = {
  'raw-nvdimm: ndctl enable-namespace all': 'the dump of a WARN after an altmap too small: memremap does not print it',
};

describe.each(recordings.map((recording) => [`${recording.name} on ${recording.release}`, recording] as const))(
  '%s, asked of a real kernel',
  (_title, { name, release, memory, cmdline, qemu, steps }) => {
    const kernel = profileOfRelease(release).profile.name;
    const machine = buildMachine({ kernel, memory, cmdline, qemu: qemu.flatMap((entry) => entry.split(' ')) });
    for (const module of MODULES) runShell(machine, `modprobe ${module}`);

    test.each(steps.map((step, i) => [i + 1, step.run, step] as const))('%i: %s', (_number, run, step) => {
      const { exit, output, log } = runShell(machine, run);
      const saysMore = KNOWN_TO_DIFFER[`${name}: ${run}`] !== undefined;
      const shown = log.filter(({ level }) => level < 7).map(({ text }) => text);
      expect({ exit, output: comparableOutput(output), dmesg: saysMore ? [] : comparableLog(shown) }).toEqual({
        exit: step.exit,
        output: comparableOutput(step.output),
        dmesg: saysMore ? [] : comparableLog(step.dmesg.filter((line) => !HOST_NOISE.test(line))),
      });
    });
  },
);
