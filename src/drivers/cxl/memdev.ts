/** cxl_pci and cxl_mem: memory devices, and the endpoints through which their decoders are reached. */

import type { Machine } from '../machine.ts';
import { lowestFree } from '../nvdimm/state.ts';
import { createNvdimm, forgetNvdimm } from './pmem.ts';
import { detachDecoder } from './region.ts';
import { cardOf, decoderName, memdevById, setCxl, type CxlEndpointDecoder, type CxlMemdev } from './state.ts';

/** Makes a memory device of each card that is up to what the kernel wants. @kernel drivers/cxl/pci.c: cxl_pci_probe */
export function loadCxlPci(machine: Machine): void {
  const { kernel } = machine;
  const { cxlRegions, cxlReadsEventLogs } = kernel.profile.does;
  if (cxlRegions === 'none') return;
  const memdevs: CxlMemdev[] = [];
  for (const { host, eventInterrupts } of machine.devices.cxl.platform.cards) {
    if (cxlReadsEventLogs && !eventInterrupts) {
      kernel.printk(3, `cxl_pci ${host}: Failed to get interrupt for event Info log`);
      continue;
    }
    memdevs.push({ id: memdevs.length, host, endpoint: undefined, nmem: undefined });
  }
  setCxl(machine, { memdevs });
  bindMemdevs(machine);
}

export function unloadCxlPci(machine: Machine): void {
  unbindMemdevs(machine);
  setCxl(machine, { memdevs: [] });
}

/**
 * Gives every memory device without one an endpoint, once there is a root to hang it under.
 * @kernel drivers/cxl/mem.c: cxl_mem_probe
 */
export function bindMemdevs(machine: Machine): void {
  if (!machine.devices.cxl.rooted || !machine.devices.modules.includes('cxl_mem')) return;
  for (const { id, endpoint } of machine.devices.cxl.memdevs) {
    if (endpoint === undefined) bindMemdev(machine, id);
  }
}

function bindMemdev(machine: Machine, id: number): void {
  const { ports, memdevs, decoders } = machine.devices.cxl;
  const memdev = memdevById(machine, id) as CxlMemdev;
  const endpoints = memdevs.flatMap(({ endpoint }) => (endpoint === undefined ? [] : [endpoint]));
  // Number 0 is the root's.
  const endpoint = lowestFree([0, ...ports.map((port) => port.id), ...endpoints]);
  const count = cardOf(machine, memdev).decoders;
  const fresh = Array.from({ length: count }, (_, i): CxlEndpointDecoder => ({
    port: endpoint, id: i, memdev: id, mode: 'none', dpa: undefined,
  }));
  updateMemdev(machine, id, { endpoint });
  setCxl(machine, { decoders: [...decoders, ...fresh] });
  createNvdimm(machine, id);
}

export function updateMemdev(machine: Machine, id: number, patch: Partial<CxlMemdev>): void {
  const { memdevs } = machine.devices.cxl;
  setCxl(machine, { memdevs: memdevs.map((each) => (each.id === id ? { ...each, ...patch } : each)) });
}

/** Takes the endpoints away; regions lose their targets. */
export function unbindMemdevs(machine: Machine): void {
  for (const decoder of machine.devices.cxl.decoders) detachDecoder(machine, decoderName(decoder));
  for (const { id } of machine.devices.cxl.memdevs) {
    forgetNvdimm(machine, id);
    updateMemdev(machine, id, { endpoint: undefined });
  }
  setCxl(machine, { decoders: [] });
}
