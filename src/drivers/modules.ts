/** Kernel modules the model knows: what loading and unloading them sets in motion. */

import { DAX_MODULES } from './dax/dax-modules.ts';
import type { Machine } from './machine.ts';
import { NVDIMM_MODULES } from './nvdimm/nd-modules.ts';

interface Module {
  /** Modules that are loaded before it. */
  readonly needs: readonly string[];
  load?(machine: Machine): void;
  unload?(machine: Machine): void;
}

const MODULES: Readonly<Record<string, Module>> = {
  ...NVDIMM_MODULES,
  ...DAX_MODULES,
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

/** Loads a module and what it needs; one that is loaded already stays as it is. */
export function loadModule(machine: Machine, name: string): void {
  const own = moduleName(name);
  if (machine.devices.modules.includes(own)) return;
  const module = MODULES[own] as Module;
  for (const needed of module.needs) loadModule(machine, needed);
  machine.devices = { ...machine.devices, modules: [...machine.devices.modules, own] };
  module.load?.(machine);
}

/** Loaded modules that need this one: it cannot be unloaded before them. */
export function moduleUsers(machine: Machine, name: string): string[] {
  const own = moduleName(name);
  return machine.devices.modules.filter((other) => MODULES[other]?.needs.includes(own));
}

/** Unloads a module nothing else needs, then those of its needs that nothing else needs. */
export function unloadModule(machine: Machine, name: string): void {
  const own = moduleName(name);
  if (!machine.devices.modules.includes(own) || moduleUsers(machine, own).length > 0) return;
  const module = MODULES[own] as Module;
  module.unload?.(machine);
  machine.devices = { ...machine.devices, modules: machine.devices.modules.filter((other) => other !== own) };
  for (const needed of module.needs) unloadModule(machine, needed);
}
