/** Kernels of other architectures: recordings replayed, machines from their words, and the tools that fetch and boot them. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildMachine, MachineDescriptionError } from '../../src/drivers/build-machine.ts';
import { printIomem } from '../../src/kernel/resource-query.ts';
import { busyboxApplets } from '../../src/realkernel/foreign-tools.ts';
import { elfNeeds } from '../../src/realkernel/elf-needs.ts';
import { campaignArch } from '../../src/realkernel/fuzz-arch.ts';
import { runbookOfCase } from '../../src/realkernel/fuzz-case.ts';
import { familiesOf, fuzzCase, USUAL_FAMILIES } from '../../src/realkernel/fuzz-families.ts';
import { findKernel, parseSeries, type StoredKernel } from '../../src/realkernel/kernel-store.ts';
import { findProgram } from '../../src/realkernel/missing.ts';
import { parseRecording } from '../../src/realkernel/recording.ts';
import { replayRecording } from '../../src/realkernel/replay.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';

const FOLDER = new URL('./arch/', import.meta.url);
const MIB = 2 ** 20;
const describeArm = (memory: string, cmdline = ''): Parameters<typeof buildMachine>[0] => ({ kernel: '6.12', arch: 'arm64', memory, cmdline, qemu: [] });

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.json')))('%s agrees', (file) => {
  const recording = parseRecording(readFileSync(new URL(file, FOLDER), 'utf8'), file);
  const { comparisons } = replayRecording(recording);
  expect(recording.kernel.arch).not.toBe('x86_64');
  expect(comparisons.length).toBeGreaterThan(40);
  expect(comparisons.filter(({ agrees }) => !agrees)).toEqual([]);
});

describe('a machine of arm64', () => {
  test('keeps so much memory as `mem=` says, from 1 GiB upwards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 512, max: 6000 }), fc.integer({ min: 300 * 1024, max: 7_000_000 }), (mib, limitKib) => {
        const { kernel } = buildMachine(describeArm(`${mib}M`, `mem=${limitKib}K`));
        // The kernel counts whole pages.
        const end = 2 ** 30 + Math.min(mib * MIB, Math.floor(limitKib / 4) * 4096);
        expect(printIomem(kernel.iomem)).toEqual([`40000000-${(end - 1).toString(16)} : System RAM`]);
      }),
      { numRuns: 30 },
    );
  });

  test('does not let memory of boot go, nor a DIMM come without firmware', () => {
    const machine = buildMachine(describeArm('1G,slots=2,maxmem=8G'));
    machine.kernel.unmovable = () => false;
    const asked = runShell(machine, 'echo offline > /sys/devices/system/memory/memory12/state');
    expect(asked.exit).toBe(1);
    expect(asked.output).toEqual(['sh: write error: Operation not permitted']);
    expect(asked.log.map(({ text }) => text)).toContain('Boot memory [60000000 68000000] offlining attempted');
    runMonitor(machine, 'object_add memory-backend-ram,id=m1,size=256M');
    const plugged = runMonitor(machine, 'device_add pc-dimm,id=d1,memdev=m1');
    expect(runShell(machine, 'modprobe nd_e820').exit).toBe(1);
    expect(plugged.output).toEqual(['Error: memory hotplug is not enabled: missing acpi-ged device']);
  });

  test('is not one of x86', () => {
    expect(() => buildMachine({ ...describeArm('1G'), qemu: ['-M', 'q35'] })).toThrow(MachineDescriptionError);
    expect(() => buildMachine({ ...describeArm('1G'), qemu: ['-cpu', 'EPYC'] })).toThrow(MachineDescriptionError);
    expect(() => buildMachine({ ...describeArm('1G'), arch: 'riscv64' })).toThrow(/cannot boot/);
  });
});

describe('kernels by name', () => {
  const stored: StoredKernel[] = [
    { name: '6.12', release: '6.12.117+deb12-amd64', image: '', origin: 'test' },
    { name: '6.12.117+deb12-arm64', release: '6.12.117+deb12-arm64', arch: 'arm64', image: '', origin: 'test' },
    { name: '6.1.0-50-s390x', release: '6.1.0-50-s390x', arch: 's390x', image: '', origin: 'test' },
  ];

  test('a series is of x86-64 unless it or its asker says otherwise', () => {
    expect(findKernel('6.12', stored).release).toBe('6.12.117+deb12-amd64');
    expect(findKernel('6.12-arm64', stored).arch).toBe('arm64');
    expect(findKernel('6.12', stored, 'arm64').arch).toBe('arm64');
    expect(findKernel('6.12.117+deb12-arm64', stored).arch).toBe('arm64');
    expect(findKernel('6.1', stored, 's390x').arch).toBe('s390x');
    expect(() => findKernel('6.1', stored)).toThrow(/no real kernel 6\.1 here/);
    expect(() => findKernel('6.1', stored, 'arm64')).toThrow(/no real kernel 6\.1-arm64 here/);
  });

  test('architectures go by Debian’s names too', () => {
    expect(parseSeries('6.12-arm64')).toMatchObject({ series: '6.12', arch: { name: 'arm64', qemu: 'qemu-system-aarch64' } });
    expect(parseSeries('6.1-ppc64el')?.arch?.name).toBe('ppc64le');
    expect(parseSeries('6.1')?.arch).toBeUndefined();
    expect(parseSeries('6.1-vax')).toBeUndefined();
    expect(parseSeries('6.1; reboot')).toBeUndefined();
  });
});

describe('random runbooks', () => {
  test('are of the kernel’s architecture, and the seed repeats them', () => {
    for (const family of familiesOf('arm64')) {
      const text = runbookOfCase(fuzzCase(family, 12345, 'arm64'), '6.12.117+deb12-arm64');
      expect(text).toContain("kernel: '6.12'\narch: arm64\n");
      expect(text).not.toContain('memmap=6');
      expect(runbookOfCase(fuzzCase(family, 12345, 'arm64'), '6.12.117+deb12-arm64')).toBe(text);
    }
    expect(() => fuzzCase('dimm', 1, 'arm64')).toThrow(RangeError);
  });

  test('a campaign has one architecture and its families', () => {
    expect(campaignArch(['arm64', 'arm64'], USUAL_FAMILIES)).toEqual({ arch: 'arm64', families: familiesOf('arm64') });
    expect(campaignArch(['x86_64'], USUAL_FAMILIES)).toEqual({ arch: 'x86_64', families: USUAL_FAMILIES });
    expect(campaignArch(['x86_64', 'arm64'], USUAL_FAMILIES)).toHaveProperty('trouble');
    expect(campaignArch(['arm64'], ['dimm'])).toHaveProperty('trouble');
    expect(campaignArch(['s390x'], USUAL_FAMILIES)).toHaveProperty('trouble');
  });
});

describe('programs of another architecture', () => {
  const busybox = findProgram('busybox');
  const lsmem = findProgram('lsmem');
  const [noBusybox, noLsmem] = [busybox === undefined, lsmem === undefined || findProgram('ldd') === undefined];
  if (noBusybox) console.warn('SKIPPED: no busybox to compare its table of commands with');
  if (noLsmem) console.warn('SKIPPED: no lsmem and ldd to compare what a program needs with');

  test.skipIf(noBusybox)('busybox’s commands are read from the file as it lists them itself', () => {
    const listed = execFileSync(busybox!, ['--list'], { encoding: 'utf8' }).trim().split('\n');
    expect(busyboxApplets(readFileSync(busybox!))).toEqual(listed);
    expect(busyboxApplets(Buffer.from('no table'))).toEqual([]);
  });

  test.skipIf(noLsmem)('what a program is linked with, as ldd finds it', () => {
    const { interpreter, libraries } = elfNeeds(readFileSync(lsmem!));
    const listed = execFileSync('ldd', [lsmem!], { encoding: 'utf8' });
    expect(libraries.length).toBeGreaterThan(0);
    for (const name of libraries) expect(listed).toContain(`${name} => `);
    expect(listed).toContain(interpreter);
  });

  test('a broken file ends in an error', () => {
    expect(() => elfNeeds(Buffer.from('#!/bin/sh'))).toThrow('no 64-bit ELF file');
    const head = lsmem === undefined ? Buffer.alloc(0) : readFileSync(lsmem).subarray(0, 200);
    if (head.length > 0) expect(() => elfNeeds(head)).toThrow(/cut short/);
  });
});
