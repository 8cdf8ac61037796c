/** The kernel modules of libnvdimm. */

import type { Machine } from '../machine.ts';
import { isProviderPinned, ndDriverRegister, ndDriverUnregister } from './nd-bus.ts';
import { loadNdE820, unloadNdE820 } from './nd-e820.ts';
import { loadNfit, unloadNfit } from './nfit.ts';
import type { NdBus } from './state.ts';
import { virtioPmemAttach, virtioPmemDetach } from './virtio-pmem.ts';

/** Whether a provider's module is held by an enabled region. */
const pinned = (provider: NdBus['provider']) => (machine: Machine): boolean => isProviderPinned(machine, provider);

/** What loading and unloading sets in motion. */
export const NVDIMM_MODULES = {
  libnvdimm: { needs: [] },
  nd_btt: { needs: ['libnvdimm'] },
  nd_e820: { needs: ['libnvdimm'], isPinned: pinned('e820'), load: loadNdE820, unload: unloadNdE820 },
  nfit: { needs: ['libnvdimm'], isPinned: pinned('ACPI.NFIT'), load: loadNfit, unload: unloadNfit },
  nd_virtio: { needs: ['libnvdimm'] },
  virtio_pmem: {
    needs: ['nd_virtio'],
    isPinned: pinned('virtio-pmem'),
    load: virtioPmemAttach,
    busAppears: virtioPmemAttach,
    busGoes: virtioPmemDetach,
    unload: virtioPmemDetach,
  },
  nd_pmem: {
    needs: ['libnvdimm', 'nd_btt'],
    load: (machine: Machine): void => ndDriverRegister(machine, 'nd_pmem'),
    unload: (machine: Machine): void => ndDriverUnregister(machine, 'nd_pmem'),
  },
  dax_pmem: {
    needs: ['libnvdimm'],
    load: (machine: Machine): void => ndDriverRegister(machine, 'dax_pmem'),
    unload: (machine: Machine): void => ndDriverUnregister(machine, 'dax_pmem'),
  },
} as const;
