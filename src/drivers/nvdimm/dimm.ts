/** DIMMs: their driver reads the label area and reserves what the labels name. */

import { EBUSY, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { Machine } from '../machine.ts';
import { ndLabelGenId } from './dpa.ts';
import { labelsOfArea, labelStoreOf } from './label-update.ts';
import {
  dimmById, lowestFree, setNvdimm, updateDimm, type DpaResource, type NdLabel, type Nvdimm,
} from './state.ts';

const LABELS_DISJOINT: CheckPoint = {
  file: 'drivers/nvdimm/label.c',
  fn: 'nd_label_reserve_dpa',
  condition: 'the label names space no other label names',
};

/** A DIMM as its provider describes it. */
export type DimmSpec =
  & Pick<Nvdimm, 'bus' | 'labelArea' | 'labelSize' | 'handle' | 'serial' | 'vendor'>
  & Partial<Pick<Nvdimm, 'labeling'>>;

/** Registers a DIMM and binds its driver. @kernel drivers/nvdimm/dimm_devs.c: __nvdimm_create */
export function nvdimmCreate(machine: Machine, spec: DimmSpec): number {
  const { dimms } = machine.devices.nvdimm;
  const id = lowestFree(dimms.map((dimm) => dimm.id));
  const dimm: Nvdimm = { labeling: false, ...spec, id, locked: false, bound: false, ndd: undefined, busy: 0 };
  setNvdimm(machine, { dimms: [...dimms, dimm] });
  nvdimmProbe(machine, id);
  return id;
}

/**
 * Binds the driver. Without a label area there is nothing to read; −EBUSY when labels overlap.
 * @kernel drivers/nvdimm/dimm.c: nvdimm_probe
 */
export function nvdimmProbe(machine: Machine, id: number): Errno {
  const dimm = dimmById(machine, id) as Nvdimm;
  if (dimm.labelSize === 0) {
    updateDimm(machine, id, { bound: true });
    return 0;
  }
  const area = labelsOfArea(labelStoreOf(machine, dimm));
  const dpa = reserveDpa(machine, area.labels);
  if (dpa === undefined) return -EBUSY;
  updateDimm(machine, id, { bound: true, ndd: { ...area, dpa }, labeling: dimm.labeling || area.hasIndex });
  return 0;
}

/** @kernel drivers/nvdimm/label.c: nd_label_reserve_dpa */
function reserveDpa(machine: Machine, labels: readonly NdLabel[]): DpaResource[] | undefined {
  const dpa: DpaResource[] = [];
  for (const { uuid, dpa: start, rawsize } of labels) {
    const fresh = { start, end: start + rawsize, name: ndLabelGenId(uuid) };
    const free = rawsize > 0 && !dpa.some((each) => each.start < fresh.end && start < each.end);
    machine.kernel.explain?.(LABELS_DISJOINT, free, { uuid, start, end: fresh.end });
    if (!free) return undefined;
    dpa.push(fresh);
  }
  return dpa.sort((a, b) => a.start - b.start);
}

/** @kernel drivers/nvdimm/dimm.c: nvdimm_remove. That it had labels is not forgotten. */
export function nvdimmRemove(machine: Machine, id: number): void {
  updateDimm(machine, id, { bound: false, ndd: undefined });
}
