/** How pfn, dax and btt devices take and give back a namespace. */

import { EBUSY, EINVAL, ENODEV, ENXIO, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import { MiB } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { forgetChild, ndAttachNdns, ndDetachNdns } from './children.ts';
import { strim } from './nd-attr.ts';
import {
  childByName, namespaceByName, regionById, updateChild,
  type ChildRef, type ClaimClass, type NdBtt, type NdPfn,
} from './state.ts';

/** Least size of a namespace with an info block. */
const CLAIM_MIN_SIZE = 16 * MiB;

function point(condition: string): CheckPoint {
  return { file: 'drivers/nvdimm/claim.c', fn: 'nd_namespace_store', condition };
}
const INACTIVE = point('the device has no driver');
const IS_NAMESPACE = point('the name is that of a namespace, or empty');
const UNSET = point('no namespace is set yet');
const EXISTS = point('the namespace is on the same region');
const CLASS_FITS = point('the holder class of the namespace allows this kind of device');
const LARGE_ENOUGH = point('the namespace has at least 16 MiB');
const UNCLAIMED = point('nobody has claimed the namespace');

const CLASS_OF: Readonly<Record<ClaimClass, string>> = {
  none: '', btt: 'btt', btt2: 'btt', pfn: 'pfn', dax: 'dax', unknown: 'unknown',
};

/**
 * Sets or clears the namespace of a pfn, dax or btt device.
 * @kernel drivers/nvdimm/claim.c: nd_namespace_store
 */
export function ndNamespaceStore(machine: Machine, ref: ChildRef, text: string): Errno {
  const { kernel } = machine;
  const device = childByName(machine, ref.region, ref.name) as NdPfn | NdBtt;
  const name = strim(text);
  const check = (at: CheckPoint, passed: boolean): boolean => {
    kernel.explain?.(at, passed, { device: ref.name, namespace: name });
    return passed;
  };
  if (!check(INACTIVE, device.driver === undefined)) return -EBUSY;
  if (!check(IS_NAMESPACE, name === '' || name.startsWith('namespace'))) return -EINVAL;
  if (name === '') {
    ndDetachAndReset(machine, ref);
    return 0;
  }
  if (!check(UNSET, device.namespace === undefined)) return -EBUSY;
  const namespace = namespaceByName(machine, ref.region, name);
  check(EXISTS, namespace !== undefined);
  if (namespace === undefined) return -ENODEV;
  const wanted = CLASS_OF[namespace.claimClass];
  if (!check(CLASS_FITS, wanted === '' || wanted === device.kind)) return -EBUSY;
  if (!check(LARGE_ENOUGH, namespace.size >= CLAIM_MIN_SIZE)) return -ENXIO;
  if (!check(UNCLAIMED, namespace.claim === undefined)) return -EBUSY;
  ndAttachNdns(machine, ref, name);
  return 0;
}

/**
 * Gives the namespace back; the device goes with it unless it is the seed, which keeps its alignment only.
 * @kernel drivers/nvdimm/claim.c: nd_detach_and_reset
 */
function ndDetachAndReset(machine: Machine, ref: ChildRef): void {
  ndDetachNdns(machine, ref);
  const device = childByName(machine, ref.region, ref.name) as NdPfn | NdBtt;
  if (regionById(machine, ref.region)?.seeds[device.kind] !== ref.name) forgetChild(machine, ref);
  else if (device.kind === 'btt') updateChild<NdBtt>(machine, ref.region, ref.name, { uuid: undefined, lbasize: 0 });
  else updateChild<NdPfn>(machine, ref.region, ref.name, { uuid: undefined, mode: 0 });
}
