/** The namespaces a machine holds, as somebody using them would tell them apart. */

import type { Machine } from '../../drivers/machine.ts';
import { readPfnSb } from '../../drivers/nvdimm/info-block.ts';
import { childName, type NdNamespace, type NdRegion } from '../../drivers/nvdimm/state.ts';

export type NamespaceMode = 'fsdax' | 'devdax' | 'sector' | 'raw' | 'disabled';

export interface Holding {
  /** `namespace0.0` */
  readonly name: string;
  readonly region: number;
  readonly mode: NamespaceMode;
  readonly start: number;
  readonly size: number;
  /** uuid of its info block, or of its label. Undefined for a raw namespace without label. */
  readonly uuid: string | undefined;
  /** uuid of its label, the same wherever its DIMM goes. */
  readonly labelUuid: string | undefined;
  /** Bytes to use. */
  readonly dataBytes: number;
  /** Version of the info block, `1.4`. */
  readonly infoBlock: string | undefined;
}

/** Every namespace with a size. */
export function holdingsOf(machine: Machine): Holding[] {
  return machine.devices.nvdimm.regions.flatMap((region) =>
    region.children
      .filter((child): child is NdNamespace => child.kind === 'namespace' && child.size > 0)
      .map((namespace) => holdingOf(machine, region, namespace)),
  );
}

function holdingOf(machine: Machine, region: NdRegion, namespace: NdNamespace): Holding {
  const name = childName(region, namespace);
  const { start, size } = namespace;
  const block = (['pfn', 'dax'] as const).map((kind) => readPfnSb(machine, namespace, kind)).find((sb) => sb !== undefined);
  const holder = region.children.find((child) => childName(region, child) === namespace.claim);
  const labelUuid = namespace.labelled ? namespace.uuid : undefined;
  const base = { name, region: region.id, start, size, labelUuid, infoBlock: block && `${block.versionMajor}.${block.versionMinor}` };
  if (holder === undefined || holder.kind === 'namespace' || holder.attachment === undefined) {
    const isRaw = namespace.attachment !== undefined;
    return { ...base, mode: isRaw ? 'raw' : 'disabled', uuid: namespace.uuid, dataBytes: isRaw ? size : 0 };
  }
  if (holder.kind === 'btt') {
    return { ...base, mode: 'sector', uuid: holder.uuid, dataBytes: holder.attachment.disk?.sizeBytes ?? 0 };
  }
  const { layout } = holder;
  const data = layout === undefined ? 0 : size - layout.startPad - layout.endTrunc - layout.dataoff;
  return { ...base, mode: holder.kind === 'dax' ? 'devdax' : 'fsdax', uuid: holder.uuid, dataBytes: data };
}
