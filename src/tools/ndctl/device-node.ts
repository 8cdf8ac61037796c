/** The nodes below /dev that ndctl opens: block devices for info blocks, `/dev/nmemN` for label areas. */

import { EBUSY, EIO, ENOENT, type Errno } from '../../kernel/errno.ts';
import { labelStore, type LabelStore, readMedia, writeMedia } from '../../drivers/nvdimm/media.ts';
import type { NdDisk, Nvdimm } from '../../drivers/nvdimm/state.ts';
import type { Machine } from '../../drivers/machine.ts';

function diskNamed(machine: Machine, name: string): NdDisk | undefined {
  for (const region of machine.devices.nvdimm.regions) {
    for (const child of region.children) if (child.attachment?.disk?.name === name) return child.attachment.disk;
  }
  return undefined;
}

/** Whether a block device is there to be opened. */
export function hasBlockDevice(machine: Machine, name: string): boolean {
  return diskNamed(machine, name) !== undefined;
}

/** Size of a block device in bytes, undefined when it is not there. */
export function blockDeviceSize(machine: Machine, name: string): number | undefined {
  return diskNamed(machine, name)?.sizeBytes;
}

/**
 * Bytes of a block device: as many as there are, −ENOENT without the device, −EIO for a disk the model holds no bytes of.
 */
export function readBlockDevice(machine: Machine, name: string, offset: number, length: number): Uint8Array | Errno {
  const disk = diskNamed(machine, name);
  if (disk === undefined) return -ENOENT;
  if (disk.start === undefined) return -EIO;
  return readMedia(machine, disk.start + offset, Math.max(0, Math.min(length, disk.sizeBytes - offset)));
}

/** Writes to a block device. Returns the number of bytes written, or an error. */
export function writeBlockDevice(machine: Machine, name: string, offset: number, bytes: Uint8Array): number | Errno {
  const disk = diskNamed(machine, name);
  if (disk === undefined) return -ENOENT;
  if (disk.start === undefined) return -EIO;
  const fitting = bytes.subarray(0, Math.max(0, Math.min(bytes.length, disk.sizeBytes - offset)));
  const rc = writeMedia(machine, disk.start + offset, fitting);
  return rc < 0 ? rc : fitting.length;
}

function dimmNamed(machine: Machine, name: string): Nvdimm | undefined {
  return machine.devices.nvdimm.dimms.find(({ id }) => `nmem${id}` === name);
}

/**
 * The label area of `nmemN` as its node gives it: writes are refused with −EBUSY while a region uses the DIMM.
 * Undefined without a DIMM or an area.
 * @kernel drivers/nvdimm/bus.c: nd_cmd_clear_to_send
 */
export function openLabelArea(machine: Machine, name: string): LabelStore | undefined {
  const dimm = dimmNamed(machine, name);
  if (dimm === undefined || dimm.labelSize === 0) return undefined;
  const store = labelStore(machine, dimm.labelArea, dimm.labelSize);
  const isBusy = (): boolean => (dimmNamed(machine, name)?.busy ?? 0) > 0;
  return { ...store, write: (offset, bytes) => (isBusy() ? -EBUSY : store.write(offset, bytes)) };
}
