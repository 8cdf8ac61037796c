/** Hostile and broken input: each ends in a clear message, in bounded time and memory, never in a stack. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CaptureError, errorLines, placeText } from '../../src/capture/capture-error.ts';
import { assembleMachines } from '../../src/capture/assemble.ts';
import { reportOf } from '../../src/capture/inspect-report.ts';
import { CAPTURE_LIMITS, type CaptureLimits } from '../../src/capture/limits.ts';
import type { ReadSource } from '../../src/capture/read-bytes.ts';
import { readBytes, readSource } from '../../src/capture/read-source.ts';
import { tarOf } from './tar-of.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
/** bzip2 of a few lines of iomem. */
const BZIP2 = Uint8Array.from(
  Buffer.from(
    'QlpoOTFBWSZTWTGwPkUAADFfgGgQQAJgMCACGAATAgwgIABqEUoaeowgAKpQAG1A9TqQIW4FF07AuBrK' +
      'wI23hbZLmhMA4EiReGcR8JEdeRHooUKH4u5IpwoSBjYHyKA=',
    'base64',
  ),
);
const memory = 'sys/devices/system/memory';

/** The lines a person sees, or what was found with its notes. */
function outcome(read: () => ReadSource): string {
  try {
    const machines = assembleMachines(read().parts);
    return machines
      .flatMap((machine) => {
        const { report } = reportOf(machine);
        return [
          `read: ${report.sources.map(({ says }) => says).join('; ')}`,
          ...report.notes.map((note) => `note ${note.code} ${placeText(note)}: ${note.text}`),
          ...report.findings.filter(({ severity }) => severity === 'problem').map((one) => `${one.code}: ${one.text}`),
        ];
      })
      .join('\n');
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return errorLines(error).join('\n');
  }
}

const bytesCases: Record<string, () => Uint8Array> = {
  'an empty file': () => new Uint8Array(0),
  'blanks only': () => text('  \n\n\t\n'),
  'binary junk': () => Uint8Array.from({ length: 4096 }, (_, index) => (index * 73 + 11) % 256),
  'an ELF file': () => Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]),
  'an xz file': () => Uint8Array.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
  prose: () => text('Dear all,\nour server has lots of memory.\n'),
  'numbers above 2^53': () => text('00100000-ffffffffffffffffffff : System RAM\n00001000-0009ffff : System RAM\n'),
  'only numbers above 2^53': () => text('fffffffffffffffff-ffffffffffffffffff : System RAM\n'),
  'an inverted range': () => text('bfffffff-00100000 : System RAM\n'),
  'a range that lost a digit': () => text('00001000-0009ffff : System RAM\n100000000-27ffffff : System RAM\n'),
  'overlapping siblings': () => text('00001000-bfffffff : System RAM\na0000000-cfffffff : Persistent Memory\n'),
  'siblings out of order': () => text('100000000-13fffffff : System RAM\n00100000-bfffffff : System RAM\n'),
  '10,000 levels of indentation': () =>
    text(
      Array.from(
        { length: 10_000 },
        (_, depth) => `${' '.repeat(Math.min(depth, 900))}00100000-bfffffff : level ${depth}`,
      ).join('\n'),
    ),
  'a line of 10 MB': () => text(`00100000-bfffffff : System RAM\n${'0'.repeat(10_000_000)}\n`),
  'nothing but a line of 10 MB': () => text(`00100000-${'f'.repeat(10_000_000)} : System RAM\n`),
  'masked addresses': () =>
    text('00000000-00000000 : Reserved\n00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n'),
  'control characters in a name': () =>
    text('00100000-bfffffff : System RAM\nc0000000-c0000fff : \u001b[31mred\u0007\n'),
  'an iomem cut in the middle of a line': () => text('00100000-bfffffff : System RAM\n100000000-13ff'),
  'a truncated gzip': () => gzipSync(text('00100000-bfffffff : System RAM\n'.repeat(1000))).subarray(0, 40),
  'a damaged gzip': () => {
    const bytes = gzipSync(text('00100000-bfffffff : System RAM\n'.repeat(100)));
    bytes[15] = 0xff;
    bytes[16] = 0xff;
    return bytes;
  },
  'a truncated bzip2': () => BZIP2.subarray(0, 50),
  'a damaged bzip2': () => Uint8Array.from(BZIP2, (byte, index) => (index === 45 ? byte ^ 0x55 : byte)),
  'a truncated tar': () => tarOf({ [`${memory}/memory0/state`]: 'online\n'.repeat(200) }).subarray(0, 900),
  'a tar without an end': () => tarOf({ [`${memory}/memory0/state`]: 'online\n' }).subarray(0, 1024),
  'a tar with a damaged header': () => {
    const bytes = tarOf({ [`${memory}/block_size_bytes`]: '8000000\n', [`${memory}/memory0/state`]: 'online\n' });
    bytes[1030] = 0x7a;
    return bytes;
  },
  'a tar of something else': () => tarOf({ 'home/user/letter.txt': 'hello\n' }),
  'a tar that climbs out': () => tarOf({ '../../etc/passwd': 'x\n', [`a/../../${memory}/memory0/state`]: 'online\n' }),
  'block_size_bytes with garbage': () =>
    tarOf({ [`${memory}/block_size_bytes`]: 'lots\n', [`${memory}/memory0/state`]: 'online\n' }),
  'block_size_bytes of 3': () =>
    tarOf({ [`${memory}/block_size_bytes`]: '3\n', [`${memory}/memory0/state`]: 'online\n' }),
  'only block_size_bytes, with garbage': () => tarOf({ [`${memory}/block_size_bytes`]: '\u0001\u0002zz\n' }),
  'a huge block number': () =>
    tarOf({
      [`${memory}/block_size_bytes`]: '8000000\n',
      [`${memory}/memory0/state`]: 'online\n',
      [`${memory}/memory99999999999999999999/state`]: 'online\n',
    }),
  'a block in an unheard-of state': () =>
    tarOf({
      [`${memory}/block_size_bytes`]: '8000000\n',
      [`${memory}/memory0/state`]: 'on fire\u001b[2J\n',
      [`${memory}/memory1/state`]: 'online\n',
    }),
  'JSON that is cut off': () =>
    text('[\n  {\n    "dev":"namespace0.0",\n    "mode":"fsdax",\n    "size":1071644672,\n    "uuid":"2557'),
  'JSON nested 100,000 deep': () => text('[\n'.repeat(100_000)),
  'an lsmem table without a block size': () =>
    text('RANGE SIZE STATE\n0x0000000000000000-0x00000000ffffffff 4G online\n'),
  'a boot log without a map': () => text('[    0.000000] SRAT: Node nonsense\n[    0.000000] e820: nothing here\n'),
};

