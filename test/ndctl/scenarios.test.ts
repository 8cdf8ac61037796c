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

/**
 * Lines that are compared no more, from a number on. On 6.1 the first raw namespace of a region that is enabled again
 * may be probed before the region knows its seed (nd_region_register_namespaces sets it last): then no new seed comes.
 * With one processor 6.1 did so each time it was asked, 6.12 never. The model does what 6.12 did.
 */
const RACES: readonly { readonly name: string; readonly release: RegExp; readonly from: number }[] = [
  { name: 'space', release: /^6\.1\./, from: 20 },
];

describe.each(recordings.map((recording) => [`${recording.name} on ${recording.release}`, recording] as const))(
  '%s, asked of a real kernel',
  (_title, { name, release, memory, cmdline, qemu, steps }) => {
    const kernel = profileOfRelease(release).profile.name;
    const machine = buildMachine({ kernel, memory, cmdline, qemu: qemu.flatMap((entry) => entry.split(' ')) });
    for (const module of MODULES) runShell(machine, `modprobe ${module}`);

    const race = RACES.find((each) => each.name === name && each.release.test(release));
    if (race !== undefined) console.warn(`${name} on ${release}: ${steps.length - race.from + 1} lines after a race are not compared`);
    test.each(steps.slice(0, race === undefined ? undefined : race.from - 1).map((step, i) => [i + 1, step.run, step] as const))('%i: %s', (_number, run, step) => {
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
