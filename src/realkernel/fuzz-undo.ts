/** Lines that take a machine back to where a run began, so that the next one can be played in the same guest. */

import type { Machine } from '../drivers/machine.ts';
import { runMonitor } from '../tools/monitor.ts';
import { runShell } from '../tools/shell.ts';
import { NotModelled } from '../tools/tool.ts';
import { stateOfMachine } from './model-state.ts';
import type { Step } from './record.ts';
import type { BlockRunRecord, RecordedState } from './recording.ts';

/** Where a run began: what can be seen of it, and what was plugged in. */
export interface Beginning {
  readonly state: RecordedState;
  readonly plugged: ReadonlyMap<string, number>;
  readonly backends: ReadonlySet<string>;
  readonly modules: readonly string[];
  /** Label areas that hold anything: nobody sees them while their driver is not there. */
  readonly labels: readonly string[];
}

/** All of a machine that a line may read later. */
export function beginningOf(machine: Machine): Beginning {
  const { qemu, modules, media } = machine.devices;
  return {
    state: stateOfMachine(machine, true),
    plugged: new Map((qemu?.devices ?? []).map(({ id, requestedSize }) => [id, requestedSize])),
    backends: new Set(qemu?.backends.keys()),
    modules,
    labels: [...media.labels.keys()].sort(),
  };
}

/**
 * The lines that take the machine back, played on it as they are found; undefined when it does not get there. None when
 * nothing was changed. Pages are taken to be movable: the kernel is looked at afterwards.
 */
export function undo(machine: Machine, beginning: Beginning): Step[] | undefined {
  machine.kernel.unmovable = () => false;
  const typed: Step[] = [];
  for (const lines of WAYS) {
    if (isBack(machine, beginning)) return typed;
    for (const line of lines(machine, beginning)) {
      typed.push(line);
      try {
        if ('run' in line) runShell(machine, line.run);
        else runMonitor(machine, line.monitor);
      } catch (error) {
        if (error instanceof NotModelled) return undefined;
        throw error;
      }
    }
  }
  return isBack(machine, beginning) ? typed : undefined;
}

function isBack(machine: Machine, beginning: Beginning): boolean {
  const text = ({ state, plugged, backends, modules, labels }: Beginning): string =>
    JSON.stringify([state, [...plugged], [...backends], modules, labels]);
  return text(beginningOf(machine)) === text(beginning);
}

/** Tried in turn: each may undo what the ones before need gone. */
const WAYS: readonly ((machine: Machine, beginning: Beginning) => Step[])[] = [
  policiesBack,
  daxBack,
  hmemBack,
  dimmsOut,
  namespacesGone,
  labelsBack('zero'),
  labelsBack('init'),
  modulesBack,
  virtioMemBack,
  blocksBack,
];

const run = (line: string): Step => ({ run: line });
const monitor = (line: string): Step => ({ monitor: line });

/** Parameters that a line may have written. */
const POLICY = /^(\/sys\/module\/memory_hotplug\/parameters\/\w+|\/sys\/devices\/system\/memory\/auto_online_blocks):(.*)$/;

function policiesBack(machine: Machine, { state }: Beginning): Step[] {
  const now = new Set(stateOfMachine(machine, true).devices);
  return (state.devices ?? []).flatMap((line) => {
    const [, path, value] = POLICY.exec(line) ?? [];
    return path === undefined || now.has(line) ? [] : [run(`echo ${value} > ${path}`)];
  });
}

/**
 * Device-dax that serves as System RAM: its own blocks off line, then the driver off the device. daxctl would also want
 * blocks off line that it shares with memory of boot.
 */
function daxBack(machine: Machine): Step[] {
  const { dax } = machine.devices;
  return dax.devices.flatMap(({ name, binding, ranges }) => {
    if (binding?.driver !== 'kmem') return [];
    const { memoryBlockSizeBytes: size } = machine.kernel;
    const own = ranges.flatMap(({ start, end }) => blocksWithin(Math.ceil(start / size), Math.floor(end / size)));
    return [...offlineLines(machine, own), run(`echo ${name} > /sys/bus/dax/drivers/kmem/unbind`)];
  });
}

/** Devices of soft-reserved memory are made anew by their driver, and names told to the others are forgotten. */
function hmemBack(machine: Machine, { modules }: Beginning): Step[] {
  if (machine.devices.dax.hmem.length === 0) return [];
  const drivers = modules.filter((name) => ['dax_hmem', 'kmem', 'device_dax'].includes(name));
  return [run(`modprobe -r dax_hmem kmem device_dax 2>/dev/null; modprobe -a ${drivers.join(' ')}`)];
}

