/** What may be changed of a line typed at the monitor: size and address of a device, what virtio-mem is asked for. */

import type { Machine } from '../../drivers/machine.ts';
import { optionValue, parseKeyval, parseQemuOpts, type QemuOption } from '../../drivers/qemu/options.ts';
import { MiB } from '../../kernel/units.ts';
import type { Trial } from './ask.ts';
import type { Knob, NumberEdit } from './knob.ts';
import { spliced } from './line-words.ts';
import { typedNumber, unitText } from './number-text.ts';
import { memorySteps } from './steps.ts';
import type { TypedLine } from './suggestion.ts';

const monitor = (text: string): TypedLine => ({ prompt: 'monitor', text });

export function monitorKnobs(machine: Machine, line: string, history: readonly TypedLine[]): Knob[] {
  const command = /^\s*(\S+)\s+/.exec(line);
  if (command?.[1] === 'device_add') return deviceKnobs(machine, line, command[0].length, history);
  if (command?.[1] === 'qom-set') return requestedSizeKnobs(machine, line);
  return [];
}

function deviceKnobs(machine: Machine, line: string, at: number, history: readonly TypedLine[]): Knob[] {
  const options = parseQemuOpts(line.slice(at), 'driver');
  const knobs: Knob[] = [];
  const memdev = optionValue(options, 'memdev')?.replace(/^\/objects\//, '');
  const size = memdev === undefined ? undefined : backendKnob(machine, memdev, monitor(line), history);
  if (size !== undefined) knobs.push(size);
  const addr = options.findLast(({ name }) => name === 'addr');
  if (addr !== undefined) knobs.push(...addressKnobs(machine, line, at, addr));
  return knobs;
}

/** Another size for a device whose address QEMU picks: none where the line names no address. */
export function elsewhereKnobs(machine: Machine, line: string, history: readonly TypedLine[]): Knob[] {
  const command = /^\s*device_add\s+/.exec(line);
  if (command === null) return [];
  const at = command[0].length;
  const options = parseQemuOpts(line.slice(at), 'driver');
  const memdev = optionValue(options, 'memdev')?.replace(/^\/objects\//, '');
  const addr = options.findLast(({ name }) => name === 'addr');
  if (memdev === undefined || addr === undefined) return [];
  const size = backendKnob(machine, memdev, monitor(withoutOption(line, at, addr)), history);
  if (size === undefined) return [];
  const request = (value: number): Trial | undefined => {
    const trial = size.request(value);
    return trial === undefined ? undefined : { ...trial, changed: [1, 2] };
  };
  return [{ ...size, note: 'QEMU picks the address', request }];
}

function withoutOption(line: string, at: number, option: QemuOption): string {
  return spliced(line, at + option.start - 1, at + option.end, '');
}

/** The memory behind a device, made anew with another size: the line that made it, and then the refused one. */
function backendKnob(
  machine: Machine, id: string, device: TypedLine, history: readonly TypedLine[],
): NumberEdit | undefined {
  const backend = machine.devices.qemu?.backends.get(id);
  if (backend === undefined) return undefined;
  const typed = history.findLast(({ prompt, text }) => prompt === 'monitor' && makesBackend(text, id));
  const made = typed?.text ?? `object_add ${backend.type},id=${id},size=${unitText(backend.size)}`;
  const option = backendOptions(made)?.findLast(({ name }) => name === 'size');
  const number = option === undefined ? undefined : typedNumber(option.value);
  if (option === undefined || number?.value !== backend.size) return undefined;
  const at = made.length - made.replace(/^\s*object_add\s+/, '').length;
  const [start, end] = [at + option.end - option.value.length, at + option.end];
  return {
    kind: 'number',
    what: 'size',
    value: backend.size,
    steps: memorySteps(machine),
    least: 2 * MiB,
    most: 2 ** 46,
    write: number.write,
    request: (value) => ({
      lines: [monitor(`object_del ${id}`), monitor(spliced(made, start, end, number.write(value))), device],
      changed: [1],
    }),
  };
}

function backendOptions(line: string): QemuOption[] | undefined {
  const match = /^\s*object_add\s+(.*)$/.exec(line);
  const options = match === null ? undefined : parseKeyval(match[1] as string, 'qom-type');
  return typeof options === 'string' ? undefined : options;
}

function makesBackend(line: string, id: string): boolean {
  const options = backendOptions(line);
  return options !== undefined && optionValue(options, 'id') === id;
}

function addressKnobs(machine: Machine, line: string, at: number, addr: QemuOption): Knob[] {
  const number = typedNumber(addr.value);
  const space = machine.devices.qemu?.machine.layout.deviceMemory;
  const anywhere: Knob = {
    kind: 'word',
    what: 'address',
    from: addr.value,
    choices: [{ to: 'any', trial: { lines: [monitor(withoutOption(line, at, addr))] }, note: 'QEMU picks the address' }],
  };
  if (number === undefined || space === undefined) return [anywhere];
  const [start, end] = [at + addr.end - addr.value.length, at + addr.end];
  return [
    {
      kind: 'number',
      what: 'address',
      value: number.value,
      steps: memorySteps(machine),
      least: space.start,
      most: space.end,
      write: number.write,
      request: (value) => ({ lines: [monitor(spliced(line, start, end, number.write(value)))] }),
    },
    anywhere,
  ];
}

function requestedSizeKnobs(machine: Machine, line: string): Knob[] {
  const match = /^(\s*qom-set\s+(?:-j\s+)?\S+\s+requested-size\s+)(\S+)\s*$/.exec(line);
  const number = match === null ? undefined : typedNumber(match[2] as string);
  if (match === null || number === undefined) return [];
  const head = match[1] as string;
  return [
    {
      kind: 'number',
      what: 'size',
      value: number.value,
      steps: memorySteps(machine),
      least: 0,
      most: 2 ** 46,
      write: number.write,
      request: (value) => ({ lines: [monitor(head + number.write(value))] }),
    },
  ];
}
