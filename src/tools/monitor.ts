/** QEMU's human monitor, as far as memory goes: QEMU 7.2's answers and refusals in its own words. */

import { nfitUpdateNotify } from '../drivers/nvdimm/nfit.ts';
import { guestEjectsDimm, guestSeesDimm } from '../drivers/qemu/acpi.ts';
import type { Machine } from '../drivers/machine.ts';
import { makeBackend, readDevice } from '../drivers/qemu/device-options.ts';
import { idWellFormed, optionValue, parseKeyval, parseQemuOpts } from '../drivers/qemu/options.ts';
import { plugDevice } from '../drivers/qemu/plug.ts';
import { parseQemuSize } from '../drivers/qemu/number.ts';
import { refused, removeBackend, type QemuState } from '../drivers/qemu/qemu.ts';
import { virtioMemConfigChanged } from '../drivers/virtio-mem/work.ts';
import { namingRefusal, UNHEARD, type Explained } from '../kernel/explain.ts';
import { logLines } from '../kernel/log.ts';
import type { CommandResult } from './command-result.ts';
import { errorLines, EXTRANEOUS, monitorRefuses, usage, type MonitorAnswer } from './monitor-answer.ts';
import { infoMemoryDevices, infoMemorySizeSummary, infoNuma } from './monitor-info.ts';
import { hasMore, monitorWord } from './monitor-line.ts';
import { QEMU_COMMANDS, QEMU_INFO_ITEMS } from './monitor-names.ts';
import { qomGet, qomSet } from './monitor-qom.ts';
import { refusalOf } from './refusal.ts';
import { NotModelled } from './tool.ts';

/** A longer line is refused unread. */
const MAX_LINE = 64 * 1024;

type Command = (state: QemuState, args: string, listener: Explained) => MonitorAnswer;

const COMMANDS: Readonly<Record<string, { readonly run: Command; readonly help: string }>> = {
  object_add: { run: objectAdd, help: '[qom-type=]type,id=str[,prop=value][,...] -- create QOM object' },
  object_del: { run: objectDel, help: 'id -- destroy QOM object' },
  device_add: { run: deviceAdd, help: 'driver[,prop=value][,...] -- add device, like -device on the command line' },
  device_del: { run: deviceDel, help: 'device -- remove device' },
  'qom-get': { run: qomGet, help: 'path property -- print QOM property' },
  'qom-set': {
    run: qomSet,
    help: '[-j] path property value -- set QOM property.\n\t\t\t-j: the value is specified in json format.',
  },
};

const INFO: Readonly<Record<string, { readonly show: (state: QemuState) => string[]; readonly help: string }>> = {
  'memory-devices': { show: infoMemoryDevices, help: 'show memory devices' },
  memory_size_summary: {
    show: infoMemorySizeSummary,
    help: 'show the amount of initially allocated and present hotpluggable (if enabled) memory in bytes.',
  },
  numa: { show: infoNuma, help: 'show NUMA information' },
};

/**
 * Types a line at the monitor of the machine; the guest answers what QEMU asks of it before this returns.
 * @throws NotModelled for commands and options QEMU has and memhp does not.
 */
export function runMonitor(machine: Machine, line: string): CommandResult {
  const { kernel } = machine;
  const { qemu } = machine.devices;
  if (qemu === undefined)
    throw new NotModelled('this machine has no QEMU monitor', undefined, 'describe one with `memory:`');
  const logged = kernel.log?.length ?? 0;
  const depends: string[] = [];
  const listener = kernel.onDepends;
  kernel.onDepends = (reason) => {
    // The guest tries twice to take a DIMM offline, and would say so twice.
    if (!depends.includes(reason)) depends.push(reason);
    listener?.(reason);
  };
  try {
    const { state, output, request } = namingRefusal(
      kernel,
      () => monitorAnswer(qemu, line, kernel),
      (answer) => (monitorRefuses(answer.output) ? refusalOf('QEMU', answer.output.join('\n'), 0) : undefined),
    );
    machine.devices = { ...machine.devices, qemu: state };
    if (request?.kind === 'plug') guestSeesDimm(machine, request.slot);
    if (request?.kind === 'plug-nvdimm') nfitUpdateNotify(machine);
    if (request?.kind === 'unplug') guestEjectsDimm(machine, request.slot);
    if (request?.kind === 'virtio-mem-config') virtioMemConfigChanged(machine, request.addr);
    return { exit: 0, output, log: logLines(kernel.log, logged), depends };
  } finally {
    kernel.onDepends = listener;
  }
}

