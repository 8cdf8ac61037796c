/** The info block a new pfn or dax device gets: where data begins, what is cut off, how many pages are left. */

import { EINVAL, ENODEV, ENXIO, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import { alignDown, alignUp, hex, hexPadded, isAligned } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { memremapCompatAlign } from './common-probe.ts';
import { writePfnSb } from './info-block.ts';
import { UUID_NULL } from './nd-attr.ts';
import type { NdPfnSb } from './nd-pfn-bytes.ts';
import { paddedDataoff, paddingOf } from './pfn-padding.ts';
import { ndPfnValidate } from './pfn-validate.ts';
import {
  childByName, PFN_MODE_PMEM, PFN_MODE_RAM, regionById, type ChildRef, type NdNamespace, type NdPfn, type NdRegion,
} from './state.ts';

const PAGE_SIZE = 4096;
/** Labels and info block. @kernel drivers/nvdimm/pfn_devs.c: SZ_8K */
const INFO_BLOCK_RESERVE = 8192;
const MAX_STRUCT_PAGE_SIZE = 64;

function point(condition: string): CheckPoint {
  return { file: 'drivers/nvdimm/pfn_devs.c', fn: 'nd_pfn_init', condition };
}
const WRITABLE = point('the region is not read-only');
const START_ALIGNED = point('the start of the namespace is a multiple of what memremap needs');
const MODE_SET = point('the mode says where the memmap goes');
const DATA_LEFT = point('something is left after metadata and truncation');

/** Start, size and settings of a new device. */
export interface PfnRequest {
  readonly start: number;
  readonly size: number;
  readonly align: number;
  readonly onDevice: boolean;
  /** Granularity of start and end. */
  readonly compatAlign: number;
}

/** Where things go in a new namespace; all in bytes but npfns. */
export interface NewLayout {
  readonly dataoff: number;
  readonly startPad: number;
  readonly endTrunc: number;
  readonly npfns: number;
}

/**
 * The arithmetic of a new info block: the memmap is sized for the whole namespace, data begins at a multiple of the
 * alignment, and what is left of the last unit is cut off.
 * @kernel drivers/nvdimm/pfn_devs.c: nd_pfn_init
 */
export function newPfnLayout({ start, size, align, onDevice, compatAlign }: PfnRequest): NewLayout {
  const unit = Math.max(align, compatAlign);
  const endTrunc = start + size - alignDown(start + size, unit);
  const memmap = onDevice ? MAX_STRUCT_PAGE_SIZE * Math.floor((size - INFO_BLOCK_RESERVE) / PAGE_SIZE) : 0;
  const dataoff = alignUp(start + INFO_BLOCK_RESERVE + memmap, unit) - start;
  return { dataoff, startPad: 0, endTrunc, npfns: Math.floor((size - dataoff - endTrunc) / PAGE_SIZE) };
}

/**
 * The info block of a device: the one on the namespace, or a new one. Returns it, or −EINVAL for a misaligned start,
 * −ENXIO when nothing would be left, the region is read-only or no mode is set, and whatever is wrong with a block
 * that is there.
 * @kernel drivers/nvdimm/pfn_devs.c: nd_pfn_init
 */
export function ndPfnInit(machine: Machine, ref: ChildRef, namespace: NdNamespace, driver: string): NdPfnSb | Errno {
  const { kernel } = machine;
  const device = childByName(machine, ref.region, ref.name) as NdPfn;
  const valid = ndPfnValidate(machine, ref.name, device, namespace, driver);
  if (typeof valid !== 'number') return valid.sb;
  if (valid !== -ENODEV) return valid;
  const region = regionById(machine, ref.region) as NdRegion;
  kernel.explain?.(WRITABLE, !region.readOnly, { region: `region${region.id}` });
  if (region.readOnly) {
    kernel.printk(6, `${driver} ${ref.name}: region${region.id} is read-only, unable to init metadata`);
    return -ENXIO;
  }
  const layout = layoutFor(machine, ref, device, namespace, driver);
  if (typeof layout === 'number') return layout;
  const sb: NdPfnSb = {
    kind: device.kind, uuid: device.uuid ?? UUID_NULL, parentUuid: namespace.uuid ?? UUID_NULL,
    flags: 0, versionMajor: 1, versionMinor: kernel.profile.does.infoBlockMinor, mode: device.mode, align: device.align,
    pageSize: PAGE_SIZE, pageStructSize: MAX_STRUCT_PAGE_SIZE, ...layout,
  };
  const error = writePfnSb(machine, region, namespace, sb);
  return error === 0 ? sb : error;
}

function layoutFor(
  machine: Machine,
  ref: ChildRef,
  device: NdPfn,
  namespace: NdNamespace,
  driver: string,
): NewLayout | Errno {
  const { kernel } = machine;
  const { start, size } = namespace;
  const { does } = kernel.profile;
  const nsName = `namespace${ref.region}.${namespace.id}`;
  if (does.padsPfnToSections) return paddedLayoutFor(machine, ref, device, namespace, driver);
  const compatAlign = memremapCompatAlign(machine);
  const aligned = !does.checksCompatAlign || isAligned(start, compatAlign);
  kernel.explain?.(START_ALIGNED, aligned, { start, unit: compatAlign });
  if (!aligned) {
    const where = `start ${hexPadded(start, 16)} misaligned to ${hex(compatAlign)}`;
    kernel.printk(3, `${driver} ${ref.name}: ${nsName}: ${where}`);
    return -EINVAL;
  }
  const modeSet = device.mode === PFN_MODE_PMEM || device.mode === PFN_MODE_RAM;
  kernel.explain?.(MODE_SET, modeSet, { mode: device.mode });
  if (!modeSet) return -ENXIO;
  const layout = newPfnLayout({ start, size, align: device.align, onDevice: device.mode === PFN_MODE_PMEM, compatAlign });
  const end = does.refusesZeroSizePfn ? size - layout.endTrunc : size;
  const left = layout.dataoff < end;
  kernel.explain?.(DATA_LEFT, left, { dataoff: layout.dataoff, size, endTrunc: layout.endTrunc });
  if (left) return layout;
  kernel.printk(3, `${driver} ${ref.name}: ${nsName} unable to satisfy requested alignment`);
  return -ENXIO;
}

/**
 * As `layoutFor`, padded to whole sections where RAM or another region shares one. −ENXIO when nothing is left.
 * Since Linux a3619190d62e ("libnvdimm/pfn: stop padding pmem namespaces to section alignment") (v5.3) there is none.
 */
function paddedLayoutFor(
  machine: Machine,
  ref: ChildRef,
  device: NdPfn,
  namespace: NdNamespace,
  driver: string,
): NewLayout | Errno {
  const { kernel } = machine;
  const { arch, does } = kernel.profile;
  const { start, size } = namespace;
  const nsName = `namespace${ref.region}.${namespace.id}`;
  const region = regionById(machine, ref.region) as NdRegion;
  const padding = paddingOf(machine, region, start, start + size, device.align);
  const lost = padding.startPad + padding.endTrunc;
  if (lost > 0) kernel.printk(6, `${driver} ${ref.name}: ${nsName} alignment collision, truncate ${lost} bytes`);
  const modeSet = device.mode === PFN_MODE_PMEM || device.mode === PFN_MODE_RAM;
  kernel.explain?.(MODE_SET, modeSet, { mode: device.mode });
  if (!modeSet) return -ENXIO;
  const request = {
    start, size, align: device.align, onDevice: device.mode === PFN_MODE_PMEM, isDax: device.kind === 'dax',
    sectionSize: arch.pagesPerSection * arch.pageSize, pmdSize: arch.pmdSize, ...padding,
  };
  const dataoff = paddedDataoff(request, does.reservesDaxLabels);
  const left = dataoff + lost < size;
  kernel.explain?.(DATA_LEFT, left, { dataoff, size, ...padding });
  if (left) return { dataoff, ...padding, npfns: Math.floor((size - dataoff - lost) / PAGE_SIZE) };
  kernel.printk(3, `${driver} ${ref.name}: ${nsName} unable to satisfy requested alignment`);
  return -ENXIO;
}
