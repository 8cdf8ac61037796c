import { describe, expect, test } from 'vitest';
import { interleaveSetCookies, QEMU_NVDIMM_VENDOR, qemuNvdimmSerial } from '../../src/drivers/nvdimm/interleave-cookie.ts';
import {
  labelTypeGuid, PMEM_TYPE_GUID, readNdLabel, readNsIndex, sizeofNamespaceIndex, nvdimmNumLabelSlots, writeNdLabel, writeNsIndex,
} from '../../src/drivers/nvdimm/nd-label-bytes.ts';
import type { LabelStore } from '../../src/drivers/nvdimm/media.ts';
import {
  deleteLabels, initLabelArea, readLabelArea, settleLabel, type LabelArea, type LabelContent,
} from '../../src/drivers/nvdimm/nd-label-store.ts';
import type { NdLabel } from '../../src/drivers/nvdimm/state.ts';
import { memoryStore } from '../realguest/given-media.ts';
import { bytesOf, piecesOf, type MediaRecording, type RecordedStep } from '../realguest/media-recording.ts';
import { mediaRecordings } from './recordings.ts';

const recordings = mediaRecordings('labels-');

test('labels of both sizes were recorded on two kernels', () => {
  expect(recordings.map(([name]) => name)).toEqual([
    'labels-1.1-6.1.json', 'labels-1.1-6.12.json', 'labels-1.2-6.1.json', 'labels-1.2-6.12.json',
  ]);
});

function areaOf(recording: MediaRecording, step: RecordedStep): { bytes: Uint8Array; area: LabelArea } {
  const bytes = bytesOf(step.labels, recording.labelSize);
  const area = readLabelArea(memoryStore(bytes));
  if (area === undefined) throw new Error(`no valid index after ${step.run}`);
  return { bytes, area };
}

describe.each(recordings)('%s', (name, recording) => {
  const labelSize = name.startsWith('labels-1.1') ? 128 : 256;

  test('labels say what the kernel shows of each namespace', () => {
    for (const step of recording.steps) {
      const { area } = areaOf(recording, step);
      const shown = Object.entries(step.devices)
        .filter(([device, { size }]) => device.startsWith('namespace') && size !== '0')
        .map(([, attributes]) => ({
          uuid: attributes['uuid'],
          name: attributes['alt_name'],
          start: Number(attributes['resource']) - recording.base,
          size: Number(attributes['size']),
        }));
      const labelled = area.labels.map(({ uuid, name, dpa, rawsize }) => ({ uuid, name, start: dpa, size: rawsize }));
      const byStart = (a: { start: number }, b: { start: number }): number => a.start - b.start;
      expect(labelled.sort(byStart), step.run).toEqual(shown.sort(byStart));
      expect(area.labels.every(({ flags }) => flags === 0), step.run).toBe(true);
    }
  });

  test('indexes and labels are written byte for byte as they were read', () => {
    const shape = { areaSize: recording.labelSize, labelSize } as const;
    const indexSize = sizeofNamespaceIndex(shape.areaSize, labelSize);
    for (const step of recording.steps) {
      const { bytes, area } = areaOf(recording, step);
      for (const index of [0, 1] as const) {
        const block = bytes.subarray(index * indexSize, (index + 1) * indexSize);
        const read = readNsIndex(block, index, shape);
        expect(read && piecesOf(writeNsIndex(read, shape.areaSize)), `${step.run}: index ${index}`).toEqual(piecesOf(block));
      }
      expect(area.nslot).toBe(nvdimmNumLabelSlots(shape.areaSize, labelSize));
      for (const label of area.labels) {
        const at = 2 * indexSize + label.slot * labelSize;
        const slot = bytes.subarray(at, at + labelSize);
        expect(piecesOf(writeNdLabel(label, labelSize)), `${step.run}: slot ${label.slot}`).toEqual(piecesOf(slot));
        expect(labelTypeGuid(slot, labelSize)).toBe(labelSize === 256 ? PMEM_TYPE_GUID : undefined);
      }
    }
  });

  test('ndctl init-labels writes what initLabelArea writes', () => {
    const bytes = new Uint8Array(recording.labelSize);
    expect(initLabelArea(memoryStore(bytes), labelSize, 'ndctl')).toBe(0);
    expect(piecesOf(bytes)).toEqual(recording.steps[0]?.labels);
  });

  test('what ndctl does to a namespace leaves the same bytes here', () => {
    let compared = 0;
    for (const [i, step] of recording.steps.entries()) {
      const before = recording.steps[i - 1];
      if (before === undefined) continue;
      const { bytes, area: old } = areaOf(recording, before);
      const { area } = areaOf(recording, step);
      const fresh = area.labels.find(({ uuid }) => !old.labels.some((each) => each.uuid === uuid));
      const gone = old.labels.find(({ uuid }) => !area.labels.some((each) => each.uuid === uuid));
      likeNdctl(memoryStore(bytes), step.run, gone, fresh);
      expect(piecesOf(bytes), step.run).toEqual(step.labels);
      compared++;
    }
    expect(compared).toBe(recording.steps.length - 1);
  });

  test('the interleave-set cookie is the one the kernel shows', () => {
    const cookies = interleaveSetCookies([{ regionOffset: 0, serial: qemuNvdimmSerial(0), vendor: QEMU_NVDIMM_VENDOR }]);
    const expected = labelSize === 128 ? cookies.cookie1 : cookies.cookie2;
    for (const step of recording.steps) {
      expect(BigInt(step.devices['region0']?.['set_cookie'] ?? 0)).toBe(expected);
      expect(areaOf(recording, step).area.labels.every(({ isetcookie }) => isetcookie === expected)).toBe(true);
    }
  });
});

