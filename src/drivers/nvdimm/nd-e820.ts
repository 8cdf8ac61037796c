/** Legacy persistent memory: each range of e820 type 12 becomes a region without DIMMs. */

import { numaMapToOnlineNode, physToTargetNode } from '../../kernel/memory-hotplug.ts';
import type { Resource } from '../../kernel/resource.ts';
import type { Machine } from '../machine.ts';
import { bindRegion, nvdimmBusRegister, nvdimmBusUnregister } from './nd-bus.ts';
import { ndRegionCreate } from './region.ts';

const PARENT = 'platform/e820_pmem';

function legacyRanges(root: Resource): Resource[] {
  return root.children.flatMap((child) =>
    child.desc === 'persistent-memory-legacy' ? [child] : legacyRanges(child),
  );
}

/** The platform device is there when the firmware's map, or the command line, has such a range. @kernel arch/x86/kernel/pmem.c: register_e820_pmem */
export function loadNdE820(machine: Machine): void {
  const ranges = legacyRanges(machine.kernel.iomem);
  if (ranges.length > 0) e820PmemProbe(machine, ranges);
}

/** @kernel drivers/nvdimm/e820.c: e820_pmem_probe, e820_register_one */
function e820PmemProbe(machine: Machine, ranges: readonly Resource[]): void {
  const bus = nvdimmBusRegister(machine, 'e820', PARENT);
  const ids = ranges.map(({ start, end }) => {
    const targetNode = physToTargetNode(machine.kernel, start);
    const numaNode = numaMapToOnlineNode(machine.kernel, targetNode);
    return ndRegionCreate(machine, {
      bus, start, size: end - start, numaNode, targetNode, flags: { pagemap: true },
    });
  });
  for (const id of ids) bindRegion(machine, id);
}

/** @kernel drivers/nvdimm/e820.c: e820_pmem_remove */
export function unloadNdE820(machine: Machine): void {
  const bus = machine.devices.nvdimm.buses.find((each) => each.provider === 'e820');
  if (bus !== undefined) nvdimmBusUnregister(machine, bus.id);
}
