/** A machine for the benchmarks of operations: all RAM below 4 GiB less a hole, the rest above, one node. */

import { boot } from '../src/kernel/boot/boot.ts';
import type { BootInput } from '../src/kernel/boot/boot-map.ts';
import { createKernel } from '../src/kernel/create-kernel.ts';
import type { Kernel } from '../src/kernel/kernel.ts';
import { resolveProfile } from '../src/kernel/profile/profile.ts';
import { GiB, KiB, MiB } from '../src/kernel/units.ts';

/** Boots 6.12 with RAM up to `endGiB`; a hypervisor's guest, so that memory blocks stay small below 64 GiB. */
export function bigMachine(endGiB: number): Kernel {
  const profile = resolveProfile('6.12');
  const input: BootInput = {
    e820: [
      { start: 0, end: 640 * KiB, type: 'ram' },
      { start: 1 * MiB, end: 3 * GiB, type: 'ram' },
      { start: 4 * GiB, end: endGiB * GiB, type: 'ram' },
    ],
    cmdline: '',
    srat: [],
    hypervisor: true,
  };
  return createKernel(boot(input, profile), profile, input);
}
