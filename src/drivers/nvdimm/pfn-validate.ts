/** Whether the info block on a namespace is one this kernel can use. */

import { EBUSY, EINVAL, ENODEV, ENXIO, EOPNOTSUPP, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import { GiB, hex, isAligned, MiB } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { memremapCompatAlign } from './common-probe.ts';
import { readPfnSb } from './info-block.ts';
import { UUID_NULL } from './nd-attr.ts';
import type { NdPfnSb } from './nd-pfn-bytes.ts';
import { badInfoBlock } from './pfn-errno.ts';
import { PFN_MODE_PMEM, PFN_MODE_RAM, type NdNamespace, type NdPfn, type PfnMode } from './state.ts';

const PAGE_SIZE = 4096;
/** @kernel drivers/nvdimm/nd.h: MAX_STRUCT_PAGE_SIZE, and what struct page takes */
const STRUCT_PAGE_SIZE = 64;

function point(condition: string): CheckPoint {
  return { file: 'drivers/nvdimm/pfn_devs.c', fn: 'nd_pfn_validate', condition };
}
/** Where it does not hold there is no info block for this device: nothing is refused, another way is taken. */
function choice(condition: string): CheckPoint {
  return { ...point(condition), decides: 'never' };
}
const SIGNED = choice('there is an info block of this kind');
const CHECKSUM = choice('its checksum is right');
const PARENT = choice('it was written for this namespace: its parent uuid is the label\'s, or null without label');
const MODE_KNOWN = point('its mode says where the memmap is');
const PAGE_SIZE_FITS = point('a memmap on the device was laid out for pages of at most this size');
const STRUCT_PAGE_FITS = point('a memmap on the device has room for struct page');
const ALIGN_SUPPORTED = point('a device-dax alignment is one the processor has pages for');
const SAME_UUID = choice("its uuid is the device's");
const SAME_SETTINGS = point("its alignment and mode are the device's");
const ALIGN_FITS = point('the alignment is not larger than the namespace');
const OFFSET_FITS = point('the data begins inside the namespace');
const DATA_ALIGNED = point('the data begins at a multiple of the alignment');
const START_ALIGNED = point('the padded start is a multiple of what memremap needs');
const END_ALIGNED = point('the truncated end is a multiple of what memremap needs');
const DATA_LEFT = point('something is left between padding, metadata and truncation');

/** @kernel drivers/nvdimm/pfn_devs.c: nd_pfn_supported_alignments */
export const SUPPORTED_ALIGNMENTS: readonly number[] = [PAGE_SIZE, 2 * MiB, GiB];

/** A valid block, with the device's settings as it leaves them. */
export interface ValidPfn {
  readonly sb: NdPfnSb;
  readonly uuid: string;
  readonly align: number;
  readonly mode: PfnMode;
}

/** Fills in what older versions did not write; without an alignment, the offset of the data tells it. */
export function withDefaults(sb: NdPfnSb): NdPfnSb {
  const pads = sb.versionMinor < 1 ? { startPad: 0, endTrunc: 0 } : {};
  const align = sb.versionMinor < 2 ? 0 : sb.align;
  const pages = sb.versionMinor < 4 ? { pageStructSize: STRUCT_PAGE_SIZE, pageSize: PAGE_SIZE } : {};
  return { ...sb, ...pads, ...pages, align: align === 0 ? lowerPowerOfTwo(sb.dataoff) : align };
}

/** The largest power of two that is not above `value`; 1 for 0. */
function lowerPowerOfTwo(value: number): number {
  let power = 1;
  while (power * 2 <= value) power *= 2;
  return power;
}

/**
 * Reads and judges the info block. −ENODEV when there is none for this device, −ENXIO for a mode nobody knows,
 * −EOPNOTSUPP when it cannot be used here.
 * @kernel drivers/nvdimm/pfn_devs.c: nd_pfn_validate
 * Since Linux 6acd7d5ef264 ("libnvdimm/namespace: Enforce memremap_compat_align()") (v5.7); before it, the errors were others and the padding was not judged.
 */
export function ndPfnValidate(
  machine: Machine,
  name: string,
  device: NdPfn,
  namespace: NdNamespace,
  driver: string,
): ValidPfn | Errno {
  const { kernel } = machine;
  const check = (at: CheckPoint, passed: boolean, values: Record<string, number | string> = {}): boolean => {
    kernel.explain?.(at, passed, { device: name, ...values });
    return passed;
  };
  const fail = (text: string, old: Errno): Errno => {
    kernel.printk(3, `${driver} ${name}: ${text}`);
    return badInfoBlock(kernel, old);
  };
  const block = readPfnSb(machine, namespace, device.kind);
  check(SIGNED, block !== undefined);
  if (block === undefined) return -ENODEV;
  if (!check(CHECKSUM, block.checksumOk)) return -ENODEV;
  const parent = namespace.uuid ?? UUID_NULL;
  if (!check(PARENT, block.parentUuid === parent, { written: block.parentUuid, namespace: parent })) return -ENODEV;
  const sb = withDefaults(block);
  const { dataoff, startPad, endTrunc, align, mode } = sb;
  const known = mode === PFN_MODE_RAM || mode === PFN_MODE_PMEM;
  check(MODE_KNOWN, known, { mode });
  if (!known) return -ENXIO;
  const onDevice = mode === PFN_MODE_PMEM;
  if (kernel.profile.does.checksInfoBlockPageSize) {
    if (!check(PAGE_SIZE_FITS, !onDevice || sb.pageSize <= PAGE_SIZE, { pageSize: sb.pageSize })) {
      return fail(`init failed, page size mismatch ${sb.pageSize}`, -EOPNOTSUPP);
    }
    if (!check(STRUCT_PAGE_FITS, !onDevice || sb.pageStructSize >= STRUCT_PAGE_SIZE, { size: sb.pageStructSize })) {
      return fail(`init failed, struct page size mismatch ${sb.pageStructSize}`, -EOPNOTSUPP);
    }
  }
  if (!check(ALIGN_SUPPORTED, device.kind !== 'dax' || SUPPORTED_ALIGNMENTS.includes(align), { align })) {
    return fail(`init failed, alignment mismatch: ${device.align}:${align}`, -EINVAL);
  }
  if (device.uuid !== undefined) {
    if (!check(SAME_UUID, device.uuid === sb.uuid, { written: sb.uuid, device: device.uuid })) return -ENODEV;
    const same = device.align === align && device.mode === mode;
    if (!check(SAME_SETTINGS, same, { align, mode, deviceAlign: device.align, deviceMode: device.mode })) {
      return fail('init failed, settings mismatch', -EINVAL);
    }
  }
  const { start, size } = namespace;
  const unit = memremapCompatAlign(machine);
  const valid: ValidPfn = { sb, uuid: device.uuid ?? sb.uuid, align, mode };
  if (!check(ALIGN_FITS, align <= size, { align, size })) {
    return fail(`alignment: ${align.toString(16)} exceeds capacity ${size.toString(16)}`, -EINVAL);
  }
  if (!check(OFFSET_FITS, dataoff < size, { dataoff, size })) {
    return fail(`pfn array size exceeds capacity of ${namespaceOf(name, namespace)}`, -EBUSY);
  }
  const dataAligned = (align === 0 || isAligned(start + dataoff + startPad, align)) && isAligned(dataoff, PAGE_SIZE);
  if (!check(DATA_ALIGNED, dataAligned, { start, startPad, dataoff, align })) {
    return fail(`bad offset: ${hex(dataoff)} dax disabled align: ${hex(align)}`, -ENXIO);
  }
  if (!kernel.profile.does.checksCompatAlign) return valid;
  if (!check(START_ALIGNED, isAligned(start + startPad, unit), { start, startPad, unit })) {
    return fail('resource start misaligned', -EOPNOTSUPP);
  }
  if (!check(END_ALIGNED, isAligned(start + size - endTrunc, unit), { end: start + size, endTrunc, unit })) {
    return fail('resource end misaligned', -EOPNOTSUPP);
  }
  if (!kernel.profile.does.refusesZeroSizePfn) return valid;
  if (!check(DATA_LEFT, dataoff < size - startPad - endTrunc, { dataoff, size, startPad, endTrunc })) {
    return fail('bad offset with small namespace', -EOPNOTSUPP);
  }
  return valid;
}

function namespaceOf(deviceName: string, namespace: NdNamespace): string {
  const region = /\d+/.exec(deviceName)?.[0] ?? '';
  return `namespace${region}.${namespace.id}`;
}
