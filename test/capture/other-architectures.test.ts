/** Captures of machines without an e820 map boot, too. */

import { expect, test } from 'vitest';
import { assembleMachines } from '../../src/capture/assemble.ts';
import { bootCaptured } from '../../src/capture/boot-captured.ts';
import { partOfBootLog } from '../../src/capture/boot-log-part.ts';
import { machineDescriptionOf } from '../../src/capture/machine-description.ts';

/** As Apple's machines: RAM from 1 TiB on. */
const LOG = [
  'Booting Linux on physical CPU 0x0000000000 [0x612f0280]',
  'Linux version 6.12.0-arm64',
  'Early memory node ranges',
  '  node   0: [mem 0x0000010000000000-0x000001007fffffff]',
  '  node   1: [mem 0x0000010080000000-0x00000100ffffffff]',
];

test('arm64: the first memory block is where RAM begins, nodes are those of the log', () => {
  const parts = [{ name: 'dmesg', part: partOfBootLog(LOG.join('\n'), 'dmesg') }];
  const booted = bootCaptured(parts, undefined, 'dmesg');
  if ('diagnostics' in booted) throw new Error(booted.diagnostics[0]?.message);
  expect(booted.arch).toBe('arm64');
  expect([...booted.machine.kernel.blocks.ids()][0]).toBe(2 ** 40 / 2 ** 27);
  const described = machineDescriptionOf(assembleMachines(parts)[0]!)!;
  expect(described.boot.ram!.map(({ start, end, nid }) => [start / 2 ** 30, end / 2 ** 30, nid])).toEqual([
    [1024, 1026, 0],
    [1026, 1028, 1],
  ]);
});