function dimmsOut(machine: Machine, { plugged, backends }: Beginning): Step[] {
  const { qemu } = machine.devices;
  const mine = (qemu?.devices ?? []).filter(({ id }) => !plugged.has(id));
  const { memoryBlockSizeBytes: blockSizeBytes } = machine.kernel;
  const blocks = mine.flatMap(({ addr, size }) => blocksWithin(addr / blockSizeBytes, (addr + size) / blockSizeBytes));
  const gone = [...(qemu?.backends.keys() ?? [])].filter((id) => !backends.has(id));
  return [...offlineLines(machine, blocks), ...mine.map(({ id }) => monitor(`device_del ${id}`)), ...gone.map((id) => monitor(`object_del ${id}`))];
}

function namespacesGone(machine: Machine): Step[] {
  if (machine.devices.nvdimm.regions.length === 0) return [];
  // A region that is enabled again counts its children from zero.
  return [run('ndctl enable-region all; ndctl destroy-namespace -f all; ndctl disable-region all; ndctl enable-region all')];
}

/** Label areas that were written for the first time, or wiped. */
function labelsBack(word: 'zero' | 'init'): (machine: Machine, beginning: Beginning) => Step[] {
  return ({ devices: { nvdimm } }, { labels }) =>
    nvdimm.dimms.length === 0 || (word === 'init' && labels.length === 0) ? [] : [run(`ndctl disable-region all; ndctl ${word}-labels${word === 'init' ? ' -f' : ''} all; ndctl enable-region all`)];
}

/** Modules that enabled regions hold. */
const PROVIDERS: readonly string[] = ['nd_e820', 'nfit', 'virtio_pmem', 'cxl_pmem'];

/** From the first module on that is missing or in another place, all go, and those of the beginning come. */
function modulesBack(machine: Machine, { modules }: Beginning): Step[] {
  const now = machine.devices.modules;
  let same = 0;
  while (same < modules.length && now[same] === modules[same]) same++;
  const [mine, wanted] = [now.slice(same), modules.slice(same)];
  return [
    ...(mine.some((name) => PROVIDERS.includes(name)) ? [run('ndctl disable-region all')] : []),
    ...(mine.length === 0 ? [] : [run(`modprobe -r ${mine.toReversed().join(' ')} 2>/dev/null`)]),
    ...(wanted.length === 0 ? [] : [run(`modprobe -a ${wanted.join(' ')}`)]),
  ];
}

function virtioMemBack(machine: Machine, { plugged }: Beginning): Step[] {
  return (machine.devices.qemu?.devices ?? []).flatMap(({ id, driver, requestedSize }) => {
    const wanted = plugged.get(id);
    if (driver !== 'virtio-mem-pci' || wanted === undefined || requestedSize === wanted) return [];
    return [monitor(`qom-set /machine/peripheral/${id} requested-size ${wanted}`)];
  });
}

/** Blocks of boot: off line, and on line in the zone they were in. */
function blocksBack(machine: Machine, { state }: Beginning): Step[] {
  const now = stateOfMachine(machine).blocks;
  const changed = state.blocks.flatMap(({ first, last, state: wanted, valid_zones: zones }) =>
    blocksWithin(first, last + 1).flatMap((id) => {
      const here = stateOfBlock(now, id);
      return here === undefined || (here.state === wanted && here.valid_zones === zones) ? [] : [{ id, here, wanted, zones }];
    }),
  );
  const offline = changed.filter(({ here }) => here.state === 'online').map(({ id }) => id);
  const online = (movable: boolean): number[] =>
    changed.filter(({ wanted, zones }) => wanted === 'online' && (zones === 'Movable') === movable).map(({ id }) => id);
  return [
    ...(offline.length === 0 ? [] : [run(forBlocks(offline, 'offline'))]),
    ...(online(false).length === 0 ? [] : [run(forBlocks(online(false), 'online_kernel'))]),
    ...(online(true).length === 0 ? [] : [run(forBlocks(online(true).toReversed(), 'online_movable'))]),
  ];
}

/** Takes those of the blocks off line that are on line. */
function offlineLines(machine: Machine, ids: readonly number[]): Step[] {
  const { blocks } = stateOfMachine(machine);
  const online = ids.filter((id) => stateOfBlock(blocks, id)?.state === 'online');
  return online.length === 0 ? [] : [run(forBlocks(online, 'offline'))];
}

function forBlocks(ids: readonly number[], word: string): string {
  return `for b in ${ids.join(' ')}; do echo ${word} > /sys/devices/system/memory/memory$b/state; done`;
}

function blocksWithin(start: number, end: number): number[] {
  const first = Math.floor(start);
  return Array.from({ length: Math.ceil(end) - first }, (_, n) => first + n);
}

function stateOfBlock(runs: readonly BlockRunRecord[], id: number): BlockRunRecord | undefined {
  return runs.find(({ first, last }) => first <= id && id <= last);
}
