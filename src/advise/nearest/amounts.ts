/** How much memory a machine has of what: the difference before and after is what a request gives and costs. */

import type { Machine } from '../../drivers/machine.ts';
import { MAX_ADDRESS } from '../../kernel/units.ts';
import { systemRamRanges } from '../../kernel/resource-query.ts';

/** All in bytes. */
export interface Amounts {
  readonly systemRam: number;
  /** Block devices and device-dax on persistent memory. */
  readonly pmem: number;
  /** struct pages, from RAM or from the device. */
  readonly memmap: number;
}

export function amountsOf(machine: Machine): Amounts {
  const { kernel, devices } = machine;
  const systemRam = systemRamRanges(kernel.iomem, 0, MAX_ADDRESS).reduce((sum, { start, end }) => sum + (end - start), 0);
  const disks = devices.nvdimm.regions
    .flatMap((region) => region.children)
    .reduce((sum, child) => sum + (child.attachment?.disk?.sizeBytes ?? 0), 0);
  const dax = devices.dax.devices
    .flatMap((device) => device.ranges)
    .reduce((sum, { start, end }) => sum + (end - start), 0);
  return { systemRam, pmem: disks + dax, memmap: kernel.nrMemmapPages * kernel.profile.arch.pageSize };
}
