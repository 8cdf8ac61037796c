/** Machines with dax regions, made without the drivers that usually provide them. */

import { allocDaxRegion, devmCreateDevDax, type DaxRegion, type DaxRegionRequest } from '../../src/drivers/dax/dax-bus.ts';
import { findDevDax, type DevDax, type StaticPgmap } from '../../src/drivers/dax/state.ts';
import { Machine } from '../../src/drivers/machine.ts';
import { loadModule } from '../../src/drivers/modules.ts';
import { NO_DEVICES } from '../../src/drivers/no-devices.ts';
import { logLines } from '../../src/kernel/log.ts';
import { printIomem } from '../../src/kernel/resource-query.ts';
import { daxChild } from '../../src/sysfs/dax-files.ts';
import { modelFiles } from '../../src/sysfs/model-files.ts';
import type { FileEntry } from '../../src/sysfs/entries.ts';
import type { WritableFileTree } from '../../src/sysfs/file-tree.ts';
import { bootSmall, type SmallMachine } from '../kernel/small-machine.ts';

export function daxMachine(small: SmallMachine, modules: readonly string[] = []): Machine {
  const machine = new Machine(bootSmall(small), { ...NO_DEVICES, cmdline: small.cmdline ?? '' });
  for (const name of modules) loadModule(machine, name);
  return machine;
}

const MiB2 = 2 * 1024 * 1024;

export function addRegion(machine: Machine, start: number, end: number, more: Partial<DaxRegionRequest> = {}): DaxRegion {
  const id = machine.devices.dax.regions.size;
  const region = allocDaxRegion(machine, {
    id,
    start,
    end,
    align: MiB2,
    targetNode: 0,
    numaNode: 0,
    isStatic: false,
    kmemDefault: false,
    sysfsParent: `/sys/devices/platform/test.${id}`,
    ...more,
  });
  if (typeof region === 'number') throw new Error(`no region: ${region}`);
  return region;
}

/** A static region with its one device, as dax_pmem makes them: the page map begins at `pgmap.start`. */
export function addStatic(machine: Machine, pgmap: StaticPgmap, dataStart: number, align = MiB2): string {
  const region = addRegion(machine, dataStart, pgmap.end, { isStatic: true, align });
  const name = devmCreateDevDax(machine, region.key, { id: 0, size: pgmap.end - dataStart, pgmap });
  if (typeof name === 'number') throw new Error(`no device: ${name}`);
  return name;
}

export function device(machine: Machine, name: string): DevDax {
  const found = findDevDax(machine, name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** Ranges as `start-end` in hexadecimal, the end inclusive. */
export function ranges(machine: Machine, name: string): string[] {
  return device(machine, name).ranges.map(({ start, end }) => `${start.toString(16)}-${(end - 1).toString(16)}`);
}

export function log(machine: Machine, skip = 0): string[] {
  return logLines(machine.kernel.log, skip)
    .filter((line) => line.level < 7)
    .map((line) => line.text);
}

export function logLength(machine: Machine): number {
  return machine.kernel.log?.length ?? 0;
}

/** Lines of /proc/iomem that name a dax device or what stands on it. */
export function iomem(machine: Machine, pattern: RegExp): string[] {
  return printIomem(machine.kernel.iomem).map((line) => line.trim()).filter((line) => pattern.test(line));
}

export function files(machine: Machine): WritableFileTree {
  return modelFiles(machine);
}

export const KMEM = '/sys/bus/dax/drivers/kmem';
export const DEVICE_DAX = '/sys/bus/dax/drivers/device_dax';

function attribute(machine: Machine, parent: string, child: string, name: string): FileEntry {
  const entry = daxChild(machine, parent, child);
  const found = entry?.kind === 'directory' ? entry.entry(name) : undefined;
  if (found?.kind !== 'file') throw new Error(`${child} has no file ${name}`);
  return found;
}

/** What a device's attribute shows, without its newline. */
export function readAttr(machine: Machine, device: string, name: string): string {
  const parent = regionKey(machine, device);
  return String(attribute(machine, parent, device, name).read?.() ?? '').trimEnd();
}

export function writeAttr(machine: Machine, device: string, name: string, text: string | number): number {
  const write = attribute(machine, regionKey(machine, device), device, name).write;
  if (write === undefined) throw new Error(`${name} is not for writing`);
  return write(`${text}\n`);
}

export function readRegion(machine: Machine, region: DaxRegion, name: string): string {
  return String(attribute(machine, region.key, 'dax_region', name).read?.() ?? '').trimEnd();
}

export function writeRegion(machine: Machine, region: DaxRegion, name: string, text: string | number): number {
  return attribute(machine, region.key, 'dax_region', name).write?.(`${text}\n`) ?? NaN;
}

function regionKey(machine: Machine, name: string): string {
  return device(machine, name).region;
}
