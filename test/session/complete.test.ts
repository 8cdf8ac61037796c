import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { complete } from '../../src/runbook/complete/complete.ts';
import { typedPart } from '../../src/runbook/complete/typed-part.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';
import { everythingOf } from './random-session.ts';

const machine = buildMachine({
  kernel: '6.12',
  memory: '1G,slots=4,maxmem=8G',
  cmdline: 'memmap=64M!0x32000000 memmap=64M!0x36000000',
  qemu: [],
});
runShell(machine, 'modprobe nd_e820; modprobe nd_pmem');
runMonitor(machine, 'object_add memory-backend-ram,id=m1,size=128M');
runMonitor(machine, 'object_add memory-backend-ram,id=spare,size=128M');
runMonitor(machine, 'device_add pc-dimm,id=d1,memdev=m1');

/** Lines that a line may become. */
const ways = (line: string): string[] => {
  const { from, words } = complete(machine, line);
  return words.map((word) => line.slice(0, from) + word);
};

describe('one way to go on', () => {
  test.each([
    ['lsm', 'lsmem '],
    ['  ndc', '  ndctl '],
    ['true; ndctl create-n', 'true; ndctl create-namespace '],
    ['ndctl create-namespace --mo', 'ndctl create-namespace --mode='],
    ['ndctl create-namespace --mode=d', 'ndctl create-namespace --mode=devdax '],
    ['ndctl create-namespace -m s', 'ndctl create-namespace -m sector '],
    ['ndctl create-namespace -f -e namespace1', 'ndctl create-namespace -f -e namespace1.0 '],
    ['ndctl destroy-namespace namespace0', 'ndctl destroy-namespace namespace0.0 '],
    ['lsmem --out', 'lsmem --output'],
    ['cat /pr', 'cat /proc/'],
    ['cat /proc/iom', 'cat /proc/iomem '],
    ['echo offl', 'echo offline '],
    ['echo x > /sys/devices/system/memory/memory7/sta', 'echo x > /sys/devices/system/memory/memory7/state '],
    ['echo x >/sys/devices/system/memory/memory7/sta', 'echo x >/sys/devices/system/memory/memory7/state '],
    ['cat "/proc/iom', 'cat "/proc/iomem '],
    ['modprobe -r nd_p', 'modprobe -r nd_pmem '],
    ['modprobe device_d', 'modprobe device_dax '],
    ['(qemu) object_a', '(qemu) object_add '],
    ['(qemu) info num', '(qemu) info numa '],
    ['(qemu) device_add pc-d', '(qemu) device_add pc-dimm,'],
    ['(qemu) device_add pc-dimm,id=x,memd', '(qemu) device_add pc-dimm,id=x,memdev='],
    ['(qemu) device_add pc-dimm,id=x,memdev=', '(qemu) device_add pc-dimm,id=x,memdev=spare'],
    ['(qemu) device_del ', '(qemu) device_del d1 '],
    ['(qemu) object_del s', '(qemu) object_del spare '],
  ])('%s', (line, expected) => expect(ways(line).filter((way) => way.startsWith(expected))).not.toEqual([]));
});

test('every memory block is offered, in the order of its number', () => {
  const blocks = ways('cat /sys/devices/system/memory/memory').filter((way) => way.endsWith('/'));
  expect(blocks.map((way) => Number(/memory(\d+)\/$/.exec(way)![1]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 32]);
});

test('only commands that memhp models are offered', () => {
  expect(ways('ndctl mon')).toEqual([]);
  expect(ways('ndctl ').length).toBeGreaterThan(10);
});

test.each([
  ['echo a > /x', { before: ['echo', 'a'], word: '/x', redirected: true }],
  ['echo a 2>/x', { before: ['echo', 'a'], word: '/x', redirected: true }],
  ['echo a > /x ', { before: ['echo', 'a'], word: '', redirected: false }],
  ['X=1 echo', { before: [], word: 'echo' }],
  ['if ! cat "a b', { before: ['cat'], word: 'a b' }],
  ['a|b&&c d', { before: ['c'], word: 'd' }],
  ["a '", { before: ['a'], word: '' }],
])('%s', (line, expected) => expect(typedPart(line)).toMatchObject(expected));

test('any line completes to lines that begin as it does, and the machine stays as it is', () => {
  const before = everythingOf(machine);
  const word = fc.oneof(
    fc.constantFrom('ndctl ', 'daxctl ', 'list ', 'create-namespace ', '-', '--', 'cat ', '/sys/', 'bus/', '(qemu) ', 'echo ', '> ', '"'),
    fc.constantFrom('/', '..', 'device_add ', 'pc-dimm,', ',', '=', ';', '|', 'modprobe ', '-r ', 'constructor', 'x'),
    fc.string({ maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const line = words.join('');
      const completion = complete(machine, line);
      expect(completion.from).toBeLessThanOrEqual(line.length);
      const typed = line.slice(completion.from).replace(/["'\\]/g, '');
      for (const each of completion.words) expect(each.startsWith(typed)).toBe(true);
    }),
    { numRuns: 150, seed: 3 },
  );
  expect(everythingOf(machine)).toBe(before);
});
