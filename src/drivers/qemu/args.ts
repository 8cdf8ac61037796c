/** From `-m` and further machine arguments to a QEMU that has not started yet. */

import { hex } from '../../kernel/units.ts';
import type { CxlPlatform } from '../cxl/platform.ts';
import { MachineDescriptionError } from '../machine-description.ts';
import { clip, complain, readArguments, type Argument } from './argument.ts';
import { readCpu, type QemuCpu } from './cpu.ts';
import { makeBackend, readDevice } from './device-options.ts';
import { LEAST_RAM, memoryLayout, type MemoryLayout } from './layout.ts';
import type { QemuMachine } from './machine.ts';
import { readMemoryOption } from './memory-option.ts';
import { QEMU_PLATFORMS, type QemuArch } from './platform.ts';
import { plainLayout } from './virt-layout.ts';
import { finishNuma, readNuma, type NumaDraft } from './numa-option.ts';
import { readMachine, type MachineOption } from './machine-option.ts';
import { idWellFormed, optionValue, parseKeyval, parseQemuOpts } from './options.ts';
import { plugDevice } from './plug.ts';
import { readSmp } from './smp.ts';
import { cxlPlatform, CXL_DRIVERS, cxlSpan, readCxlMachine } from './cxl.ts';
import { emptyQemu, refused, type QemuBackend, type QemuState } from './qemu.ts';

const DEVICES = ['pc-dimm', 'nvdimm', 'virtio-mem-pci', 'virtio-pmem-pci'] as const;

/** Splits `-m` off a full argument list: what front matter keeps in `memory` and in `qemu`. */
export function splitMemoryArgument(words: readonly string[]): { memory: string; rest: string[] } {
  const at = words.findLastIndex((word) => word === '-m');
  if (at < 0 || at + 1 >= words.length) return { memory: '', rest: [...words] };
  return { memory: words[at + 1] as string, rest: words.filter((_, i) => i !== at && i !== at + 1) };
}

/**
 * The machine that QEMU 7.2 would start, with the devices of its command line plugged in.
 * @throws MachineDescriptionError in QEMU's words where QEMU refuses, in ours for what is not modelled.
 */
export function startQemu(memory: string, words: readonly string[], arch: QemuArch = 'x86_64'): QemuState {
  const all = readArguments(words);
  const named = (...names: string[]): Argument[] => all.filter((argument) => names.includes(argument.name));
  const memoryArgument = named('m').at(-1);
  if (memoryArgument !== undefined && memory !== '')
    complain(memoryArgument, '-m is given twice', 'keep `memory:` and leave -m out', false);
  const option = readMachine(named('M', 'machine'), arch);
  const last = <T>(argument: Argument | undefined, result: T): Exclude<T, { readonly error: string }> => {
    if (typeof result === 'object' && result !== null && 'error' in result) {
      const { error, help } = result as { error: string; help?: string };
      complain(argument as Argument, error, help, false);
    }
    return result as Exclude<T, { readonly error: string }>;
  };
  const cpuArgument = named('cpu').at(-1);
  const cpu = last(cpuArgument, readCpu(cpuArgument?.value ?? QEMU_PLATFORMS[arch].cpu, arch));
  const smpArgument = named('smp').at(-1);
  const smp = last(smpArgument, readSmp(smpArgument?.value));

  const memoryText = memoryArgument?.value ?? memory;
  const sized = readMemoryOption(memoryText);
  const memoryField = memoryArgument?.field ?? 'memory';
  if ('message' in sized) {
    const { message, help, span, atOption } = sized;
    const place = span === undefined ? undefined : { start: span.start, end: span.end };
    const named = atOption ? `-m ${memoryText}` : undefined;
    throw new MachineDescriptionError({ message, help, span: place, field: memoryField, option: named });
  }
  if (sized.ramSize < LEAST_RAM) {
    const message = `${hex(sized.ramSize)} bytes are too little for firmware and kernel`;
    throw new MachineDescriptionError({ message, field: memoryField, help: `at least ${LEAST_RAM / 2 ** 20}M` });
  }

  const backends = readObjects(named('object'));
  if (option.memoryBackend !== undefined)
    checkRamBackend(option.memoryBackend, backends, sized.ramSize, named('M', 'machine'));
  const draft: NumaDraft = { nodes: new Map(), cpus: new Map() };
  for (const argument of named('numa')) {
    const error = readNuma(argument.value, draft, smp, backends);
    if (error !== undefined) {
      if (error.unmodelled === true)
        complain(
          argument,
          `memhp does not model ${error.error}`,
          'write -numa node,nodeid=N,memdev=ID,cpus=A-B',
          false,
        );
      complain(argument, error.error);
    }
  }
  const numa = last(
    named('numa').at(-1),
    finishNuma(draft, sized.ramSize, smp, sized.slots > 0 || sized.maxramSize > sized.ramSize),
  );

  const cxlOption = readCxlMachine(named('M', 'machine'));
  const cxlEnd = cxlOption.on ? (end: number): number => cxlSpan(end, cxlOption).end : undefined;
  const limits = { amd: cpu.amd, physBits: cpu.physBits, ...(cxlEnd === undefined ? {} : { cxlEnd }) };
  const layout = arch === 'x86_64' ? memoryLayout({ ...sized, ...limits }) : plainLayout(arch, sized);
  if ('maxUsed' in layout) {
    const limit = hex(2 ** cpu.physBits - 1);
    throw new MachineDescriptionError({
      message: `Address space limit ${limit} < ${hex(layout.maxUsed)} phys-bits too low (${cpu.physBits})`,
      field: memoryField,
      help: 'take less memory or write -cpu max,phys-bits=46',
    });
  }
  const isCxl = ({ value }: Argument): boolean => CXL_DRIVERS.includes(optionValue(parseQemuOpts(value, 'driver'), 'driver') ?? '');
  const cxlDevices = named('device').filter(isCxl);
  const cxl = cxlPlatform(cxlOption, cxlDevices, backends, layout.deviceMemory.end, named('M', 'machine').at(-1));
  const others = named('device').filter((argument) => !isCxl(argument));
  return plugAll(emptyMachine(arch, sized, smp, option, cpu, numa, layout, backends, cxl), others);
}

