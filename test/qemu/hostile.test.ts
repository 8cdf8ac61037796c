/** Whatever is typed at the monitor or given as arguments ends in an answer or a named complaint. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MachineDescriptionError } from '../../src/drivers/machine-description.ts';
import { startQemu } from '../../src/drivers/qemu/args.ts';
import type { QemuState } from '../../src/drivers/qemu/qemu.ts';
import { monitorAnswer } from '../../src/tools/monitor.ts';
import { NotModelled } from '../../src/tools/tool.ts';

const word = fc.oneof(
  fc.constantFrom(
    'object_add',
    'object_del',
    'device_add',
    'device_del',
    'info',
    'help',
    'memory-backend-ram',
    'pc-dimm',
    'nvdimm',
    'id=',
    'size=',
    'memdev=',
    'slot=',
    'addr=',
    'node=',
    'm0',
    'd0',
    '128M',
    '1G',
    '0x100000000',
    '-1',
    '__proto__',
    'constructor',
    'toString',
    ',',
    ',,',
    '=',
    '"',
    '\\',
    ' ',
    '9'.repeat(40),
    '0x' + 'f'.repeat(40),
    '1e400',
    '\0',
  ),
  fc.string({ maxLength: 12 }),
);
const line = fc.array(word, { maxLength: 14 }).map((words) => words.join(''));

function ask(state: QemuState, text: string): QemuState {
  try {
    return monitorAnswer(state, text).state;
  } catch (error) {
    if (!(error instanceof NotModelled)) throw error;
    return state;
  }
}

function start(memory: string, words: readonly string[]): QemuState | string {
  try {
    return startQemu(memory, words);
  } catch (error) {
    if (!(error instanceof MachineDescriptionError)) throw error;
    return error.message;
  }
}

describe('hostile input', () => {
  test('monitor lines', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        let state = startQemu('1G,slots=4,maxmem=8G', []);
        for (const text of lines) state = ask(state, text);
        const devices = [...state.devices].sort((a, b) => a.addr - b.addr);
        for (const [i, device] of devices.entries()) {
          expect(device.addr).toBeGreaterThanOrEqual(state.machine.layout.deviceMemory.start);
          expect(device.addr + device.size).toBeLessThanOrEqual(
            devices[i + 1]?.addr ?? state.machine.layout.deviceMemory.end,
          );
        }
        expect(new Set(devices.map((device) => device.slot)).size).toBe(devices.length);
      }),
      { numRuns: 2000 },
    );
  });

  test('-m', () => {
    const size = fc.array(
      fc.constantFrom('1', '0', 'G', 'M', 'x', ',', 'slots=', 'maxmem=', 'size=', '-', '.', ' ', 'e', '9'.repeat(30)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        size.map((parts) => parts.join('')),
        (text) => void start(text, []),
      ),
      { numRuns: 2000 },
    );
  });

  test('machine arguments', () => {
    const argument = fc.oneof(
      fc.constantFrom(
        '-M',
        'q35',
        '-m',
        '1G',
        '-cpu',
        'max',
        '-smp',
        '2',
        '-numa',
        'node',
        '-object',
        '-device',
        '',
        '-',
        '--',
      ),
      line,
    );
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 8 }), (words) => void start('1G', words)),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['a million processors', ['-smp', '1,maxcpus=1000000'], /max CPUs/],
    ['a range of a billion processors', ['-numa', 'node,cpus=0-999999999'], /should be smaller than maxcpus/],
    ['a long word', ['-M', 'q35,' + 'x'.repeat(1e6)], /longer than/],
    ['a missing value', ['-cpu'], /requires an argument/],
    ['a bare word', ['q35'], /no machine argument/],
    ['a kernel', ['-kernel', 'vmlinuz'], /not for a described machine/],
    ['another chipset', ['-M', 'pc'], /does not model -M pc/],
    ['a disk', ['-device', 'virtio-blk-pci'], /does not model -device/],
    ['memory given twice', ['-m', '1G'], /given twice/],
    ['a processor without long mode', ['-cpu', 'pentium3'], /64-bit/],
  ] as const)('%s', (_, words, message) => {
    expect(start('1G', words)).toMatch(message);
  });
});
