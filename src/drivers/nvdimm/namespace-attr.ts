/** Attributes of a namespace, but its size. */

import { EBUSY, EINVAL, ENXIO, type Errno } from '../../kernel/errno.ts';
import { check, type CheckPoint } from '../../kernel/explain.ts';
import { parseKernelBool } from '../../kernel/params.ts';
import type { Machine } from '../machine.ts';
import { pmemShouldMapPages } from './common-probe.ts';
import { ndLabelGenId } from './dpa.ts';
import { namespaceLabelUpdate } from './label-update.ts';
import { cString, ndSizeSelectStore, ndUuidStore, strim, sysfsStreq } from './nd-attr.ts';
import {
  childByName, dimmById, namespaceByName, regionById, updateChild, updateDimm,
  type ChildRef, type ClaimClass, type NdChild, type NdNamespace, type NdRegion,
} from './state.ts';

const attr = (fn: string, condition: string): CheckPoint => ({ file: 'drivers/nvdimm/namespace_devs.c', fn, condition });
const RAW_TEXT = attr('force_raw_store', 'what is written is a yes or a no');
const HOLDER_TEXT = attr('holder_class_store', 'what is written is btt, pfn, dax or nothing');
const NAME_FITS = attr('alt_name_store', 'the name has fewer than 64 bytes');
const SECTOR_UNCLAIMED = attr('sector_size_store', 'no pfn, dax or btt device claims the namespace');
const UUID_LABELLED = attr('uuid_store', 'the namespace is one that labels describe');
const UUID_UNCLAIMED = attr('uuid_store', 'no pfn, dax or btt device claims the namespace');
const UUID_TEXT = attr('uuid_store', 'no driver is bound, and what is written is a uuid');

/** Longest alt_name with its end. @kernel drivers/nvdimm/label.h: NSLABEL_NAME_LEN */
const NSLABEL_NAME_LEN = 64;
export const NAMESPACE_SECTOR_SIZES: readonly number[] = [512, 4096];

const IDLE: CheckPoint = {
  file: 'drivers/nvdimm/namespace_devs.c',
  fn: '__holder_class_store',
  condition: 'the namespace is neither bound nor claimed',
};
const UUID_UNIQUE: CheckPoint = {
  file: 'drivers/nvdimm/namespace_devs.c',
  fn: 'namespace_update_uuid',
  condition: 'nobody on the bus has this uuid',
};
const UUID_FREE: CheckPoint = {
  file: 'drivers/nvdimm/namespace_devs.c',
  fn: 'namespace_update_uuid',
  condition: 'the old uuid was not set, or labels were written',
};

function namespaceOf(machine: Machine, ref: ChildRef): NdNamespace {
  return namespaceByName(machine, ref.region, ref.name) as NdNamespace;
}

function update(machine: Machine, ref: ChildRef, patch: Partial<NdNamespace>): void {
  updateChild<NdNamespace>(machine, ref.region, ref.name, patch);
}

function isIdle(machine: Machine, ref: ChildRef): boolean {
  const { driver, claim } = namespaceOf(machine, ref);
  const idle = driver === undefined && claim === undefined;
  machine.kernel.explain?.(IDLE, idle, { namespace: ref.name, driver: driver ?? 'none', claim: claim ?? 'none' });
  return idle;
}

/** @kernel drivers/nvdimm/namespace_devs.c: mode_show */
export function namespaceMode(machine: Machine, ref: ChildRef): 'safe' | 'memory' | 'dax' | 'raw' {
  const namespace = namespaceOf(machine, ref);
  const holder = namespace.claim === undefined ? undefined : childByName(machine, ref.region, namespace.claim);
  if (holder?.kind === 'btt') return 'safe';
  if (holder?.kind === 'pfn') return 'memory';
  if (holder?.kind === 'dax') return 'dax';
  const region = regionById(machine, ref.region) as NdRegion;
  return pmemShouldMapPages(machine, region, namespace) ? 'memory' : 'raw';
}

/** Takes effect at the next probe. @kernel drivers/nvdimm/namespace_devs.c: force_raw_store */
export function forceRawStore(machine: Machine, ref: ChildRef, text: string): Errno {
  const forceRaw = parseKernelBool(cString(text));
  check(machine.kernel, RAW_TEXT, forceRaw !== undefined, { written: text.trim() });
  if (forceRaw === undefined) return -EINVAL;
  update(machine, ref, { forceRaw });
  return 0;
}

/** @kernel drivers/nvdimm/namespace_devs.c: holder_class_store. A namespace without label refuses the label, but keeps the class. */
export function holderClassStore(machine: Machine, ref: ChildRef, text: string): Errno {
  if (!isIdle(machine, ref)) return -EBUSY;
  const claimClass = claimClassOf(machine, ref, text);
  check(machine.kernel, HOLDER_TEXT, claimClass !== undefined, { written: text.trim() });
  if (claimClass === undefined) return -EINVAL;
  update(machine, ref, { claimClass });
  return namespaceLabelUpdate(machine, ref);
}

function claimClassOf(machine: Machine, ref: ChildRef, text: string): ClaimClass | undefined {
  if (sysfsStreq(text, 'btt')) return bttClaimClass(machine, regionById(machine, ref.region) as NdRegion);
  if (sysfsStreq(text, 'pfn')) return 'pfn';
  if (sysfsStreq(text, 'dax')) return 'dax';
  return sysfsStreq(text, '') ? 'none' : undefined;
}

