/** The kernel modules of CXL. cxl_core, cxl_port and cxl_region are built into Debian's kernels. */

import type { Machine } from '../machine.ts';
import { loadCxlAcpi, unloadCxlAcpi } from './acpi.ts';
import { bindMemdevs, loadCxlPci, unbindMemdevs, unloadCxlPci } from './memdev.ts';
import { bridgeNvdimm, unbridgeNvdimm } from './pmem.ts';
import { isProviderPinned } from '../nvdimm/nd-bus.ts';
import { loadDaxCxl, unloadDaxCxl } from './region-driver.ts';

/** What loading and unloading sets in motion. */
export const CXL_MODULES = {
  cxl_acpi: { needs: [], load: loadCxlAcpi, unload: unloadCxlAcpi },
  cxl_pci: { needs: [], load: loadCxlPci, unload: unloadCxlPci },
  cxl_mem: {
    needs: [],
    load: (machine: Machine): void => bindMemdevs(machine),
    unload: (machine: Machine): void => unbindMemdevs(machine),
  },
  cxl_pmem: {
    needs: ['libnvdimm'],
    isPinned: (machine: Machine): boolean => isProviderPinned(machine, 'CXL'),
    load: (machine: Machine): void => bridgeNvdimm(machine),
    unload: (machine: Machine): void => unbridgeNvdimm(machine),
  },
  dax_cxl: { needs: [], load: loadDaxCxl, unload: unloadDaxCxl },
} as const;
