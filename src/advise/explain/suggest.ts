/** The nearest requests the model accepts, for a refusal whose numbers it can play. */

import { daxKmemRange } from '../../drivers/dax/kmem.ts';
import { bootInputOfQemu } from '../../drivers/build-machine.ts';
import { startQemu } from '../../drivers/qemu-args.ts';
import { boot } from '../../kernel/boot/boot.ts';
import { createKernel } from '../../kernel/create-kernel.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { checkHotplugMemoryRange } from '../../kernel/memory-hotplug.ts';
import { resolveProfile } from '../../kernel/profile/profile.ts';
import { alignDown, alignUp, hex, MiB, TiB, type ByteRange } from '../../kernel/units.ts';
import type { LogEvent } from './event.ts';
import { sizeText, type Units, Values } from './values.ts';

/** Larger requests are not played. */
const MAX_SIZE = 16 * TiB;
const MAX_BLOCK = 64 * 1024 * MiB;

/**
 * What would be accepted instead, as sentences; none when the message holds no request the model can play. `kernel` is
 * the machine to ask; without one, a small machine with the block size that the message or the log names.
 */
export function suggestionsFor(event: LogEvent, units: Units, kernel?: Kernel): string[] {
  const values = new Values(event.fields, units);
  const { range } = event;
  if (range === undefined || range.end - range.start > MAX_SIZE) return [];
  switch (event.message.id) {
    case 'block-unaligned':
      return addMemory(range, values.hex('blockSize') || units.blockSize, kernel);
    case 'namespace-misaligned':
      return innerRange(range, units);
    case 'kmem-too-small':
      return kmem(range, units.blockSize, kernel);
    default:
      return [];
  }
}

/** Kernels booted to be asked, by block size: there are ten sizes, and none is changed. */
const booted = new Map<number, Kernel>();

/** A kernel whose memory blocks are of this size; undefined for a size no kernel has. */
function kernelWithBlocks(blockSize: number | undefined): Kernel | undefined {
  if (blockSize === undefined || Number.isNaN(blockSize) || blockSize < 128 * MiB || blockSize > MAX_BLOCK) return undefined;
  if (!Number.isInteger(Math.log2(blockSize))) return undefined;
  const known = booted.get(blockSize);
  if (known !== undefined) return known;
  const profile = resolveProfile('6.12');
  const input = bootInputOfQemu(startQemu('1G', []), '');
  const kernel = createKernel({ ...boot(input, profile), memoryBlockSizeBytes: blockSize }, profile, input);
  booted.set(blockSize, kernel);
  return kernel;
}

function addMemory({ start, end }: ByteRange, blockSize: number | undefined, machine: Kernel | undefined): string[] {
  const kernel = machine?.memoryBlockSizeBytes === blockSize ? machine : kernelWithBlocks(blockSize);
  if (kernel === undefined) return [];
  const accepts = quietly(kernel, (at: number, size: number) => checkHotplugMemoryRange(kernel, at, size));
  const unit = smallestUnit(accepts);
  if (unit === undefined) return [];
  const size = end - start;
  const suggestions: string[] = [];
  const places = start % unit === 0 ? [start] : [alignDown(start, unit), alignUp(start, unit)];
  const sizes = [...new Set([alignDown(size, unit), alignUp(size, unit)])].filter((one) => one > 0);
  const addresses = places.filter((at) => accepts(at, unit)).map(hex);
  const amounts = sizes.filter((one) => accepts(alignDown(start, unit), one)).map(sizeText);
  if (start % unit !== 0) suggestions.push(`the nearest addresses that pass: ${addresses.join(' or ')}`);
  if (size % unit !== 0) suggestions.push(`the nearest sizes that pass: ${amounts.join(' or ')} (instead of ${sizeText(size)})`);
  return suggestions;
}

/** The smallest power of two the model takes as a size at an address that is a multiple of it. */
function smallestUnit(accepts: (start: number, size: number) => boolean): number | undefined {
  for (let unit = MiB; unit <= MAX_BLOCK; unit *= 2) if (accepts(unit, unit)) return unit;
  return undefined;
}

function innerRange({ start, end }: ByteRange, { subsectionSize }: Units): string[] {
  const inner = { start: alignUp(start, subsectionSize), end: alignDown(end, subsectionSize) };
  if (inner.end <= inner.start) return [];
  const size = inner.end - inner.start;
  return [`what fits inside it: \`memmap=${size / MiB}M!${hex(inner.start)}\` (${sizeText(size)}, ${sizeText(end - start - size)} less)`];
}

/** How far the device would have to reach for one whole block, by asking kmem's own rounding. */
function kmem(range: ByteRange, blockSize: number | undefined, machine: Kernel | undefined): string[] {
  const kernel = machine ?? kernelWithBlocks(blockSize);
  if (kernel === undefined) return [];
  const step = 2 * MiB;
  let low = alignUp(range.end, step);
  let high = low + 2 * kernel.memoryBlockSizeBytes;
  const holds = (end: number): boolean => daxKmemRange(kernel, { start: range.start, end }) !== undefined;
  if (holds(low) || !holds(high)) return [];
  while (high - low > step) {
    const middle = low + Math.floor((high - low) / step / 2) * step;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return [`a device from the same start that reaches to ${hex(high)} (${sizeText(high - range.start)}) would hold one block of ${sizeText(kernel.memoryBlockSizeBytes)}`];
}

/** Asks without leaving lines in the machine's log. */
function quietly<A extends readonly unknown[], R>(kernel: Kernel, ask: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const { log } = kernel;
    const answer = ask(...args);
    kernel.log = log;
    return answer;
  };
}
