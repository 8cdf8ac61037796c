/** What a guest is built from: archive, module tables, BTF, kernels at hand. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryLines } from '../../src/realkernel/boot-log-filter.ts';
import { BtfError, readBtfStructs } from '../../src/realkernel/btf.ts';
import { cpio, fileEntry, linkEntry } from '../../src/realkernel/cpio.ts';
import { pageRuns } from '../../src/realkernel/guest-pages.ts';
import { blockRuns, withoutTime, zonesOf } from '../../src/realkernel/guest-state.ts';
import { moduleEntries } from '../../src/realkernel/kernel-modules.ts';
import { compareReleases, findKernel, listKernels, registerKernel } from '../../src/realkernel/kernel-store.ts';
import { findProgram, guestPrograms, MissingHere } from '../../src/realkernel/missing.ts';
import { moduleIndex } from '../../src/realkernel/module-index.ts';
import { parseRecording } from '../../src/realkernel/recording.ts';
import { readShared, sharedFiles } from '../boot/shared-data.ts';

const scratch = mkdtempSync(join(tmpdir(), 'memhp-image-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const hasCpio = findProgram('cpio') !== undefined;
if (!hasCpio) console.warn('SKIPPED: our cpio archives are not unpacked by cpio, for there is none (apt-get install cpio)');

test.skipIf(!hasCpio)('cpio unpacks our archive', () => {
  const big = Uint8Array.from({ length: 4097 }, (_, i) => i % 256);
  const archive = cpio([fileEntry('a/b/c.txt', 'see', 0o640), fileEntry('big', big), linkEntry('a/link', 'b/c.txt'), fileEntry('big', big)]);
  const folder = join(scratch, 'cpio');
  mkdirSync(folder);
  expect(spawnSync('cpio', ['-id', '--quiet'], { cwd: folder, input: archive }).stderr.toString()).toBe('');
  expect(readFileSync(join(folder, 'a/link'), 'utf8')).toBe('see');
  expect(Uint8Array.from(readFileSync(join(folder, 'big')))).toEqual(big);
});

/** Looks a name up as libkmod does. */
function lookUp(table: Buffer, name: string): string[] {
  let at = table.readUInt32BE(8);
  for (let rest = name; ; ) {
    const flags = Math.floor(at / 2 ** 29);
    let place = at % 2 ** 28;
    if (flags & 4) {
      const end = table.indexOf(0, place);
      const prefix = table.toString('latin1', place, end);
      if (!rest.startsWith(prefix)) return [];
      rest = rest.slice(prefix.length);
      place = end + 1;
    }
    const hasChildren = (flags & 1) !== 0;
    const [first, last] = hasChildren ? [table[place]!, table[place + 1]!] : [0, -1];
    const children = place + 2;
    if (rest === '') {
      if (!(flags & 2)) return [];
      place = hasChildren ? children + 4 * (last - first + 1) : place;
      const count = table.readUInt32BE(place);
      place += 4;
      return Array.from({ length: count }, () => {
        const end = table.indexOf(0, place + 4);
        const value = table.toString('latin1', place + 4, end);
        place = end + 1;
        return value;
      });
    }
    const code = rest.charCodeAt(0);
    if (code < first || code > last) return [];
    at = table.readUInt32BE(children + 4 * (code - first));
    if (at === 0) return [];
    rest = rest.slice(1);
  }
}

test('names are found in the binary tables, and only they', () => {
  const lines = ['nd_pmem', 'nd', 'nd_btt', 'kmem', 'nd_pmem'].map((key, i) => ({ key, value: `${key}.ko:${i}` }));
  const table = Buffer.from(moduleIndex(lines));
  expect(lookUp(table, 'nd_pmem')).toEqual(['nd_pmem.ko:0', 'nd_pmem.ko:4']);
  for (const { key, value } of lines) expect(lookUp(table, key)).toContain(value);
  for (const name of ['', 'n', 'nd_', 'nd_pmemx', 'zzz']) expect(lookUp(table, name)).toEqual([]);
  expect(lookUp(Buffer.from(moduleIndex([])), 'x')).toEqual([]);
});

