/** Labels follow what is done to a namespace: written twice, first as being updated, and deleted with it. */

import { ENXIO, type Errno } from '../../kernel/errno.ts';
import { check, type CheckPoint } from '../../kernel/explain.ts';
import type { Machine } from '../machine.ts';
import { ndLabelGenId } from './dpa.ts';
import { deleteLabels, pmemLabelUpdate, readLabelArea, type LabelContent } from './nd-label-store.ts';
import { labelStore, type LabelStore } from './media.ts';
import { regionCookie } from './namespace-scan.ts';
import { NSLABEL_FLAG_UPDATING } from './nd-label-bytes.ts';
import {
  dimmById, namespaceByName, regionById, updateDimm,
  type ChildRef, type NdNamespace, type NdRegion, type Nvdimm, type NvdimmDrvdata,
} from './state.ts';

const IS_LABELLED: CheckPoint = {
  file: 'drivers/nvdimm/namespace_devs.c',
  fn: 'nd_namespace_label_update',
  condition: 'the namespace is one that labels describe',
};
const HAS_DPA: CheckPoint = { file: 'drivers/nvdimm/label.c', fn: '__pmem_label_update', condition: 'the namespace has room on each of its DIMMs' };
const DIMM_BOUND: CheckPoint = {
  file: 'drivers/nvdimm/label.c',
  fn: 'nd_pmem_namespace_label_update',
  condition: 'the driver of the DIMM holds its label area',
};

/**
 * Writes what a namespace has become to its labels; `reap` names a uuid it had before. −ENXIO for a namespace without
 * labels, or when no slot is free.
 * @kernel drivers/nvdimm/namespace_devs.c: nd_namespace_label_update
 */
export function namespaceLabelUpdate(machine: Machine, ref: ChildRef, reap?: string): Errno {
  const region = regionById(machine, ref.region) as NdRegion;
  const namespace = namespaceByName(machine, ref.region, ref.name) as NdNamespace;
  if (!check(machine.kernel, IS_LABELLED, namespace.labelled, { namespace: ref.name })) return -ENXIO;
  if (namespace.uuid === undefined) return 0;
  return ndPmemNamespaceLabelUpdate(machine, region, namespace, namespace.uuid, reap);
}

export function labelStoreOf(machine: Machine, dimm: Nvdimm): LabelStore {
  return labelStore(machine, dimm.labelArea, dimm.labelSize);
}

/** What the driver of a DIMM knows of its label area now. */
export function labelsOfArea(store: LabelStore): Omit<NvdimmDrvdata, 'dpa'> {
  const area = readLabelArea(store);
  return {
    hasIndex: area !== undefined,
    labelMinor: area?.labelSize === 128 ? 1 : 2,
    nslot: area?.nslot ?? 0,
    labels: area?.labels ?? [],
  };
}

/** @kernel drivers/nvdimm/label.c: nd_pmem_namespace_label_update. Every DIMM gets the first step before any gets the second. */
function ndPmemNamespaceLabelUpdate(
  machine: Machine,
  region: NdRegion,
  namespace: NdNamespace,
  uuid: string,
  reap: string | undefined,
): Errno {
  if (namespace.size === 0) {
    return eachDimm(machine, region, (store, { ndd }) => (ndd.hasIndex ? deleteLabels(store, uuid) : 0));
  }
  for (const flags of [NSLABEL_FLAG_UPDATING, 0]) {
    const error = eachDimm(machine, region, (store, { ndd }, position) => {
      const own = ndd.dpa.find((each) => each.name === ndLabelGenId(uuid));
      check(machine.kernel, HAS_DPA, own !== undefined, { namespace: uuid });
      if (own === undefined) return -ENXIO;
      const label: LabelContent = {
        uuid, name: namespace.altName, nlabel: region.mappings.length, position, dpa: own.start,
        isetcookie: regionCookie(machine, region), lbasize: namespace.lbasize, rawsize: own.end - own.start,
        claimClass: namespace.claimClass,
      };
      return pmemLabelUpdate(store, label, flags, reap === undefined ? [] : [reap], machine.kernel);
    });
    if (error !== 0) return error;
  }
  return 0;
}

type BoundDimm = Nvdimm & { readonly ndd: NvdimmDrvdata };

function eachDimm(
  machine: Machine,
  region: NdRegion,
  step: (store: LabelStore, dimm: BoundDimm, position: number) => Errno,
): Errno {
  for (const [position, mapping] of region.mappings.entries()) {
    const dimm = dimmById(machine, mapping.dimm);
    check(machine.kernel, DIMM_BOUND, dimm?.ndd !== undefined, { dimm: `nmem${mapping.dimm}` });
    if (dimm?.ndd === undefined) return -ENXIO;
    const store = labelStoreOf(machine, dimm);
    const error = step(store, { ...dimm, ndd: dimm.ndd }, position);
    if (error !== 0) return error;
    updateDimm(machine, dimm.id, { ndd: { ...dimm.ndd, ...labelsOfArea(store) } });
  }
  return 0;
}