/**
 * ndctl writes a namespace's attributes one by one, and the kernel its label after each: uuid, name, size, sector size
 * where a label can hold it, holder class. While the size is 0 that deletes the label; before a namespace is taken
 * apart, its holder class is cleared.
 */
function likeNdctl(store: LabelStore, run: string, gone: NdLabel | undefined, fresh: NdLabel | undefined): void {
  const contentOf = ({ slot: _slot, flags: _flags, ...label }: NdLabel): LabelContent => label;
  const idle = (label: NdLabel): LabelContent => ({ ...contentOf(label), claimClass: 'none' });
  if (gone !== undefined) settleLabel(store, idle(gone));
  if (fresh === undefined) {
    if (gone !== undefined) deleteLabels(store, gone.uuid);
    return;
  }
  const sector = Number(/-l (\d+)/.exec(run)?.[1] ?? 512);
  const steps = sector === 512 || sector === 4096 ? 3 : 2;
  for (const _ of ['uuid', 'alt_name']) {
    if (gone === undefined) deleteLabels(store, fresh.uuid);
    else settleLabel(store, idle(fresh), [gone.uuid]);
  }
  for (let n = 1; n <= steps; n++) settleLabel(store, n === steps ? contentOf(fresh) : idle(fresh));
}

describe.each(mediaRecordings('area-'))('%s', (_name, recording) => {
  test('an area of any size is initialised as ndctl does it, over what was there', () => {
    const bytes = new Uint8Array(recording.labelSize);
    for (const step of recording.steps) {
      expect(initLabelArea(memoryStore(bytes), step.run.includes('-V 1.1') ? 128 : 256, 'ndctl')).toBe(0);
      expect(piecesOf(bytes), step.run).toEqual(step.labels);
    }
  });
});

describe('a damaged label area', () => {
  const [, recording] = recordings[0] as [string, MediaRecording];
  const step = recording.steps[1] as RecordedStep;
  const whole = bytesOf(step.labels, recording.labelSize);
  const { area } = areaOf(recording, step);
  const other = area.current.index === 0 ? area.indexSize : 0;
  const own = area.current.index * area.indexSize;

  test('without its newer index shows the older one, without both nothing', () => {
    const bytes = new Uint8Array(whole);
    bytes[own + 20] = 0;
    expect(readLabelArea(memoryStore(bytes))?.current.index).toBe(1 - area.current.index);
    bytes[other + 64] = ((bytes[other + 64] ?? 0) + 1) % 256;
    expect(readLabelArea(memoryStore(bytes))).toBeUndefined();
  });

  test('passes over a label that names another slot', () => {
    const bytes = new Uint8Array(whole);
    const slot = area.labels[0]?.slot ?? 0;
    const at = 2 * area.indexSize + slot * area.labelSize;
    bytes[at + 120] = 99;
    expect(readLabelArea(memoryStore(bytes))?.labels).toEqual([]);
    expect(readNdLabel(bytes.subarray(at, at + 128), 99, 128)).toBeDefined();
  });

  test('of absurd size is refused at once', () => {
    const huge: LabelStore = { sizeBytes: 2 ** 47, read: () => new Uint8Array(), write: () => 0 };
    expect(readLabelArea(huge)).toBeUndefined();
    expect(initLabelArea(huge, 256)).toBe(-28);
  });

  test('too small for two labels is refused', () => {
    expect(initLabelArea(memoryStore(new Uint8Array(512)), 128)).toBe(-6);
    expect(sizeofNamespaceIndex(767, 128)).toBe(0);
    expect(sizeofNamespaceIndex(768, 128)).toBe(256);
  });
});
