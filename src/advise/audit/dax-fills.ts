/** Dax devices and what could become of idle ranges: whole memory blocks through kmem, nothing of the rest. */

import { daxKmemRange } from '../../drivers/dax/kmem.ts';
import type { Machine } from '../../drivers/machine.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { ByteRange } from '../../kernel/units.ts';
import type { Fill } from './account.ts';
import { blockFills } from './block-fills.ts';
import type { Use } from './use.ts';

/** A range nobody maps: its whole memory blocks are idle, the rest no block can hold. */
export function idleFills(kernel: Kernel, range: ByteRange, owner: string): Fill[] {
  return [{ ...range, use: 'block-rounding', owner }, ...wholeBlocks(kernel, range, 'unmapped', owner)];
}

function wholeBlocks(kernel: Kernel, range: ByteRange, use: Use, owner: string): Fill[] {
  const whole = daxKmemRange(kernel, range);
  return whole === undefined ? [] : [{ ...whole, use, owner }];
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
      else if (binding === undefined) fills.push(...idleFills(kernel, range, name));
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
