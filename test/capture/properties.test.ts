/** Readers on random input: what is printed is read back, and nothing but a clear error ever comes out of garbage. */

import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assembleMachines } from '../../src/capture/assemble.ts';
import { bunzip2 } from '../../src/capture/bunzip2.ts';
import { CaptureError } from '../../src/capture/capture-error.ts';
import type { CapturedResource } from '../../src/capture/captured-machine.ts';
import { reportOf } from '../../src/capture/inspect-report.ts';
import { parseIomem } from '../../src/capture/iomem.ts';
import { CAPTURE_LIMITS } from '../../src/capture/limits.ts';
import { machineDescriptionOf } from '../../src/capture/machine-description.ts';
import { readBytes } from '../../src/capture/read-source.ts';
import { tarEntries } from '../../src/capture/tar.ts';
import { tarOf } from './tar-of.ts';

const NAMES = [
  'System RAM',
  'Reserved',
  'Persistent Memory (legacy)',
  'namespace0.0',
  'dax1.0',
  'System RAM (kmem)',
  'Soft Reserved',
  'PCI Bus 0000:00',
  'Kernel code',
  'CXL Window 0',
  '<BAD>',
  'weird : name-1',
];

interface Drawn {
  name: string;
  start: number;
  end: number;
  children: Drawn[];
}

/** A well-formed tree: children inside, siblings apart. */
const tree = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.nat(2 ** 20), fc.integer({ min: 1, max: 2 ** 22 }), fc.nat(3)), {
    minLength: 1,
    maxLength: 30,
  })
  .map((steps) => {
    const roots: Drawn[] = [];
    let at = 0;
    for (const [name, gap, size, depth] of steps) {
      let siblings = roots;
      for (let level = 0; level < depth && siblings.length > 0; level += 1) siblings = siblings.at(-1)!.children;
      const parent = depth > 0 ? findParent(roots, siblings) : undefined;
      if (parent === undefined || siblings === roots) {
        roots.push({ name, start: at + gap * 4096, end: at + gap * 4096 + size * 512, children: [] });
        at = roots.at(-1)!.end;
        continue;
      }
      const from = siblings.at(-1)?.end ?? parent.start;
      const start = from + (gap % 8) * 4096;
      const end = Math.min(parent.end, start + size * 16);
      if (start < end) siblings.push({ name, start, end, children: [] });
    }
    return roots;
  });

function findParent(roots: Drawn[], children: Drawn[]): Drawn | undefined {
  for (const root of roots) {
    if (root.children === children) return root;
    const found = findParent(root.children, children);
    if (found !== undefined) return found;
  }
  return undefined;
}

function print(nodes: readonly Drawn[], depth = 0): string {
  const digits = (value: number): string => value.toString(16).padStart(8, '0');
  return nodes
    .map(
      (node) =>
        `${'  '.repeat(depth)}${digits(node.start)}-${digits(node.end - 1)} : ${node.name}\n` +
        print(node.children, depth + 1),
    )
    .join('');
}

const plain = (nodes: readonly (Drawn | CapturedResource)[]): unknown =>
  nodes.map(({ name, start, end, children }) => ({ name, start, end, children: plain(children) }));

test('a printed tree is read back, with and without its indentation, quoted or not', () => {
  fc.assert(
    fc.property(tree, (roots) => {
      // Another root with the very range of the first at the same indentation would be a second map.
      const text = print(roots);
      const read = parseIomem(text, 'tree');
      expect(plain(read.roots)).toEqual(plain(roots));
      expect(read.notes).toEqual([]);
      expect(plain(parseIomem(text.replace(/^/gm, '> '), 'quoted').roots)).toEqual(plain(roots));
      expect(plain(parseIomem(text.replace(/^ +/gm, ''), 'flat').roots)).toEqual(plain(roots));
    }),
    { numRuns: 300 },
  );
});

