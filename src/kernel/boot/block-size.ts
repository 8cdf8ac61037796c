/** The size of a memory block, decided once at boot. */

import { alignDown, GiB, isAligned, MiB, type PhysAddr } from '../units.ts';
import type { KernelProfile } from '../profile/profile.ts';

/** @kernel arch/x86/mm/init_64.c: MAX_BLOCK_SIZE */
const MAX_BLOCK_SIZE = 2 * GiB;
/** Below this end of RAM blocks are as small as can be. @kernel MEM_SIZE_FOR_LARGE_BLOCK */
const MEM_SIZE_FOR_LARGE_BLOCK = 64 * GiB;
/** An s390 storage increment of a machine with little memory. */
const MIN_S390_BLOCK = 256 * MiB;

/**
 * memory_block_size_bytes() as boot finds it.
 * @kernel arch/x86/mm/init_64.c: probe_memory_block_size
 * @param memoryEnd the end of RAM in bytes, holes included
 * @param advised the largest size ACPI or a driver recommends, where the kernel asks for advice
 */
export function probeMemoryBlockSize(
  profile: KernelProfile,
  memoryEnd: PhysAddr,
  hypervisor: boolean,
  advised?: number,
): number {
  const { arch, does } = profile;
  const smallest = 2 ** arch.sectionSizeBits;
  // Only what blocks are counted in: each has a size of its own.
  if (does.memoryBlocks === 'variable') return smallest;
  if (profile.whatIf?.memoryBlockSizeBytes !== undefined) return Math.max(smallest, profile.whatIf.memoryBlockSizeBytes);
  if (arch.blockSizeRule === 's390-increment') return Math.max(smallest, MIN_S390_BLOCK);
  // The logical memory block of pseries, 256 MiB on machines of today unless the device tree tells another.
  if (arch.blockSizeRule === 'ppc-lmb') return Math.max(smallest, advised ?? 256 * MiB);
  if (arch.blockSizeRule !== 'x86-probe' || memoryEnd < MEM_SIZE_FOR_LARGE_BLOCK) return smallest;
  switch (does.x86BlockSizeRule) {
    case 'always-2g':
      return MAX_BLOCK_SIZE;
    case 'largest-divisor':
      return largestDivisor(memoryEnd, MAX_BLOCK_SIZE, smallest);
    case 'bare-metal-2g':
      return hypervisor ? largestDivisor(memoryEnd, MAX_BLOCK_SIZE, smallest) : MAX_BLOCK_SIZE;
    case 'advised': {
      if (advised === undefined && !hypervisor) return MAX_BLOCK_SIZE;
      const most = advised === undefined ? MAX_BLOCK_SIZE : Math.max(Math.min(advised, MAX_BLOCK_SIZE), smallest);
      return largestDivisor(memoryEnd, most, smallest);
    }
  }
}

/** The largest power of two up to `most` that divides the end of RAM, `least` if none above it does. */
function largestDivisor(memoryEnd: PhysAddr, most: number, least: number): number {
  // Advice may be any number; the kernel halves what it is given, a power of two in practice.
  let size = alignDown(most, least);
  while (size > least && !isAligned(memoryEnd, size)) size /= 2;
  return Math.max(size, least);
}
