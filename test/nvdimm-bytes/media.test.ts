import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import {
  labelStore, MAX_MEDIA_PAGES, moveMedia, NO_MEDIA, readMedia, writeMedia, zeroMedia,
} from '../../src/drivers/nvdimm/media.ts';
import { NO_BYTES, readPaged, writePaged, zeroPaged } from '../../src/drivers/nvdimm/paged-bytes.ts';
import { DEFAULT_SEED, nextUuid, nextWord } from '../../src/drivers/random.ts';

const machineOf = () => buildMachine({ kernel: '6.12', memory: '1G', cmdline: '', qemu: [] });
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const PAGE = 4096;

describe('bytes at physical addresses', () => {
  test('read as they were written, zeros elsewhere, far above 4 GiB too', () => {
    const machine = machineOf();
    const at = 2 ** 46 + PAGE - 2;
    expect(writeMedia(machine, at, bytes(1, 2, 3, 4))).toBe(0);
    expect(readMedia(machine, at - 1, 6)).toEqual(bytes(0, 1, 2, 3, 4, 0));
    expect(readMedia(machine, at - 2 ** 32, 4)).toEqual(bytes(0, 0, 0, 0));
  });

  test('a snapshot keeps what it saw', () => {
    const machine = machineOf();
    writeMedia(machine, 0x100000000, bytes(1));
    const before = machine.snapshot();
    writeMedia(machine, 0x100000000, bytes(2));
    machine.restore(before);
    expect(readMedia(machine, 0x100000000, 1)).toEqual(bytes(1));
  });

  test('zeros leave nothing behind: the state is the one before', () => {
    const machine = machineOf();
    writeMedia(machine, PAGE - 1, bytes(1, 2));
    writeMedia(machine, PAGE - 1, bytes(0, 0));
    expect(machine.devices.media).toEqual(NO_MEDIA);
    writeMedia(machine, PAGE - 1, bytes(1, 2, 3));
    zeroMedia(machine, PAGE, PAGE + 1);
    expect(readMedia(machine, PAGE - 1, 3)).toEqual(bytes(1, 0, 3));
    zeroMedia(machine, 0, 2 ** 50);
    expect(machine.devices.media).toEqual(NO_MEDIA);
  });

  test('more than 64 MiB of them are refused, and nothing of the last write stays', () => {
    const machine = machineOf();
    const most = new Uint8Array(MAX_MEDIA_PAGES * PAGE).fill(1);
    expect(writeMedia(machine, 0, most)).toBe(0);
    expect(writeMedia(machine, 0x100000000, bytes(1))).toBe(-28);
    expect(readMedia(machine, 0x100000000, 1)).toEqual(bytes(0));
    expect(writeMedia(machine, 1, bytes(7))).toBe(0);
  });

  test('a range beyond what is exact is a bug of the caller', () => {
    const machine = machineOf();
    expect(() => readMedia(machine, 0, 2 ** 40)).toThrow(RangeError);
    expect(() => readMedia(machine, -1, 1)).toThrow(RangeError);
    expect(() => writeMedia(machine, 2 ** 53, bytes(1))).toThrow(RangeError);
  });
});

describe('paged bytes', () => {
  const SIZE = 3 * PAGE;
  const write = fc.record({
    at: fc.nat(SIZE - 1),
    data: fc.uint8Array({ maxLength: 2 * PAGE, max: 3 }),
    zero: fc.boolean(),
  });

  test('behave like an array', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), fc.nat(SIZE), (writes, from) => {
        const plain = new Uint8Array(SIZE);
        let store = NO_BYTES;
        for (const { at, data, zero } of writes) {
          const part = data.subarray(0, SIZE - at);
          plain.set(zero ? new Uint8Array(part.length) : part, at);
          store = zero ? zeroPaged(store, at, at + part.length) : writePaged(store, at, part);
        }
        expect(Buffer.from(readPaged(store, from, SIZE - from)).equals(Buffer.from(plain.subarray(from)))).toBe(true);
        const used = [0, 1, 2].filter((page) => plain.subarray(page * PAGE, (page + 1) * PAGE).some((byte) => byte !== 0));
        expect([...store.pages.keys()].sort()).toEqual(used);
      }),
      { numRuns: 200 },
    );
  });
});

describe('moves', () => {
  const media = { ...NO_MEDIA, memory: writePaged(writePaged(NO_BYTES, 1000, bytes(1, 2)), 9000, bytes(3)) };

  test('two ranges change places, at any offset within pages', () => {
    const { memory } = moveMedia(media, [{ from: 0, to: 8001, size: 5000 }, { from: 8001, to: 0, size: 5000 }]);
    expect(readPaged(memory, 9001, 2)).toEqual(bytes(1, 2));
    expect(readPaged(memory, 999, 3)).toEqual(bytes(3, 0, 0));
  });

  test('what is moved away or gone leaves zeros', () => {
    const { memory } = moveMedia(media, [{ from: 1001, to: 9000, size: 1 }, { from: 1000, to: undefined, size: 1 }]);
    expect(readPaged(memory, 1000, 2)).toEqual(bytes(0, 0));
    expect(readPaged(memory, 9000, 1)).toEqual(bytes(2));
  });
});

test('label areas are apart from each other and from memory', () => {
  const machine = machineOf();
  const store = labelStore(machine, 'nm0', 8192);
  expect(store.write(8190, bytes(1, 2))).toBe(0);
  expect(store.write(8191, bytes(1, 2))).toBe(-22);
  expect(store.write(-1, bytes(1))).toBe(-22);
  expect(store.read(8190, 10)).toEqual(bytes(1, 2));
  expect(labelStore(machine, 'nm1', 8192).read(8190, 2)).toEqual(bytes(0, 0));
  expect(readMedia(machine, 8190, 2)).toEqual(bytes(0, 0));
  expect(store.write(8190, bytes(0, 0))).toBe(0);
  expect(machine.devices.media).toEqual(NO_MEDIA);
});

describe('chance', () => {
  test('uuids are of version 4, all different, and the same in the same order on every machine', () => {
    const machine = machineOf();
    const made = Array.from({ length: 2000 }, () => nextUuid(machine));
    expect(made.every((uuid) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid))).toBe(true);
    expect(new Set(made).size).toBe(2000);
    const other = machineOf();
    expect(nextUuid(other)).toBe(made[0]);
    other.devices = { ...other.devices, random: DEFAULT_SEED + 1 };
    expect(nextUuid(other)).not.toBe(made[0]);
  });

  test('every bit of a word is set about half the time', () => {
    const machine = machineOf();
    const counts = Array.from({ length: 32 }, () => 0);
    for (let n = 0; n < 4000; n++) {
      const word = nextWord(machine);
      for (let bit = 0; bit < 32; bit++) counts[bit] = (counts[bit] ?? 0) + (Math.floor(word / 2 ** bit) % 2);
    }
    expect(Math.min(...counts)).toBeGreaterThan(1800);
    expect(Math.max(...counts)).toBeLessThan(2200);
  });
});
