/** cxl_acpi: the root of the CXL topology, its windows, and the ports of host bridges. */

import { insertResourceExpandToFit, IORESOURCE_MEM, removeResource, resource } from '../../kernel/resource.ts';
import type { ByteRange } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { memregionFree, memregionReserve } from '../nvdimm/memregion.ts';
import { cfmwsVerify } from './cfmws.ts';
import { findResource } from './find-resource.ts';
import { bindMemdevs, unbindMemdevs } from './memdev.ts';
import { bridgeNvdimm, unbridgeNvdimm } from './pmem.ts';
import { rangeOfWindow } from './platform.ts';
import { deleteRegion } from './region.ts';
import { setCxl, type CxlRootDecoder } from './state.ts';

/** Binds to ACPI0017, which is there when firmware describes host bridges. @kernel drivers/cxl/acpi.c: cxl_acpi_probe */
export function loadCxlAcpi(machine: Machine): void {
  const { kernel } = machine;
  const { platform } = machine.devices.cxl;
  if (platform.bridges.length === 0 || kernel.profile.does.cxlRegions === 'none') return;
  if (machine.devices.cmdline.split(/\s+/).includes('acpi=off')) return;
  const valid = platform.windows.filter((window) => cfmwsVerify(kernel, window) === 0);
  // The number of a root decoder's next region is taken as the decoder is made.
  const decoders = valid.map((window, id) => ({ id, window, regionId: memregionReserve(machine) }));
  const places = addCxlResources(machine, valid.map(rangeOfWindow));
  const roots = decoders.map((decoder, i): CxlRootDecoder => ({ ...decoder, resource: places[i] }));
  const ports = platform.bridges.map(({ uid }, i) => ({ id: i + 1, bridge: uid, leftover: undefined }));
  setCxl(machine, { rooted: true, roots, ports });
  if (kernel.profile.does.cxlHostIsPci) {
    for (const { pciName } of platform.bridges) kernel.printk(6, ` ${pciName}: host supports CXL`);
  }
  bridgeNvdimm(machine);
  bindMemdevs(machine);
}

/**
 * Puts each window into /proc/iomem, grown over what it would cut through, and trims those behind it. A window that
 * vanishes in another has no place.
 * @kernel drivers/cxl/acpi.c: add_cxl_resources
 */
function addCxlResources(machine: Machine, windows: readonly ByteRange[]): (CxlRootDecoder['resource'])[] {
  const { kernel } = machine;
  const pending = windows.map((range, i) => ({ ...range, index: i })).sort((a, b) => a.start - b.start);
  const places: CxlRootDecoder['resource'][] = windows.map(() => undefined);
  let covered = 0;
  for (const { start: wanted, end, index } of pending) {
    const start = Math.max(wanted, covered);
    if (start >= end) continue;
    const name = `CXL Window ${index}`;
    const { tree } = insertResourceExpandToFit(kernel.iomem, resource(start, end, name, IORESOURCE_MEM, 'cxl'));
    kernel.iomem = tree;
    const place = findResource(tree, name);
    if (place === undefined) continue;
    covered = place.end;
    places[index] = { start: place.start, end: place.end, name };
  }
  return places;
}

/** Takes the topology away, regions first. */
export function unloadCxlAcpi(machine: Machine): void {
  const { kernel } = machine;
  if (!machine.devices.cxl.rooted) return;
  for (const { id } of machine.devices.cxl.regions) deleteRegion(machine, id);
  unbindMemdevs(machine);
  unbridgeNvdimm(machine);
  for (const { resource: place, regionId } of machine.devices.cxl.roots) {
    memregionFree(machine, regionId);
    if (place !== undefined) {
      kernel.iomem = removeResource(kernel.iomem, place.start, place.end, place.name) ?? kernel.iomem;
    }
  }
  setCxl(machine, { rooted: false, roots: [], ports: [] });
}
