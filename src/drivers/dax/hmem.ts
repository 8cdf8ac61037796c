/** dax_hmem: soft-reserved memory, kept from the page allocator by firmware, becomes dax regions. */

import { ENOMEM, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import { numaMapToOnlineNode, physToTargetNode } from '../../kernel/memory-hotplug.ts';
import { parseKernelBool } from '../../kernel/params.ts';
import { insertResource, IORESOURCE_MEM, resource, type Resource, type ResourceDesc } from '../../kernel/resource.ts';
import { overlaps } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { memregionFree, memregionReserve } from '../nvdimm/memregion.ts';
import { logProbeFailure } from '../probe.ts';
import { allocDaxRegion, devmCreateDevDax, removeDaxRegion } from './dax-bus.ts';
import { setDax, type HmemDevice } from './state.ts';

const OUTSIDE_CXL: CheckPoint = {
  file: 'drivers/dax/hmem/hmem.c',
  fn: 'hmem_register_device',
  condition: 'the range lies in no CXL window, whose driver would take it',
  decides: 'never',
};

/** Resources of a description, a parent before what it holds; nothing below a match. */
function resourcesOf(parent: Resource, desc: ResourceDesc): Resource[] {
  return parent.children.flatMap((child) => (child.desc === desc ? [child] : resourcesOf(child, desc)));
}

/** The last value of a module parameter on the command line. */
function onCmdline(machine: Machine, name: string): boolean {
  const words = machine.devices.cmdline.split(/\s+/).filter((word) => word === name || word.startsWith(`${name}=`));
  const last = words.at(-1);
  if (last === undefined) return false;
  return parseSwitch(last.slice(name.length + 1)) ?? false;
}

/** A boolean parameter; without a value it is put on. */
export function parseSwitch(text: string): boolean | undefined {
  return text === '' ? true : parseKernelBool(text);
}

/** @kernel drivers/dax/hmem/hmem.c: hmem_register_device */
function registerDevice(machine: Machine, { start, end }: Resource): HmemDevice {
  const id = memregionReserve(machine);
  const targetNode = physToTargetNode(machine.kernel, start);
  const device = { id, start, end, targetNode, numaNode: numaMapToOnlineNode(machine.kernel, targetNode) };
  setDax(machine, { hmem: [...machine.devices.dax.hmem, device] });
  return device;
}

/**
 * What boot makes of soft-reserved ranges.
 * @kernel drivers/dax/hmem/device.c: hmem_init
 * Since Linux ("dax/hmem: Move hmem device registration to dax_hmem.ko") (v6.3) nothing yet; before it, a platform
 * device for each range, whose resource `hmem.N` goes around it.
 */
export function hmemBoot(machine: Machine): void {
  const { kernel } = machine;
  if (kernel.profile.does.hmemPlatform || onCmdline(machine, 'device_hmem.disable')) return;
  for (const range of resourcesOf(kernel.iomem, 'soft-reserved')) {
    const { id, start, end } = registerDevice(machine, range);
    const inserted = insertResource(kernel.iomem, resource(start, end, `hmem.${id}`, IORESOURCE_MEM, 'soft-reserved'));
    if (inserted.ok) kernel.iomem = inserted.tree;
  }
}

/**
 * Loads dax_hmem: makes the devices if boot did not, then probes them.
 * @kernel drivers/dax/hmem/hmem.c: dax_hmem_init, dax_hmem_platform_probe
 */
export function loadDaxHmem(machine: Machine, given: ReadonlyMap<string, string>): void {
  const { kernel } = machine;
  const idle = given.get('region_idle');
  const isIdle = idle === undefined ? onCmdline(machine, 'dax_hmem.region_idle') : parseSwitch(idle) === true;
  setDax(machine, { hmemRegionIdle: isIdle });
  if (kernel.profile.does.hmemPlatform && !onCmdline(machine, 'device_hmem.disable')) {
    const windows = resourcesOf(kernel.iomem, 'cxl');
    for (const range of resourcesOf(kernel.iomem, 'soft-reserved')) {
      const window = windows.find(({ start, end }) => overlaps(start, end, range.start, range.end));
      kernel.explain?.(OUTSIDE_CXL, window === undefined, { start: range.start, end: range.end, window: window?.name ?? 'none' });
      if (window === undefined) registerDevice(machine, range);
    }
  }
  for (const device of machine.devices.dax.hmem) {
    logProbeFailure(kernel, 'hmem', `hmem.${device.id}`, probe(machine, device));
  }
}

function parentOf(device: HmemDevice): string {
  return `/sys/devices/platform/hmem.${device.id}`;
}

/**
 * Makes one device of all of a range, or an empty one with `region_idle`. A range not aligned to huge pages is lost:
 * −ENOMEM.
 * @kernel drivers/dax/hmem/hmem.c: dax_hmem_probe
 */
function probe(machine: Machine, device: HmemDevice): Errno {
  const { kernel } = machine;
  const { id, start, end, targetNode, numaNode } = device;
  const { hmemRegionIdle: idle } = machine.devices.dax;
  const region = allocDaxRegion(machine, {
    id,
    start,
    end,
    align: kernel.profile.arch.pmdSize,
    targetNode,
    numaNode,
    isStatic: false,
    kmemDefault: !idle,
    sysfsParent: parentOf(device),
  });
  if (typeof region === 'number') return -ENOMEM;
  const name = devmCreateDevDax(machine, region.key, { size: idle ? 0 : end - start });
  if (typeof name === 'string') return 0;
  removeDaxRegion(machine, region.key);
  return name;
}

/** Undoes what loading did, the last device first. */
export function unloadDaxHmem(machine: Machine): void {
  const devices = machine.devices.dax.hmem.toReversed();
  for (const device of devices) removeDaxRegion(machine, parentOf(device));
  if (!machine.kernel.profile.does.hmemPlatform) return;
  for (const { id } of devices) memregionFree(machine, id);
  setDax(machine, { hmem: [] });
}
