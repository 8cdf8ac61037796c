/** Machines with persistent memory, and their attributes as a shell would read and write them. */

import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { loadModule } from '../../src/drivers/modules.ts';
import { initLabelArea } from '../../src/drivers/nvdimm/nd-label-store.ts';
import { labelStore } from '../../src/drivers/nvdimm/media.ts';
import { ndBindStore, ndUnbindStore } from '../../src/drivers/nvdimm/nd-bus.ts';
import { logLines } from '../../src/kernel/log.ts';
import { printIomem } from '../../src/kernel/resource-query.ts';
import { modelFiles } from '../../src/sysfs/model-files.ts';

const DEVICES = '/sys/devices/';
export const NFIT = 'LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00';

/** A machine and the bus in it. */
export class NdMachine {
  readonly machine: Machine;
  readonly bus: string;
  #seen = 0;

  constructor(machine: Machine, parent: string) {
    this.machine = machine;
    this.bus = `${DEVICES}${parent}/ndbus0`;
  }

  #path(device: string, attribute: string): string {
    const region = /^[a-z]+(\d+)\.\d+$/.exec(device)?.[1];
    return `${this.bus}/${region === undefined ? '' : `region${region}/`}${device}/${attribute}`;
  }

  read(device: string, attribute: string): string | number {
    const text = modelFiles(this.machine).read(this.#path(device, attribute));
    return typeof text === 'string' ? text.replace(/\n$/, '') : text;
  }

  write(device: string, attribute: string, text: string): number {
    return modelFiles(this.machine).write(this.#path(device, attribute), `${text}\n`);
  }

  list(device: string): readonly string[] {
    const names = modelFiles(this.machine).list(this.#path(device, '').replace(/\/$/, ''));
    return typeof names === 'number' ? [] : names;
  }

  bind(driver: string, device: string): number {
    return ndBindStore(this.machine, driver, `${device}\n`);
  }

  unbind(driver: string, device: string): number {
    return ndUnbindStore(this.machine, driver, `${device}\n`);
  }

  /** New lines of the kernel log. */
  log(): string[] {
    const { log } = this.machine.kernel;
    const lines = logLines(log, this.#seen).map((line) => line.text);
    this.#seen = log?.length ?? 0;
    return lines;
  }

  /** Lines of /proc/iomem that libnvdimm or device-dax put there. */
  iomem(): string[] {
    return printIomem(this.machine.kernel.iomem).filter((line) => /Persistent|namespace|dax/.test(line));
  }

  /** Turns off a region and its DIMM, makes the label area anew, and turns both on. */
  initLabels(labelSize: 128 | 256 = 128): void {
    const { machine } = this;
    this.unbind('nd_region', 'region0');
    const dimm = machine.devices.nvdimm.dimms[0];
    if (dimm === undefined) throw new Error('no DIMM');
    initLabelArea(labelStore(machine, dimm.labelArea, dimm.labelSize), labelSize);
    this.unbind('nvdimm', 'nmem0');
    this.bind('nvdimm', 'nmem0');
    this.bind('nd_region', 'region0');
  }

  /** What `create-namespace` does with a seed. Returns the first error. */
  create(size: number, mode: 'raw' | 'pfn' | 'dax', options: { align?: number; map?: 'pmem' | 'ram'; uuid?: string } = {}): number {
    const namespace = this.seed('namespace');
    const uuid = options.uuid ?? testUuid();
    for (const [attribute, text] of [['uuid', uuid], ['alt_name', ''], ['size', `0x${size.toString(16)}`]] as const) {
      const error = this.write(namespace, attribute, text);
      if (error !== 0) return error;
    }
    return this.enable(namespace, mode, options);
  }

  enable(namespace: string, mode: 'raw' | 'pfn' | 'dax', options: { align?: number; map?: 'pmem' | 'ram' } = {}): number {
    if (mode === 'raw') return this.bind('nd_pmem', namespace);
    const device = this.seed(mode);
    const settings = [
      ['uuid', testUuid()], ['mode', options.map ?? 'pmem'], ['align', `${options.align ?? 2097152}`], ['namespace', namespace],
    ] as const;
    for (const [attribute, text] of settings) {
      const error = this.write(device, attribute, text);
      if (error !== 0) return error;
    }
    return this.bind(mode === 'pfn' ? 'nd_pmem' : 'dax_pmem', device);
  }

  seed(kind: 'namespace' | 'pfn' | 'dax' | 'btt'): string {
    return String(this.read('region0', `${kind}_seed`));
  }

  available(): number {
    return Number(this.read('region0', 'available_size'));
  }
}

let made = 0;

/** A uuid no other call returns. */
export function testUuid(): string {
  made++;
  return `${made.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
}

function withModules(machine: Machine, provider: string): void {
  for (const name of [provider, 'nd_pmem', 'dax_pmem', 'device_dax']) loadModule(machine, name);
}

/** A machine with one NVDIMM at 4 GiB. */
export function nvdimmMachine(size: string, options: { kernel?: string; labelSize?: string } = {}): NdMachine {
  const { kernel = '6.12', labelSize } = options;
  const device = `nvdimm,id=nv,memdev=m${labelSize === undefined ? '' : `,label-size=${labelSize}`}`;
  const machine = buildMachine({
    kernel, memory: '2G,slots=2,maxmem=16G', cmdline: '',
    qemu: ['-M', 'q35,nvdimm=on', '-object', `memory-backend-ram,id=m,size=${size}`, '-device', device],
  });
  withModules(machine, 'nfit');
  return new NdMachine(machine, NFIT);
}

/** A machine with legacy persistent memory. */
export function e820Machine(memmap: string, options: { kernel?: string; memory?: string } = {}): NdMachine {
  const { kernel = '6.12', memory = '3G' } = options;
  const machine = buildMachine({ kernel, memory, cmdline: memmap, qemu: [] });
  withModules(machine, 'nd_e820');
  return new NdMachine(machine, 'platform/e820_pmem');
}
