import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { NULL_UUID } from '../../src/drivers/nvdimm/little-endian.ts';
import {
  bttDiskSize, bttSbOfArena, createArenas, initialBttLog, readBttSb, writeBttSb,
} from '../../src/drivers/nvdimm/nd-btt-bytes.ts';
import { infoBlockOfNdctl, readNdPfnSb, writeNdPfnSb } from '../../src/drivers/nvdimm/nd-pfn-bytes.ts';
import { bytesOf, piecesOf, type RecordedBlock, type RecordedStep } from '../realguest/media-recording.ts';
import { mediaRecordings } from './recordings.ts';

const recordings = [...mediaRecordings('labels-'), ...mediaRecordings('no-labels-')];
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Every recorded block with the step it was seen after, those whose namespace has a holder. */
function* heldBlocks(steps: readonly RecordedStep[]): Generator<{ step: RecordedStep; block: RecordedBlock; holder: string }> {
  for (const step of steps) {
    for (const block of step.blocks) {
      const holder = step.devices[block.namespace]?.['holder'] ?? '';
      if (holder !== '') yield { step, block, holder };
    }
  }
}

describe.each(recordings)('%s', (_name, recording) => {
  test('info blocks of fsdax and devdax say what the kernel shows, and are written as they were read', () => {
    let seen = 0;
    for (const { step, block, holder } of heldBlocks(recording.steps)) {
      if (holder.startsWith('btt')) continue;
      const bytes = bytesOf(block.info, 4096);
      const sb = readNdPfnSb(bytes, holder.startsWith('dax') ? 'dax' : 'pfn');
      if (sb === undefined) throw new Error(`no block of ${holder} after ${step.run}`);
      expect(sb.checksumOk).toBe(true);
      expect(piecesOf(writeNdPfnSb(sb))).toEqual(block.info);
      const shown = step.devices[holder] ?? {};
      const namespace = step.devices[block.namespace] ?? {};
      const start = Number(namespace['resource']) + sb.startPad + sb.dataoff;
      const size = Number(namespace['size']) - sb.startPad - sb.endTrunc - sb.dataoff;
      expect([sb.uuid, ['none', 'ram', 'pmem'][sb.mode], sb.align, start, size], `${step.run}: ${holder}`).toEqual([
        shown['uuid'], shown['mode'], Number(shown['align']), Number(shown['resource']), Number(shown['size']),
      ]);
      expect(sb.parentUuid).toBe(namespace['uuid'] ?? NULL_UUID);
      expect(sb.npfns).toBe(size / 4096);
      seen++;
    }
    expect(seen).toBeGreaterThan(1);
  });

  test('BTTs are divided, logged and closed as the kernel did', () => {
    let seen = 0;
    for (const { step, block, holder } of heldBlocks(recording.steps)) {
      if (!holder.startsWith('btt')) continue;
      const bytes = bytesOf(block.info, 4096);
      const sb = readBttSb(bytes);
      if (sb === undefined) throw new Error(`no block of ${holder} after ${step.run}`);
      expect(sb.checksumOk).toBe(true);
      const shown = step.devices[holder] ?? {};
      const namespace = step.devices[block.namespace] ?? {};
      const lbasize = Number(/\[(\d+)\]/.exec(shown['sector_size'] ?? '')?.[1]);
      const arenas = createArenas(Number(namespace['size']) - block.at, lbasize);
      const version = block.at === 0 ? { versionMajor: 2, versionMinor: 0 } : { versionMajor: 1, versionMinor: 1 };
      const identity = { ...version, uuid: shown['uuid'] ?? '', parentUuid: namespace['uuid'] ?? NULL_UUID };
      expect(arenas.length).toBe(1);
      for (const arena of arenas) {
        const ours = writeBttSb(bttSbOfArena(arena, identity, lbasize));
        expect(piecesOf(ours), `${step.run}: ${holder}`).toEqual(block.info);
        expect(sha256(ours)).toBe(block.info2);
        expect(sha256(initialBttLog(arena))).toBe(block.log);
      }
      expect(bttDiskSize(arenas, lbasize)).toBe(Number(shown['size']));
      seen++;
    }
    expect(seen).toBeGreaterThan(0);
  });
});

const KIB = 1024;
const MIB = 1024 * KIB;

