/** Memory devices plugged at the QEMU monitor: DIMMs, NVDIMMs, virtio-mem. */

import { accountOfMachine } from '../audit/machine-account.ts';
import { bytesOf } from '../audit/use.ts';
import type { Machine } from '../../drivers/machine.ts';
import { hotplugUnit } from '../../kernel/block-span.ts';
import { alignDown, alignUp, GiB, hex } from '../../kernel/units.ts';
import { sizeWord, type Move, type MovesFor } from './move.ts';
import type { DimmWish, NvdimmWish, VirtioMemWish } from './plan-problem.ts';

/** Bytes of DIMMs or virtio-mem devices that are System RAM, its own memmap included. */
function ramOf(machine: Machine, kind: 'dimm' | 'virtio-mem'): number {
  const devices = accountOfMachine(machine).devices.filter((device) => device.kind === kind);
  return devices.reduce((sum, { totals }) => sum + bytesOf(totals, 'used') + (totals.offline ?? 0) + (totals.memmap ?? 0), 0);
}

/** Where a device may go: wherever QEMU puts it, or at the next whole memory block behind each device. */
function addressesFor(machine: Machine): (number | undefined)[] {
  const { qemu } = machine.devices;
  if (qemu === undefined) return [undefined];
  const unit = machine.kernel.memoryBlockSizeBytes;
  const ends = qemu.devices.map(({ addr, size }) => addr + size);
  const crooked = [qemu.machine.layout.deviceMemory.start, ...ends].filter((at) => at % unit !== 0);
  return [undefined, ...new Set(crooked.map((at) => alignUp(at, unit)))];
}

function plug(driver: string, nth: number, size: number, address: number | undefined): string[] {
  const place = address === undefined ? '' : `,addr=${hex(address)}`;
  return [
    `(qemu) object_add memory-backend-ram,id=mem${nth},size=${sizeWord(size)}`,
    `(qemu) device_add ${driver},id=dev${nth},memdev=mem${nth}${place}`,
  ];
}

function placed(address: number | undefined): string {
  return address === undefined ? '' : ` at ${hex(address)}`;
}

/** Sizes for so many bytes: as wished, then the whole units around it. */
function sizesAround(bytes: number, unit: number, granule: number | undefined): number[] {
  if (granule !== undefined) {
    const count = Math.ceil((bytes + unit) / granule);
    return Array.from({ length: count }, (_, i) => (i + 1) * granule);
  }
  return [...new Set([bytes, alignUp(bytes, unit), alignDown(bytes, unit)])].filter((size) => size > 0);
}

export const dimmMoves: MovesFor<DimmWish> = (machine, wish, nth, { granuleBytes }) => {
  const sizes = wish.sizes ?? sizesAround(wish.sizeBytes, hotplugUnit(machine.kernel), granuleBytes);
  return sizes.flatMap((size) =>
    addressesFor(machine).map((address): Move => ({
      what: `DIMM of ${sizeWord(size)}${placed(address)}`,
      givenBytes: size,
      commands: plug('pc-dimm', nth, size, address),
      measure: (after) => ramOf(after, 'dimm'),
      rest: (useful) =>
        useful < wish.sizeBytes && wish.most > 1
          ? { ...wish, sizeBytes: wish.sizeBytes - useful, most: wish.most - 1 }
          : undefined,
    })),
  );
};

/** An NVDIMM is taken as it is; it may be made larger so that what comes behind it begins at a memory block. */
export const nvdimmMoves: MovesFor<NvdimmWish> = (machine, wish, nth, { granuleBytes }) => {
  const sizes = sizesAround(wish.sizeBytes, machine.kernel.memoryBlockSizeBytes, granuleBytes);
  return sizes
    .filter((size) => size >= wish.sizeBytes)
    .flatMap((size) =>
      addressesFor(machine).map((address): Move => ({
        what: `NVDIMM of ${sizeWord(size)}${placed(address)}`,
        givenBytes: size,
        commands: plug('nvdimm', nth, size, address),
        measure: (after) =>
          (after.devices.qemu?.devices ?? []).reduce((sum, { driver, size }) => sum + (driver === 'nvdimm' ? size : 0), 0),
        rest: () => undefined,
      })),
    );
};

/** The device is there from the start; what it is asked for is tried. */
export const virtioMemMoves: MovesFor<VirtioMemWish> = (machine, wish, _nth, { granuleBytes }) => {
  const unit = machine.kernel.memoryBlockSizeBytes;
  const sizes = sizesAround(wish.sizeBytes, wish.blockBytes, granuleBytes).concat(alignUp(wish.sizeBytes, unit));
  return [...new Set(sizes)].map((size): Move => ({
    what: `${wish.device} asked for ${sizeWord(size)}`,
    givenBytes: size,
    commands: [`(qemu) qom-set ${wish.device} requested-size ${sizeWord(size)}`],
    measure: (after) => ramOf(after, 'virtio-mem'),
    rest: () => undefined,
  }));
};

/** Machine arguments for a virtio-mem device that can hold what is wished. */
export function virtioMemArguments({ device, sizeBytes, blockBytes }: VirtioMemWish): string[] {
  const backing = `memory-backend-ram,id=${device}-memory,size=${sizeWord(alignUp(sizeBytes, GiB))}`;
  const properties = `virtio-mem-pci,id=${device},memdev=${device}-memory,block-size=${sizeWord(blockBytes)}`;
  return ['-object', backing, '-device', properties];
}
