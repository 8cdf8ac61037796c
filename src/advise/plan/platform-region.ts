/** Regions over several DIMMs, which QEMU does not have: put together as a platform's NFIT would. */

import type { Machine } from '../../drivers/machine.ts';
import { loadModule } from '../../drivers/modules.ts';
import { nvdimmCreate } from '../../drivers/nvdimm/dimm.ts';
import { interleaveSetCookies } from '../../drivers/nvdimm/interleave-cookie.ts';
import { labelStore } from '../../drivers/nvdimm/media.ts';
import { bindRegion, nvdimmBusRegister } from '../../drivers/nvdimm/nd-bus.ts';
import { initLabelArea } from '../../drivers/nvdimm/nd-label-store.ts';
import { ndRegionCreate } from '../../drivers/nvdimm/region.ts';
import { alignUp, GiB, KiB } from '../../kernel/units.ts';
import type { PlatformRegion } from './plan-problem.ts';

const LABELS = 128 * KiB;
const LABEL_SIZE = 256;
const VENDOR = 0x8086;
/** DIMMs share a set by lines of so many bytes. */
const INTERLEAVE = 4 * KiB;

/** Where ACPI's NVDIMM root device is. */
const NFIT_DEVICE = 'LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00';

/** Adds the regions behind all other memory, their labels initialised and empty. */
export function addPlatformRegions(machine: Machine, regions: readonly PlatformRegion[]): void {
  if (regions.length === 0) return;
  for (const name of ['libnvdimm', 'nd_pmem', 'dax_pmem', 'device_dax']) loadModule(machine, name);
  const bus = nvdimmBusRegister(machine, 'ACPI.NFIT', NFIT_DEVICE);
  let start = firstFree(machine);
  let serial = 1;
  for (const { sizeBytes, ways } of regions) {
    const members = Array.from({ length: ways }, (_, i) => ({ regionOffset: i * INTERLEAVE, serial: serial + i, vendor: VENDOR }));
    const mappings = members.map(({ serial, vendor }, position) => {
      const labelArea = `platform${serial}`;
      initLabelArea(labelStore(machine, labelArea, LABELS), LABEL_SIZE);
      const dimm = nvdimmCreate(machine, { bus, labelArea, labelSize: LABELS, handle: serial, serial, vendor });
      return { dimm, start: 0, size: sizeBytes / ways, position };
    });
    const spec = { bus, start, size: sizeBytes, numaNode: 0, targetNode: 0, mappings };
    bindRegion(machine, ndRegionCreate(machine, { ...spec, interleaveSet: interleaveSetCookies(members) }));
    serial += ways;
    start = alignUp(start + sizeBytes, GiB);
  }
}

function firstFree({ kernel, devices }: Machine): number {
  const ends = [4 * GiB, kernel.maxPfn * kernel.profile.arch.pageSize, devices.qemu?.machine.layout.deviceMemory.end ?? 0];
  return alignUp(Math.max(...ends), GiB);
}
