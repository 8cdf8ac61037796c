/** Kernel modules the model knows: what loading and unloading them sets in motion. */

import { CXL_MODULES } from './cxl/cxl-modules.ts';
import { DAX_MODULES } from './dax/dax-modules.ts';
import type { Behaviours } from '../kernel/profile/behaviours.ts';
import type { Machine } from './machine.ts';
import type { ArchName } from '../kernel/profile/arch.ts';
import { NVDIMM_MODULES } from './nvdimm/nd-modules.ts';
import { VIRTIO_MEM_MODULES } from './virtio-mem/virtio-mem-modules.ts';

interface Module {
  /** Modules that are loaded before it, those the others need first. */
  readonly needs: readonly string[];
  /** Whether a kernel has it as a module; absent: every one has. */
  exists?(does: Behaviours): boolean;
  /** Names of its parameters; absent: it has none. */
  parameters?(does: Behaviours): readonly string[];
  /** Whether it takes the values given to its parameters. */
  accepts?(given: ModuleParameters): boolean;
  /** Whether devices hold it, so that it cannot be unloaded. */
  isPinned?(machine: Machine): boolean;
  /** It brings the virtio bus. */
  readonly isVirtioBus?: boolean;
  load?(machine: Machine, given: ModuleParameters): void;
  /** The virtio bus has come after it. */
  busAppears?(machine: Machine): void;
  /** The virtio bus goes before it. */
  busGoes?(machine: Machine): void;
  unload?(machine: Machine): void;
}

/** Values of a module's parameters by name, as texts. */
export type ModuleParameters = ReadonlyMap<string, string>;

const MODULES: Readonly<Record<string, Module>> = {
  ...NVDIMM_MODULES,
  ...DAX_MODULES,
  ...CXL_MODULES,
  ...VIRTIO_MEM_MODULES,
};

const NO_PMEM = ['libnvdimm', 'nd_btt', 'nd_e820', 'nfit', 'nd_virtio', 'virtio_pmem', 'nd_pmem', 'dax_pmem', 'dax_hmem', 'virtio_mem'];
const NO_CXL = ['cxl_acpi', 'cxl_pmem', 'dax_cxl'];

/** Modules that Debian's kernels of other architectures are built without, as their packages show. */
const LACKS: Readonly<Partial<Record<ArchName, readonly string[]>>> = {
  arm64: ['nd_e820'],
  s390x: [...NO_PMEM, ...NO_CXL, 'cxl_pci', 'cxl_mem'],
  ppc64le: [...NO_PMEM, ...NO_CXL, 'device_dax', 'kmem'],
};

/** Names of all modules, for suggestions. */
export const MODULE_NAMES: readonly string[] = Object.keys(MODULES);

/** A module's own spelling: modprobe takes `-` for `_`. */
export function moduleName(name: string): string {
  return name.replaceAll('-', '_');
}

export function isKnownModule(name: string): boolean {
  return Object.hasOwn(MODULES, moduleName(name));
}

/** Whether the machine's kernel has it as a module. */
export function moduleExists(machine: Machine, name: string): boolean {
  const { arch, does } = machine.kernel.profile;
  const own = moduleName(name);
  return LACKS[arch.name]?.includes(own) !== true && (MODULES[own]?.exists?.(does) ?? true);
}

/** Names of a module's parameters on the machine's kernel. */
export function moduleParameters(machine: Machine, name: string): readonly string[] {
  return MODULES[moduleName(name)]?.parameters?.(machine.kernel.profile.does) ?? [];
}

/** Whether the module takes the values; one that does not is not loaded. */
export function moduleAccepts(name: string, given: ModuleParameters): boolean {
  return MODULES[moduleName(name)]?.accepts?.(given) ?? true;
}

/** Loads a module and what it needs; one that is loaded already stays as it is. */
export function loadModule(machine: Machine, name: string, given: ModuleParameters = new Map()): void {
  const own = moduleName(name);
  if (machine.devices.modules.includes(own)) return;
  const module = MODULES[own] as Module;
  for (const needed of module.needs) if (moduleExists(machine, needed)) loadModule(machine, needed);
  machine.devices = { ...machine.devices, modules: [...machine.devices.modules, own] };
  module.load?.(machine, given);
  if (module.isVirtioBus !== true) return;
  for (const other of machine.devices.modules) MODULES[other]?.busAppears?.(machine);
}

/** The module it needs that the others need too; the last to go with it. */
export function deepestNeed(name: string): string | undefined {
  return MODULES[moduleName(name)]?.needs[0];
}

/** Whether a loaded module is in use: another needs it, or its devices hold it. */
export function moduleInUse(machine: Machine, name: string): boolean {
  const own = moduleName(name);
  const { modules } = machine.devices;
  if (!modules.includes(own)) return false;
  return modules.some((other) => MODULES[other]?.needs.includes(own)) || MODULES[own]?.isPinned?.(machine) === true;
}

/** Unloads a module nothing else needs, then those of its needs that nothing else needs. */
export function unloadModule(machine: Machine, name: string): void {
  const own = moduleName(name);
  if (!machine.devices.modules.includes(own) || moduleInUse(machine, own)) return;
  const module = MODULES[own] as Module;
  module.unload?.(machine);
  if (module.isVirtioBus === true) for (const other of machine.devices.modules) MODULES[other]?.busGoes?.(machine);
  machine.devices = { ...machine.devices, modules: machine.devices.modules.filter((other) => other !== own) };
  for (const needed of module.needs) unloadModule(machine, needed);
}
