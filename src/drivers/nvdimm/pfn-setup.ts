/** From the info block of a pfn or dax device to the range it maps and where its memmap lives. */

import { makeAltmap, type VmemAltmap } from '../../kernel/altmap.ts';
import { EINVAL, ENODEV, ENXIO, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import { alignDown, alignUp, type ByteRange } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import type { NdPfnSb } from './nd-pfn-bytes.ts';
import { ndPfnInit } from './pfn-init.ts';
import {
  childByName, PFN_MODE_PMEM, PFN_MODE_RAM, updateChild, type ChildRef, type NdNamespace, type NdPfn,
} from './state.ts';

const INFO_BLOCK_RESERVE = 8192;

const CONFIGURED: CheckPoint = {
  file: 'drivers/nvdimm/pfn_devs.c',
  fn: 'nvdimm_setup_pfn',
  condition: 'the device has a uuid and a namespace',
};
const BEHIND_BLOCK: CheckPoint = {
  file: 'drivers/nvdimm/pfn_devs.c',
  fn: '__nvdimm_setup_pfn',
  condition: 'the data begins behind the info block',
};

/** What is to be mapped. */
export interface PfnMapping {
  /** Padding is outside, info block and memmap are inside. */
  readonly range: ByteRange;
  readonly altmap: VmemAltmap | undefined;
  /** Bytes from the start of the range to the data. */
  readonly dataoff: number;
  readonly sb: NdPfnSb;
}

/**
 * Reads or writes the info block and derives the mapping. −ENODEV while uuid or namespace are not set, −EINVAL for
 * data inside the info block, or what the block's own check returned.
 * @kernel drivers/nvdimm/pfn_devs.c: nvdimm_setup_pfn, __nvdimm_setup_pfn
 */
export function nvdimmSetupPfn(machine: Machine, ref: ChildRef, namespace: NdNamespace): PfnMapping | Errno {
  const { kernel } = machine;
  const device = childByName(machine, ref.region, ref.name) as NdPfn;
  const driver = device.kind === 'dax' ? 'dax_pmem' : 'nd_pmem';
  const configured = device.uuid !== undefined && device.namespace !== undefined;
  kernel.explain?.(CONFIGURED, configured, { device: ref.name });
  if (!configured) return -ENODEV;
  const sb = ndPfnInit(machine, ref, namespace, driver);
  if (typeof sb === 'number') return sb;
  const { dataoff, startPad, endTrunc, npfns } = sb;
  const { pageSize } = kernel.profile.arch;
  const range = { start: namespace.start + startPad, end: namespace.start + namespace.size - endTrunc };
  updateChild<NdPfn>(machine, ref.region, ref.name, { layout: { dataoff, startPad, endTrunc, npfns, align: sb.align } });
  if (device.mode === PFN_MODE_RAM) {
    const behind = dataoff >= INFO_BLOCK_RESERVE;
    kernel.explain?.(BEHIND_BLOCK, behind, { dataoff });
    return behind ? { range, altmap: undefined, dataoff, sb } : -EINVAL;
  }
  if (device.mode !== PFN_MODE_PMEM) return -ENXIO;
  const room = Math.floor((range.end - range.start - dataoff) / pageSize);
  const { arch, does } = kernel.profile;
  const most = does.padsPfnToSections ? alignUp(room, arch.pagesPerSection) : room;
  if (npfns > most) {
    kernel.printk(6, `${driver} ${ref.name}: number of pfns truncated from ${npfns} to ${most}`);
  }
  return { range, altmap: altmapFor(machine, range.start, dataoff), dataoff, sb };
}

/** @kernel drivers/nvdimm/pfn_devs.c: init_altmap_base, init_altmap_reserve */
function altmapFor(machine: Machine, start: number, dataoff: number): VmemAltmap {
  const { arch, does } = machine.kernel.profile;
  const unit = does.subsectionHotplug ? arch.pagesPerSubsection : arch.pagesPerSection;
  const startPfn = start / arch.pageSize;
  const basePfn = alignDown(startPfn, unit);
  const reserve = INFO_BLOCK_RESERVE / arch.pageSize + (startPfn - basePfn);
  return makeAltmap(basePfn, reserve, Math.floor((dataoff - INFO_BLOCK_RESERVE) / arch.pageSize));
}