test('whatever the map, the report and the description hold together', () => {
  fc.assert(
    fc.property(
      tree,
      fc.option(fc.constantFrom(2 ** 27, 2 ** 28, 2 ** 31), { nil: undefined }),
      (roots, blockSizeBytes) => {
        const iomem = parseIomem(print(roots), 'tree');
        const sizes = blockSizeBytes === undefined ? {} : { blockSizeBytes, blockSizeFrom: 'recorded' as const };
        const machine = assembleMachines([{ name: 'tree', part: { sources: [], notes: [], iomem, ...sizes } }])[0]!;
        const { report, layout } = reportOf(machine);
        for (const list of [layout.owned, layout.ram, layout.devices]) {
          list.forEach((range, index) => {
            expect(range.start).toBeLessThan(range.end);
            expect(range.start).toBeGreaterThanOrEqual(list[index - 1]?.end ?? 0);
          });
        }
        for (const { range } of report.findings) if (range !== undefined) expect(range.start).toBeLessThan(range.end);
        const entries = machineDescriptionOf(machine)?.boot.e820 ?? [];
        entries.forEach((entry, index) => expect(entry.start).toBeGreaterThanOrEqual(entries[index - 1]?.end ?? 0));
      },
    ),
    { numRuns: 300 },
  );
});

/** Bytes that look like something: real beginnings, mutated. */
const seeds = [
  Buffer.from('00100000-bfffffff : System RAM\n  01000000-01ffffff : Kernel code\n'),
  Buffer.from(
    tarOf({
      'sys/devices/system/memory/block_size_bytes': '8000000\n',
      'sys/devices/system/memory/memory3/state': 'online\n',
    }),
  ),
  Buffer.from('[{"dev":"namespace0.0","size":"1.00 GiB (1.07 GB)"}, ...\n"align": 2097152\n'),
  Buffer.from(
    '[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bfffffff] usable\n' +
      '[    0.1] SRAT: Node 1 PXM 1 [mem 0x100000-0xffffff]\n',
  ),
  Buffer.from(
    'RANGE SIZE STATE REMOVABLE BLOCK\n' +
      '0x0000000000000000-0x0000000007ffffff 128M online yes 0\nMemory block size: 128M\n',
  ),
  Buffer.from('Node 0, zone   Normal\n  spanned  1000\n  present  900\n  start_pfn: 16\n'),
];

test('garbage ends in a report or a clear error', () => {
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(4096), fc.nat(255)), { maxLength: 12 }), fc.nat(4096))
    .map(([seed, changes, cut]) => {
      const bytes = Uint8Array.from(seed.subarray(0, Math.max(1, seed.length - (cut % seed.length))));
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 600 })), (bytes) => {
      try {
        for (const machine of assembleMachines(readBytes(bytes, 'input').parts)) {
          reportOf(machine);
          machineDescriptionOf(machine);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(CaptureError);
      }
    }),
    { numRuns: 1500 },
  );
});

test('what tar holds is read back', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,20}(\/[a-z0-9_.]{1,20}){0,3}$/), fc.string({ maxLength: 2000 }), {
        minKeys: 1,
      }),
      (files) => {
        const entries = [...tarEntries(tarOf(files), 'tar', CAPTURE_LIMITS)];
        const read = Object.fromEntries(entries.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]));
        expect(read).toEqual(
          Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text).toString()])),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('what bzip2 packed is unpacked', (context) => {
  if (spawnSync('bzip2', ['--version'], { input: '' }).error !== undefined) {
    console.warn('SKIPPED: bzip2 is not installed, so nothing could be packed for the test');
    return context.skip('bzip2 is not installed');
  }
  const chunk = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(255), fc.nat(3000)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
  );
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
      const data = Buffer.concat(chunks);
      const packed = execFileSync('bzip2', ['-c'], { input: data });
      expect(Buffer.from(bunzip2(packed, 'bz2', 2 ** 20)).equals(data)).toBe(true);
    }),
    { numRuns: 25 },
  );
});
