/**
 * Real ndctl on real kernels, replayed through the model's own ndctl: attributes of every device, label areas and info
 * blocks after each command, uuids put in the order in which they appear.
 */

import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { labelStore, readMedia } from '../../src/drivers/nvdimm/media.ts';
import { readNdPfnSb } from '../../src/drivers/nvdimm/nd-pfn-bytes.ts';
import { readLabelArea } from '../../src/drivers/nvdimm/nd-label-store.ts';
import { readBttSb } from '../../src/drivers/nvdimm/nd-btt-bytes.ts';
import type { LabelStore } from '../../src/drivers/nvdimm/media.ts';
import { modelFiles } from '../../src/sysfs/model-files.ts';
import { ProcessFiles } from '../../src/tools/process-files.ts';
import { runShell } from '../../src/tools/shell.ts';
import { bytesOf, type MediaRecording, type RecordedStep } from '../realguest/media-recording.ts';
import { mediaRecordings } from '../nvdimm-bytes/recordings.ts';

function machineOf(recording: MediaRecording): Machine {
  const kernel = recording.kernel.split('.').slice(0, 2).join('.');
  const label = recording.labelSize > 0 ? `,label-size=${recording.labelSize}` : '';
  const machine = buildMachine({
    kernel, memory: '1G,slots=4,maxmem=16G', cmdline: '',
    qemu: [
      '-M', 'q35,nvdimm=on', '-object', `memory-backend-file,id=nm0,size=${recording.backendSize},mem-path=nv,share=on`,
      '-device', `nvdimm,id=nv0,memdev=nm0${label}`,
    ],
  });
  for (const name of ['nfit', 'nd_btt', 'nd_pmem', 'dax_pmem', 'device_dax']) runShell(machine, `modprobe ${name}`);
  return machine;
}

/** Replaces each uuid by its number in order of appearance. */
function numbered(): (value: unknown) => unknown {
  const seen = new Map<string, string>();
  const form = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
  return (value) =>
    JSON.parse(JSON.stringify(value ?? null, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each)).replace(form, (uuid) => {
      if (uuid.startsWith('00000000-0000-0000')) return uuid;
      seen.set(uuid, seen.get(uuid) ?? `uuid ${seen.size}`);
      return seen.get(uuid) as string;
    }));
}

/** Every region and child there is, with the attributes that were recorded of its kind. */
function devicesOf(machine: Machine, step: RecordedStep): unknown {
  const files = new ProcessFiles(modelFiles(machine));
  const kindOf = (device: string): string => device.replace(/\d.*/, '');
  const attributes = new Map(Object.entries(step.devices).map(([device, values]) => [kindOf(device), Object.keys(values)]));
  const names = files.list('/sys/bus/nd/devices');
  return Object.fromEntries((typeof names === 'number' ? [] : names).filter((name) => attributes.has(kindOf(name))).map((device) => [
    device,
    Object.fromEntries((attributes.get(kindOf(device)) ?? []).map((attribute) => {
      const text = files.read(`/sys/bus/nd/devices/${device}/${attribute}`);
      return [attribute, typeof text === 'number' ? '' : text.replace(/\n$/, '')];
    })),
  ]));
}

function labelsOf(store: LabelStore): unknown {
  const area = readLabelArea(store);
  return area && { seq: area.current.seq, index: area.current.index, labels: area.labels };
}

function recordedLabels(recording: MediaRecording, step: RecordedStep): unknown {
  const bytes = bytesOf(step.labels, recording.labelSize);
  const write = (): number => 0;
  return labelsOf({ sizeBytes: bytes.length, read: (at, length) => bytes.slice(at, at + length), write });
}

function blockOf(bytes: Uint8Array): unknown {
  return readNdPfnSb(bytes, 'pfn') ?? readNdPfnSb(bytes, 'dax') ?? readBttSb(bytes);
}

/**
 * While a region comes up its namespaces are probed as its seeds are made: which of them gets the lower number is
 * chance. Devices are then named by what they hold, `pfn of namespace0.1` or `pfn seed`.
 */
function namedByNamespace(devices: unknown): unknown {
  const all = devices as Record<string, Record<string, string>>;
  const names = new Map(Object.entries(all).flatMap(([name, { namespace }]) =>
    namespace === undefined ? [] : [[name, `${name.replace(/\d.*/, '')} ${namespace === '' ? 'seed' : `of ${namespace}`}`]]));
  return Object.fromEntries(Object.entries(all).map(([name, attributes]) => {
    const { holder } = attributes;
    const held = holder === undefined ? {} : { holder: names.get(holder) ?? holder };
    return [names.get(name) ?? name, { ...attributes, ...held }];
  }).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

const recordings = [...mediaRecordings('labels-'), ...mediaRecordings('no-labels-')];

describe.each(recordings)('%s', (_, recording) => {
  test('every device, label and info block after every command', () => {
    const machine = machineOf(recording);
    const [real, ours] = [numbered(), numbered()];
    for (const step of recording.steps) {
      const result = runShell(machine, step.run);
      expect({ exit: result.exit, output: ours(result.output) }, step.run).toEqual({ exit: step.exit, output: real(step.output) });
      const named = step.run.includes('enable-region') ? namedByNamespace : (devices: unknown): unknown => devices;
      expect(ours(named(devicesOf(machine, step))), step.run).toEqual(real(named(step.devices)));
      const dimm = machine.devices.nvdimm.dimms[0];
      if (recording.labelSize > 0 && dimm !== undefined) {
        const own = labelsOf(labelStore(machine, dimm.labelArea, dimm.labelSize));
        expect(ours(own), `${step.run}: labels`).toEqual(real(recordedLabels(recording, step)));
      }
      for (const { namespace, info } of step.blocks) {
        const start = Number(new ProcessFiles(modelFiles(machine)).read(`/sys/bus/nd/devices/${namespace}/resource`));
        // A BTT of version 2 leaves nothing in front.
        const own = blockOf(readMedia(machine, start + 4096, 4096)) ?? blockOf(readMedia(machine, start, 4096));
        expect(ours(own), `${step.run}: ${namespace}`).toEqual(real(blockOf(bytesOf(info, 4096))));
      }
    }
  });
});