describe.each(mediaRecordings('no-labels-'))('ndctl write-infoblock, %s', (_name, recording) => {
  const written = recording.steps.filter(({ run, blocks }) => run.includes('write-infoblock') && blocks.length > 0);
  const requests = [
    { align: 4 * KIB, offset: 8 * KIB, kind: 'pfn', mode: 2 },
    { align: 2 * MIB, offset: 64 * MIB, kind: 'dax', mode: 1 },
    { align: 16 * MIB, offset: 8 * MIB, kind: 'pfn', mode: 2 },
  ] as const;

  test.each(requests.map((request, i) => [i, request] as const))('request %i', (i, request) => {
    const step = written[i] as RecordedStep;
    const bytes = bytesOf(step.blocks[0]?.info ?? [], 4096);
    const uuid = readNdPfnSb(bytes, request.kind)?.uuid ?? '';
    const size = Number(step.devices['namespace0.0']?.['size']);
    const sb = infoBlockOfNdctl({ ...request, size, uuid, parentUuid: NULL_UUID });
    expect(sb && piecesOf(writeNdPfnSb(sb))).toEqual(step.blocks[0]?.info);
  });
});

describe('the formula of write-infoblock on the values of the reference, §3.7', () => {
  const common = { kind: 'pfn', mode: 2, align: 4 * KIB, uuid: NULL_UUID, parentUuid: NULL_UUID } as const;
  const GIB = 1024 * MIB;
  test.each([
    [256 * MIB + 8 * KIB, 8 * KIB, { dataoff: 6283264, startPad: 2088960, endTrunc: 16384, npfns: 63490 }],
    [GIB + 8 * KIB, 8 * KIB, { dataoff: 18866176, startPad: 2088960, endTrunc: 16384, npfns: 257026 }],
    [GIB + 8 * KIB, 0, { dataoff: 18874368, startPad: 0, endTrunc: 8192, npfns: 257536 }],
  ])('size %i at %i', (size, offset, expected) => {
    expect(infoBlockOfNdctl({ ...common, size, offset })).toMatchObject(expected);
  });

  test('nothing left is refused', () => {
    expect(infoBlockOfNdctl({ ...common, size: 2 * MIB, offset: 0 })).toBeUndefined();
  });
});

describe('sizes of sector mode as ndctl prints them', () => {
  const GIB = 1024 * MIB;
  // From the reference (§4.4, §12.1, §18) and from recordings with sector namespaces.
  test.each([
    [32 * MIB, 32440320],
    [18 * MIB, 17772544],
    [64 * MIB, 65961984],
    [160 * MIB, 166526976],
    [512 * MIB, 535265280],
  ])('%i bytes give %i', (size, disk) => {
    expect(bttDiskSize(createArenas(size - 4096, 4096), 4096)).toBe(disk);
  });

  test('16 MiB are too little, a rest of less than 16 MiB is left over, larger ones are chained', () => {
    expect(createArenas(16 * MIB - 4096, 4096)).toEqual([]);
    const two = createArenas(512 * GIB + 16 * MIB, 4096);
    expect(two.map(({ size, nextoff }) => [size, nextoff])).toEqual([[512 * GIB, 512 * GIB], [16 * MIB, 0]]);
    expect(createArenas(512 * GIB + 16 * MIB - 1, 4096).map(({ nextoff }) => nextoff)).toEqual([0]);
  });
});

describe('a block that is none', () => {
  const sb = {
    kind: 'pfn', uuid: NULL_UUID, parentUuid: NULL_UUID, flags: 0, versionMajor: 1, versionMinor: 4, dataoff: 2 * MIB,
    npfns: 1, mode: 2, startPad: 0, endTrunc: 0, align: 4096, pageSize: 4096, pageStructSize: 64,
  } as const;
  const bytes = writeNdPfnSb(sb);

  test('of the other kind, too short, or empty', () => {
    expect(readNdPfnSb(bytes, 'dax')).toBeUndefined();
    expect(readNdPfnSb(bytes.subarray(1), 'pfn')).toBeUndefined();
    expect(readNdPfnSb(new Uint8Array(4096), 'pfn')).toBeUndefined();
    expect(readBttSb(bytes)).toBeUndefined();
  });

  test.each([16, 60, 2000, 4087, 4088, 4095])('one bit at %i breaks the checksum', (at) => {
    const broken = new Uint8Array(bytes);
    broken[at] = (broken[at] ?? 0) + ((broken[at] ?? 0) % 2 === 0 ? 1 : -1);
    expect(readNdPfnSb(broken, 'pfn')?.checksumOk).toBe(false);
  });

  test('the largest fields there are can be read', () => {
    const huge = new Uint8Array(bytes).fill(0xff, 16, 94);
    expect(readNdPfnSb(huge, 'pfn')).toMatchObject({ dataoff: 2 ** 64, npfns: 2 ** 64, checksumOk: false });
  });
});
