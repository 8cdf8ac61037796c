/** Finds the info block on a namespace that nobody configured: the device it describes appears. */

import { ENODEV, type Errno } from '../../kernel/errno.ts';
import type { Machine } from '../machine.ts';
import { emptyPfn, freeChildId, ndDeviceRegister } from './children.ts';
import { ndPfnValidate } from './pfn-validate.ts';
import { childName, regionById, updateChild, type ChildRef, type NdNamespace, type NdRegion } from './state.ts';

/**
 * Registers the pfn or dax device of a valid info block, and claims the namespace for it. −ENODEV when the namespace
 * is to be raw, another kind holds it or there is no block; otherwise what is wrong with the block.
 * @kernel drivers/nvdimm/pfn_devs.c: nd_pfn_probe; drivers/nvdimm/dax_devs.c: nd_dax_probe
 */
export function ndPfnProbe(machine: Machine, ref: ChildRef, namespace: NdNamespace, kind: 'pfn' | 'dax'): Errno {
  if (namespace.forceRaw) return -ENODEV;
  if (namespace.claimClass !== 'none' && namespace.claimClass !== kind) return -ENODEV;
  const region = regionById(machine, ref.region) as NdRegion;
  const candidate = emptyPfn(kind, freeChildId(region, kind));
  // It has no bus yet, so that its messages carry no driver's name.
  const valid = ndPfnValidate(machine, childName(region, candidate), candidate, namespace, '');
  if (typeof valid === 'number') return valid;
  const { uuid, align, mode } = valid;
  const name = ndDeviceRegister(machine, ref.region, { ...candidate, uuid, align, mode, namespace: ref.name });
  updateChild<NdNamespace>(machine, ref.region, ref.name, { claim: name });
  return 0;
}
