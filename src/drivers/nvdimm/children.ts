/** Children of a region: how they appear, wait for their driver, and what claims tie them together. */

import {
  childByName, childName, lowestFree, regionById, setNvdimm, updateChild, updateRegion,
  type ChildRef, type NdBtt, type NdChild, type NdNamespace, type NdPfn, type NdRegion,
} from './state.ts';
import type { Machine } from '../machine.ts';
import { MiB } from '../../kernel/units.ts';

/** Alignment of a new pfn or dax device: a PMD. @kernel drivers/nvdimm/pfn_devs.c: nd_pfn_default_alignment */
export const DEFAULT_PFN_ALIGN = 2 * MiB;

/** The lowest id no child of that kind has. */
export function freeChildId(region: NdRegion, kind: NdChild['kind']): number {
  return lowestFree(region.children.filter((child) => child.kind === kind).map((child) => child.id));
}

/**
 * Adds a child that waits for its driver.
 * @kernel drivers/nvdimm/bus.c: nd_device_register
 */
export function ndDeviceRegister(machine: Machine, regionId: number, child: NdChild): string {
  const region = regionById(machine, regionId) as NdRegion;
  const name = childName(region, child);
  updateRegion(machine, regionId, { children: [...region.children, child] });
  setNvdimm(machine, { pending: [...machine.devices.nvdimm.pending, { region: regionId, name }] });
  return name;
}

export function emptyNamespace(region: NdRegion, id: number): NdNamespace {
  return {
    kind: 'namespace', id, labelled: true, start: region.start, size: 0, uuid: undefined, altName: '', lbasize: 0,
    claim: undefined, claimClass: 'none', forceRaw: false, driver: undefined, attachment: undefined,
  };
}

export function emptyPfn(kind: 'pfn' | 'dax', id: number): NdPfn {
  return {
    kind, id, namespace: undefined, uuid: undefined, mode: 0, align: DEFAULT_PFN_ALIGN, layout: undefined,
    driver: undefined, attachment: undefined,
  };
}

export function emptyBtt(id: number): NdBtt {
  return { kind: 'btt', id, namespace: undefined, uuid: undefined, lbasize: 0, driver: undefined, attachment: undefined };
}

/** The namespace a device claimed; none for a namespace. */
export function claimedBy(child: NdChild): string | undefined {
  return child.kind === 'namespace' ? undefined : child.namespace;
}

/** Claims a namespace for a device. @kernel drivers/nvdimm/claim.c: __nd_attach_ndns */
export function ndAttachNdns(machine: Machine, { region, name }: ChildRef, namespace: string): void {
  updateChild<NdNamespace>(machine, region, namespace, { claim: name });
  updateChild<NdPfn>(machine, region, name, { namespace });
}

/** Gives a claimed namespace back. @kernel drivers/nvdimm/claim.c: __nd_detach_ndns */
export function ndDetachNdns(machine: Machine, { region, name }: ChildRef): void {
  const child = childByName(machine, region, name);
  const namespace = child === undefined ? undefined : claimedBy(child);
  if (namespace === undefined) return;
  updateChild<NdNamespace>(machine, region, namespace, { claim: undefined });
  updateChild<NdPfn>(machine, region, name, { namespace: undefined });
}

/** Drops a child that has no driver any more; its id is free again. */
export function forgetChild(machine: Machine, ref: ChildRef): void {
  ndDetachNdns(machine, ref);
  const region = regionById(machine, ref.region);
  if (region === undefined) return;
  const children = region.children.filter((child) => childName(region, child) !== ref.name);
  updateRegion(machine, ref.region, { children });
}