function emptyMachine(
  arch: QemuArch,
  sized: Pick<QemuMachine, 'ramSize' | 'maxramSize' | 'slots'>,
  smp: Pick<QemuMachine, 'cpus' | 'maxCpus' | 'sockets'>,
  option: MachineOption,
  { hypervisor, la57, physBits }: QemuCpu,
  numa: Pick<QemuMachine, 'nodes' | 'cpuNodes'>,
  layout: MemoryLayout,
  backends: ReadonlyMap<string, QemuBackend>,
  cxl: CxlPlatform,
): QemuState {
  const { cpus, maxCpus, sockets } = smp;
  const { nvdimm, memoryBackend: ramBackend } = option;
  const cpu = { cpus, maxCpus, sockets, hypervisor, la57, physBits };
  const machine: QemuMachine = { arch, ...sized, ...numa, ...cpu, layout, nvdimm, ramBackend, cxl };
  return { ...emptyQemu(machine), backends };
}

function readObjects(all: readonly Argument[]): ReadonlyMap<string, QemuBackend> {
  let state: Pick<QemuState, 'backends'> = { backends: new Map() };
  for (const argument of all) {
    const options = parseKeyval(argument.value, 'qom-type');
    if (typeof options === 'string') complain(argument, options);
    const id = optionValue(options, 'id');
    if (id !== undefined && state.backends.has(id)) complain(argument, `Duplicate ID '${id}' for object`);
    const made = makeBackend(state as QemuState, options, "Parameter 'size' expects a size value");
    if ('unmodelled' in made)
      complain(argument, `memhp does not model ${made.unmodelled}`, 'write memory-backend-ram,id=ID,size=SIZE', false);
    if (refused(made)) complain(argument, made.error);
    state = made;
  }
  return state.backends;
}

function checkRamBackend(
  id: string,
  backends: ReadonlyMap<string, QemuBackend>,
  ramSize: number,
  all: readonly Argument[],
): void {
  const argument = all.at(-1) as Argument;
  const backend = backends.get(id);
  if (backend === undefined)
    complain(
      argument,
      `Memory backend '${id}' not found`,
      `add -object memory-backend-ram,id=${clip(id)},size=SIZE`,
      false,
    );
  if (backend.size !== ramSize) {
    complain(
      argument,
      'Machine memory size does not match the size of the memory backend',
      `the memory is ${hex(ramSize)} bytes, the backend ${hex(backend.size)}`,
      false,
    );
  }
}

function plugAll(start: QemuState, all: readonly Argument[]): QemuState {
  let state = start;
  for (const argument of all) {
    const options = parseQemuOpts(argument.value, 'driver');
    const driver = DEVICES.find((known) => known === optionValue(options, 'driver'));
    if (driver === undefined)
      complain(
        argument,
        `memhp does not model -device ${clip(argument.value)}`,
        `devices are ${DEVICES.join(', ')}`,
        false,
      );
    const id = optionValue(options, 'id');
    if (id !== undefined && !idWellFormed(id)) complain(argument, "Parameter 'id' expects an identifier");
    const request = readDevice(state, driver, options, false);
    if ('unmodelled' in request)
      complain(argument, `memhp does not model ${request.unmodelled}`, 'leave it out', false);
    if ('error' in request) complain(argument, request.error);
    const plugged = plugDevice(state, request);
    if (refused(plugged)) complain(argument, plugged.error);
    state = plugged;
  }
  return state;
}