/** QEMU's own answer to a line, without any guest. */
export function monitorAnswer(state: QemuState, line: string, listener: Explained = UNHEARD): MonitorAnswer {
  if (line.length > MAX_LINE) throw new NotModelled(`lines longer than ${MAX_LINE} characters are not modelled`);
  const text = line.replace(/[\r\n]+$/, '');
  const name = /^\s*(\S*)/.exec(text)!;
  const command = name[1] as string;
  const args = text.slice(name[0].length).replace(/^\s+/, '');
  if (command === '') return { state, output: [] };
  if (command === 'info') return info(state, args);
  if (command === 'help' || command === '?') return { state, output: help(args) };
  const known = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (known !== undefined) return known.run(state, args, listener);
  if (QEMU_COMMANDS.has(command)) throw notModelled(`the monitor command ${command}`, text, command);
  return { state, output: [`unknown command: '${command}'`] };
}

function notModelled(what: string, text: string, part: string): NotModelled {
  const at = text.indexOf(part);
  const modelled = [...Object.keys(COMMANDS), ...Object.keys(INFO).map((item) => `info ${item}`)].join(', ');
  return new NotModelled(`${what} is not modelled`, [at, at + part.length], `modelled are ${modelled}`);
}

function info(state: QemuState, args: string): MonitorAnswer {
  const item = /^\S*/.exec(args)![0];
  const rest = args.slice(item.length);
  if (item === '') throw notModelled('the list of info pages', `info${args}`, 'info');
  const known = Object.hasOwn(INFO, item) ? INFO[item] : undefined;
  if (known !== undefined) {
    const output = hasMore(rest, 0) ? usage(`info ${item}`, EXTRANEOUS) : known.show(state);
    return { state, output };
  }
  if (QEMU_INFO_ITEMS.has(item)) throw notModelled(`info ${item}`, `info ${args}`, item);
  return { state, output: [`unknown command: 'info ${item}'`] };
}

/** `help COMMAND` as QEMU prints it; plain `help` lists what memhp models, a shorter list than QEMU's. */
function help(args: string): string[] {
  const [command, item] = args.split(/\s+/);
  const lineOf = (name: string): string => `${name} ${COMMANDS[name]!.help}`;
  const infoLine = (name: string): string => `info ${name}  -- ${INFO[name]!.help}`;
  if (command === undefined || command === '') {
    return [...Object.keys(COMMANDS).flatMap((name) => lineOf(name).split('\n')), ...Object.keys(INFO).map(infoLine)];
  }
  if (Object.hasOwn(COMMANDS, command)) return lineOf(command).split('\n');
  if (command === 'info' && item !== undefined && Object.hasOwn(INFO, item)) return [infoLine(item)];
  if (command === 'info' && item !== undefined && !QEMU_INFO_ITEMS.has(item))
    return [`unknown command: 'info ${item}'`];
  if (QEMU_COMMANDS.has(command)) throw notModelled(`help for ${command}`, args, command);
  return [`unknown command: '${command}'`];
}

function objectAdd(state: QemuState, args: string): MonitorAnswer {
  if (args === '') return { state, output: usage('object_add', 'string expected') };
  if (/(^|,)(help|\?)(,|$)/.test(args)) throw notModelled('the list of object types and properties', args, args);
  const options = parseKeyval(args, 'qom-type');
  if (typeof options === 'string') return { state, output: errorLines(options) };
  const made = makeBackend(state, options, "Parameter 'size' expects size");
  if ('unmodelled' in made) throw notModelled(made.unmodelled, args, args);
  if (refused(made)) return { state, output: errorLines(made.error) };
  const sizeText = optionValue(options, 'size') as string;
  const size = parseQemuSize(sizeText);
  const warns = typeof size !== 'string' && size.hexScaled;
  const warning = `warning: Using a multiplier suffix on hex numbers is deprecated: ${sizeText}`;
  return { state: made, output: warns ? [warning] : [] };
}