describe('files', () => {
  for (const [name, make] of Object.entries(bytesCases)) {
    test(name, { timeout: 5000 }, () => {
      const message = outcome(() => readBytes(make(), 'input'));
      expect(message).toMatchSnapshot();
      expect(message.length).toBeLessThan(6000);
      expect(message).not.toMatch(/\n\s+at |[\u0000-\u0008\u001b]/);
    });
  }
});

describe('limits', () => {
  const small: CaptureLimits = { ...CAPTURE_LIMITS, unpackedBytes: 1_000_000, archiveEntries: 10, textBytes: 1000 };
  const limited: Record<string, () => Uint8Array> = {
    'a gzip bomb': () => gzipSync(Buffer.alloc(20_000_000)),
    'a tar with too many entries': () =>
      tarOf(Object.fromEntries(Array.from({ length: 20 }, (_, id) => [`${memory}/memory${id}/state`, 'online\n']))),
    'a tar that says it is larger than it is': () => {
      const bytes = tarOf({ [`${memory}/memory0/state`]: 'x' }, { size: 2 ** 40 });
      return bytes;
    },
    'a text that is too large': () => text('00100000-bfffffff : System RAM\n'.repeat(100)),
  };
  for (const [name, make] of Object.entries(limited)) {
    test(name, () => expect(outcome(() => readBytes(make(), 'input', small))).toMatchSnapshot());
  }
});

describe('paths', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'memhp-bad-'));
    mkdirSync(join(folder, 'empty'));
    mkdirSync(join(folder, 'deep', ...Array.from({ length: 40 }, () => 'd')), { recursive: true });
    mkdirSync(join(folder, 'loop'));
    symlinkSync('.', join(folder, 'loop', 'again'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    mkdirSync(join(folder, 'odd', memory, 'memory1', 'state'), { recursive: true });
    writeFileSync(join(folder, 'odd', memory, 'block_size_bytes'), '8000000\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['absent', 'empty', 'deep', 'loop', 'dangling', 'odd', 'odd/absent/state']) {
    test(name, () =>
      expect(outcome(() => readSource(join(folder, name))).replaceAll(folder, 'FOLDER')).toMatchSnapshot(),
    );
  }
});
