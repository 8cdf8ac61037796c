/** Constants beside what real kernels and machines show; the page is made of the same. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { constantsPage } from '../../scripts/constants-doc.ts';
import { archNames, constantsOf, CONSTANT_NAMES, type ConstantName } from '../../src/advise/constants.ts';
import { assembleMachines } from '../../src/capture/assemble.ts';
import { readSource } from '../../src/capture/read-source.ts';
import { profileNames } from '../../src/kernel/profile/profile.ts';
import { parseRecording } from '../../src/realkernel/recording.ts';
import { runMain } from '../cli/run-main.ts';

const shared = new URL('../../../shared/', import.meta.url);
const traces = new URL('traces/', shared);
const hosts = new URL('hosts/', shared);

function value(arch: string, kernel: string, name: ConstantName, memoryBytes = 2 ** 32, hypervisor = true): number | undefined {
  return constantsOf({ arch, kernel, memoryBytes, hypervisor }).find((constant) => constant.name === name)?.bytes;
}

const missing = (what: string): void => console.warn(`SKIPPED: ${what} is not here`);

describe.skipIf(!existsSync(traces))('x86 recordings', () => {
  const files = existsSync(traces) ? readdirSync(traces).filter((name) => name.endsWith('.json')) : [];
  test('memory blocks, sections and sub-blocks of virtio-mem are as recorded', () => {
    const seen = { blocks: new Set<number>(), subblocks: 0 };
    for (const file of files) {
      const text = readFileSync(new URL(file, traces), 'utf8');
      const recording = parseRecording(text, file);
      const kernel = /-(\d+\.\d+)\.json$/.exec(file)?.[1] as string;
      const raw = JSON.parse(text) as { boot_dmesg: string[]; qemu: string[]; steps: { dmesg?: string[] }[]; kernel: { block_size_bytes: number } };
      const lines = [...text.matchAll(/last_pfn = (0x[\da-f]+)/g)].map((match) => Number(match[1]));
      const usable = raw.boot_dmesg.flatMap((line) => {
        const match = /^(?:user|BIOS-e820): \[mem 0x([\da-f]+)-0x([\da-f]+)\] usable/.exec(line);
        return match === null ? [] : [parseInt(match[2] as string, 16) + 1];
      });
      const end = lines.length > 0 ? Math.max(...lines) * 4096 : Math.max(...usable);
      const hypervisor = !raw.qemu.some((word) => word.includes('-hypervisor'));
      expect(value('x86_64', kernel, 'block', end, hypervisor), recording.name).toBe(raw.kernel.block_size_bytes);
      seen.blocks.add(raw.kernel.block_size_bytes);
      for (const line of raw.steps.flatMap((step) => step.dmesg ?? [])) {
        const bytes = Number(/subblock size: (0x[\da-f]+)/.exec(line)?.[1] ?? NaN);
        if (Number.isNaN(bytes)) continue;
        seen.subblocks++;
        // What the device asks for may be more.
        expect(bytes).toBeGreaterThanOrEqual(value('x86_64', kernel, 'virtio-mem') as number);
      }
    }
    expect(seen.blocks.size).toBeGreaterThan(1);
    expect(seen.subblocks).toBeGreaterThan(0);
  });
});

test('arm64 and s390x as machines show them', () => {
  const machines = [
    ['ghw/linux-arm64-c288e0776090cd558ef793b2a4e61939.tar.gz', 'arm64', 2 ** 27],
    ['ghw/linux-s390x-snapshot.tar.gz', 's390x', 2 ** 30],
  ] as const;
  for (const [file, arch, block] of machines) {
    const path = new URL(file, hosts);
    if (!existsSync(path)) {
      missing(file);
      continue;
    }
    const [machine] = assembleMachines(readSource(path.pathname).parts);
    expect(machine?.blockSizeBytes).toBe(block);
    const least = value(arch, '6.12', 'block') as number;
    if (arch === 'arm64') expect(least).toBe(block);
    // A storage increment is a multiple of the least block.
    else expect(block % least).toBe(0);
  }
});

test('every constant of every architecture and kernel fits the others', () => {
  for (const arch of archNames()) {
    for (const kernel of profileNames()) {
      const of = (name: ConstantName): number => value(arch, kernel, name) ?? 0;
      expect(constantsOf({ arch, kernel, memoryBytes: 2 ** 32, hypervisor: true }).map(({ name }) => name)).toEqual(CONSTANT_NAMES);
      expect(of('block') % of('section')).toBe(0);
      expect(of('section') % of('subsection')).toBe(0);
      expect(of('pageblock') % of('page')).toBe(0);
      expect(of('block-memmap')).toBe((of('block') / of('page')) * 64);
    }
  }
});

test('the page is current', () => {
  const page = readFileSync(new URL('../../docs/constants.md', import.meta.url), 'utf8');
  expect(page, 'run: npx tsx scripts/constants-doc.ts').toBe(constantsPage());
});

describe('as typed', () => {
  test('filters, and 80 columns', async () => {
    const { stdout, status } = await runMain(80, 'constants', '--arch', 'x86_64', '--kernel', '5.0,6.12', '--memory', '4G,65G', '--bare-metal');
    expect(status).toBe(0);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    // 65 GiB: the largest power of two that divides it before 5.9, 2 GiB on bare metal since.
    expect(stdout).toMatch(/^5\.0 65G .* 1G +1G$/m);
    expect(stdout).toMatch(/^6\.12 65G .* 2G +2G$/m);
    const json = JSON.parse((await runMain(80, 'constants', '--page-size', '64K', '--json')).stdout) as { schema: string; rows: { arch: string }[] };
    expect(json.schema).toBe('memhp/constants/1');
    expect(json.rows.map(({ arch }) => arch)).toEqual(['arm64-64k', 'ppc64le']);
  });

  test.each([
    [['--arch', 'vax'], 'There is no vax'],
    [['--kernel', '3.1'], 'the nearest is'],
    [['--memory', 'lots'], 'They are sizes'],
    [['--page-size', '3K'], 'no architecture here has pages'],
  ])('%j is refused with status 2', async (args, words) => {
    const { status, stderr } = await runMain(100, 'constants', ...args);
    expect(stderr).toContain(words);
    expect(status).toBe(2);
  });
});
