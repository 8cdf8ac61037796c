import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { ProbeOrder } from '../../src/drivers/machine.ts';
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

/**
 * The first raw namespace of a region that is enabled again may be probed before the region has noted it as its seed
 * (nd_region_register_namespaces does so last): then no new seed comes. With one processor 6.1 did so each time it was
 * asked, 6.12 never.
 */
const SEED_MISSED: readonly { readonly name: string; readonly release: RegExp; readonly line: number }[] = [
  { name: 'space', release: /^6\.1\./, line: 19 },
];

describe.each(recordings.map((recording) => [`${recording.name} on ${recording.release}`, recording] as const))(
  '%s, asked of a real kernel',
  (_title, { name, release, memory, cmdline, qemu, steps }) => {
    const kernel = profileOfRelease(release).profile.name;
    const machine = buildMachine({ kernel, memory, cmdline, qemu: qemu.flatMap((entry) => entry.split(' ')) });
    for (const module of MODULES) runShell(machine, `modprobe ${module}`);

    const missed = SEED_MISSED.find((each) => each.name === name && each.release.test(release))?.line;
    test.each(steps.map((step, i) => [i + 1, step.run, step] as const))('%i: %s', (number, run, step) => {
      const waiting = (region: number): string[] =>
        machine.devices.nvdimm.pending.filter((ref) => ref.region === region).map(({ name: child }) => child);
      const order = (region: number): ProbeOrder => ({ beforeNoted: waiting(region), beforeSeeds: [], afterSeeds: [] });
      machine.probeOrder = number === missed ? order : undefined;
      const { exit, output, log } = runShell(machine, run);
      const shown = log.filter(({ level }) => level < 7).map(({ text }) => text);
      expect({ exit, output: comparableOutput(output), dmesg: comparableLog(shown) }).toEqual({
        exit: step.exit,
        output: comparableOutput(step.output),
        dmesg: comparableLog(step.dmesg.filter((line) => !HOST_NOISE.test(line))),
      });
    });
  },
);