function objectDel(state: QemuState, args: string): MonitorAnswer {
  const word = monitorWord(args, 0);
  if (word === undefined) return { state, output: usage('object_del', 'string expected') };
  if (hasMore(args, word.end)) return { state, output: usage('object_del', EXTRANEOUS) };
  const removed = removeBackend(state, word.word);
  return refused(removed) ? { state, output: errorLines(removed.error) } : { state: removed, output: [] };
}

const NO_HOTPLUG = "Bus 'pcie.0' does not support hotplugging";
const MEMORY_DRIVERS = ['pc-dimm', 'nvdimm'] as const;
/** Drivers that exist and are no business of memory. */
const OTHER_DRIVERS =
  /^(virtio-|e1000|usb-|ide-|scsi-|nvme|pci|ich9|i82|isa-|vfio-|sd-|q35-|.*-cpu$|cxl-|ivshmem|vmgenid|device$)/;

function deviceAdd(state: QemuState, args: string, listener: Explained): MonitorAnswer {
  const word = monitorWord(args, 0) ?? { word: '', end: args.length };
  if (hasMore(args, word.end)) return { state, output: usage('device_add', EXTRANEOUS) };
  const options = parseQemuOpts(word.word, 'driver');
  const id = optionValue(options, 'id');
  if (id !== undefined && !idWellFormed(id)) return { state, output: usage('device_add') };
  if (options.some((option) => option.name === 'help' || option.value === 'help')) {
    throw notModelled('the list of drivers and properties', args, 'help');
  }
  const name = optionValue(options, 'driver');
  const fail = (error: string): MonitorAnswer => ({ state, output: errorLines(error) });
  if (name === undefined) return fail("Parameter 'driver' is missing");
  if (name === 'virtio-mem-pci' || name === 'virtio-pmem-pci') return fail(NO_HOTPLUG);
  if (name === 'virtio-mem' || name === 'virtio-pmem') return fail(`No 'virtio-bus' bus found for device '${name}'`);
  const driver = MEMORY_DRIVERS.find((known) => known === name);
  if (driver === undefined) {
    if (OTHER_DRIVERS.test(name)) throw notModelled(`device_add ${name}`, args, name);
    return fail(`'${name}' is not a valid device model name`);
  }
  const request = readDevice(state, driver, options, true);
  if ('unmodelled' in request) throw notModelled(request.unmodelled, args, name);
  if ('error' in request) return fail(request.error);
  const plugged = plugDevice(state, request, listener);
  if (refused(plugged)) return fail(plugged.error);
  const { slot } = plugged.devices.at(-1)!;
  return { state: plugged, output: [], request: { kind: driver === 'nvdimm' ? 'plug-nvdimm' : 'plug', slot } };
}

function deviceDel(state: QemuState, args: string): MonitorAnswer {
  const word = monitorWord(args, 0);
  if (word === undefined) return { state, output: usage('device_del', 'string expected') };
  if (hasMore(args, word.end)) return { state, output: usage('device_del', EXTRANEOUS) };
  const device = findDevice(state, word.word);
  if (typeof device === 'string') return { state, output: errorLines(device) };
  if (device.driver === 'virtio-mem-pci' || device.driver === 'virtio-pmem-pci') {
    return { state, output: errorLines(NO_HOTPLUG) };
  }
  if (device.driver === 'nvdimm')
    return { state, output: errorLines('nvdimm device hot unplug is not supported yet.') };
  return { state, output: [], request: { kind: 'unplug', slot: device.slot } };
}

/** A device by id or by its path in QEMU's object tree. */
function findDevice(state: QemuState, name: string): QemuState['devices'][number] | string {
  const id = /^\/machine\/peripheral\/(.+)$/.exec(name)?.[1] ?? name;
  const found = state.devices.find((device) => device.id !== '' && device.id === id);
  if (found !== undefined) return found;
  const anonymous = /^\/machine\/peripheral-anon\/device\[(\d{1,9})\]$/.exec(name);
  if (anonymous !== null) {
    const unnamed = state.devices.filter((device) => device.id === '')[Number(anonymous[1])];
    if (unnamed !== undefined) return unnamed;
  }
  if (['', '/', '/machine', '/objects', '/machine/peripheral', '/machine/peripheral-anon'].includes(name)) {
    return `${name} is not a hotpluggable device`;
  }
  return `Device '${name}' not found`;
}
