/** Seeds: the unconfigured devices of a region that wait for somebody to set them up. */

import type { Machine } from '../machine.ts';
import {
  claimedBy, emptyBtt, emptyNamespace, emptyPfn, freeChildId, ndDeviceRegister,
} from './children.ts';
import { regionToNstype } from './nstype.ts';
import { childByName, childName, regionById, updateRegion, type ChildRef, type NdRegion, type SeedKind } from './state.ts';

/**
 * Registers a new seed of a kind. A region without labels has no namespace seed.
 * @kernel drivers/nvdimm/namespace_devs.c: nd_region_create_ns_seed, nd_region_create_pfn_seed
 */
export function ndRegionCreateSeed(machine: Machine, regionId: number, kind: SeedKind): void {
  const region = regionById(machine, regionId) as NdRegion;
  if (kind === 'namespace' && regionToNstype(machine, region) !== 5) return;
  const id = freeChildId(region, kind);
  const child = kind === 'namespace' ? emptyNamespace(region, id) : kind === 'btt' ? emptyBtt(id) : emptyPfn(kind, id);
  const name = ndDeviceRegister(machine, regionId, child);
  const { seeds } = regionById(machine, regionId) as NdRegion;
  updateRegion(machine, regionId, { seeds: { ...seeds, [kind]: name } });
}

/**
 * The first namespace of a region that comes up is its seed, once all of them are registered.
 * @kernel drivers/nvdimm/namespace_devs.c: nd_region_register_namespaces
 */
export function noteNamespaceSeed(machine: Machine, regionId: number): void {
  const { seeds, children } = regionById(machine, regionId) as NdRegion;
  const first = children.find(({ kind }) => kind === 'namespace');
  if (first === undefined) return;
  updateRegion(machine, regionId, { seeds: { ...seeds, namespace: childName({ id: regionId }, first) } });
}

/**
 * A device that was probed, or found its namespace misaligned, is no seed any more: the next one takes its place.
 * @kernel drivers/nvdimm/region_devs.c: nd_region_advance_seeds
 */
export function ndRegionAdvanceSeeds(machine: Machine, { region: regionId, name }: ChildRef): void {
  const { seeds } = regionById(machine, regionId) as NdRegion;
  const child = childByName(machine, regionId, name);
  if (child === undefined) return;
  if (seeds[child.kind] === name) ndRegionCreateSeed(machine, regionId, child.kind);
  if (child.kind === 'namespace') return;
  const namespace = claimedBy(child);
  if (namespace !== undefined && seeds.namespace === namespace) ndRegionCreateSeed(machine, regionId, 'namespace');
}
