/** Names of block devices. */

import type { ChildRef, NdNamespace } from './state.ts';

/** `pmemR` or `pmemR.I`, with an `s` for a BTT. @kernel drivers/nvdimm/namespace_devs.c: nvdimm_namespace_disk_name */
export function nvdimmNamespaceDiskName(ref: ChildRef, namespace: NdNamespace, suffix: '' | 's'): string {
  return `pmem${ref.region}${namespace.id === 0 ? '' : `.${namespace.id}`}${suffix}`;
}
