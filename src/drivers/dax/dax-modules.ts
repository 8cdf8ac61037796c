/** The kernel modules of device-dax. */

import type { Behaviours } from '../../kernel/profile/behaviours.ts';
import type { Machine } from '../machine.ts';
import { daxDriverRegister, daxDriverUnregister } from './dax-bus.ts';
import { loadDaxHmem, parseSwitch, unloadDaxHmem } from './hmem.ts';

/** What loading and unloading sets in motion. The bus itself is built into the kernel. */
export const DAX_MODULES = {
  device_dax: {
    needs: [],
    load: (machine: Machine): void => daxDriverRegister(machine, 'device_dax'),
    unload: (machine: Machine): void => daxDriverUnregister(machine, 'device_dax'),
  },
  kmem: {
    needs: [],
    exists: (does: Behaviours): boolean => does.daxBus,
    load: (machine: Machine): void => daxDriverRegister(machine, 'kmem'),
    unload: (machine: Machine): void => daxDriverUnregister(machine, 'kmem'),
  },
  dax_hmem: {
    needs: [],
    exists: (does: Behaviours): boolean => does.daxBus,
    parameters: (): string[] => ['region_idle'],
    accepts: (given: ReadonlyMap<string, string>): boolean => parseSwitch(given.get('region_idle') ?? '') !== undefined,
    load: loadDaxHmem,
    unload: unloadDaxHmem,
  },
} as const;
