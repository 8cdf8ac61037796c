/** Whys: no failing command is without a check that decided, and what a success was asked is listed. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { whyOf } from '../../src/advise/why/why.ts';
import { fuzzCase, USUAL_FAMILIES } from '../../src/realkernel/fuzz-families.ts';
import { runbookOfCase } from '../../src/realkernel/fuzz-case.ts';
import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook } from '../../src/runbook/play.ts';
import type { CommandRun } from '../../src/runbook/verdict.ts';

function played(text: string): readonly CommandRun[] {
  const { book } = parseRunbook(text, 'test');
  const { machine, diagnostics } = buildFromHeader(book.source, book.header);
  if (machine === undefined) throw new Error(diagnostics[0]?.message);
  return playRunbook(book, machine).runs;
}

const seeds = { family: fc.constantFrom(...USUAL_FAMILIES), seed: fc.nat(), kernel: fc.constantFrom('5.0', '6.1', '6.12') };

test('every refusal of random lines on random machines has a check that decided', () => {
  fc.assert(
    fc.property(fc.record(seeds), ({ family, seed, kernel }) => {
      for (const run of played(runbookOfCase(fuzzCase(family, seed), kernel))) {
        const why = whyOf(run);
        expect(why.sentence).not.toBe('');
        if (run.verdict !== 'refused') continue;
        expect(why.failed, `${run.command.text}\n${run.output.join('\n')}`).toBeGreaterThanOrEqual(0);
        expect(why.steps[why.failed]?.passed).toBe(false);
      }
    }),
    { numRuns: 20, seed: 20190319 },
  );
}, 60_000);

const DIMM = '---\nkernel: "KERNEL"\nmemory: 1G,slots=4,maxmem=8G\n---\n(qemu) object_add memory-backend-ram,id=m1,size=SIZE\n(qemu) device_add pc-dimm,id=d1,memdev=m1\n';

test('a refusal lists the checks before it, and says in a sentence which one decided', () => {
  const run = played(DIMM.replace('KERNEL', '6.12').replace('SIZE', '192M'))[1] as CommandRun;
  const why = whyOf(run);
  const names = why.steps.map(({ fn }) => fn);
  expect(why.sentence).toBe(
    'The kernel refuses this unless start and size are multiples of the memory block size, and the size is not 0; ' +
      'here start is 0x100000000, size is 192M, block size is 128M (mm/memory_hotplug.c: check_hotplug_memory_range).',
  );
  expect(names.indexOf('memory_device_get_free_addr')).toBeLessThan(names.indexOf('register_memory_resource'));
  expect(names.indexOf('register_memory_resource')).toBeLessThan(why.failed);
  expect(why.steps.slice(0, why.failed).every(({ passed }) => passed)).toBe(true);
});

test('a success lists what was checked', () => {
  const why = whyOf(played(DIMM.replace('KERNEL', '6.12').replace('SIZE', '256M'))[1] as CommandRun);
  expect(why.failed).toBe(-1);
  expect(why.steps.map(({ fn }) => fn)).toContain('check_hotplug_memory_range');
});

test('functions are named as they were in that kernel', () => {
  const place = (kernel: string): string | undefined => {
    const text = `---\nkernel: "${kernel}"\nmemory: 1G\ncmdline: memmap=128M!0x30000000\n---\n$ modprobe nd_e820; modprobe nd_pmem\n$ ndctl create-namespace -f -e namespace0.0 -m fsdax\n`;
    const steps = played(text)[1]?.steps ?? [];
    const found = steps.find(({ condition }) => condition.startsWith('no live device mapping covers'));
    return found === undefined ? undefined : `${found.file} ${found.fn}`;
  };
  // Facts of the trees: the file moved in v5.3, the function was split in v5.4 and v5.10.
  expect(place('5.0')).toBe('kernel/memremap.c devm_memremap_pages');
  expect(place('5.3')).toBe('mm/memremap.c devm_memremap_pages');
  expect(place('5.8')).toBe('mm/memremap.c memremap_pages');
  expect(place('6.12')).toBe('mm/memremap.c pagemap_range');
});

test.each([
  ['echo zz > /sys/bus/nd/devices/region0/align', 'kstrtoull'],
  ['echo 3 > /sys/bus/nd/devices/btt0.0/sector_size', 'nd_size_select_store'],
  ['echo not-a-uuid > /sys/bus/nd/devices/btt0.0/uuid', 'nd_uuid_parse'],
  ['echo 00000000-0000-0000-0000-000000000001 > /sys/bus/nd/devices/pfn0.0/uuid', 'nd_uuid_store'],
  ['echo btt > /sys/bus/nd/devices/namespace0.0/holder_class', '__holder_class_store'],
])('a rare refusal is decided where it is made: %s', (line, fn) => {
  const ready = 'modprobe nd_e820; modprobe nd_pmem; modprobe nd_btt; ndctl create-namespace -f -e namespace0.0 -m fsdax';
  const runs = played(`---\nkernel: "6.12"\nmemory: 2G\ncmdline: memmap=512M!1G\n---\n$ ${ready}\n$ ls /sys/bus/nd/devices\n$ ${line}\n`);
  const why = whyOf(runs[2] as CommandRun);
  expect([runs[2]?.verdict, why.steps[why.failed]?.fn], runs[1]?.output.join(' ')).toEqual(['refused', fn]);
});