/**
 * v1.1 labels, or none at all, mean the older BTT; v1.2 labels, or an area still empty, the newer one.
 * @kernel drivers/nvdimm/namespace_devs.c: btt_claim_class
 */
function bttClaimClass(machine: Machine, region: NdRegion): ClaimClass {
  const kinds = new Set<ClaimClass>();
  for (const { dimm } of region.mappings) {
    const ndd = dimmById(machine, dimm)?.ndd;
    if (ndd === undefined) return 'btt';
    kinds.add(ndd.hasIndex && ndd.labelMinor === 1 ? 'btt' : 'btt2');
  }
  return kinds.size === 1 && kinds.has('btt2') ? 'btt2' : 'btt';
}

/** @kernel drivers/nvdimm/namespace_devs.c: alt_name_store */
export function altNameStore(machine: Machine, ref: ChildRef, text: string): Errno {
  if (!isIdle(machine, ref)) return -EBUSY;
  const altName = strim(text);
  const fits = new TextEncoder().encode(altName).length + 1 <= NSLABEL_NAME_LEN;
  if (!check(machine.kernel, NAME_FITS, fits, { namespace: ref.name })) return -EINVAL;
  update(machine, ref, { altName });
  return namespaceLabelUpdate(machine, ref);
}

/** @kernel drivers/nvdimm/namespace_devs.c: sector_size_store */
export function sectorSizeStore(machine: Machine, ref: ChildRef, text: string): Errno {
  const { claim, driver } = namespaceOf(machine, ref);
  if (!check(machine.kernel, SECTOR_UNCLAIMED, claim === undefined, { claim: claim ?? 'none' })) return -EBUSY;
  const lbasize = ndSizeSelectStore(machine.kernel, driver, text, NAMESPACE_SECTOR_SIZES);
  if (lbasize < 0) return lbasize;
  update(machine, ref, { lbasize });
  return namespaceLabelUpdate(machine, ref);
}

/** Uuids of namespaces and of pfn and btt devices; those of dax devices are not looked at. @kernel drivers/nvdimm/namespace_devs.c: is_uuid_busy */
function hasUuid(child: NdChild, uuid: string): boolean {
  return child.kind !== 'dax' && child.uuid === uuid;
}

/**
 * Gives a namespace a uuid. What it has on the DIMMs goes with it, its labels are written anew. −EBUSY when it is
 * claimed or bound, or had a uuid and no label, −EINVAL for a uuid in use.
 * @kernel drivers/nvdimm/namespace_devs.c: uuid_store, namespace_update_uuid
 */
export function namespaceUuidStore(machine: Machine, ref: ChildRef, text: string): Errno {
  const { kernel } = machine;
  const namespace = namespaceOf(machine, ref);
  const { claim, driver } = namespace;
  if (!check(kernel, UUID_LABELLED, namespace.labelled, { namespace: ref.name })) return -ENXIO;
  if (!check(kernel, UUID_UNCLAIMED, claim === undefined, { claim: claim ?? 'none' })) return -EBUSY;
  const uuid = ndUuidStore(machine.kernel, driver, text);
  check(kernel, UUID_TEXT, typeof uuid !== 'number', { written: text.trim(), driver: driver ?? 'none' });
  if (typeof uuid === 'number') return uuid;
  const region = regionById(machine, ref.region) as NdRegion;
  const onBus = machine.devices.nvdimm.regions.filter((each) => each.bus === region.bus);
  const unique = !onBus.some((each) => each.children.some((child) => hasUuid(child, uuid)));
  kernel.explain?.(UUID_UNIQUE, unique, { namespace: ref.name, uuid });
  if (!unique) return -EINVAL;
  const old = namespace.uuid;
  if (old !== undefined) {
    const labelled = region.mappings.every(({ dimm, start, size }) =>
      dimmById(machine, dimm)?.ndd?.labels.some((label) => label.dpa >= start && label.dpa < start + size));
    kernel.explain?.(UUID_FREE, labelled, { namespace: ref.name, old });
    if (!labelled) return -EBUSY;
    for (const { dimm } of region.mappings) renameDpa(machine, dimm, old, uuid);
  }
  update(machine, ref, { uuid });
  return namespaceLabelUpdate(machine, ref, old);
}

function renameDpa(machine: Machine, dimm: number, old: string, uuid: string): void {
  const ndd = dimmById(machine, dimm)?.ndd;
  if (ndd === undefined) return;
  const names = (name: string): string => (name === ndLabelGenId(old) ? ndLabelGenId(uuid) : name);
  updateDimm(machine, dimm, { ndd: { ...ndd, dpa: ndd.dpa.map((each) => ({ ...each, name: names(each.name) })) } });
}

/** Pieces of DIMM space a namespace has. @kernel drivers/nvdimm/namespace_devs.c: dpa_extents_show */
export function dpaExtents(machine: Machine, ref: ChildRef): number {
  const { uuid } = namespaceOf(machine, ref);
  if (uuid === undefined) return 0;
  const { mappings } = regionById(machine, ref.region) as NdRegion;
  return mappings.reduce((sum, { dimm }) => {
    const dpa = dimmById(machine, dimm)?.ndd?.dpa ?? [];
    return sum + dpa.filter((each) => each.name === ndLabelGenId(uuid)).length;
  }, 0);
}
