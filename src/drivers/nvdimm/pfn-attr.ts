/** Attributes of pfn, dax and btt devices. */

import { check, type CheckPoint } from '../../kernel/explain.ts';
import { EBUSY, EINVAL, ENXIO, type Errno } from '../../kernel/errno.ts';
import type { Machine } from '../machine.ts';
import { ndSizeSelectStore, ndUuidStore } from './nd-attr.ts';
import { SUPPORTED_ALIGNMENTS } from './pfn-validate.ts';
import {
  childByName, namespaceByName, PFN_MODE_NONE, PFN_MODE_PMEM, PFN_MODE_RAM, updateChild,
  type ChildRef, type NdBtt, type NdPfn, type PfnMode,
} from './state.ts';

const attr = (fn: string, condition: string): CheckPoint => ({ file: 'drivers/nvdimm/pfn_devs.c', fn, condition });
const MODE_UNBOUND = attr('mode_store', 'no driver is bound to the device');
const MODE_TEXT = attr('mode_store', 'what is written is pmem, ram or none');
const ALIGN_LISTED = attr('align_store', 'no driver is bound, and the alignment is one the file lists');
const UUID_GIVEN = attr('uuid_store', 'no driver is bound, and what is written is a uuid');
const SECTOR_LISTED: CheckPoint = {
  file: 'drivers/nvdimm/btt_devs.c',
  fn: 'sector_size_store',
  condition: 'no driver is bound, and the sector size is one the file lists',
};

/** @kernel drivers/nvdimm/btt_devs.c: btt_lbasize_supported */
export const BTT_SECTOR_SIZES: readonly number[] = [512, 520, 528, 4096, 4104, 4160, 4224];

const MODES: readonly (readonly [string, PfnMode])[] = [
  ['pmem\n', PFN_MODE_PMEM],
  ['ram\n', PFN_MODE_RAM],
  ['none\n', PFN_MODE_NONE],
];

export function pfnModeName(mode: PfnMode): string {
  return mode === PFN_MODE_PMEM ? 'pmem' : mode === PFN_MODE_RAM ? 'ram' : 'none';
}

/** The last character of what was written is not looked at, whatever it is. @kernel drivers/nvdimm/pfn_devs.c: mode_store */
export function pfnModeStore(machine: Machine, ref: ChildRef, text: string): Errno {
  const device = childByName(machine, ref.region, ref.name) as NdPfn;
  const { driver = 'none' } = device;
  if (!check(machine.kernel, MODE_UNBOUND, driver === 'none', { device: ref.name, driver })) return -EBUSY;
  const written = text.slice(0, -1);
  const mode = MODES.find(([word]) => word.startsWith(written))?.[1];
  if (!check(machine.kernel, MODE_TEXT, mode !== undefined, { written }) || mode === undefined) return -EINVAL;
  updateChild<NdPfn>(machine, ref.region, ref.name, { mode });
  return 0;
}

/** @kernel drivers/nvdimm/pfn_devs.c: align_store */
export function pfnAlignStore(machine: Machine, ref: ChildRef, text: string): Errno {
  const device = childByName(machine, ref.region, ref.name) as NdPfn;
  const align = ndSizeSelectStore(machine.kernel, device.driver, text, SUPPORTED_ALIGNMENTS);
  const values = { device: ref.name, written: text.trim(), driver: device.driver ?? 'none' };
  if (!check(machine.kernel, ALIGN_LISTED, align >= 0, values)) return align;
  updateChild<NdPfn>(machine, ref.region, ref.name, { align });
  return 0;
}

/** @kernel drivers/nvdimm/pfn_devs.c: uuid_store; drivers/nvdimm/btt_devs.c: uuid_store */
export function holderUuidStore(machine: Machine, ref: ChildRef, text: string): Errno {
  const device = childByName(machine, ref.region, ref.name) as NdPfn | NdBtt;
  const uuid = ndUuidStore(machine.kernel, device.driver, text);
  const values = { device: ref.name, written: text.trim(), driver: device.driver ?? 'none' };
  check(machine.kernel, UUID_GIVEN, typeof uuid !== 'number', values);
  if (typeof uuid === 'number') return uuid;
  updateChild<NdPfn>(machine, ref.region, ref.name, { uuid });
  return 0;
}

/** @kernel drivers/nvdimm/btt_devs.c: sector_size_store */
export function bttSectorSizeStore(machine: Machine, ref: ChildRef, text: string): Errno {
  const device = childByName(machine, ref.region, ref.name) as NdBtt;
  const lbasize = ndSizeSelectStore(machine.kernel, device.driver, text, BTT_SECTOR_SIZES);
  const values = { device: ref.name, written: text.trim(), driver: device.driver ?? 'none' };
  if (!check(machine.kernel, SECTOR_LISTED, lbasize >= 0, values)) return lbasize;
  updateChild<NdBtt>(machine, ref.region, ref.name, { lbasize });
  return 0;
}

/** Where the data of a bound device lies, or −ENXIO. @kernel drivers/nvdimm/pfn_devs.c: resource_show, size_show */
export function pfnData(machine: Machine, ref: ChildRef): { start: number; size: number } | Errno {
  const device = childByName(machine, ref.region, ref.name) as NdPfn;
  const namespace = namespaceByName(machine, ref.region, device.namespace);
  const { layout } = device;
  if (device.driver === undefined || layout === undefined || namespace === undefined) return -ENXIO;
  const front = layout.startPad + layout.dataoff;
  return { start: namespace.start + front, size: namespace.size - front - layout.endTrunc };
}