test('modules come with what they need; one that needs itself ends', () => {
  const folder = join(scratch, 'modules');
  const write = (path: string, info: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), `\0${info}\0`);
  };
  write('kernel/drivers/a-b.ko', 'depends=c,d\0alias=dax:t0*');
  write('kernel/lib/c.ko', 'depends=d');
  write('kernel/lib/d.ko', 'depends=a-b');
  write('kernel/lib/other.ko', 'depends=');
  const entries = moduleEntries(folder, '1.2', ['a_b', 'missing']);
  const text = (name: string): string =>
    Buffer.from(entries.find(({ path }) => path === `lib/modules/1.2/${name}`)!.data).toString();
  expect(text('modules.dep').split('\n')[0]).toBe('kernel/drivers/a-b.ko: kernel/lib/c.ko kernel/lib/d.ko');
  expect(text('modules.dep')).not.toContain('other');
  expect(text('modules.alias')).toBe('alias dax:t0* a_b\n');
});

describe('BTF', () => {
  /** struct mem_section { unsigned long section_mem_map; struct mem_section_usage *usage }, and one with a bit field. */
  function madeUp(): Buffer {
    const names = '\0long\0mem_section\0section_mem_map\0usage\0bits\0';
    const at = (name: string): number => names.indexOf(`\0${name}\0`) + 1;
    const words = [
      [at('long'), 0x0100_0000, 8, 64], // int
      [at('mem_section'), 0x0400_0002, 16, at('section_mem_map'), 1, 0, at('usage'), 1, 64],
      [at('bits'), 0x8400_0001, 8, at('usage'), 1, 0x0300_0020],
    ].flat();
    const types = Buffer.alloc(words.length * 4);
    words.forEach((word, i) => types.writeUInt32LE(word >>> 0, i * 4));
    const head = Buffer.alloc(24);
    head.writeUInt16LE(0xeb9f, 0);
    head.writeUInt8(1, 2);
    [24, 0, types.length, types.length, names.length].forEach((word, i) => head.writeUInt32LE(word, 4 + 4 * i));
    return Buffer.concat([head, types, Buffer.from(names, 'latin1')]);
  }

  test('structures and the places of their members', () => {
    const structs = readBtfStructs(madeUp(), ['mem_section', 'bits', 'nothing']);
    expect(structs.get('mem_section')).toEqual({ size: 16, members: new Map([['section_mem_map', 0], ['usage', 8]]) });
    expect(structs.get('bits')?.members.get('usage')).toBe(4);
    expect(structs.has('nothing')).toBe(false);
  });

  test('what is cut short or no BTF at all', () => {
    const whole = madeUp();
    expect(() => readBtfStructs(Buffer.from('nothing of the kind, longer'), ['x'])).toThrow(BtfError);
    for (let length = 0; length < whole.length; length++) {
      expect(() => readBtfStructs(whole.subarray(0, length), ['x'])).toThrow(BtfError);
    }
  });

  const own = '/sys/kernel/btf/vmlinux';
  test.skipIf(!existsSync(own))('this system’s own kernel', () => {
    const section = readBtfStructs(readFileSync(own), ['mem_section']).get('mem_section');
    expect(section?.members.get('section_mem_map')).toBe(0);
  });
});

describe('what a guest prints', () => {
  test('blocks', () => {
    const lines = ['memory10/state:online', 'memory9/state:online', 'memory9/valid_zones:Normal Movable', 'memory10/valid_zones:Normal Movable', 'x'];
    expect(blockRuns(lines)).toEqual([{ first: 9, last: 10, state: 'online', valid_zones: 'Normal,Movable' }]);
  });
  test('zones', () => {
    const lines = ['Node 1, zone      DMA', '        spanned  4095', '        present  3998', '  start_pfn:           1', 'Node 1, zone   Normal', '        spanned  0'];
    expect(zonesOf(lines)).toEqual([{ node: 1, zone: 'DMA', start_pfn: 1, spanned: 4095, present: 3998 }]);
  });
  test('page frames', () => {
    expect(pageRuns(['000000 0', '000010 1', '000100 0', '000200 end'], 0)).toEqual([
      { startPfn: 0, endPfn: 2 },
      { startPfn: 32, endPfn: 64 },
    ]);
    expect(pageRuns(['000000 1', '040000 end'], 32768)).toEqual([]);
    expect(pageRuns(['000000 0', '040000 end'], 32768)).toEqual([{ startPfn: 32768, endPfn: 65536 }]);
    expect(pageRuns(['000000 end'], 0)).toEqual([]);
  });
  test('time stamps', () => {
    expect(withoutTime('[    0.000000]   DMA      [mem 0x1]')).toBe('  DMA      [mem 0x1]');
    expect(withoutTime('[   12.345678][    T1] text')).toBe('text');
    expect(withoutTime('[mem 0x1]')).toBe('[mem 0x1]');
  });
});

