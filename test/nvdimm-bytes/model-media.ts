/** The model on the machine of a recording, and what there is to compare: everything but the uuids themselves. */

import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { labelStore, readMedia } from '../../src/drivers/nvdimm/media.ts';
import { readBttSb } from '../../src/drivers/nvdimm/nd-btt-bytes.ts';
import { readNdLabel, readNsIndex, sizeofNamespaceIndex, type LabelSize } from '../../src/drivers/nvdimm/nd-label-bytes.ts';
import { readNdPfnSb } from '../../src/drivers/nvdimm/nd-pfn-bytes.ts';
import { modelFiles } from '../../src/sysfs/model-files.ts';
import { ProcessFiles } from '../../src/tools/process-files.ts';
import { runShell } from '../../src/tools/shell.ts';
import { SHOWN_ATTRIBUTES, type Devices } from '../realguest/guest-devices.ts';
import { bytesOf, type MediaRecording, type RecordedStep } from '../realguest/media-recording.ts';

/** In the order the guest's init inserts them. */
export const GUEST_MODULES = 'for m in nfit nd_e820 nd_btt nd_pmem dax_pmem device_dax kmem; do modprobe $m; done';

/** The machine a recording was made on, with its drivers. */
export function machineLike(recording: Pick<MediaRecording, 'kernel' | 'backendSize' | 'labelSize'>): Machine {
  const { backendSize, labelSize } = recording;
  const kernel = recording.kernel.split('.').slice(0, 2).join('.');
  const label = labelSize === 0 ? '' : `,label-size=${labelSize}`;
  const machine = buildMachine({
    kernel,
    memory: '1G,slots=4,maxmem=16G',
    cmdline: '',
    qemu: [
      '-M', 'q35,nvdimm=on', '-cpu', 'max',
      '-object', `memory-backend-file,id=nm0,size=${backendSize},share=on,mem-path=backing`,
      '-device', `nvdimm,id=nv0,memdev=nm0${label}`,
    ],
  });
  runShell(machine, GUEST_MODULES);
  return machine;
}

export function modelDevices(machine: Machine): Devices {
  const files = new ProcessFiles(modelFiles(machine));
  const folder = '/sys/bus/nd/devices';
  const devices: Devices = {};
  for (const device of files.list(folder) as string[]) {
    for (const name of SHOWN_ATTRIBUTES) {
      const path = `${folder}/${device}/${name}`;
      if (files.kind(path) !== 'file') continue;
      const text = files.read(path);
      (devices[device] ??= {})[name] = typeof text === 'string' ? text.replace(/\n$/, '') : '';
    }
  }
  return devices;
}

/** A step as the model leaves it, in the form it was recorded in; `like` says where blocks are looked for. */
export interface ComparedStep {
  readonly exit: number;
  readonly output: readonly string[];
  readonly devices: Devices;
  readonly labels: unknown;
  readonly blocks: unknown;
}

export function comparedRecording(recording: MediaRecording, step: RecordedStep): ComparedStep {
  const { exit, output, devices } = step;
  const labels = labelsOf(bytesOf(step.labels, recording.labelSize));
  const blocks = blocksOf(devices, recording.base, (at) => {
    const found = step.blocks.find(({ namespace, at: offset }) => {
      return Number(devices[namespace]?.['resource']) + offset === at;
    });
    return bytesOf(found?.info ?? [], 4096);
  });
  return masked({ exit, output: lines(output), devices, labels, blocks });
}

export function comparedModel(machine: Machine, recording: MediaRecording, run: string): ComparedStep {
  const { exit, output } = runShell(machine, run);
  const devices = modelDevices(machine);
  const store = labelStore(machine, 'nm0', recording.labelSize);
  const labels = labelsOf(store.read(0, recording.labelSize));
  const blocks = blocksOf(devices, recording.base, (at) => readMedia(machine, at, 4096));
  return masked({ exit, output: lines(output), devices, labels, blocks });
}

/** Lines of output that came in one piece count as lines all the same. */
function lines(output: readonly string[]): string[] {
  return output.join('\n').split('\n').filter((line) => line !== '');
}

/** Indexes and the labels in all slots, free ones too; nothing without a valid index. */
function labelsOf(bytes: Uint8Array): unknown {
  return ([128, 256] as LabelSize[]).map((labelSize) => {
    const shape = { areaSize: bytes.length, labelSize };
    const indexSize = sizeofNamespaceIndex(bytes.length, labelSize);
    const indexes = ([0, 1] as const).map((index) => {
      const read = readNsIndex(bytes.subarray(index * indexSize, (index + 1) * indexSize), index, shape);
      return read && { ...read, free: Buffer.from(read.free).toString('hex') };
    });
    if (indexes.every((index) => index === undefined)) return undefined;
    const labels = Array.from({ length: 32 }, (_, slot) => {
      const at = 2 * indexSize + slot * labelSize;
      const label = readNdLabel(bytes.subarray(at, at + labelSize), slot, labelSize);
      return label && { ...label, isetcookie: `${label.isetcookie}` };
    });
    return { indexes, labels: labels.filter((label) => label !== undefined && label.rawsize > 0) };
  });
}

function blocksOf(devices: Devices, base: number, read: (at: number) => Uint8Array): unknown {
  return Object.entries(devices)
    .filter(([name, { size, resource }]) => name.startsWith('namespace') && size !== '0' && Number(resource) >= base)
    .map(([name, attributes]) => {
      const start = Number(attributes['resource']);
      const bytes = read(start + 4096);
      const block = readNdPfnSb(bytes, 'pfn') ?? readNdPfnSb(bytes, 'dax') ?? readBttSb(bytes);
      return { name, block, v2: readBttSb(read(start)) };
    });
}

/**
 * Devices by what they hold instead of by number: namespaces that are probed side by side take numbers for their
 * pfn, dax and btt devices in an order that differs from run to run.
 */
export function withoutNumbers(step: ComparedStep): ComparedStep {
  const named = new Map(
    Object.entries(step.devices).map(([name, { namespace }]) => {
      const kind = /^(pfn|dax|btt)/.exec(name)?.[0];
      return [name, kind === undefined ? name : `${kind} of ${namespace === '' ? 'nothing' : namespace}`];
    }),
  );
  const devices: Devices = {};
  for (const [name, attributes] of Object.entries(step.devices)) {
    const { holder } = attributes;
    const renamed = holder === undefined ? {} : { holder: named.get(holder) ?? holder };
    devices[named.get(name) ?? name] = { ...attributes, ...renamed };
  }
  const sorted = Object.fromEntries(Object.entries(devices).sort(([a], [b]) => (a < b ? -1 : 1)));
  return masked({ ...step, devices: sorted });
}

/** Uuids by the order in which they come. */
function masked(step: ComparedStep): ComparedStep {
  const seen = new Map<string, string>();
  const text = JSON.stringify(step).replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|uuid \d+/g, (uuid) => {
    if (!seen.has(uuid)) seen.set(uuid, /^[0-]+$/.test(uuid) ? uuid : `uuid ${seen.size}`);
    return seen.get(uuid) as string;
  });
  return JSON.parse(text) as ComparedStep;
}
