/** Distances by which sizes and addresses are changed. */

import type { Machine } from '../../drivers/machine.ts';
import { GiB, KiB, MiB } from '../../kernel/units.ts';

/** From a sub-section to a GiB, with what is a unit on this machine: section and memory block. */
export function memorySteps({ kernel }: Machine): number[] {
  const { pagesPerSection, pageSize } = kernel.profile.arch;
  const steps = new Set([2 * MiB, 16 * MiB, 64 * MiB, pagesPerSection * pageSize, kernel.memoryBlockSizeBytes, 256 * MiB, GiB]);
  return [...steps].sort((a, b) => a - b);
}

/** Those, and the finer ones that only raw ranges and namespaces know. */
export function fineSteps(machine: Machine): number[] {
  return [4 * KiB, 64 * KiB, MiB, ...memorySteps(machine)];
}