const traces = sharedFiles('traces', '.json');

test.skipIf(traces === undefined)('the filter keeps every boot line that recordings have', () => {
  for (const name of traces ?? []) {
    const { boot_dmesg: lines } = parseRecording(readShared('traces', name), name);
    expect(memoryLines(lines)).toEqual(lines);
  }
});

describe('kernels at hand', () => {
  const before = process.env['MEMHP_CACHE'];
  beforeAll(() => void (process.env['MEMHP_CACHE'] = join(scratch, 'cache')));
  afterAll(() => {
    if (before === undefined) delete process.env['MEMHP_CACHE'];
    else process.env['MEMHP_CACHE'] = before;
  });

  function image(name: string, release: string): string {
    const bytes = Buffer.alloc(0x400);
    bytes.write('HdrS', 0x202, 'latin1');
    bytes.writeUInt16LE(0x100, 0x20e);
    bytes.write(`${release} (someone) #1\0`, 0x300, 'latin1');
    writeFileSync(join(scratch, name), bytes);
    return join(scratch, name);
  }

  test('registered, listed, found by name, release and series', () => {
    registerKernel('old', image('k1', '6.1.0-9-amd64'), undefined);
    registerKernel('new', image('k2', '6.1.0-54-amd64'), undefined);
    registerKernel('mine', image('k3', '6.15.0-rc1+'), undefined);
    const stored = listKernels().filter(({ origin }) => origin === 'registered');
    expect(stored.map(({ name }) => name)).toEqual(['old', 'new', 'mine']);
    expect(findKernel('old', stored).release).toBe('6.1.0-9-amd64');
    expect(findKernel('6.1.0-9-amd64', stored).name).toBe('old');
    expect(findKernel('6.1', stored).name).toBe('new');
    expect(findKernel('6.15', stored).name).toBe('mine');
    expect(() => findKernel('6', stored.slice(0, 0))).toThrow(MissingHere);
    const missing = ((): unknown => {
      try {
        return findKernel('6.12', stored);
      } catch (error) {
        return error;
      }
    })();
    expect((missing as MissingHere).remedy).toBe('memhp kernels fetch 6.12');
  });

  test('what is no kernel, no name, no folder of modules', () => {
    writeFileSync(join(scratch, 'short'), 'x');
    expect(() => registerKernel('x', join(scratch, 'short'), undefined)).toThrow('no x86 kernel image');
    expect(() => registerKernel('../x', image('k4', '6.1'), undefined)).toThrow('is no name');
    expect(() => registerKernel('x', image('k5', '6.1'), scratch)).toThrow('no modules of 6.1');
  });

  test('a broken entry is as if it were not there', () => {
    mkdirSync(join(scratch, 'cache/kernels/broken'), { recursive: true });
    writeFileSync(join(scratch, 'cache/kernels/broken/kernel.json'), '{"name":');
    expect(listKernels().some(({ name }) => name === 'broken')).toBe(false);
  });

  test('releases in their order', () => {
    const order = ['5.0', '6.1.0-9-amd64', '6.1.0-54-amd64', '6.12.9+deb12-amd64', '6.12.117+deb12-amd64', '7.0'];
    expect(order.toReversed().sort(compareReleases)).toEqual(order);
  });
});

test('what is not installed is named with one line', () => {
  const missing = ((): unknown => {
    try {
      return guestPrograms(scratch);
    } catch (error) {
      return error;
    }
  })();
  if (!(missing instanceof MissingHere)) return; // Everything stands in the administrators' folders here.
  expect(missing.remedy).toMatch(/^sudo apt-get install -y --no-install-recommends .*qemu-system-x86.*busybox-static/);
});
