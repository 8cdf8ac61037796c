/** Dax devices and what could become of idle ranges: whole memory blocks through kmem, nothing of the rest. */

import { daxKmemRange } from '../../drivers/dax/kmem.ts';
import type { Machine } from '../../drivers/machine.ts';
import type { ByteRange } from '../../kernel/units.ts';
import type { Fill } from './account.ts';
import { blockFills } from './block-fills.ts';

/** A range nobody maps: the memory blocks it has room for are idle, the rest no block can hold. */
export function idleFills(range: ByteRange, wholeBlocks: ByteRange | undefined, owner: string): Fill[] {
  const lost: Fill = { ...range, use: 'block-rounding', owner };
  return wholeBlocks === undefined ? [lost] : [lost, { ...wholeBlocks, use: 'unmapped', owner }];
}

/** Soft-reserved ranges, dax regions and their devices, in this order. */
export function daxFills(machine: Machine): Fill[] {
  const { kernel, devices } = machine;
  const { dax } = devices;
  const fills: Fill[] = [];
  for (const { start, end, isStatic, key } of dax.regions.values()) {
    const owner = key.slice(key.lastIndexOf('/') + 1);
    if (!isStatic) fills.push({ start, end, use: 'unallocated', owner });
  }
  for (const { name, ranges, binding } of dax.devices) {
    for (const [index, range] of ranges.entries()) {
      if (binding?.driver === 'device_dax') fills.push({ ...range, use: 'dax', owner: name });
      else if (binding === undefined) fills.push(...idleFills(range, daxKmemRange(kernel, range), name));
      else {
        fills.push({ ...range, use: 'block-rounding', owner: name });
        const whole = daxKmemRange(kernel, range);
        if (whole === undefined) continue;
        if (binding.added[index] === true) fills.push({ ...whole, use: 'offline', owner: name }, ...blockFills(kernel, whole, name));
        else fills.push({ ...whole, use: 'refused', owner: name });
      }
    }
  }
  return fills;
}
