/** The kernel modules of device-dax. */

import type { Machine } from '../machine.ts';
import { daxDriverRegister, daxDriverUnregister } from './dax-bus.ts';
import { loadDaxHmem, unloadDaxHmem } from './hmem.ts';

/** What loading and unloading sets in motion. The bus itself is built into the kernel. */
export const DAX_MODULES = {
  device_dax: {
    needs: [],
    load: (machine: Machine): void => daxDriverRegister(machine, 'device_dax'),
    unload: (machine: Machine): void => daxDriverUnregister(machine, 'device_dax'),
  },
  kmem: {
    needs: [],
    load: (machine: Machine): void => daxDriverRegister(machine, 'kmem'),
    unload: (machine: Machine): void => daxDriverUnregister(machine, 'kmem'),
  },
  dax_hmem: { needs: [], load: loadDaxHmem, unload: unloadDaxHmem },
} as const;
