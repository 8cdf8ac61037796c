/** Which namespaces a region holds: one over all of it, or those its labels describe. */

import { ENODEV, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { Machine } from '../machine.ts';
import { emptyNamespace } from './children.ts';
import { regionToNstype } from './nstype.ts';
import { dimmById, type NdLabel, type NdNamespace, type NdRegion } from './state.ts';

const UUID_SINGLE: CheckPoint = { file: 'drivers/nvdimm/namespace_devs.c', fn: 'add_namespace_resource', condition: 'no two labels of the region name the same uuid' };
const COOKIE_MATCHES: CheckPoint = {
  file: 'drivers/nvdimm/namespace_devs.c',
  fn: 'create_namespace_pmem',
  condition: "the label carries the interleave set's cookie",
};
const COMPLETE: CheckPoint = {
  file: 'drivers/nvdimm/namespace_devs.c',
  fn: 'create_namespace_pmem',
  condition: 'every position of the interleave set has one label of the namespace',
};
const INSIDE: CheckPoint = {
  file: 'drivers/nvdimm/namespace_devs.c',
  fn: 'select_pmem_id',
  condition: 'the label lies inside the mapping',
};

/** The namespaces to register, by ascending id, or −ENODEV for labels that contradict each other. */
export function createNamespaces(machine: Machine, region: NdRegion): NdNamespace[] | Errno {
  if (regionToNstype(machine, region) === 4) {
    return [{ ...emptyNamespace(region, 0), labelled: false, size: region.size }];
  }
  return scanLabels(machine, region);
}

/** A DIMM's labels at one position of the interleave set. */
function labelsOf(machine: Machine, region: NdRegion, index: number): readonly NdLabel[] {
  const mapping = region.mappings[index];
  return mapping === undefined ? [] : (dimmById(machine, mapping.dimm)?.ndd?.labels ?? []);
}

/** The cookie labels of this region carry. @kernel drivers/nvdimm/region_devs.c: nd_region_interleave_set_cookie */
export function regionCookie(machine: Machine, region: NdRegion): bigint {
  const mapping = region.mappings[0];
  const ndd = mapping === undefined ? undefined : dimmById(machine, mapping.dimm)?.ndd;
  const { interleaveSet } = region;
  if (interleaveSet === undefined) return 0n;
  return ndd?.hasIndex === true && ndd.labelMinor === 1 ? interleaveSet.cookie1 : interleaveSet.cookie2;
}

/**
 * @kernel drivers/nvdimm/namespace_devs.c: scan_labels. A label of another set is skipped; a namespace with a
 * missing or doubled label fails the region.
 */
function scanLabels(machine: Machine, region: NdRegion): NdNamespace[] | Errno {
  const first = region.mappings[0];
  if (first === undefined) return -ENODEV;
  const found: Omit<NdNamespace, 'id'>[] = [];
  for (const label of labelsOf(machine, region, 0)) {
    if (label.dpa < first.start || label.dpa >= first.start + first.size) continue;
    const single = !found.some((each) => each.uuid === label.uuid);
    machine.kernel.explain?.(UUID_SINGLE, single, { region: `region${region.id}`, uuid: label.uuid });
    if (!single) {
      machine.kernel.printk(3, `nd_region region${region.id}: error: conflicting extents for uuid: ${label.uuid}`);
      return -ENODEV;
    }
    const namespace = createNamespacePmem(machine, region, label);
    if (namespace === 'broken') return -ENODEV;
    if (namespace !== 'skipped') found.push(namespace);
  }
  if (found.length === 0) return [emptyNamespace(region, 0)];
  return found.sort((a, b) => compareLittleEndian(a.start, b.start)).map((each, id) => ({ ...each, id }));
}

function createNamespacePmem(machine: Machine, region: NdRegion, label: NdLabel): Omit<NdNamespace, 'id'> | 'skipped' | 'broken' {
  const { kernel } = machine;
  const cookie = regionCookie(machine, region);
  const altcookie = region.interleaveSet?.altcookie ?? 0n;
  const ours = label.isetcookie === cookie || label.isetcookie === altcookie;
  kernel.explain?.(COOKIE_MATCHES, ours, { uuid: label.uuid, label: `${label.isetcookie}`, set: `${cookie}` });
  if (cookie === 0n) return 'broken';
  if (!ours) return 'skipped';
  for (const [position, { dimm }] of region.mappings.entries()) {
    const complete = [cookie, altcookie].some((each) => hasUuidAtPos(machine, region, label.uuid, each, position));
    kernel.explain?.(COMPLETE, complete, { uuid: label.uuid, position });
    if (complete) continue;
    kernel.printk(3, `nd_region region${region.id}: nmem${dimm} missing label for ${label.uuid}`);
    return 'broken';
  }
  let size = 0;
  let zero = label;
  for (const [index, mapping] of region.mappings.entries()) {
    const own = labelsOf(machine, region, index).find((each) => each.uuid === label.uuid);
    if (own === undefined) return 'broken';
    const inside = own.dpa >= mapping.start && own.dpa + own.rawsize <= mapping.start + mapping.size && own.rawsize > 0;
    kernel.explain?.(INSIDE, inside, { uuid: label.uuid, dpa: own.dpa, size: own.rawsize });
    if (!inside) return 'broken';
    size += own.rawsize;
    if (own.position === 0) zero = own;
  }
  const start = region.start + (label.dpa - (region.mappings[0]?.start ?? 0)) * region.mappings.length;
  return {
    ...emptyNamespace(region, 0), start, size, uuid: zero.uuid, altName: zero.name, lbasize: zero.lbasize,
    claimClass: zero.claimClass,
  };
}

/** @kernel drivers/nvdimm/namespace_devs.c: has_uuid_at_pos */
function hasUuidAtPos(machine: Machine, region: NdRegion, uuid: string, cookie: bigint, position: number): boolean {
  return region.mappings.some((_, index) => {
    const own = labelsOf(machine, region, index).filter((each) => each.uuid === uuid && each.isetcookie === cookie);
    return own.length === 1 && own[0]?.position === position && own[0].nlabel === region.mappings.length;
  });
}

/**
 * Namespaces are numbered in the order of the bytes of their start, lowest byte first.
 * @kernel drivers/nvdimm/namespace_devs.c: cmp_dpa
 */
export function compareLittleEndian(a: number, b: number): number {
  for (let x = a, y = b; x > 0 || y > 0; x = Math.floor(x / 256), y = Math.floor(y / 256)) {
    if (x % 256 !== y % 256) return (x % 256) - (y % 256);
  }
  return 0;
}
